"""Working hours of the demo city, as a clock that runs during them alone."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.arrays import Floats, Ints
from ntanalytics.demo.population.city import City
from ntanalytics.periods import days_between

#: Time that never comes.
NEVER = 2**62
DAY_S = 86_400

_WORKED_S, _MORNING_S = 27_000, 12_600
_BEGIN_S, _AFTERNOON_S = 30_600, 50_400
_CLOCK = np.array([8.5, 12.0, 14.0, 18.0]) * 3600
_DUE_S = 17 * 3600 + 1800


class WorkClock:
    """Seconds of work, 8:30–12:00 and 14:00–18:00 on working days, from the first day of a city on.

    In a year without a known calendar, Monday to Friday are working days.
    """

    def __init__(self, city: City) -> None:
        calendar = city.calendar
        days = days_between(city.days[0], city.until + dt.timedelta(days=21))
        worked = [
            day for day in days if (calendar.is_working_day(day) if calendar.knows(day.year) else day.weekday() < 5)
        ]
        self._days = np.array(worked, dtype="datetime64[D]").astype(np.int64)

    def worked(self, time: Ints) -> Ints:
        """Return the seconds of work until times, in local seconds since 1970."""
        day, second = np.divmod(time, DAY_S)
        index = np.searchsorted(self._days, day)
        is_worked = self._days[np.minimum(index, len(self._days) - 1)] == day
        part = np.interp(second, _CLOCK, [0, _MORNING_S, _MORNING_S, _WORKED_S]).astype(np.int64)
        return index * _WORKED_S + np.where(is_worked, part, 0)

    def after(self, time: Ints, seconds: Floats) -> Ints:
        """Return the times at which so many seconds of work have passed; ``NEVER`` beyond the known days."""
        index, part = np.divmod(self.worked(time) + seconds.astype(np.int64), _WORKED_S)
        second = np.where(part < _MORNING_S, _BEGIN_S + part, _AFTERNOON_S + part - _MORNING_S)
        return np.where(index < len(self._days), self._day(index) * DAY_S + second, NEVER)

    def due(self, time: Ints, days: Ints) -> Ints:
        """Return 17:30 of the working day that is so many days after that of ``time``."""
        return self._day(np.searchsorted(self._days, time // DAY_S) + days) * DAY_S + _DUE_S

    def _day(self, index: Ints) -> Ints:
        day: Ints = self._days[np.minimum(index, len(self._days) - 1)]
        return day
