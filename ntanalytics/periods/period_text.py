"""Periods as a user writes them: ``2026-W47``, ``last-week`` (docs/domain.md, Time)."""

from __future__ import annotations

import datetime as dt
import re

from ntanalytics.errors import BadPeriod
from ntanalytics.language import tr
from ntanalytics.periods.period import Period
from ntanalytics.periods.working_days import Calendar

#: Years 1900 to 2999; another year is a typing error.
_YEAR = r"(?:19|2\d)\d{2}"
_DAY = _YEAR + r"-\d{2}-\d{2}"
_FORMS = (
    "2026-11-20, 2026-W47, 2026-11, 2026-03-01_2027-02-28, yesterday, last-working-day, last-week, last-month, "
    "contract-year"
)


def require_started(period: Period, today: dt.date, *, where: str) -> None:
    """Refuse a period that lies in the future.

    Args:
        period: the period.
        today: the local day.
        where: who asks for it: a report, or an option.

    Raises:
        BadPeriod: it has not begun.
    """
    if period.first > today:
        raise BadPeriod(
            tr("{period} has not begun: today is {today}", period=period.text, today=today),
            where=where,
            todo=tr("name an earlier period"),
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
