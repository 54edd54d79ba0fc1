"""Standstill: the surprise of a value that does not change, from how often it did not before."""

from __future__ import annotations

import math

from ntanalytics.detectors.streaming.tails import MAX_SURPRISE

#: Points for which a standstill is told; then it is learnt.
_ALARM_POINTS = 64

#: Points after which a value that stands still is the new habit of the series.
_KEPT = 512

#: Largest number of values that are known to stand still.
_MAX_RESTING = 1000


class Standstill:
    """Run of equal values at the end of a series.

    Attributes:
        is_stuck: whether the run is so long that nothing is learnt from it.

    Args:
        warm_up: known points before the first score.
        alarm: surprise of an alarm.
    """

    def __init__(self, warm_up: int, alarm: float) -> None:
        self.is_stuck = False
        self._warm_up = warm_up
        self._alarm = alarm
        self._last, self._run, self._longest, self._unchanged = math.nan, 1, 1, 0
        self._resting: set[float] = set()

    def surprise(self, value: float, count: int) -> float:
        """Return the surprise of the next value.

        Args:
            value: the value.
            count: number of points so far, this one included.
        """
        if value != self._last:
            self._end_run(value)
            return 0.0
        self._run += 1
        self._unchanged += 1
        run = self._run
        beyond = run - 2.5 * self._longest - 4
        if run < 8 or value == 0 or value in self._resting or beyond < 0 or count - run < self._warm_up:
            return 0.0
        if self.is_stuck and beyond > _ALARM_POINTS:
            self.is_stuck = beyond < _KEPT
            return 0.0
        unchanged_before = (self._unchanged - run + 4) / (count - run + 11)
        surprise = min(MAX_SURPRISE, -math.log10(unchanged_before) * run / 2) if 0 < unchanged_before < 1 else 0.0
        self.is_stuck = self.is_stuck or (surprise >= self._alarm and beyond <= _ALARM_POINTS)
        return surprise if self.is_stuck else min(surprise, self._alarm - 1)

    def _end_run(self, value: float) -> None:
        if self._run > 4:
            if len(self._resting) < _MAX_RESTING:
                self._resting.add(self._last)
            self._longest = max(self._longest, min(self._run, 4 * self._longest + 8))
        self._last, self._run, self.is_stuck = value, 1, False
