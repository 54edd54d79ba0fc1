"""Spans of local days: the periods of the reports, and the days and working days within them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import chinese_calendar

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)

#: Office hours of a working day, from and until.
OFFICE_HOURS = ((dt.time(8, 30), dt.time(12)), (dt.time(13, 30), dt.time(18)))


@dataclass(frozen=True)
class Span:
    """Local days from the first to the last one; moments are on the wall clock, without a zone."""

    first: dt.date
    last: dt.date

    @property
    def since(self) -> dt.datetime:
        """Return the first moment."""
        return midnight(self.first)

    @property
    def until(self) -> dt.datetime:
        """Return the first moment after the span."""
        return midnight(self.last + DAY)

    @property
    def days(self) -> list[dt.date]:
        """Return the days in their order."""
        return list(_days(self.first, self.last))

    @property
    def working_days(self) -> list[dt.date]:
        """Return the working days in their order."""
        return [day for day in self.days if is_working(day)]

    @property
    def between(self) -> tuple[str, str]:
        """Return the bounds as the databases write moments."""
        return text(self.since), text(self.until)

    def before(self, times: int = 1) -> Span:
        """Return the span of the same kind before this one, or further back."""
        if self.first.day == 1 and (self.last + DAY).day == 1:
            last = self.first - DAY
            return Span(last.replace(day=1), last) if times == 1 else Span(last.replace(day=1), last).before(times - 1)
        if self.first == self.last:
            return Span(self.first - times * DAY, self.last - times * DAY)
        return Span(self.first - times * WEEK, self.last - times * WEEK)

    def back(self, days: int) -> Span:
        """Return the span of so many days that ends with this one."""
        return Span(self.last - (days - 1) * DAY, self.last)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += DAY


def span_of(period: str) -> Span:
    """Return the span of a day, week or month as the reports name it."""
    if "W" in period:
        first = dt.date.fromisocalendar(int(period[:4]), int(period[6:]), 1)
        return Span(first, first + WEEK - DAY)
    if len(period) == len("2026-11"):
        begin = dt.date.fromisoformat(f"{period}-01")
        return Span(begin, (begin + 31 * DAY).replace(day=1) - DAY)
    day = dt.date.fromisoformat(period)
    return Span(day, day)


def is_working(day: dt.date) -> bool:
    """Return whether a day is a working day by the State Council's calendar."""
    return bool(chinese_calendar.is_workday(day))


def midnight(day: dt.date) -> dt.datetime:
    """Return the beginning of a day on the wall clock."""
    return dt.datetime.combine(day, dt.time())


def text(moment: dt.datetime) -> str:
    """Return a moment as the databases write it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def moment(written: str | None) -> dt.datetime | None:
    """Return the moment that a database wrote, or None."""
    return dt.datetime.fromisoformat(written) if written else None


def epoch(local: dt.datetime | None) -> float | None:
    """Return a moment on the wall clock in seconds since 1970 UTC, as the records compare."""
    return None if local is None else local.replace(tzinfo=ZONE).timestamp()


def local(seconds: float) -> dt.datetime:
    """Return the moment on the wall clock from seconds since 1970 UTC."""
    return dt.datetime.fromtimestamp(seconds, ZONE).replace(tzinfo=None)
