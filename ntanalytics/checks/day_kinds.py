"""Kinds of days: what departs on a make-up workday or a holiday from all other days, and what each month end has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from statistics import mean

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.day_totals import totals_by_day
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, NO_MEMBER
from ntanalytics.periods import Calendar

#: Times by which a number is beyond the least or the largest of some days.
_FAR = 2.0

#: Days of one kind on each of which as much is no chance, and share of what is more that each of them had more.
_RECURRING, _MOST = 2, 0.5


def departing_from_both(
    departing: Sequence[Departure], others: Sequence[Departure], counted: pa.Table, of_weekday: Sequence[date]
) -> list[Departure]:
    """Return the departures from days worked like the day that depart from ordinary days of its weekday, too.

    What a plan by weekday does, or what is worked on a day off, departs from one kind of days alone. A number departs
    from both where it is far beyond all of the others on its way: a client that 300 use on a worked day, 60 on a
    Saturday and nobody on a make-up Saturday is gone, though each of the others is used more than on Saturdays.

    Args:
        departing: departures from the days that are worked, or not worked, as the day is.
        others: departures from the ordinary days of its weekday.
        counted: leaves of both kinds of days.
        of_weekday: the ordinary days of its weekday.
    """
    subjects = {departure.subject for departure in others}
    return [
        departure
        for departure in departing
        if departure.subject in subjects or _is_beyond(departure, counted, of_weekday)
    ]


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


def _is_beyond(departure: Departure, counted: pa.Table, of_weekday: Sequence[date]) -> bool:
    if departure.value or departure.days or not departure.members:
        return False
    levels = _levels(departure, counted, of_weekday)
    if departure.direction < 0:
        return _FAR * departure.seen < min(levels) and mean(levels) <= departure.expected
    return departure.seen > _FAR * max(levels) and mean(levels) >= departure.expected


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
