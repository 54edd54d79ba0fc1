"""Reports that came out with a hole, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.schedule_tables import corrections

#: How a hole stands; ``failed``: the data came, and the report could not be made again.
Mending = Literal["open", "corrected", "failed", "given up"]

#: (dataset, source) → the local days that a report lacks of it.
Lacking = Mapping[tuple[str, str], Sequence[dt.date]]


@dataclass(frozen=True)
class Correction:
    """A turn whose report came out with a hole; see ``schedule_tables.corrections``. Times are aware UTC."""

    job: str
    turn_at: dt.datetime
    status: Mending
    since: dt.datetime
    lacking: Lacking
    tries: int
    tried_at: dt.datetime | None
    why: str


class Corrections:
    """Writes and reads the corrections; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def open(self, job: str, turn_at: dt.datetime, lacking: Lacking, now: dt.datetime) -> None:
        """Note that a turn's report came out now, and lacks something that may still come."""
        this = (corrections.c.job == job, corrections.c.turn_at == _naive(turn_at))
        stored = [[dataset, source, [f"{day}" for day in days]] for (dataset, source), days in lacking.items()]
        values = {"status": "open", "since": _naive(now), "lacking": stored, "why": ""}
        with writing(self._engine) as connection:
            if connection.execute(corrections.update().where(*this).values(values)).rowcount == 0:
                first = {"job": job, "turn_at": _naive(turn_at), "tries": 0, **values}
                connection.execute(corrections.insert().values(first))

    def tried(self, job: str, turn_at: dt.datetime, now: dt.datetime) -> None:
        """Note that what is lacking is asked for again."""
        tries = {"tries": corrections.c.tries + 1, "tried_at": _naive(now)}
        self._update(job, turn_at, tries)

    def close(self, job: str, turn_at: dt.datetime, status: Mending, why: str = "") -> None:
        """Note that nothing more is tried, and why."""
        self._update(job, turn_at, {"status": status, "why": why[:4000]})

    def of(self, job: str) -> list[Correction]:
        """The corrections of a job, the oldest turn first."""
        query = sa.select(corrections).where(corrections.c.job == job).order_by(corrections.c.turn_at)
        with reading(self._engine) as connection:
            return [
                Correction(
                    row.job,
                    row.turn_at.replace(tzinfo=dt.UTC),
                    row.status,
                    row.since.replace(tzinfo=dt.UTC),
                    {(name, source): tuple(map(dt.date.fromisoformat, days)) for name, source, days in row.lacking},
                    row.tries,
                    row.tried_at.replace(tzinfo=dt.UTC) if row.tried_at else None,
                    row.why,
                )
                for row in connection.execute(query)
            ]

    def _update(self, job: str, turn_at: dt.datetime, values: Mapping[str, object]) -> None:
        this = (corrections.c.job == job, corrections.c.turn_at == _naive(turn_at))
        with writing(self._engine) as connection:
            connection.execute(corrections.update().where(*this).values(**values))


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None)
