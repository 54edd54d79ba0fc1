"""Working-day calendar of the State Council, with the corrections of a site (docs/domain.md, Time)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import chinese_calendar

from ntanalytics.errors import CalendarMissing
from ntanalytics.language import tr
from ntanalytics.periods.period import days_between


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

    def is_likely_worked(self, day: dt.date) -> bool:
        """Return whether a day is worked; where its year is unknown, whether it lies between Monday and Friday."""
        return self.is_working_day(day) if self.knows(day) else day.weekday() < 5

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
