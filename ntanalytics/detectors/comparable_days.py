"""Comparable days: the covered days before a day that are worked as it is."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

#: Comparable days that are read, the latest ones.
COMPARABLE_DAYS = 20

_SATURDAY = 5

_DAY = timedelta(days=1)


def comparable_days(calendar: Iterable[Mapping[str, Any]], on: date, limit: int = COMPARABLE_DAYS) -> list[date]:
    """Return the covered days before ``on`` that are worked as it is, or not worked, the latest first.

    Args:
        calendar: rows of ``metrics.days``.
        on: the inspected day.
        limit: largest number of days.

    Returns:
        No day where the calendar does not hold ``on``.
    """
    return comparable_days_of(calendar, [on], limit)[on]


def comparable_days_of(
    calendar: Iterable[Mapping[str, Any]], days: Iterable[date], limit: int = COMPARABLE_DAYS
) -> dict[date, list[date]]:
    """Return each of some days → its comparable days (:func:`comparable_days`), in one pass over the calendar.

    Args:
        calendar: rows of ``metrics.days``.
        days: the inspected days.
        limit: largest number of comparable days of each.
    """
    by_day = {row["day"]: row for row in calendar}
    alike: defaultdict[bool, list[date]] = defaultdict(list)
    for day in sorted(by_day):
        if by_day[day]["is_covered"]:
            alike[by_day[day]["is_working_day"]].append(day)

    def before(on: date) -> list[date]:
        if on not in by_day:
            return []
        known = alike[by_day[on]["is_working_day"]]
        end = bisect_left(known, on)
        return known[max(0, end - limit) : end][::-1]

    return {on: before(on) for on in days}


def days_of_weekday(calendar: Iterable[Mapping[str, Any]], on: date, limit: int = COMPARABLE_DAYS) -> list[date]:
    """Return the ordinary covered days of the week's same part before a day that is worked against its weekday.

    Args:
        calendar: rows of ``metrics.days``.
        on: the inspected day.
        limit: largest number of days.

    Returns:
        The Saturdays and Sundays before a make-up workday, the days from Monday to Friday before a holiday on one, the
        latest first; none for any other day.
    """
    by_day = {row["day"]: row for row in calendar}
    if on not in by_day or _is_ordinary(by_day[on]):
        return []
    is_weekend = on.weekday() >= _SATURDAY
    return _latest(
        by_day, on, limit, lambda row: (row["day"].weekday() >= _SATURDAY) == is_weekend and _is_ordinary(row)
    )


def _latest(
    by_day: Mapping[date, Mapping[str, Any]],
    before: date,
    limit: int,
    is_comparable: Callable[[Mapping[str, Any]], bool],
) -> list[date]:
    days = (day for day, row in by_day.items() if day < before and row["is_covered"] and is_comparable(row))
    return sorted(days, reverse=True)[:limit]


def _is_ordinary(row: Mapping[str, Any]) -> bool:
    is_weekend: bool = row["day"].weekday() >= _SATURDAY
    is_worked: bool = row["is_working_day"]
    return is_worked != is_weekend


def is_covered(calendar: Iterable[Mapping[str, Any]], on: date) -> bool:
    """Return whether a day was extracted; False where the calendar does not hold it.

    Args:
        calendar: rows of ``metrics.days``.
        on: the day.
    """
    return any(row["is_covered"] for row in calendar if row["day"] == on)


def may_be_older(calendar: Iterable[Mapping[str, Any]], on: date, earlier_events: float) -> bool:
    """Return whether what is missing on a day may be missing since before it: nobody saw it come.

    Args:
        calendar: rows of ``metrics.days``.
        on: the day.
        earlier_events: events of the day before they were missing.
    """
    return not earlier_events and not is_covered(calendar, on - _DAY)
