"""Scheduled runs of the jobs: status and attempts of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, record_of, to_stored, utc_now, writing
from ntanalytics.ledger.runs import Run, Runs
from ntanalytics.ledger.schedule_tables import scheduled_run_attempts, scheduled_runs

#: Status of a scheduled run; ``retry``: failed by a cause that may pass.
ScheduledRunStatus = Literal["running", "issued", "failed", "retry", "skipped"]


@dataclass(frozen=True, kw_only=True)
class ScheduledRunRecord:
    """State of one scheduled run; see ``schedule_tables.scheduled_runs``. Times are aware UTC."""

    job: str
    scheduled_at: dt.datetime
    period: str
    status: ScheduledRunStatus
    attempts: int
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    why: str
    holder: str


class ScheduledRuns:
    """Scheduled runs in the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def for_job(self, job: str) -> Sequence[ScheduledRunRecord]:
        """Return the recorded scheduled runs of a job, oldest first."""
        columns = scheduled_runs.c
        query = sa.select(scheduled_runs).where(columns.job == job).order_by(columns.scheduled_at)
        with reading(self._engine) as connection:
            return [record_of(ScheduledRunRecord, row) for row in connection.execute(query)]

    def begin(
        self, job: str, scheduled_at: dt.datetime, period: str, holder: str, *, now: dt.datetime | None = None
    ) -> None:
        """Record the start of an attempt.

        Args:
            job: name of the job.
            scheduled_at: scheduled time.
            period: period of the report.
            holder: host and process of the attempt.
            now: start of the attempt; default: the present.
        """
        started_at = to_stored(now) if now else utc_now()
        values = {"status": "running", "started_at": started_at, "ended_at": None, "why": "", "holder": holder}
        with writing(self._engine) as connection:
            retry = _update(job, scheduled_at).values(attempts=scheduled_runs.c.attempts + 1, **values)
            if connection.execute(retry).rowcount == 0:
                key = {"job": job, "scheduled_at": to_stored(scheduled_at), "period": period}
                connection.execute(scheduled_runs.insert().values({**key, "attempts": 1, **values}))

    def end(
        self,
        job: str,
        scheduled_at: dt.datetime,
        status: ScheduledRunStatus,
        why: str = "",
        *,
        holder: str = "",
        now: dt.datetime | None = None,
    ) -> bool:
        """Record the end of an attempt.

        Args:
            job: name of the job.
            scheduled_at: scheduled time.
            status: result of the attempt.
            why: folder of the report, or reason of its absence.
            holder: holder of the attempt; the run of another holder is not changed. Empty: any holder.
            now: end of the attempt; default: the present.

        Returns:
            True if a run was updated.
        """
        update = _update(job, scheduled_at)
        if holder:
            update = update.where(scheduled_runs.c.holder == holder)
        values = {"status": status, "ended_at": to_stored(now) if now else utc_now(), "why": why[:4000]}
        with writing(self._engine) as connection:
            return connection.execute(update.values(values)).rowcount == 1

    def skip(self, job: str, scheduled_at: dt.datetime, period: str, why: str) -> None:
        """Record that a scheduled run is skipped, with the reason."""
        values = {"status": "skipped", "ended_at": utc_now(), "why": why[:4000]}
        with writing(self._engine) as connection:
            if connection.execute(_update(job, scheduled_at).values(values)).rowcount == 0:
                row = {
                    "job": job,
                    "scheduled_at": to_stored(scheduled_at),
                    "period": period,
                    "attempts": 0,
                    "holder": "",
                }
                connection.execute(scheduled_runs.insert().values({**row, **values}))

    def record_publication(self, job: str, scheduled_at: dt.datetime, run_id: str) -> None:
        """Record a run that is about to be published, so that an interrupted publication can be found."""
        row = {"job": job, "scheduled_at": to_stored(scheduled_at), "run_id": run_id}
        with writing(self._engine) as connection:
            connection.execute(scheduled_run_attempts.insert().values(row))

    def published_runs(self, job: str, scheduled_at: dt.datetime) -> Sequence[Run]:
        """Return the published runs of a scheduled run, newest first."""
        columns = scheduled_run_attempts.c
        ids = sa.select(columns.run_id).where(columns.job == job, columns.scheduled_at == to_stored(scheduled_at))
        return Runs(self._engine).published(ids)


def _update(job: str, scheduled_at: dt.datetime) -> sa.Update:
    columns = scheduled_runs.c
    return scheduled_runs.update().where(columns.job == job, columns.scheduled_at == to_stored(scheduled_at))
