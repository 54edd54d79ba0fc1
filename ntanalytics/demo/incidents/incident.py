"""What goes wrong in the demo city, and what only looks like it: the value that each writer is handed."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.incidents.default_script import FAINT
from ntanalytics.periods import Period

ZONE = ZoneInfo("Asia/Shanghai")

#: The days over which the script and the people's habits run, however short the estate is: a shorter one has the
#: same days, and in a longer one nothing goes wrong on the days before.
SPAN_DAYS = 70

#: How an incident comes and goes: at once; by degrees; or again and again, with pauses as long as its spells.
SHAPES = ("sharp", "ramp", "intermittent")
#: Spells and pauses of one that is intermittent, the first and the last of them spells.
_TURNS = 9


@dataclass(frozen=True)
class Incident:
    """One planted incident, or something harmless that looks like one.

    Attributes:
        id: its name, unique in the estate.
        subsystem: the subsystem's id.
        kind: one of ``script.KINDS`` or ``script.HARMLESS``, which say what it does to the data.
        subject: the carrier, service, unit, host, module or checked item concerned.
        start: when it began, in the city's zone.
        end: when it ended (half-open).
        severity: 关注 or 异常, as an inspection should find it; 无 for what is harmless.
        description: one Chinese sentence.
        size: how large it is, as ``script.MEASURES`` measures the kind.
        shape: one of ``SHAPES``.
    """

    id: str
    subsystem: str
    kind: str
    subject: str
    start: dt.datetime
    end: dt.datetime
    severity: str
    description: str
    size: float = 1.0
    shape: str = "sharp"

    @property
    def day(self) -> dt.date:
        """The local day on which it began."""
        return self.start.date()

    @property
    def is_faint(self) -> bool:
        """Whether it is barely visible."""
        return self.size < FAINT.get(self.kind, 0.0)

    def span_ms(self, day: dt.date) -> tuple[int, int]:
        """Its part of a local day in milliseconds since midnight, half-open; (0, 0) when it has none."""
        midnight = dt.datetime.combine(day, dt.time(), ZONE)
        first, last = (int((moment - midnight).total_seconds() * 1000) for moment in (self.start, self.end))
        first, last = max(first, 0), min(last, 86_400_000)
        return (first, last) if first < last else (0, 0)

    def strength(self, day: dt.date, at_ms: NDArray[np.int64]) -> NDArray[np.float64]:
        """How much of it there is at moments of a local day, in milliseconds since midnight: 0 to 1, 1 at its height.

        One that is a ramp is at its height for the middle third of its time.
        """
        midnight = dt.datetime.combine(day, dt.time(), ZONE)
        begin = (self.start - midnight).total_seconds() * 1000
        passed = (at_ms - begin) / ((self.end - self.start).total_seconds() * 1000)
        is_within = (passed >= 0) & (passed < 1)
        if self.shape == "ramp":
            found: NDArray[np.float64] = (3 * np.minimum(passed, 1 - passed)).clip(0, 1)
            return found
        if self.shape == "intermittent":
            is_within &= np.floor(passed * _TURNS) % 2 == 0
        return is_within.astype(np.float64)

    def record(self) -> dict[str, str | float]:
        """As ``incidents.json`` writes it: times as ISO 8601 with the offset."""
        return {
            name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in asdict(self).items()
        }


def moment(day: dt.date, clock: str) -> dt.datetime:
    """A local moment from a day and ``HH:MM``; 24:00 is the following midnight."""
    hours, minutes = (int(part) for part in clock.split(":"))
    return dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(hours=hours, minutes=minutes)


def duration(start: dt.datetime, end: dt.datetime, measure: str) -> float | None:
    """The size of one that is measured by how long it lasts, in hours or days as ``measure`` says; None for others."""
    unit = {"hours": 3600, "days": 86_400}.get(measure)
    return round((end - start).total_seconds() / unit, 2) if unit else None


def billed_months(first: dt.date, until: dt.date) -> list[Period]:
    """The whole months within the estate, oldest first: those for which the carriers sent bills."""
    month, found = Period.month(until + dt.timedelta(days=1)).previous(), []
    while month.first >= first:
        found.append(month)
        month = month.previous()
    return found[::-1]
