"""Periods (days, weeks, months, contract years), hours of the day and the working-day calendar (docs/domain.md, Time).

A period consists of whole local days; its UTC window is half-open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import chinese_calendar

from ntanalytics.errors import BadPeriod, CalendarMissing
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
        return {PeriodKind.DAY: "当日", PeriodKind.WEEK: "本周", PeriodKind.MONTH: "本月"}.get(self.kind, "本期")

    @property
    def before_word(self) -> str:
        """Word for the period before it: ``前一日``, ``上周``, ``上月``; of a contract year ``此前同长时段``."""
        return {PeriodKind.DAY: "前一日", PeriodKind.WEEK: "上周", PeriodKind.MONTH: "上月"}.get(
            self.kind, "此前同长时段"
        )

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


def local_window(first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Return the UTC times of the start of local day ``first`` and the end of local day ``last``."""
    since = dt.datetime.combine(first, dt.time(), zone)
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    return since.astimezone(dt.UTC), until.astimezone(dt.UTC)


#: Years 1900 to 2999; another year is a typing error.
_YEAR = r"(?:19|2\d)\d{2}"
_DAY = _YEAR + r"-\d{2}-\d{2}"
_FORMS = (
    "2026-11-20, 2026-W47, 2026-11, 2026-03-01_2027-02-28, yesterday, last-working-day, last-week, last-month, "
    "contract-year"
)


def parse_period(text: str, today: dt.date, calendar: Calendar | None = None) -> Period:
    """Return the period of a text.

    Args:
        text: day, ISO week, month, two days of a contract year with ``_`` between them, or a word relative to
            ``today``: ``yesterday``, ``last-working-day``, ``last-week``, ``last-month``, ``contract-year`` (up to
            yesterday).
        today: present local day.
        calendar: working days for ``last-working-day``, and the contract year; default: those of the library.

    Raises:
        BadPeriod: the text has another form, the day does not exist, or no contract year is known or has begun.
        CalendarMissing: ``last-working-day`` falls in a year without a calendar.
    """
    relative = _relative(text, today, calendar)
    if relative is not None:
        return relative
    try:
        if re.fullmatch(_DAY, text):
            return Period.day(dt.date.fromisoformat(text))
        if re.fullmatch(_YEAR + r"-W\d{2}", text):
            return Period.week(dt.date.fromisocalendar(int(text[:4]), int(text[6:]), 1))
        if re.fullmatch(_YEAR + r"-\d{2}", text):
            return Period.month(dt.date.fromisoformat(f"{text}-01"))
        if re.fullmatch(rf"{_DAY}_{_DAY}", text):
            return Period.contract(*map(dt.date.fromisoformat, text.split("_")))
    except ValueError as error:
        raise BadPeriod(
            tr("there is no period {text!r}: {error}", text=text, error=error),
            todo=tr("write one of {forms}", forms=_FORMS),
        ) from error
    raise BadPeriod(tr("{text!r} is not a period", text=text), todo=tr("write one of {forms}", forms=_FORMS))


def _relative(text: str, today: dt.date, calendar: Calendar | None) -> Period | None:
    """Return the period of a word relative to ``today``; None if the text is no such word."""
    yesterday = today - dt.timedelta(days=1)
    match text:
        case "yesterday":
            return Period.day(yesterday)
        case "last-working-day":
            day = yesterday
            working = calendar or Calendar()
            while not working.is_working_day(day):
                day -= dt.timedelta(days=1)
            return Period.day(day)
        case "last-week":
            return Period.week(today - dt.timedelta(days=7))
        case "last-month":
            return Period.month(today.replace(day=1) - dt.timedelta(days=1))
        case "contract-year":
            return _contract_so_far(calendar, yesterday)
    return None


def _contract_so_far(calendar: Calendar | None, last: dt.date) -> Period:
    """Return the contract year of a site up to a day, at most to its end."""
    year = calendar.contract_year if calendar is not None else None
    if year is None:
        raise BadPeriod(
            tr("no contract year is known"),
            todo=tr("write site.contract: {begins: 2026-03-01, ends: 2027-02-28} (settings)"),
        )
    begins, ends = year
    if last < begins:
        raise BadPeriod(
            tr("the contract year begins on {begins}: it has no day yet", begins=begins),
            todo=tr("wait for its second day"),
        )
    return Period.contract(begins, min(last, ends))


@dataclass(frozen=True)
class Calendar:
    """Working days of the State Council, with the corrections of a site, and its contract year.

    Attributes:
        working: day → whether it is a working day, for days that differ from the library or that it does not have.
        years: years for which ``working`` lists every exception to Monday–Friday.
        source: file of the corrections, for messages.
        contract_year: first and last day of the contract year; None where the site names none.
    """

    working: Mapping[dt.date, bool] | None = None
    years: frozenset[int] = frozenset()
    source: str = ""
    contract_year: tuple[dt.date, dt.date] | None = None

    @cached_property
    def _library_years(self) -> frozenset[int]:
        return frozenset(day.year for day in chinese_calendar.constants.holidays)

    def has_year(self, year: int) -> bool:
        """Return True if the library or the site has the working days of a year."""
        return year in self.years or year in self._library_years

    def knows(self, day: dt.date) -> bool:
        """Return True if it is known whether ``day`` is a working day: of a known year, or set by the next year."""
        return self.has_year(day.year) or day in (self.working or {})

    def is_working_day(self, day: dt.date) -> bool:
        """Return True if ``day`` is a working day, make-up days (调休) included.

        Raises:
            CalendarMissing: the day is unknown (see :meth:`knows`).
        """
        if self.working and day in self.working:
            return self.working[day]
        if day.year in self.years:
            return day.weekday() < 5
        if day.year not in self._library_years:
            raise CalendarMissing(
                tr(
                    "no working-day calendar for {year}: chinesecalendar ends with {library_years}",
                    year=day.year,
                    library_years=max(self._library_years),
                ),
                where=self.source,
                todo=tr(
                    "paste the State Council's notice into a file and type `ntanalytics calendar add "
                    "FILE`, upgrade chinesecalendar, or list the year's days in the file of "
                    "site.calendar (docs/settings.md)"
                ),
            )
        return _is_workday(day)

    def working_days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Return the working days from ``first`` to ``last``, both included."""
        return [day for day in days_between(first, last) if self.is_working_day(day)]

    def known_working_days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Return the working days from ``first``, or from the first year that is known after it, to ``last``.

        Raises:
            CalendarMissing: the year of ``last`` is unknown.
        """
        while not self.knows(first) and first.year < last.year:
            first = dt.date(first.year + 1, 1, 1)
        return self.working_days(first, last)

    def describe(self, day: dt.date) -> str:
        """Return a Chinese word for a special day (节假日, 调休上班, 周末); empty for an ordinary working day."""
        if self.is_working_day(day):
            return "调休上班" if day.weekday() >= 5 else ""
        return "周末" if day.weekday() >= 5 and not self._is_named_holiday(day) else "节假日"

    def _is_named_holiday(self, day: dt.date) -> bool:
        return day in chinese_calendar.constants.holidays or (self.working or {}).get(day) is False


@cache
def _is_workday(day: dt.date) -> bool:
    """Return whether a day is a working day by the library, which checks its days for longer than it looks them up."""
    return bool(chinese_calendar.is_workday(day))
