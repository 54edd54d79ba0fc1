"""Detections: the result of a detector for one series, as plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Key of the series that a row belongs to.
KeyOf = Callable[[Mapping[str, Any]], Hashable]

#: Why a series cannot be judged.
Unjudged = Literal[
    "",  # it can be
    "missing",  # the day was not extracted
    "short_history",  # too few comparable days
    "no_value",  # nothing to compute the day's value from
    "few_expected",  # fewer events are expected than asked for
    "too_few",  # fewer events came than asked for
]


@dataclass(frozen=True)
class Sensitivity:
    """Limits below which a departure does not matter.

    Attributes:
        least: the least departure that matters, in the unit of the detector; negative for a fall.
        min_count: least number of events.
        good: ``up`` where only a departure below ``least`` matters, ``down`` where only one above it does.
    """

    least: float
    min_count: int = 0
    good: Literal["up", "down"] = "down"

    def is_beyond(self, departure: float) -> bool:
        """Return whether a departure matters; one on the limit does not."""
        return departure < self.least if self.good == "up" else departure > self.least


@dataclass(frozen=True, kw_only=True)
class Detection:
    """The result of a detector for one series.

    Attributes:
        key: key of the series; None for all series together.
        value: the measured value; None where there is none.
        departure: the number that is held against limits; None where the series cannot be judged.
        is_unusual: whether the departure is more than chance or habit explains.
        window: begin and end of the departure in seconds after local midnight; None where it lasts all day.
        spans: parts of the window that depart, as ``window``.
        since: first day of the departure.
        since_is_bound: whether it may have begun before, on a day that is not judged.
        shifted_on: first day of the present level, where it began with a shift.
        figures: further numbers by name.
        unjudged: why the series cannot be judged; empty when it can.
    """

    key: Hashable
    value: float | None = None
    departure: float | None = None
    is_unusual: bool = True
    window: tuple[float, float] | None = None
    spans: tuple[tuple[float, float], ...] = ()
    since: date | None = None
    since_is_bound: bool = False
    shifted_on: date | None = None
    figures: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))
    unjudged: Unjudged = ""
