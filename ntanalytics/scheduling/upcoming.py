"""The turns that come next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ntanalytics.errors import CalendarMissing
from ntanalytics.periods import Calendar, days_between
from ntanalytics.scheduling.due import ScheduledRun, scheduled_run_of
from ntanalytics.scheduling.jobs import Job


def upcoming(
    jobs: Mapping[str, Job], now: dt.datetime, days: int, calendar: Calendar, zone: ZoneInfo
) -> tuple[list[ScheduledRun], list[str]]:
    """The turns of the next days in order of time, and what cannot be told of them.

    Args:
        jobs: the jobs by name.
        now: the moment (aware); turns later than it are listed.
        days: how many days ahead.
        calendar: the working days.
        zone: the site's zone.

    Returns:
        The turns up to the first day that cannot be told, job by job; a sentence for each job that has one.
    """
    found, untold = [], []
    for name, job in jobs.items():
        begin = now
        for day in days_between(now.astimezone(zone).date(), (now + dt.timedelta(days=days)).astimezone(zone).date()):
            end = min(dt.datetime.combine(day, dt.time.max, zone), now + dt.timedelta(days=days))
            try:
                found += [
                    scheduled_run_of(name, job, at, calendar) for at in job.when.between(begin, end, calendar, zone)
                ]
            except CalendarMissing as error:
                untold.append(f"{name}: from {day} on it cannot be told: {error.what}")
                break
            begin = max(begin, end)
    return sorted(found, key=lambda turn: (turn.at, turn.job)), untold
