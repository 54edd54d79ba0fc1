"""How the turns of the jobs stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.runs import Run, Runs
from ntanalytics.ledger.schedule_tables import turn_runs, turns

#: How a turn stands; ``retry`` failed by a cause that passes by itself.
Status = Literal["running", "issued", "failed", "retry", "skipped"]


@dataclass(frozen=True)
class ScheduledRunRecord:
    """How one turn stands; see ``schedule_tables.turns``. Times are aware UTC."""

    job: str
    turn_at: dt.datetime
    period: str
    status: Status
    attempts: int
    begun_at: dt.datetime | None
    ended_at: dt.datetime | None
    why: str
    holder: str


class ScheduledRuns:
    """Writes and reads the turns; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, job: str) -> Sequence[ScheduledRunRecord]:
        """The turns of a job that are known, the oldest first."""
        query = sa.select(turns).where(turns.c.job == job).order_by(turns.c.turn_at)
        with reading(self._engine) as connection:
            return [
                ScheduledRunRecord(
                    row.job,
                    _aware(row.turn_at),
                    row.period,
                    row.status,
                    row.attempts,
                    _aware(row.begun_at) if row.begun_at else None,
                    _aware(row.ended_at) if row.ended_at else None,
                    row.why,
                    row.holder,
                )
                for row in connection.execute(query)
            ]

    def begin(
        self, job: str, turn_at: dt.datetime, period: str, holder: str, *, now: dt.datetime | None = None
    ) -> None:
        """Note that a turn is being taken.

        Args:
            job: the job's name.
            turn_at: when its turn came.
            period: what its report is of.
            holder: who takes it.
            now: the moment, where it is not the machine's.
        """
        at, begun = _naive(turn_at), _naive(now or dt.datetime.now(dt.UTC))
        with writing(self._engine) as connection:
            this = (turns.c.job == job, turns.c.turn_at == at)
            values = {"status": "running", "begun_at": begun, "ended_at": None, "why": "", "holder": holder}
            again = turns.update().where(*this).values(attempts=turns.c.attempts + 1, **values)
            if connection.execute(again).rowcount == 0:
                first = {"job": job, "turn_at": at, "period": period, "attempts": 1, **values}
                connection.execute(turns.insert().values(first))

    def end(
        self,
        job: str,
        turn_at: dt.datetime,
        status: Status,
        why: str = "",
        *,
        holder: str = "",
        now: dt.datetime | None = None,
    ) -> bool:
        """Note how a turn that was begun ended.

        Args:
            job: the job's name.
            turn_at: when its turn came.
            status: how it ended.
            why: where its report is, or why there is none.
            holder: who took it; another one's turn is left as it is. Empty where it does not matter.
            now: the moment, where it is not the machine's.

        Returns:
            Whether it was noted.
        """
        at = _naive(now or dt.datetime.now(dt.UTC))
        with writing(self._engine) as connection:
            this = [turns.c.job == job, turns.c.turn_at == _naive(turn_at)]
            this += [turns.c.holder == holder] if holder else []
            ended = turns.update().where(*this).values(status=status, ended_at=at, why=why[:4000])
            return connection.execute(ended).rowcount == 1

    def skip(self, job: str, turn_at: dt.datetime, period: str, why: str) -> None:
        """Note that a turn is not made up for, and why."""
        now, at = _naive(dt.datetime.now(dt.UTC)), _naive(turn_at)
        with writing(self._engine) as connection:
            this = (turns.c.job == job, turns.c.turn_at == at)
            said = {"status": "skipped", "ended_at": now, "why": why[:4000]}
            if connection.execute(turns.update().where(*this).values(said)).rowcount == 0:
                row = {"job": job, "turn_at": at, "period": period, "attempts": 0, "holder": "", **said}
                connection.execute(turns.insert().values(row))

    def publishes(self, job: str, turn_at: dt.datetime, run_id: str) -> None:
        """Note that a run for a turn is about to be published: who finds the turn broken off asks what became of it."""
        with writing(self._engine) as connection:
            connection.execute(turn_runs.insert().values(job=job, turn_at=_naive(turn_at), run_id=run_id))

    def published(self, job: str, turn_at: dt.datetime) -> Sequence[Run]:
        """The runs for a turn that were published, the newest first."""
        mine = sa.select(turn_runs.c.run_id).where(turn_runs.c.job == job, turn_runs.c.turn_at == _naive(turn_at))
        return Runs(self._engine).published(mine)


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC)
