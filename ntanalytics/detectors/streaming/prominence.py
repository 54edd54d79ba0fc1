"""Prominence: how much a point stands out among the points just before it, from its surprise and the values seen.

A surprise says how rare a point is by itself. A departure that lasts is told once: after its peak the points beside it
stand out less, and in a series that often departs all do.
"""

from __future__ import annotations

import math

#: Largest surprise that counts: beyond, the value itself tells more.
_CAP = 4.0

#: What a value outside of all that was seen adds at least, and for each natural logarithm of its distance.
_OUTSIDE, _BY_DISTANCE = 3.0, 2.0

#: Distance from the values seen that is far, as a share of their range.
_FAR = 0.1

#: Share of the last peak that the points after it lack, and the points within which this falls to a third.
_SHADOW, _SHADOW_POINTS = 0.5, 30.0

#: Prominence of what is remembered as a departure, what each adds to that which the next one needs, the points within
#: which this falls to a third, and those within which departures are one.
_DEPARTS, _HABIT, _HABIT_POINTS, _ONE = 1.5, 0.3, 2000.0, 12


class Prominence:
    """State of one series.

    Args:
        first: the first known value.
    """

    def __init__(self, first: float) -> None:
        self._least = self._most = first
        self._peak = self._habit = 0.0
        self._count, self._departed_at = 0, -_ONE

    def of(self, value: float, surprise: float) -> float:
        """Return the prominence of the next known point, in decades; 0 or less where it does not stand out.

        Args:
            value: the value, in any unit.
            surprise: -log10 of the share of ordinary points that depart as much.
        """
        self._count += 1
        total = min(surprise, _CAP) + self._novelty(value)
        prominence = total - _SHADOW * self._peak - self._habit
        self._peak = max(total, self._peak * math.exp(-1 / _SHADOW_POINTS))
        self._habit *= math.exp(-1 / _HABIT_POINTS)
        if prominence >= _DEPARTS:
            if self._count > self._departed_at + _ONE:
                self._habit += _HABIT
            self._departed_at = self._count
        return prominence

    def _novelty(self, value: float) -> float:
        """Return what a value outside of all that was seen adds, then widen what was seen."""
        beyond = max(value - self._most, self._least - value)
        if beyond <= 0:
            return 0.0
        seen = self._most - self._least
        self._least, self._most = min(self._least, value), max(self._most, value)
        return _OUTSIDE + _BY_DISTANCE * (math.log1p(beyond / (_FAR * seen)) if seen else 0.0)
