"""One incident or benign event of the demo city, as every writer receives it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

import numpy as np

from ntanalytics.demo.arrays import Bools, Floats, Ints
from ntanalytics.demo.incidents.kinds import KINDS
from ntanalytics.demo.local_time import DAY_MS, midnight
from ntanalytics.periods import Period

#: Days before the estate's end within which all incidents lie and habits change. A shorter estate has the same days,
#: and a longer one has no incident on the days before.
SPAN_DAYS = 70

#: Courses of an incident: full strength at once, a gradual rise and fall, or bursts with pauses of the same length.
SHAPES = ("sharp", "ramp", "intermittent")
#: Bursts and pauses of an intermittent incident; the first and the last are bursts.
_INTERVALS = 9


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One incident, or one benign event that looks like an incident."""

    id: str  # unique in the estate
    subsystem: str
    kind: str  # key of ``kinds.KINDS``
    subject: str  # carrier, service, unit, host, module or checked item
    start: dt.datetime  # with the city's zone
    end: dt.datetime  # exclusive
    severity: str  # 关注 or 异常, the status that an inspection should find; 无 for a benign event
    description: str  # one Chinese sentence
    size: float = 1.0  # in the measure of the kind
    shape: str = "sharp"  # one of ``SHAPES``

    @property
    def day(self) -> dt.date:
        """Local day of the beginning."""
        return self.start.date()

    @property
    def is_faint(self) -> bool:
        """True for an incident that the data hardly show: it is 关注 at most, and the desk does not notice it."""
        return self.size < KINDS[self.kind].faint_below

    def span_ms(self, day: dt.date) -> tuple[int, int]:
        """Return the part of a local day, in milliseconds since midnight, end exclusive; (0, 0) for no part."""
        first, last = (int((time - midnight(day)).total_seconds() * 1000) for time in (self.start, self.end))
        first, last = max(first, 0), min(last, DAY_MS)
        return (first, last) if first < last else (0, 0)

    def is_on(self, day: dt.date) -> bool:
        """Return whether any part of the incident lies on a local day."""
        return self.span_ms(day)[1] > 0

    def covers(self, day: dt.date, at_ms: Ints) -> Bools:
        """Return whether the incident is on at moments of a local day, in milliseconds since midnight."""
        first, last = self.span_ms(day)
        return (at_ms >= first) & (at_ms < last)

    def covers_s(self, day: dt.date, at_s: Ints) -> Bools:
        """Return whether the incident is on at moments of a local day, in seconds since midnight."""
        return self.covers(day, at_s * 1000)

    def strength(self, day: dt.date, at_ms: Ints) -> Floats:
        """Return the strength at moments of a local day, in milliseconds since midnight: 0 to 1.

        A ramp is at full strength in the middle third of its time.
        """
        begin = (self.start - midnight(day)).total_seconds() * 1000
        elapsed = (at_ms - begin) / ((self.end - self.start).total_seconds() * 1000)
        is_within = (elapsed >= 0) & (elapsed < 1)
        if self.shape == "ramp":
            strength: Floats = (3 * np.minimum(elapsed, 1 - elapsed)).clip(0, 1)
            return strength
        if self.shape == "intermittent":
            is_within &= np.floor(elapsed * _INTERVALS) % 2 == 0
        return is_within.astype(np.float64)

    def record(self) -> dict[str, str | float]:
        """Return the entry of ``incidents.json``; times are ISO 8601 with the offset."""
        return {
            name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in asdict(self).items()
        }


def billed_months(first: dt.date, until: dt.date) -> list[Period]:
    """Return the whole months within an estate, oldest first: the carriers have billed these."""
    month, months = Period.month(until + dt.timedelta(days=1)).previous(), list[Period]()
    while month.first >= first:
        months.insert(0, month)
        month = month.previous()
    return months
