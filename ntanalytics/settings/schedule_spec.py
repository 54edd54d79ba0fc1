"""Schedule of a job, as a person writes it: ``working day 07:30``, ``Monday 08:00``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.periods import Calendar, days_between

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _is_first(day: dt.date, begin: dt.date, calendar: Calendar) -> bool:
    """Return whether a day is the first working day since ``begin``."""
    return calendar.working_days(begin, day) == [day]


#: Kinds of days, each with a function that returns whether a day is of the kind.
_DAYS: Mapping[str, Callable[[dt.date, Calendar], bool]] = MappingProxyType(
    {
        "day": lambda _day, _calendar: True,
        "working day": lambda day, calendar: calendar.is_working_day(day),
        "first working day of the week": lambda day, calendar: _is_first(
            day, day - dt.timedelta(days=day.weekday()), calendar
        ),
        "first working day of the month": lambda day, calendar: _is_first(day, day.replace(day=1), calendar),
    }
)

_FORMS = (
    "write `day`, `working day`, a weekday (`Monday`), `first working day of the week` or "
    "`first working day of the month`, and a time: `working day 07:30`"
)


@dataclass(frozen=True)
class ScheduleSpec:
    """Days of one kind, and a local time.

    Attributes:
        days: one of ``_DAYS``, or a weekday in lower case.
        at: the local time.
    """

    days: str
    at: dt.time

    def __str__(self) -> str:
        """Return the text that a person writes."""
        return f"{self.days.capitalize() if self.days in _WEEKDAYS else self.days} {self.at:%H:%M}"

    def is_on(self, day: dt.date, calendar: Calendar) -> bool:
        """Return whether the job runs on a local day.

        Raises:
            CalendarMissing: the day's year is not known, and it matters.
        """
        if self.days in _WEEKDAYS:
            return day.weekday() == _WEEKDAYS.index(self.days)
        return _DAYS[self.days](day, calendar)

    def between(self, since: dt.datetime, until: dt.datetime, calendar: Calendar, zone: ZoneInfo) -> list[dt.datetime]:
        """Return the moments (aware, in ``zone``) after ``since`` and not after ``until``, in order.

        Raises:
            CalendarMissing: a year among them is not known, and it matters.
        """
        first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
        moments = [
            dt.datetime.combine(day, self.at, zone) for day in days_between(first, last) if self.is_on(day, calendar)
        ]
        return [moment for moment in moments if since < moment <= until]


def parse_schedule_spec(text: str) -> ScheduleSpec:
    """Return the schedule of a text such as ``working day 07:30``.

    Raises:
        SettingsError: the text is not a schedule.
    """
    match = re.fullmatch(r"(.*\S)\s+(\d{1,2}):(\d{2})", text.strip())
    days = " ".join(match[1].lower().split()) if match else ""
    if match is None or days not in (*_DAYS, *_WEEKDAYS):
        raise SettingsError(tr("{text!r} is no time at which a job can be scheduled", text=text), todo=tr(_FORMS))
    hour, minute = int(match[2]), int(match[3])
    if hour > 23 or minute > 59:
        raise SettingsError(
            tr("{text!r}: there is no {hour:02d}:{minute:02d}", text=text, hour=hour, minute=minute), todo=tr(_FORMS)
        )
    return ScheduleSpec(days, dt.time(hour, minute))
