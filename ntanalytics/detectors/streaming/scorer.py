"""Scorer: one pass over a series; each point is scored from the points before it, then learnt."""

from __future__ import annotations

import math

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.streaming.predictors import Predictors
from ntanalytics.detectors.streaming.prominence import Prominence
from ntanalytics.detectors.streaming.seasons import find_periods, season_shape, season_spread
from ntanalytics.detectors.streaming.standstill import Standstill
from ntanalytics.detectors.streaming.tails import Tail

#: Known points before the first score.
WARM_UP = 32

#: Points after which the tails are taken again.
BLOCK = 64

#: Surprise (decades) of an alarm.
ALARM = 4.5

#: Prominence at which the score is one half, and steepness of the score around it.
_HALF, _STEEPNESS = 2.5, 3.0

#: Points on one side, far off, after which a shift is learnt.
_SHIFT_AFTER = 6

#: Points that each statistic needs before it counts.
_WAITS = (WARM_UP, 64, 512, 192)

#: Decades that one alarm adds to what the next one needs, the share of it that is kept from point to point, and the
#: points within which alarms are one.
_PENALTY, _DECAY, _ONE_ALARM = 0.25, 1 - 1 / 2000, 12

#: Points for which the level before a jump is remembered, so that the way back is no second alarm.
_JUMP_MEMORY = 512

#: Points back in which a period is searched, where no clock gives it.
_SEARCH_POINTS = 16_384


class Scorer:
    """State of one series.

    Args:
        first: the first known values, scaled.
        size: number of slots of the whole grid.
        periods: lengths of the seasons by the clock; None to search one in the series.
        is_count: whether the values are square roots of counts, whose noise is known.
    """

    def __init__(self, first: Floats, size: int, periods: tuple[int, ...] | None, *, is_count: bool) -> None:
        self.periods = periods or ()
        self._searches = periods is None
        self._search_at = 4 * BLOCK
        self._refit_at = 0
        self._grid = np.full(size, np.nan)
        self._errors = np.full(size, np.nan)
        self._spread: list[float] = [1.0]
        self._is_count = is_count
        self._predictors = Predictors(float(np.median(first)))
        self._standstill = Standstill(WARM_UP, ALARM)
        self._prominence: Prominence | None = None
        self._scale = 0.0
        self._count = 0
        self._size = float(np.mean(np.abs(first)))
        # a point, its means over 8 and 64 points, and its size over 24, each under normal noise
        self._tails = (Tail(2.06, 3.23, 1), Tail(0.53, 0.84, 8), Tail(0.18, 0.29, 64), Tail(1.16, 1.30, 24))
        self._blocks: tuple[list[float], ...] = ([], [], [], [])
        self._mean8 = self._mean64 = 0.0
        self._mean_size = 1.0
        self._side = 0
        self._far: list[float] = []
        self._jump, self._jump_until = 0.0, -1
        self._penalty, self._alarmed_at = 0.0, -_ONE_ALARM

    def score(self, value: float, raw: float, slot: int) -> tuple[float, bool]:
        """Return the score of the next known point, 0 to 1, and whether it is an alarm.

        Args:
            value: the value, scaled.
            raw: the value as it was given.
            slot: its slot on the grid.
        """
        self._count += 1
        count = self._count
        still = self._standstill.surprise(raw, count)
        if self._standstill.is_stuck:
            # nothing is learnt from a sensor that hangs
            return self._score_and_alarm(raw, still)
        floor = 0.35 if self._is_count and self._size < 4 else 1e-3 * self._size + 1e-12
        self._size += (abs(value) - self._size) / min(count + WARM_UP, 4096)
        error, slow_error, slow_mean = self._predictors.step(value, slot, floor)
        if count <= self._jump_until:
            error = min(error, error + self._jump, key=abs)
            slow_error = min(slow_error, slow_error + self._jump, key=abs)
        spread = self._spread[slot % len(self._spread)]
        scale = max(self._scale, floor)
        size = abs(error) / spread
        relative = size / scale
        slow_scale = max(slow_mean, floor) * 1.25 * spread
        score, is_alarm = self._score_and_alarm(raw, max(still, self._surprise(relative, slow_error / slow_scale)))
        if is_alarm and relative > 4 and count > self._jump_until:
            self._jump, self._jump_until = error, count + _JUMP_MEMORY
        self._learn_shift(slow_error, slow_scale)
        learnt = min(size, 4 * scale) if count > WARM_UP else size
        self._scale += (learnt - self._scale) / min(count, 256)
        self._grid[slot], self._errors[slot] = value, abs(error)
        if len(self._blocks[0]) == BLOCK:
            self._relearn(slot + 1)
        return score, is_alarm

    def _score_and_alarm(self, raw: float, surprise: float) -> tuple[float, bool]:
        """Return the score and the alarm of a surprise; neither before enough points are known."""
        if self._prominence is None:
            self._prominence = Prominence(raw)
        score = _score(self._prominence.of(raw, surprise))
        is_alarm = self._less_habit(surprise) >= ALARM
        return (score, is_alarm) if self._count > WARM_UP else (0.0, False)

    def _less_habit(self, surprise: float) -> float:
        """Return the surprise less the penalty of recent alarms: a series that often surprises must do so by more."""
        surprise -= self._penalty
        self._penalty *= _DECAY
        if surprise >= ALARM:
            if self._count > self._alarmed_at + _ONE_ALARM:
                self._penalty += _PENALTY
            self._alarmed_at = self._count
        return surprise

    def _surprise(self, relative: float, slow_relative: float) -> float:
        """Return the largest surprise of the four statistics, which are then remembered.

        Args:
            relative: size of the error of the best predictor against its scale.
            slow_relative: error of the best slow predictor against its scale.
        """
        deviation = max(-3.0, min(3.0, slow_relative))
        self._mean8 += (deviation - self._mean8) / 8
        self._mean64 += (deviation - self._mean64) / 64
        self._mean_size += (min(relative, 4.0) - self._mean_size) / 24
        statistics = (relative, abs(self._mean8), abs(self._mean64), self._mean_size)
        count, surprise = self._count, 0.0
        for tail, block, statistic, wait in zip(self._tails, self._blocks, statistics, _WAITS, strict=True):
            if statistic <= tail.q90:
                block.append(statistic)
                continue
            known = count - wait
            if known > 0:
                surprise = max(surprise, tail.surprise(statistic) * known / (known + 24))
            block.append(tail.capped(statistic, count))
        return surprise

    def _learn_shift(self, error: float, scale: float) -> None:
        """Take over a level at which some points in a row were, far on one side of the slow one."""
        side = (error > 3 * scale) - (error < -3 * scale)
        if side == 0 or side != self._side:
            self._far = []
        self._side = side
        if side:
            self._far.append(error)
            if len(self._far) >= _SHIFT_AFTER:
                shift = float(np.median(self._far))
                self._predictors.shift(shift)
                self._jump, self._jump_until = shift, self._count + _JUMP_MEMORY
                self._far, self._side = [], 0
                self._mean8 = self._mean64 = 0.0

    def _relearn(self, at: int) -> None:
        """Take the tails again, and the seasons where a cycle has passed.

        Args:
            at: number of slots that have passed.
        """
        for tail, block in zip(self._tails, self._blocks, strict=True):
            if self._count > WARM_UP:
                tail.remember(block)
            block.clear()
        self._search(at)
        if self.periods and at >= self._refit_at:
            self._refit_at = at + max(BLOCK, self.periods[0])
            self._refit(at)

    def _refit(self, at: int) -> None:
        """Take the shapes and the spread of the seasons again."""
        is_clock = not self._searches
        if is_clock and len(self.periods) > 1:
            # in the first week no Saturday is known, in the next two it has been seen too seldom
            weeks = at // self.periods[1]
            self._predictors.lenient = () if weeks >= 3 else (1, 2) if weeks else (0, 1)
        recent_slots = np.arange(max(0, at - 32), at)
        recent = self._grid[recent_slots]
        is_known = np.isfinite(recent)
        if not is_known.any():
            return
        for season, period in enumerate(self.periods, start=1):
            shape = season_shape(self._grid, period, at, min_cycles=1 if season > 1 and is_clock else 2)
            if shape is None or season > len(self._predictors.shapes):
                break
            self._predictors.set_shape(season, shape, recent[is_known], recent_slots[is_known].astype(float))
        spread = season_spread(self._errors, self.periods[0], at)
        if spread is not None:
            self._spread = spread.tolist()

    def _search(self, at: int) -> None:
        """Search a period where no clock gives one, ever more seldom."""
        if not self._searches or self._count < self._search_at:
            return
        self._search_at = int(self._search_at * 1.5)
        periods = find_periods(self._grid[max(0, at - _SEARCH_POINTS) : at])
        if periods and (not self.periods or self.periods[0] != periods[0] or len(periods) > len(self.periods)):
            self.periods = periods if len(periods) >= len(self.periods) else (*periods, *self.periods[len(periods) :])
            self._refit_at = 0


def _score(prominence: float) -> float:
    return 1 / (1 + math.exp(-_STEEPNESS * (prominence - _HALF)))
