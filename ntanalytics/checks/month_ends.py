"""Month ends: what each last working day of a month has more of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.day_totals import totals_by_day
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, NO_MEMBER
from ntanalytics.periods import Calendar

#: Days of one kind on each of which as much is no chance, and share of what is more that each of them had more.
_RECURRING, _MOST = 2, 0.5


def month_ends(calendar: Calendar, on: date, days: Collection[date]) -> list[date]:
    """Return the last worked days of the months before a day that is that of its own; none of any other day.

    Args:
        calendar: the working-day calendar.
        on: the day.
        days: the days that are known.

    Returns:
        Those among the known days, the latest first; none where a year of them is unknown.
    """
    ends: list[date] = []
    month = on
    while (last := _last_worked(calendar, month)) is not None and (last == on or last in days):
        ends.append(last)
        month = month.replace(day=1) - timedelta(days=1)
    return ends[1:] if ends and ends[0] == on else []


def _last_worked(calendar: Calendar, month: date) -> date | None:
    day = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    while calendar.knows(day) and not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day if calendar.knows(day) else None


def without_recurring(
    departing: Sequence[Departure], counted: pa.Table, ends: Sequence[date], endings: Collection[str]
) -> list[Departure]:
    """Return the departures without what had as much more on each of two such days before: accounts that are closed.

    What fails each time is told each time.

    Args:
        departing: departures of the day.
        counted: leaves of these days.
        ends: days of the same kind before it.
        endings: dimensions that tell how events end.
    """
    if len(ends) < _RECURRING:
        return list(departing)
    return [
        departure
        for departure in departing
        if dict(departure.members).keys() & {*endings} or not _recurs(departure, counted, ends)
    ]


def _recurs(departure: Departure, counted: pa.Table, ends: Sequence[date]) -> bool:
    if departure.value or departure.days or departure.direction < 0:
        return False
    least = departure.expected + _MOST * (departure.seen - departure.expected)
    return min(_levels(departure, counted, ends)) >= least


def _levels(departure: Departure, counted: pa.Table, days: Sequence[date]) -> list[float]:
    """Return the events that the subject of a departure had in its hours on some days."""
    own = counted
    for dimension, member in departure.members:
        column = own[dimension]
        own = own.filter(pc.is_null(column) if member == NO_MEMBER else pc.equal(column, member))
    first, after = departure.hours
    if (first, after) != (0, HOURS):
        own = own.filter(pc.and_(pc.greater_equal(own["hour"], first), pc.less(own["hour"], after)))
    totals = totals_by_day(own)
    return [totals.get(day, 0.0) for day in days]
