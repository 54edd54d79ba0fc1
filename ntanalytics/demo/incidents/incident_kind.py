"""Record of one kind of incident: everything that the script, the random draw and the desk know of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

#: Seconds in the units of a size that is a duration.
_SECONDS = {"hours": 3600, "days": 86_400}


@dataclass(frozen=True, kw_only=True)
class IncidentKind:
    """One kind of incident, or of benign events."""

    id: str
    effect: str  # effect on the data, as docs/demo.md lists it
    measure: str  # meaning of a size; a size in hours or days is the duration
    sentence: str  # Chinese sentence without its full stop, with the fields of ``random.build``
    subsystem: str = ""  # empty where it follows from the subject (``subjects.subsystem_of``)
    subjects: tuple[str, ...] = ()  # candidates; ``UNITS`` stands for the larger units of a seed's city
    sizes: tuple[float, float] = (1, 1)  # smallest and largest size of a visible incident
    faint_sizes: tuple[float, float] | None = None  # the same for a hardly visible incident
    digits: int = 2  # decimal digits of a size; 0 draws whole numbers
    critical_from: float | None = None  # smallest size of severity 异常; below it, and without it, 关注
    starts: tuple[str, str] = ("00:00", "00:00")  # earliest and latest clock of the beginning
    faint_starts: tuple[str, str] | None = None  # the same for a hardly visible incident, where it differs
    hours: tuple[float, float] | None = None  # shortest and longest duration, where the size is no duration
    faint_hours: tuple[float, float] | None = None  # the same for a hardly visible incident, where it differs
    days: tuple[int, int] | None = None  # fewest and most days, where it lasts from midnight to midnight
    step_minutes: int = 5  # beginning and duration are multiples of it
    day_type: Literal["work", "rest", "any"] = "work"  # days on which it may begin
    is_shaped: bool = False  # whether it may be a ramp or intermittent
    per_estate: tuple[int, int] = (1, 2)  # fewest and most incidents of the kind in a drawn script
    is_dated: bool = False  # whether ``random.dated`` places it, and not the draw on any free day
    is_state: bool = False  # whether it lasts, and hides only another one of its kind and subject
    #: Names beside its subject, separated by blanks; two incidents that affect one name never share a day.
    affects: str = ""
    has_ticket: bool = False  # whether users, or the desk, notice it at once and open a ticket
    cause: str = ""  # cause in the desk's record of outages; empty where the desk records none
    is_total: bool = False  # whether that outage takes the whole subsystem down

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
