"""Overdue reports: those of the jobs whose deadline has passed, for the health of the site and for the index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ntanalytics.periods import Period, parse_period
from ntanalytics.runner.run_context import RunContext
from ntanalytics.settings.jobs import Job
from ntanalytics.settings.parts import FURTHEST_DAYS

if TYPE_CHECKING:
    from ntanalytics.ledger.scheduled_runs import ScheduledRunRecord


def overdue(context: RunContext, name: str, job: Job, now: dt.datetime) -> Iterator[tuple[Period, str]]:
    """Yield the periods without a report after their deadline, the oldest first, each with the status of its run.

    A job that never ran promised its latest report only. A report that a person issued is there.

    Raises:
        CalendarMissing: a year is not known, and it matters.
    """
    zone, calendar = context.settings.zone, context.settings.calendar()
    status = {record.scheduled_at.astimezone(zone): record.status for record in records_of(context, name)}
    since = now - dt.timedelta(days=min(FURTHEST_DAYS, job.max_age_days))
    if status:
        since = max(since, min(status) - dt.timedelta(seconds=1))
    moments = job.when.between(since, now, calendar, zone)
    for at in moments if status else moments[-1:]:
        if job.deadline(at) < now and status.get(at) not in ("issued", "skipped"):
            period = parse_period(job.period, at.date(), calendar)
            if not _is_issued_by_hand(context, job, period):
                yield period, status.get(at, "missing")


def records_of(context: RunContext, name: str) -> list[ScheduledRunRecord]:
    """Return the recorded scheduled runs of a job, the oldest first."""
    return list(context.ledger.scheduled_runs.for_job(name))


def started_jobs(context: RunContext, jobs: Mapping[str, Job]) -> dict[str, Job]:
    """Return the jobs that ran at least once: before its first run a scheduler has promised nothing to a reader."""
    return {name: job for name, job in jobs.items() if records_of(context, name)}


def _is_issued_by_hand(context: RunContext, job: Job, period: Period) -> bool:
    """Return whether a person issued the report of a job and period, as the index counts it, too."""
    return job.each is None and bool(context.ledger.runs.of_report(job.report, period.text, job.parameters))
