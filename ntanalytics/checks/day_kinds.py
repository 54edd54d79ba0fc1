"""Kinds of days: what departs on a make-up workday, or on a holiday of the week, whichever days it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import mean

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.day_totals import totals_by_day
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, NO_MEMBER

#: Times by which a number is beyond the least or the largest of some days.
_FAR = 2.0


def departing_from_both(
    departing: Sequence[Departure], others: Sequence[Departure], counted: pa.Table, of_weekday: Sequence[date]
) -> list[Departure]:
    """Return the departures from days worked like the day that depart from ordinary days of its weekday, too.

    What a plan by weekday does, or what is worked on a day off, departs from one kind of days alone. A number departs
    from both where it is far beyond all of the others on its way: a client that 300 use on a worked day, 60 on a Saturday
    and nobody on a make-up Saturday is gone, though each of the others is used more than on Saturdays.

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


def _is_beyond(departure: Departure, counted: pa.Table, of_weekday: Sequence[date]) -> bool:
    if departure.value or departure.days or not departure.members:
        return False
    own = counted
    for dimension, member in departure.members:
        column = own[dimension]
        own = own.filter(pc.is_null(column) if member == NO_MEMBER else pc.equal(column, member))
    first, after = departure.hours
    if (first, after) != (0, HOURS):
        own = own.filter(pc.and_(pc.greater_equal(own["hour"], first), pc.less(own["hour"], after)))
    totals = totals_by_day(own)
    levels = [totals.get(day, 0.0) for day in of_weekday]
    if departure.direction < 0:
        return _FAR * departure.seen < min(levels) and mean(levels) <= departure.expected
    return departure.seen > _FAR * max(levels) and mean(levels) >= departure.expected
