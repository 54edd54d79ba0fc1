"""Clock offset: the time between two clocks moved as a whole, which no queue does, or ran backwards.

What is slow is slow in parts: its quickest events stay quick, and its spread grows. A clock that is off moves the
quickest and the middle event by the same time, and leaves the spread as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

#: Days that must be known, and events of a day, before anything is said.
MIN_DAYS, MIN_EVENTS = 5, 50

#: Least offset in seconds: moments are stored by the second, so that two of them move by one.
LEAST_S = 2.0

#: Deviations of the days before by which an offset must exceed their own range.
_DEVIATIONS = 8.0

#: Share of the spread by which it may change from day to day where the clock alone moved.
_SAME_SPREAD = 0.25

#: Share of the events that end before they start from which a clock is off: single ones are corrected by hand.
_BACKWARD_SHARE = 0.02

#: Standard deviations in a median absolute deviation of a normal distribution.
_MAD = 1.4826


@dataclass(frozen=True, kw_only=True)
class ElapsedDay:
    """Elapsed time of one day.

    Attributes:
        events: number of events with both moments.
        backward: number of those that end before they start.
        low_s: time of the quickest, in seconds.
        mid_s: median time.
        backward_mid_s: median time of those that end before they start; None without any.
    """

    events: int
    backward: int
    low_s: float
    mid_s: float
    backward_mid_s: float | None = None


def clock_offset(today: ElapsedDay, before: Sequence[ElapsedDay]) -> float | None:
    """Return the seconds by which the second clock is late (negative: early); None where it is not off.

    Args:
        today: the day that is judged.
        before: days before it; those with few events are left out.
    """
    known = [day for day in before if day.events >= MIN_EVENTS]
    if today.events < MIN_EVENTS or len(known) < MIN_DAYS:
        return None
    usual_mid = median(day.mid_s for day in known)
    usual_backward = median(day.backward / day.events for day in known)
    if today.backward_mid_s is not None and today.backward / today.events > usual_backward + _BACKWARD_SHARE:
        return today.backward_mid_s - usual_mid
    offset, usual_offset = _departure([day.low_s for day in known], today.low_s)
    spread, usual_spread = _departure([day.mid_s - day.low_s for day in known], today.mid_s - today.low_s)
    is_same_shape = abs(spread) <= max(
        1.0, _SAME_SPREAD * abs(median(day.mid_s - day.low_s for day in known)), usual_spread
    )
    return offset if abs(offset) >= max(LEAST_S, usual_offset) and is_same_shape else None


def _departure(values: Sequence[float], value: float) -> tuple[float, float]:
    """Return the distance of a value from the median of others, and how far it may lie from it by habit."""
    middle = median(values)
    return value - middle, _DEVIATIONS * _MAD * median(abs(other - middle) for other in values)
