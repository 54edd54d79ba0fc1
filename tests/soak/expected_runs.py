"""Expected scheduled runs, computed by the soak itself, without the scheduler and its calendar.

Days off and make-up workdays are those of the State Council's notice for 2026.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: China keeps one zone and no summer time.
ZONE = dt.timezone(dt.timedelta(hours=8))
FIRST, LAST = dt.date(2026, 4, 1), dt.date(2026, 12, 31)

_OFF = {
    *(dt.date(2026, 4, day) for day in (4, 5, 6)), *(dt.date(2026, 5, day) for day in range(1, 6)),
    *(dt.date(2026, 6, day) for day in (19, 20, 21)), *(dt.date(2026, 9, day) for day in (25, 26, 27)),
    *(dt.date(2026, 10, day) for day in range(1, 8)),
}  # fmt: skip
_WORKED = {dt.date(2026, 5, 9), dt.date(2026, 9, 20), dt.date(2026, 10, 10)}
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True)
class ExpectedRun:
    """A scheduled run that is due.

    Attributes:
        at: its time (aware).
        job: its job.
        report: its report.
        period: the report's period.
        deadline: the time by which the report must be issued (aware).
        max_age: the time for which a missed run is caught up.
    """

    at: dt.datetime
    job: str
    report: str
    period: str
    deadline: dt.datetime
    max_age: dt.timedelta


def works(day: dt.date) -> bool:
    """Return whether a day of 2026 is a working day."""
    if not FIRST <= day <= LAST:
        raise ValueError(f"the soak knows {FIRST} to {LAST} alone, not {day}")
    return day in _WORKED or (day.weekday() < 5 and day not in _OFF)


def expected_runs(jobs: Mapping[str, Mapping[str, Any]], first: dt.datetime, last: dt.datetime) -> list[ExpectedRun]:
    """Return the runs of some jobs between the first and the last call of the scheduler.

    A job begins with its latest run before the first call, unless that is too old to be caught up.
    """
    runs = []
    for name, job in jobs.items():
        turns = [each for each in _turns(name, job) if each.at <= last]
        before = [each for each in turns if each.at <= first][-1:]
        runs += [each for each in before if first - each.at <= each.max_age]
        runs += [each for each in turns if each.at > first]
    return sorted(runs)


def _turns(name: str, job: Mapping[str, Any]) -> Iterator[ExpectedRun]:
    days, _, clock = job["when"].rpartition(" ")
    at = dt.time.fromisoformat(clock)
    day = FIRST + 14 * _DAY
    while day < LAST:
        if _is_on(day, days):
            moment = dt.datetime.combine(day, at, ZONE)
            deadline = moment + dt.timedelta(minutes=job.get("deadline_min", 120))
            age = dt.timedelta(days=job.get("max_age_days", 10))
            yield ExpectedRun(moment, name, job["report"], _period(job["period"], day), deadline, age)
        day += _DAY


def _is_on(day: dt.date, days: str) -> bool:
    if days == "Monday":
        return day.weekday() == 0
    if days == "first working day of the month":
        return works(day) and not any(works(day.replace(day=number)) for number in range(1, day.day))
    if days != "working day":
        raise ValueError(f"the soak knows no {days!r}")
    return works(day)


def _period(rule: str, day: dt.date) -> str:
    if rule == "last-working-day":
        day -= _DAY
        while not works(day):
            day -= _DAY
        return f"{day}"
    if rule == "last-week":
        year, week, _ = (day - 7 * _DAY).isocalendar()
        return f"{year}-W{week:02d}"
    if rule != "last-month":
        raise ValueError(f"the soak knows no {rule!r}")
    return f"{day.replace(day=1) - _DAY:%Y-%m}"
