"""Local time of the demo city: the forms in which its products keep moments."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from ntanalytics.demo.arrays import Ints, Times

ZONE = ZoneInfo("Asia/Shanghai")
DAY_MS = 86_400_000


def midnight(day: dt.date) -> dt.datetime:
    """Return the beginning of a local day, with the zone."""
    return dt.datetime.combine(day, dt.time(), ZONE)


def morning_after(day: dt.date) -> dt.datetime:
    """Return the time at which an estate is read: 06:10 after its last day."""
    return midnight(day + dt.timedelta(days=1)).replace(hour=6, minute=10)


def moment(day: dt.date, clock: str) -> dt.datetime:
    """Return a local moment, with the zone, from a day and ``HH:MM``; 24:00 is the following midnight."""
    hours, minutes = (int(part) for part in clock.split(":"))
    return midnight(day) + dt.timedelta(hours=hours, minutes=minutes)


def wall_clock(time: dt.datetime) -> dt.datetime:
    """Return a moment of the city's zone without the zone."""
    return time.replace(tzinfo=None)


def wall_seconds(time: dt.date) -> int:
    """Return a local moment, or the midnight of a local day, in seconds since 1970 of the wall clock."""
    naive = wall_clock(time) if isinstance(time, dt.datetime) else time
    return int(np.datetime64(naive, "s").astype(np.int64))


def wall_times(day: dt.date, at_s: Ints) -> Times:
    """Return moments of a local day on the wall clock, in whole seconds, from seconds since midnight."""
    return np.datetime64(day, "s") + at_s.astype("timedelta64[s]")
