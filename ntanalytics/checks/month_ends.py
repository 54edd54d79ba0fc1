"""Month ends: what the last working days of each month have more of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.day_totals import of_members, sums_by_day
from ntanalytics.detectors.day_types import MONTH_END_DAYS
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS
from ntanalytics.periods import Calendar

#: Months at each of whose ends more came, and share of what is more that one of their last days must have had: the end
#: of a month is no chance, and one has twice as much as another.
_RECURRING, _LEAST = 2, 1 / 3


def month_ends(calendar: Calendar, on: date, days: Collection[date]) -> list[list[date]]:
    """Return the last worked days of each month before that of a day; none where it is no such day itself.

    Args:
        calendar: the working-day calendar.
        on: the day.
        days: the days that are known.

    Returns:
        Those of each month that are known, the latest month first, up to the first month without one.
    """
    if on not in _last_worked(calendar, on):
        return []
    ends: list[list[date]] = []
    month = on.replace(day=1) - timedelta(days=1)
    while known := [day for day in _last_worked(calendar, month) if day in days]:
        ends.append(known)
        month = month.replace(day=1) - timedelta(days=1)
    return ends


def _last_worked(calendar: Calendar, month: date) -> list[date]:
    """Return the last worked days of the month of a day, the last one first; those that are known."""
    day = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    worked: list[date] = []
    while calendar.knows(day) and len(worked) < MONTH_END_DAYS:
        if calendar.is_working_day(day):
            worked.append(day)
        day -= timedelta(days=1)
    return worked


def without_recurring(
    departing: Sequence[Departure], counted: pa.Table, ends: Sequence[Sequence[date]], endings: Collection[str]
) -> list[Departure]:
    """Return the departures without what had more at the end of each of two months before: accounts that are closed.

    What fails each time is told each time.

    Args:
        departing: departures of the day.
        counted: leaves of these days.
        ends: the last worked days of each month before.
        endings: dimensions that tell how events end.
    """
    if len(ends) < _RECURRING:
        return list(departing)
    return [
        departure
        for departure in departing
        if dict(departure.members).keys() & {*endings} or not _recurs(departure, counted, ends)
    ]


def _recurs(departure: Departure, counted: pa.Table, ends: Sequence[Sequence[date]]) -> bool:
    if departure.value or departure.days or departure.direction < 0:
        return False
    least = departure.expected + _LEAST * (departure.seen - departure.expected)
    return min(max(_levels(departure, counted, days)) for days in ends) >= least


def _levels(departure: Departure, counted: pa.Table, days: Sequence[date]) -> list[float]:
    """Return the events that the subject of a departure had in its hours on some days."""
    own = of_members(counted, departure.members)
    first, after = departure.hours
    if (first, after) != (0, HOURS):
        own = own.filter(pc.and_(pc.greater_equal(own["hour"], first), pc.less(own["hour"], after)))
    totals = sums_by_day(own)
    return [totals.get(day, 0.0) for day in days]
