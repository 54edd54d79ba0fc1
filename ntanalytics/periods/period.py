"""Periods (days, weeks, months, contract years) and hours of the day (docs/domain.md, Time).

A period consists of whole local days; its UTC window is half-open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ntanalytics.errors import BadPeriod
from ntanalytics.language import tr


class PeriodKind(StrEnum):
    """Kinds of report periods."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CONTRACT = "contract"


@dataclass(frozen=True)
class Hours:
    """Daily hours, such as ``19:00-07:30``; they pass midnight if the end is before the start.

    Attributes:
        start: local time of day, included.
        end: local time of day, not included.
    """

    start: dt.time
    end: dt.time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Return the hours of a text such as ``19:00-07:30``.

        Raises:
            ValueError: the text is not of this form, or start and end are equal.
        """
        match = re.fullmatch(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", text.strip())
        if not match:
            raise ValueError(tr("{text!r} are not hours; write them like 19:00-07:30", text=text))
        start, end = (dt.time(int(hour), int(minute)) for hour, minute in (match.groups()[:2], match.groups()[2:]))
        if start == end:
            raise ValueError(tr("{text!r} has equal start and end: leave it out for all hours", text=text))
        return cls(start, end)

    def contains(self, local: dt.datetime) -> bool:
        """Return True if a local time is within the hours."""
        if self.start < self.end:
            return self.start <= local.time() < self.end
        return local.time() >= self.start or local.time() < self.end

    def next_start(self, local: dt.datetime) -> dt.datetime:
        """Return the next local start after ``local``."""
        today = local.replace(hour=self.start.hour, minute=self.start.minute, second=0, microsecond=0)
        return today if today > local else today + dt.timedelta(days=1)


#: Kind of a period → the words for it and for the one before it; of all others.
_WORDS: Mapping[PeriodKind, tuple[str, str]] = MappingProxyType(
    {PeriodKind.DAY: ("当日", "前一日"), PeriodKind.WEEK: ("本周", "上周"), PeriodKind.MONTH: ("本月", "上月")}
)
_WORDS_OF_OTHERS = ("本期", "此前同长时段")


def period_word(before: str) -> str:
    """Return the word for the period of which another one is the period before: ``本周`` for ``上周``, else ``本期``.

    Args:
        before: the period before in words.
    """
    return next((word for word, previous in _WORDS.values() if previous == before), _WORDS_OF_OTHERS[0])


@dataclass(frozen=True)
class Period:
    """A day, an ISO week, a month, or a contract year as far as it has gone.

    Attributes:
        kind: day, week, month or contract.
        first: first local day.
        last: last local day, included.
    """

    kind: PeriodKind
    first: dt.date
    last: dt.date

    @classmethod
    def day(cls, day: dt.date) -> Period:
        """Return the period of one day."""
        return cls(PeriodKind.DAY, day, day)

    @classmethod
    def week(cls, day: dt.date) -> Period:
        """Return the ISO week (Monday to Sunday) of ``day``."""
        monday = day - dt.timedelta(days=day.weekday())
        return cls(PeriodKind.WEEK, monday, monday + dt.timedelta(days=6))

    @classmethod
    def month(cls, day: dt.date) -> Period:
        """Return the calendar month of ``day``."""
        first = day.replace(day=1)
        following = (first + dt.timedelta(days=31)).replace(day=1)
        return cls(PeriodKind.MONTH, first, following - dt.timedelta(days=1))

    @classmethod
    def contract(cls, first: dt.date, last: dt.date) -> Period:
        """Return the days of a contract year from ``first`` to ``last``, both included.

        Raises:
            BadPeriod: ``last`` is earlier.
        """
        if last < first:
            raise BadPeriod(
                tr("{last} is before {first}", last=last, first=first),
                todo=tr("write the first day, _ and the last day"),
            )
        return cls(PeriodKind.CONTRACT, first, last)

    @property
    def text(self) -> str:
        """Text form: ``2026-11-20``, ``2026-W47``, ``2026-11``, ``2026-03-01_2027-02-28``."""
        if self.kind is PeriodKind.CONTRACT:
            return f"{self.first.isoformat()}_{self.last.isoformat()}"
        if self.kind is PeriodKind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        return self.first.isoformat() if self.kind is PeriodKind.DAY else f"{self.first:%Y-%m}"

    @property
    def label(self) -> str:
        """Chinese label: ``2026年第47周（11月16日—22日）``."""
        first, last = self.first, self.last
        if self.kind is PeriodKind.DAY:
            return f"{first.year}年{first.month}月{first.day}日（{'周' + '一二三四五六日'[first.weekday()]}）"
        if self.kind is PeriodKind.MONTH:
            return f"{first.year}年{first.month}月"
        if self.kind is PeriodKind.CONTRACT:
            end = f"{'' if last.year == first.year else f'{last.year}年'}{last.month}月{last.day}日"
            return f"{first.year}年{first.month}月{first.day}日至{end}"
        year, week, _ = first.isocalendar()
        end = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
        return f"{year}年第{week}周（{first.month}月{first.day}日—{end}）"

    @property
    def word(self) -> str:
        """Word for it in Chinese: ``当日``, ``本周``, ``本月``; of a contract year so far ``本期``."""
        return _WORDS.get(self.kind, _WORDS_OF_OTHERS)[0]

    @property
    def before_word(self) -> str:
        """Word for the period before it: ``前一日``, ``上周``, ``上月``; of a contract year ``此前同长时段``."""
        return _WORDS.get(self.kind, _WORDS_OF_OTHERS)[1]

    def is_of(self, kind: PeriodKind) -> bool:
        """Return whether it is of a kind: a job issues reports of one kind."""
        return self.kind is kind

    @property
    def days(self) -> list[dt.date]:
        """Local days, in order."""
        return days_between(self.first, self.last)

    def previous(self) -> Period:
        """Return the preceding period of the same kind; of a contract year as many days before it."""
        before = self.first - dt.timedelta(days=1)
        if self.kind is PeriodKind.CONTRACT:
            return Period(self.kind, self.first - (self.last - before), before)
        make = {PeriodKind.DAY: Period.day, PeriodKind.WEEK: Period.week, PeriodKind.MONTH: Period.month}
        return make[self.kind](before)

    def year_before(self) -> Period | None:
        """Return the same period of the year before: the same month, ISO week or day.

        None of a week 53 or a 29 February that it does not have, and of a contract year.
        """
        if self.kind is PeriodKind.CONTRACT:
            return None
        try:
            if self.kind is PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return Period.week(dt.date.fromisocalendar(year - 1, week, 1))
            first = self.first.replace(year=self.first.year - 1)
        except ValueError:
            return None
        return Period.day(first) if self.kind is PeriodKind.DAY else Period.month(first)

    def window(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """Return the half-open window ``[since, until)`` in UTC, for local days of ``zone``."""
        return local_window(self.first, self.last, zone)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days from ``first`` to ``last``, both included; empty if ``last`` is earlier."""
    return [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]


@lru_cache(maxsize=10_000)  # the same days are asked of each source and dataset
def local_window(first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Return the UTC times of the start of local day ``first`` and the end of local day ``last``."""
    since = dt.datetime.combine(first, dt.time(), zone)
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    return since.astimezone(dt.UTC), until.astimezone(dt.UTC)
