"""Record of one kind of incident: everything that the script, the random draw and the desk know of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

#: Seconds in the units of a size that is a duration.
_SECONDS = {"hours": 3600, "days": 86_400}


@dataclass(frozen=True, kw_only=True)
class IncidentKind:
    """One kind of incident, or of benign events.

    Attributes:
        id: name in ``incidents.json``.
        effect: effect on the data, as docs/demo.md lists it.
        measure: meaning of a size; a size in hours or days is the duration.
        sentence: Chinese sentence without its full stop, with the fields of ``random.sentence``.
        subsystem: id of the subsystem; empty where it follows from the subject (``subjects.subsystem_of``).
        subjects: candidates for the subject; ``UNITS`` stands for the larger units of a seed's city.
        sizes: smallest and largest size of a visible incident.
        faint_sizes: the same for a hardly visible incident; None where there is none.
        digits: decimal digits of a size; 0 draws whole numbers.
        critical_from: smallest size of severity 异常; a smaller incident is 关注, and None means always.
        starts: earliest and latest clock of the beginning.
        faint_starts: the same for a hardly visible incident, where it differs.
        hours: shortest and longest duration, where the size is no duration.
        faint_hours: the same for a hardly visible incident, where it differs.
        days: fewest and most whole days, where the incident lasts from midnight to midnight.
        step_minutes: beginning and duration are multiples of it.
        day_type: days on which it may begin: working days, days off, or any.
        is_shaped: whether the shape may be a ramp or intermittent.
        per_estate: fewest and most incidents of the kind in a drawn script.
        is_dated: whether ``random.dated`` places it on certain days, and not the draw on any free day.
        is_state: whether it lasts, and hides only another one of its kind and subject.
        affects: names beside its subject, separated by blanks; two incidents that affect one name never share a day.
        has_ticket: whether users, or the desk, notice it at once and open a ticket.
        cause: cause in the desk's record of outages; empty where the desk records none.
        is_total: whether that outage takes the whole subsystem down.
    """

    id: str
    effect: str
    measure: str
    sentence: str
    subsystem: str = ""
    subjects: tuple[str, ...] = ()
    sizes: tuple[float, float] = (1, 1)
    faint_sizes: tuple[float, float] | None = None
    digits: int = 2
    critical_from: float | None = None
    starts: tuple[str, str] = ("00:00", "00:00")
    faint_starts: tuple[str, str] | None = None
    hours: tuple[float, float] | None = None
    faint_hours: tuple[float, float] | None = None
    days: tuple[int, int] | None = None
    step_minutes: int = 5
    day_type: Literal["work", "rest", "any"] = "work"
    is_shaped: bool = False
    per_estate: tuple[int, int] = (1, 2)
    is_dated: bool = False
    is_state: bool = False
    affects: str = ""
    has_ticket: bool = False
    cause: str = ""
    is_total: bool = False

    @property
    def faint_below(self) -> float:
        """Size below which an incident is hardly visible: halfway between the two ranges of sizes."""
        return (self.faint_sizes[1] + self.sizes[0]) / 2 if self.faint_sizes else 0.0

    def severity(self, size: float) -> str:
        """Return the severity of an incident of a size."""
        return "异常" if self.critical_from is not None and size >= self.critical_from else "关注"

    def measured(self, start: dt.datetime, end: dt.datetime, size: float) -> float:
        """Return the size of an incident: its duration where that is the measure, else ``size``."""
        unit = _SECONDS.get(self.measure)
        return round((end - start).total_seconds() / unit, 2) if unit else size
