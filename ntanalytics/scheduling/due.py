"""What is due of a job at a moment: pure, from its turns, from what the ledger says of them, and from the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ntanalytics.ledger.scheduled_runs import ScheduledRunRecord
from ntanalytics.periods import Calendar, Period, parse_period
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.retry_policy import next_attempt_at

#: No turn is looked for further back, however long nothing ran.
FURTHEST_DAYS = 400


@dataclass(frozen=True)
class ScheduledRun:
    """One turn of a job.

    Attributes:
        job: the job's name.
        at: when it came (aware).
        period: what the report is of.
    """

    job: str
    at: dt.datetime
    period: Period


@dataclass(frozen=True)
class Due:
    """What is to be done of a job.

    Attributes:
        turns: the turns to be taken now, the oldest first.
        skipped: the turns that are not made up for, each with why, in English.
    """

    turns: tuple[ScheduledRun, ...] = ()
    skipped: tuple[tuple[ScheduledRun, str], ...] = ()


def due(
    name: str,
    job: Job,
    known: Mapping[dt.datetime, ScheduledRunRecord],
    now: dt.datetime,
    calendar: Calendar,
    zone: ZoneInfo,
) -> Due:
    """What is due of a job.

    A job that the ledger knows nothing of begins with its latest turn: what was before it was never promised. After
    an outage each turn that was missed is made up for, or the latest alone, as the job says; what is older than its
    ``max_age_days`` is not. A turn that failed by a passing cause comes again at each call until its deadline, then
    ever more rarely (:func:`ntanalytics.scheduling.retry_policy.next_attempt_at`) until it is too old.

    Args:
        name: the job's name.
        job: the job.
        known: the turns of the job that the ledger knows, by their moment (aware).
        now: the moment (aware).
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
    young = [turn for turn in waiting if now - turn.at <= dt.timedelta(days=job.max_age_days)]
    skipped = [(turn, _too_old(job, known.get(turn.at))) for turn in waiting if turn not in young]
    if job.catch_up == "latest" and len(young) > 1:
        skipped += [(turn, f"{young[-1].period.text} stands for it") for turn in young[:-1]]
        young = young[-1:]
    return Due(tuple(young), tuple(skipped))


def scheduled_run_of(name: str, job: Job, at: dt.datetime, calendar: Calendar) -> ScheduledRun:
    """The turn of a job at a moment that is in the site's zone."""
    return ScheduledRun(name, at, parse_period(job.period, at.date(), calendar))


def _is_waiting(job: Job, known: ScheduledRunRecord | None, at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a turn is still to be taken, or to be given up; one that is ``running`` is, if its taker is gone."""
    if known is None or known.status == "running":
        return True
    if known.status != "retry":
        return False
    is_on_time, is_old = now <= job.deadline(at), now - at > dt.timedelta(days=job.max_age_days)
    return is_on_time or is_old or next_attempt_at(at, known.ended_at or at, now)


def _too_old(job: Job, known: ScheduledRunRecord | None) -> str:
    """Why a turn is not made up for: its age, and what it failed of before."""
    why = f"older than {job.max_age_days} days"
    return f"{why}; it failed of: {known.why}" if known is not None and known.why else why
