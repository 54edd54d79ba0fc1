"""One pass over a series: each point is scored from what came before it, then learnt."""

from __future__ import annotations

import math

import numpy as np

from ntanalytics.detectors.streaming.predictors import Predictors
from ntanalytics.detectors.streaming.seasons import Floats, found_periods, shape, spread
from ntanalytics.detectors.streaming.tails import MOST, Tail

#: Known points before the first score.
WARM_UP = 32

#: Points between two looks at the tails.
BLOCK = 64

#: The surprise (decades) at which the score is one half, which is an alarm.
ALARM = 4.5
_STEEPNESS = 2.2

#: Points on one side, far off, after which a shift is learnt.
_SHIFT_AFTER = 6

#: Points before each statistic tells something.
_WAITS = (WARM_UP, 64, 512, 192)

#: Points for which a value that stands still is told of; then it is learnt.
_STILL_SAID = 64

#: Points after which a value that stands still is how the series is now.
_STILL_KEPT = 512

#: Decades that one alarm adds to what the next one needs, the share that is kept from point to point, and the points
#: within which alarms are one.
_WONT, _FORGETS, _ONE_ALARM = 0.25, 1 - 1 / 2000, 12

#: Points for which the level before a jump is remembered, so that the way back is no second alarm.
_REMEMBERED = 512

#: Points back that a period is looked for in, where no clock gives it.
_SEARCHED = 16_384


class Watch:
    """The state of one series.

    Args:
        first: the first known values, as they are watched.
        places: how many places the whole grid has.
        periods: lengths of the seasons by the clock; None to find one in the series.
        is_count: the values are square roots of counts, whose noise is known.
    """

    def __init__(self, first: Floats, places: int, periods: tuple[int, ...] | None, *, is_count: bool) -> None:
        self.periods = periods or ()
        self._searches = periods is None
        self._search_at = 4 * BLOCK
        self._refit_at = 0
        self._grid = np.full(places, np.nan)
        self._errors = np.full(places, np.nan)
        self._ratio: list[float] = [1.0]
        self._is_count = is_count
        self._predictors = Predictors(float(np.median(first)))
        self._scale = 0.0
        self._count = 0
        self._size = float(np.mean(np.abs(first)))
        self._floor = 0.0
        # a point, its sums over 8 and 64 points, and its size over 24, each under normal noise
        self._tails = (Tail(2.06, 3.23, 1), Tail(0.53, 0.84, 8), Tail(0.18, 0.29, 64), Tail(1.16, 1.30, 24))
        self._blocks: tuple[list[float], ...] = ([], [], [], [])
        self._sum8 = self._sum64 = 0.0
        self._wide = 1.0
        self._side = 0
        self._far: list[float] = []
        self._jump, self._jump_until = 0.0, -1
        self._last, self._run, self._longest, self._same = math.nan, 1, 1, 0
        self._wont, self._alarmed_at = 0.0, -_ONE_ALARM
        self._is_stuck = False
        self._resting: set[float] = set()  # values that have stood still before

    def point(self, value: float, raw: float, place: int) -> float:
        """The score of the next known point, 0 to 1.

        Args:
            value: the value, as it is watched.
            raw: as it was given.
            place: its place on the grid.
        """
        self._count += 1
        count = self._count
        still = self._still(raw)
        if self._is_stuck:
            # nothing is learnt from a sensor that hangs; it is looked at again when it moves
            return _score(self._wonted(still))
        floor = 0.35 if self._is_count and self._size < 4 else 1e-3 * self._size + 1e-12
        self._size += (abs(value) - self._size) / min(count + WARM_UP, 4096)
        error, slow_error, slow_mean, _ = self._predictors.step(value, place, floor)
        if count <= self._jump_until:
            error = min(error, error + self._jump, key=abs)
            slow_error = min(slow_error, slow_error + self._jump, key=abs)
        ratio = self._ratio[place % len(self._ratio)]
        scale = max(self._scale, floor)
        size = abs(error) / ratio
        relative = size / scale
        slow_scale = max(slow_mean, floor) * 1.25 * ratio
        deviation = max(-3.0, min(3.0, slow_error / slow_scale))
        self._sum8 += (deviation - self._sum8) / 8
        self._sum64 += (deviation - self._sum64) / 64
        self._wide += (min(relative, 4.0) - self._wide) / 24
        statistics = (relative, abs(self._sum8), abs(self._sum64), self._wide)
        surprise = self._wonted(max(still, self._surprise(statistics)))
        if surprise >= ALARM and relative > 4 and count > self._jump_until:
            self._jump, self._jump_until = error, count + _REMEMBERED
        self._learn_shift(slow_error, slow_scale)
        known = min(size, 4 * scale) if count > WARM_UP else size
        self._scale += (known - self._scale) / min(count, 256)
        self._grid[place], self._errors[place] = value, abs(error)
        if len(self._blocks[0]) == BLOCK:
            self._look_back(place + 1)
        return _score(surprise) if count > WARM_UP else 0.0

    def _wonted(self, surprise: float) -> float:
        """The surprise less what the alarms of late take from it: a series that often surprises must do so by more."""
        surprise -= self._wont
        self._wont *= _FORGETS
        if surprise >= ALARM:
            if self._count > self._alarmed_at + _ONE_ALARM:
                self._wont += _WONT
            self._alarmed_at = self._count
        return surprise

    def _surprise(self, statistics: tuple[float, ...]) -> float:
        """The largest surprise of the statistics, which are then remembered."""
        count, surprise = self._count, 0.0
        for tail, block, its, wait in zip(self._tails, self._blocks, statistics, _WAITS, strict=True):
            if its <= tail.q90:
                block.append(its)
                continue
            known = count - wait
            if known > 0:
                surprise = max(surprise, tail.surprise(its) * known / (known + 24))
            block.append(tail.capped(its, count))
        return surprise

    def _still(self, raw: float) -> float:
        """The surprise of a value that does not change, from how often it did not before."""
        if raw != self._last:
            if self._run > 4:
                if len(self._resting) < 1000:
                    self._resting.add(self._last)
                self._longest = max(self._longest, min(self._run, 4 * self._longest + 8))
            self._last, self._run, self._is_stuck = raw, 1, False
            return 0.0
        self._run += 1
        self._same += 1
        run = self._run
        beyond = run - 2.5 * self._longest - 4
        if run < 8 or raw == 0 or raw in self._resting or beyond < 0 or self._count - run < WARM_UP:
            return 0.0
        if self._is_stuck and beyond > _STILL_SAID:
            self._is_stuck = beyond < _STILL_KEPT
            return 0.0
        unchanged_before = (self._same - run + 4) / (self._count - run + 11)
        surprise = min(MOST, -math.log10(unchanged_before) * run / 2) if 0 < unchanged_before < 1 else 0.0
        self._is_stuck = self._is_stuck or (surprise >= ALARM and beyond <= _STILL_SAID)
        return surprise if self._is_stuck else min(surprise, ALARM - 1)

    def _learn_shift(self, error: float, scale: float) -> None:
        """Take over a level at which some points in a row were, far on one side of the slow one."""
        side = (error > 3 * scale) - (error < -3 * scale)
        if side == 0 or side != self._side:
            self._far = []
        self._side = side
        if side:
            self._far.append(error)
            if len(self._far) >= _SHIFT_AFTER:
                by = float(np.median(self._far))
                self._predictors.shift(by)
                self._jump, self._jump_until = by, self._count + _REMEMBERED
                self._far, self._side = [], 0
                self._sum8 = self._sum64 = 0.0

    def _look_back(self, at: int) -> None:
        """Take the tails again, and the seasons where a cycle has passed."""
        for tail, block in zip(self._tails, self._blocks, strict=True):
            if self._count > WARM_UP:
                tail.remember(block)
            block.clear()
        self._search(at)
        if not self.periods or at < self._refit_at:
            return
        self._refit_at = at + max(BLOCK, self.periods[0])
        if not self._searches and len(self.periods) > 1:
            # in the first week nobody knows what a Saturday is like, in the next two it has been seen too seldom
            weeks = at // self.periods[1]
            self._predictors.lenient = () if weeks >= 3 else (1, 2) if weeks else (0, 1)
        recent_at = np.arange(max(0, at - 32), at)
        recent = self._grid[recent_at]
        is_known = np.isfinite(recent)
        if not is_known.any():
            return
        for season, period in enumerate(self.periods, start=1):
            its = shape(self._grid, period, at, min_count=1 if season > 1 and not self._searches else 2)
            if its is None or season > len(self._predictors.shapes):
                break
            self._predictors.set_shape(season, its, recent[is_known], recent_at[is_known].astype(float))
        ratio = spread(self._errors, self.periods[0], at)
        if ratio is not None:
            self._ratio = ratio.tolist()

    def _search(self, at: int) -> None:
        """Look for a period where no clock gives one, ever more seldom."""
        if not self._searches or self._count < self._search_at:
            return
        self._search_at = int(self._search_at * 1.5)
        found = found_periods(self._grid[max(0, at - _SEARCHED) : at])
        if found and (not self.periods or self.periods[0] != found[0] or len(found) > len(self.periods)):
            self.periods = found if len(found) >= len(self.periods) else (*found, *self.periods[len(found) :])
            self._refit_at = 0


def _score(surprise: float) -> float:
    return 1 / (1 + math.exp(-_STEEPNESS * (surprise - ALARM)))
