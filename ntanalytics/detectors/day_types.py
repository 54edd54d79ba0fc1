"""Day types that change how much is done: weekdays, make-up workdays, holidays, month ends, edges of long holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any

#: Working days at a month's end on which business peaks.
MONTH_END_DAYS = 4

#: Days off in a row that are a long holiday; people travel on the working days beside it.
LONG_HOLIDAY_DAYS = 3


class DayTypes:
    """Types of the days of a span, from its calendar.

    Args:
        days: rows by day with ``is_working_day`` and ``label`` (``metrics.days``). Any other day counts as worked from
            Monday to Friday.
    """

    def __init__(self, days: Mapping[date, Mapping[str, Any]]) -> None:
        self._days = days
        self._is_working = {day: bool(row["is_working_day"]) for day, row in days.items()}

    def is_working(self, day: date) -> bool:
        """Return whether it is a working day."""
        is_working = self._is_working.get(day)
        return day.weekday() < 5 if is_working is None else is_working

    def kind(self, day: date) -> str:
        """Return ``0`` to ``6`` for an ordinary day of the week, ``make_up`` or ``holiday``.

        A weekday off is a holiday; so is a weekend day that the calendar names as one.
        """
        if self.is_working(day):
            return "make_up" if day.weekday() >= 5 else str(day.weekday())
        label = self._days[day].get("label") if day in self._days else None
        is_plain = day.weekday() >= 5 and label in (None, "", "周末")
        return str(day.weekday()) if is_plain else "holiday"

    def ends_month(self, day: date) -> bool:
        """Return whether it is one of the last four working days of its month."""
        if not self.is_working(day):
            return False
        first_of_next = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        later = (day + timedelta(days=ahead) for ahead in range(1, (first_of_next - day).days))
        return len(list(islice(filter(self.is_working, later), MONTH_END_DAYS))) < MONTH_END_DAYS

    def is_edge(self, day: date) -> bool:
        """Return whether it is the working day before or after a long holiday."""
        return self.is_working(day) and any(
            all(not self.is_working(day + timedelta(days=sign * ahead)) for ahead in range(1, LONG_HOLIDAY_DAYS + 1))
            for sign in (-1, 1)
        )

    def effects(self, day: date) -> tuple[str, ...]:
        """Return the types of a day that change its value: its kind, ``month_end``, ``edge``."""
        marks = (("month_end", self.ends_month(day)), ("edge", self.is_edge(day)))
        return (self.kind(day), *(name for name, holds in marks if holds))
