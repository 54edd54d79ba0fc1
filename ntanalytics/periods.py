"""Days, ISO weeks and months, hours of the day, and the working-day calendar (docs/domain.md, Time).

A period is made of whole local days; its window in UTC is half-open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

import chinese_calendar

from ntanalytics.errors import BadPeriod, CalendarMissing


class PeriodKind(StrEnum):
    """The kinds of period a report can be made for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Hours:
    """Hours of every day, as ``19:00-07:30``: over midnight where they end before they begin.

    Attributes:
        begins: local time of day, included.
        ends: local time of day, not included.
    """

    begins: dt.time
    ends: dt.time

    @classmethod
    def of(cls, text: str) -> Hours:
        """The hours that a text tells.

        Raises:
            ValueError: it tells none, or none at all lie between its ends.
        """
        match = re.fullmatch(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", text.strip())
        if not match:
            raise ValueError(f"{text!r} are no hours; write them like 19:00-07:30")
        begins, ends = (dt.time(int(hour), int(minute)) for hour, minute in (match.groups()[:2], match.groups()[2:]))
        if begins == ends:
            raise ValueError(f"{text!r} begins when it ends: leave it out where all hours are meant")
        return cls(begins, ends)

    def hold(self, local: dt.datetime) -> bool:
        """Whether a local moment lies in them."""
        if self.begins < self.ends:
            return self.begins <= local.time() < self.ends
        return local.time() >= self.begins or local.time() < self.ends

    def next_begin(self, local: dt.datetime) -> dt.datetime:
        """The next local moment after ``local`` at which they begin."""
        today = local.replace(hour=self.begins.hour, minute=self.begins.minute, second=0, microsecond=0)
        return today if today > local else today + dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A day, an ISO week or a month.

    Attributes:
        kind: which of the three.
        first: its first local day.
        last: its last local day, included.
    """

    kind: PeriodKind
    first: dt.date
    last: dt.date

    @classmethod
    def day(cls, day: dt.date) -> Period:
        """The period of one day."""
        return cls(PeriodKind.DAY, day, day)

    @classmethod
    def week(cls, day: dt.date) -> Period:
        """The ISO week, Monday to Sunday, that holds ``day``."""
        monday = day - dt.timedelta(days=day.weekday())
        return cls(PeriodKind.WEEK, monday, monday + dt.timedelta(days=6))

    @classmethod
    def month(cls, day: dt.date) -> Period:
        """The calendar month that holds ``day``."""
        first = day.replace(day=1)
        following = (first + dt.timedelta(days=31)).replace(day=1)
        return cls(PeriodKind.MONTH, first, following - dt.timedelta(days=1))

    @property
    def text(self) -> str:
        """As it is written and read: ``2026-11-20``, ``2026-W47``, ``2026-11``."""
        if self.kind is PeriodKind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        return self.first.isoformat() if self.kind is PeriodKind.DAY else f"{self.first:%Y-%m}"

    @property
    def label(self) -> str:
        """As a Chinese reader writes it: ``2026年第47周（11月16日—22日）``."""
        first, last = self.first, self.last
        if self.kind is PeriodKind.DAY:
            return f"{first.year}年{first.month}月{first.day}日（{'周' + '一二三四五六日'[first.weekday()]}）"
        if self.kind is PeriodKind.MONTH:
            return f"{first.year}年{first.month}月"
        year, week, _ = first.isocalendar()
        end = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
        return f"{year}年第{week}周（{first.month}月{first.day}日—{end}）"

    @property
    def days(self) -> list[dt.date]:
        """Its local days, in order."""
        return days_between(self.first, self.last)

    def previous(self) -> Period:
        """The period of the same kind before it."""
        before = self.first - dt.timedelta(days=1)
        make = {PeriodKind.DAY: Period.day, PeriodKind.WEEK: Period.week, PeriodKind.MONTH: Period.month}
        return make[self.kind](before)

    def window(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """Its half-open window ``[since, until)`` as UTC moments, for local days of ``zone``."""
        return local_window(self.first, self.last, zone)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """The days from ``first`` to ``last``, both included; empty when ``last`` is earlier."""
    return [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]


def local_window(first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The UTC moments at which local day ``first`` begins and local day ``last`` ends."""
    since = dt.datetime.combine(first, dt.time(), zone)
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    return since.astimezone(dt.UTC), until.astimezone(dt.UTC)


#: From 1900 to 2999: a report of another year is a slip, and Python's days end soon after.
_YEAR = r"(?:19|2\d)\d{2}"
_FORMS = "2026-11-20, 2026-W47, 2026-11, yesterday, last-working-day, last-week, last-month"


def parse_period(text: str, today: dt.date, calendar: Calendar | None = None) -> Period:
    """The period that ``text`` names.

    Args:
        text: a day, an ISO week, a month, or a word relative to ``today``: ``yesterday``,
            ``last-working-day``, ``last-week``, ``last-month``.
        today: the local day on which the relative words are said.
        calendar: the working days; needed by ``last-working-day`` (default: the library's).

    Raises:
        BadPeriod: the text is none of these, or no such day exists.
        CalendarMissing: ``last-working-day`` falls in a year without a calendar.
    """
    yesterday = today - dt.timedelta(days=1)
    match text:
        case "yesterday":
            return Period.day(yesterday)
        case "last-working-day":
            day = yesterday
            known = calendar or Calendar()
            while not known.is_working_day(day):
                day -= dt.timedelta(days=1)
            return Period.day(day)
        case "last-week":
            return Period.week(today - dt.timedelta(days=7))
        case "last-month":
            return Period.month(today.replace(day=1) - dt.timedelta(days=1))
    try:
        if re.fullmatch(_YEAR + r"-\d{2}-\d{2}", text):
            return Period.day(dt.date.fromisoformat(text))
        if re.fullmatch(_YEAR + r"-W\d{2}", text):
            return Period.week(dt.date.fromisocalendar(int(text[:4]), int(text[6:]), 1))
        if re.fullmatch(_YEAR + r"-\d{2}", text):
            return Period.month(dt.date.fromisoformat(f"{text}-01"))
    except ValueError as error:
        raise BadPeriod(f"there is no period {text!r}: {error}", todo=f"write one of {_FORMS}") from error
    raise BadPeriod(f"{text!r} is not a period", todo=f"write one of {_FORMS}")


@dataclass(frozen=True)
class Calendar:
    """The State Council's working days, with a site's own corrections.

    Attributes:
        working: day → whether it is worked, for days that differ from the library or that the
            library does not know. A year is known when the library knows it, or when the site
            lists it in ``years``.
        years: years for which ``working`` lists every exception to Monday–Friday.
        source: the file the corrections came from, for messages.
    """

    working: Mapping[dt.date, bool] | None = None
    years: frozenset[int] = frozenset()
    source: str = ""

    @cached_property
    def _library_years(self) -> frozenset[int]:
        return frozenset(day.year for day in chinese_calendar.constants.holidays)

    def knows(self, year: int) -> bool:
        """Whether working days of that year are known."""
        return year in self.years or year in self._library_years

    def is_working_day(self, day: dt.date) -> bool:
        """Whether ``day`` is worked, make-up days (调休) included.

        Raises:
            CalendarMissing: neither the library nor the site has that year.
        """
        if self.working and day in self.working:
            return self.working[day]
        if day.year in self.years:
            return day.weekday() < 5
        if day.year not in self._library_years:
            raise CalendarMissing(
                f"no working-day calendar for {day.year}: chinesecalendar ends with {max(self._library_years)}",
                where=self.source,
                todo="upgrade chinesecalendar, or list the year's holidays and make-up days in the file "
                "named by site.calendar in ntanalytics.yml (docs/settings.md)",
            )
        return bool(chinese_calendar.is_workday(day))

    def working_days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The working days from ``first`` to ``last``, both included."""
        return [day for day in days_between(first, last) if self.is_working_day(day)]

    def describe(self, day: dt.date) -> str:
        """A short Chinese word for an unusual day: 节假日, 调休上班, 周末; empty for a plain one."""
        worked = self.is_working_day(day)
        if worked:
            return "调休上班" if day.weekday() >= 5 else ""
        return "周末" if day.weekday() >= 5 and not self._is_named_holiday(day) else "节假日"

    def _is_named_holiday(self, day: dt.date) -> bool:
        return day in chinese_calendar.constants.holidays
