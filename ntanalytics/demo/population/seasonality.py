"""Seasonality of the demo city: volume of a day, and the curve of its hours.

A day's volume is a base times a factor; the moments within the day follow one of four hour curves. Growth is slow and
reaches 1 on the estate's last day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ntanalytics.demo.arrays import Floats, Ints, Rng
from ntanalytics.demo.local_time import DAY_MS
from ntanalytics.periods import Calendar

#: Growth of the volume a day, as a share of the last day's volume.
GROWTH_PER_DAY = 0.0015
#: Least volume of days long before the end, relative to the end.
_LEAST = 0.5

#: Working days of the peak of 政务办事 at a month's end, and its factor.
MONTH_END_DAYS = 4
MONTH_END_PEAK = 1.55


class Audience(StrEnum):
    """Origin of the traffic, which decides its seasonality."""

    OFFICE = "office"  #: civil servants at their desks
    COUNTER = "counter"  #: citizens' business in office hours, with a peak at the month's end
    CITIZEN = "citizen"  #: citizens on their phones, evenings and weekends too


#: Relative volume of each hour, 0 to 23 o'clock; the dip at noon is the lunch break.
_HOURS = {
    "office": "0.2 0.1 0.1 0.1 0.1 0.2 0.6 2.5 8 13 13 10 3.5 4 10 12 11 7 2.5 1.4 1 0.8 0.5 0.3",
    "counter": "0.2 0.1 0.1 0.1 0.1 0.2 0.5 1.5 7 13 13.5 11 3 4.5 11 12 11 6 2 1 0.8 0.6 0.4 0.2",
    "citizen": "0.8 0.4 0.3 0.2 0.2 0.5 1.5 3.5 6 8 8.5 7.5 5.5 5.5 7 7.5 7 6 5 5.5 6 5 3.2 1.8",
    "rest": "0.8 0.4 0.3 0.3 0.3 0.6 1.2 2.5 4.5 6.5 7 6 4.5 4.5 5.5 6 5.5 5 4.5 5 5.5 4.5 3 1.6",
}

#: Factor of a day off: at a weekend, and on a public holiday.
_REST = {Audience.OFFICE: (0.16, 0.08), Audience.COUNTER: (0.22, 0.07), Audience.CITIZEN: (0.62, 0.42)}
_WEEKDAY = (1.07, 1.02, 1.0, 0.99, 0.93)
_MAKE_UP = 0.86


@dataclass(frozen=True)
class Seasonality:
    """Seasonality of an estate."""

    calendar: Calendar
    until: dt.date  # last day, on which growth reaches 1
    beside_holidays: float = 1.0  # factor of a working day next to a public holiday; some take leave then

    def factor(self, day: dt.date, audience: Audience) -> float:
        """Return the day's volume, relative to a plain working day at the end of the estate.

        Raises:
            CalendarMissing: there is no calendar for the day's year.
        """
        growth = max(1 - GROWTH_PER_DAY * (self.until - day).days, _LEAST)
        if self.calendar.is_working_day(day):
            kind = _WEEKDAY[day.weekday()] if day.weekday() < 5 else _MAKE_UP
            peak = MONTH_END_PEAK if audience is Audience.COUNTER and self._closes_month(day) else 1.0
            return growth * kind * peak * (self.beside_holidays if self._is_beside_holiday(day) else 1.0)
        is_weekend = self.calendar.describe(day) == "周末"
        return growth * _REST[audience][0 if is_weekend else 1]

    def moments(self, rng: Rng, day: dt.date, audience: Audience, count: int) -> Ints:
        """Return ``count`` moments of the local day in ascending order, in milliseconds since midnight."""
        is_worked = self.calendar.is_working_day(day)
        hours = _HOURS[audience.value if is_worked or audience is Audience.CITIZEN else "rest"]
        ends = np.concatenate(([0.0], np.cumsum([float(hour) for hour in hours.split()])))
        drawn = np.sort(rng.random(count))
        moments: Floats = np.interp(drawn, ends / ends[-1], np.arange(25) * 3_600_000.0)
        return moments.clip(max=DAY_MS - 1).astype(np.int64)

    def _is_beside_holiday(self, day: dt.date) -> bool:
        beside = [day + dt.timedelta(days=days) for days in (-1, 1)]
        return any(self.calendar.has_year(date.year) and self.calendar.describe(date) == "节假日" for date in beside)

    def _closes_month(self, day: dt.date) -> bool:
        following = (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
        return len(self.calendar.working_days(day, following - dt.timedelta(days=1))) <= MONTH_END_DAYS


def generator(seed: int, stream: int, day: dt.date) -> Rng:
    """Return the random numbers of one stream on one day; they do not depend on the other days of the estate."""
    return np.random.default_rng([seed, stream, day.toordinal()])
