"""Scheduled runs of the next days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ntanalytics.errors import CalendarMissing
from ntanalytics.language import tr
from ntanalytics.periods import Calendar, days_between
from ntanalytics.scheduling.due import ScheduledRun, scheduled_run_of
from ntanalytics.scheduling.jobs import Job


def upcoming(
    jobs: Mapping[str, Job], now: dt.datetime, days: int, calendar: Calendar, zone: ZoneInfo
) -> tuple[list[ScheduledRun], list[str]]:
    """Return the scheduled runs of the next days in order of time, and the jobs with an unknown day.

    Args:
        jobs: the jobs by name.
        now: the present moment (aware).
        days: the number of days.
        calendar: the working days.
        zone: the site's zone.

    Returns:
        The runs of each job up to its first day that is not known, and a sentence on each such job.
    """
    runs: list[ScheduledRun] = []
    unknown = []
    for name, job in jobs.items():
        begin = now
        for day in days_between(now.astimezone(zone).date(), (now + dt.timedelta(days=days)).astimezone(zone).date()):
            end = min(dt.datetime.combine(day, dt.time.max, zone), now + dt.timedelta(days=days))
            try:
                moments = job.when.between(begin, end, calendar, zone)
                runs += [scheduled_run_of(name, job, at, calendar) for at in moments]
            except CalendarMissing as error:
                unknown.append(
                    tr("{name}: from {day} on it cannot be told: {what}", name=name, day=day, what=error.what)
                )
                break
            begin = max(begin, end)
    return sorted(runs, key=lambda run: (run.at, run.job)), unknown
