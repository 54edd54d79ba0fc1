"""Runs that are due of a job: a pure function of its schedule, its past runs and the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ntanalytics.language import tr
from ntanalytics.ledger.scheduled_runs import ScheduledRunRecord
from ntanalytics.periods import Calendar, Period, parse_period
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.retry_policy import is_time_to_retry
from ntanalytics.settings.parts import FURTHEST_DAYS


@dataclass(frozen=True)
class ScheduledRun:
    """Run of a job at a scheduled moment.

    Attributes:
        job: the job's name.
        at: the moment (aware, in the site's zone).
        period: the period of the report.
    """

    job: str
    at: dt.datetime
    period: Period


@dataclass(frozen=True)
class Due:
    """Due runs of a job.

    Attributes:
        runs: the runs to execute now, the oldest first.
        skipped: the runs that are not caught up, each with the reason in English.
    """

    runs: tuple[ScheduledRun, ...] = ()
    skipped: tuple[tuple[ScheduledRun, str], ...] = ()


def due(
    name: str,
    job: Job,
    known: Mapping[dt.datetime, ScheduledRunRecord],
    now: dt.datetime,
    calendar: Calendar,
    zone: ZoneInfo,
) -> Due:
    """Return the due runs of a job.

    A job without past runs begins with its latest one: earlier reports were never promised. After an outage each missed
    run is caught up, or the latest alone, as the job says, unless it is older than its ``max_age_days``. A run that
    failed by a cause that may pass comes again at each call until its deadline, then ever more rarely
    (:func:`ntanalytics.scheduling.retry_policy.is_time_to_retry`) until it is too old.

    Args:
        name: the job's name.
        job: the job.
        known: the job's runs in the ledger by their moment (aware).
        now: the present moment (aware).
        calendar: the working days.
        zone: the site's zone.

    Raises:
        CalendarMissing: a year is not known, and it matters.
    """
    oldest = now - dt.timedelta(days=FURTHEST_DAYS if known else job.max_age_days)
    since = max(oldest, min(known) - dt.timedelta(seconds=1)) if known else oldest
    moments = job.when.between(since, now, calendar, zone)
    if not known:
        moments = moments[-1:]
    waiting = [scheduled_run_of(name, job, at, calendar) for at in moments if _is_waiting(job, known.get(at), at, now)]
    young = [run for run in waiting if now - run.at <= dt.timedelta(days=job.max_age_days)]
    skipped = [(run, _too_old(job, known.get(run.at))) for run in waiting if run not in young]
    if job.catch_up == "latest" and len(young) > 1:
        skipped += [(run, tr("{period} stands for it", period=young[-1].period.text)) for run in young[:-1]]
        young = young[-1:]
    return Due(tuple(young), tuple(skipped))


def scheduled_run_of(name: str, job: Job, at: dt.datetime, calendar: Calendar) -> ScheduledRun:
    """Return the run of a job at a moment in the site's zone."""
    return ScheduledRun(name, at, parse_period(job.period, at.date(), calendar))


def _is_waiting(job: Job, known: ScheduledRunRecord | None, at: dt.datetime, now: dt.datetime) -> bool:
    """Return whether a run is to be executed, or to be given up; a lease protects one that is ``running``."""
    if known is None or known.status == "running":
        return True
    if known.status != "retry":
        return False
    is_on_time, is_old = now <= job.deadline(at), now - at > dt.timedelta(days=job.max_age_days)
    return is_on_time or is_old or is_time_to_retry(at, known.ended_at or at, now)


def _too_old(job: Job, known: ScheduledRunRecord | None) -> str:
    """Return the reason why a run is not caught up: its age, and its last failure."""
    why = tr("older than {max_age_days} days", max_age_days=job.max_age_days)
    return tr("{why}; it failed of: {why2}", why=why, why2=known.why) if known is not None and known.why else why
