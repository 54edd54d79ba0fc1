"""Predictors of the next value: levels that follow at three speeds, with and without each season."""

from __future__ import annotations

import numpy as np

from ntanalytics.detectors.detection import Floats

#: Share of an error that a level takes over: the last value itself, a few values, many.
SPEEDS = (1.0, 0.2, 0.02)

#: Number of points over which errors are averaged when predictors are compared.
_MEMORY = 256.0

#: Mean errors beyond which a value moves a level no further, except the fastest.
_CAP = 4.0


class Predictors:
    """One level for each season (the first is none) and speed, the mean error of each, and the best of late.

    Attributes:
        shapes: shape of each season by slot.
        levels: level of each season and speed.
        errors: mean error of each season and speed.
        lenient: seasons of which the smallest error is told, whichever predictor did best; empty for the best one's.
    """

    def __init__(self, first: float) -> None:
        self.shapes: list[list[float]] = [[0.0]]
        self.levels: list[list[float]] = [[first] * len(SPEEDS)]
        self.errors: list[list[float]] = [[0.0] * len(SPEEDS)]
        self.lenient: tuple[int, ...] = ()
        self._count = 0

    def set_shape(self, season: int, shape: Floats, recent: Floats, recent_slots: Floats) -> None:
        """Set the shape of a season.

        Args:
            season: its number, from 1 on.
            shape: the shape by slot.
            recent: the last values, from which the levels of a new season start.
            recent_slots: their slots on the grid.
        """
        slots = recent_slots.astype(int) % len(shape)
        now = float(np.median(recent - shape[slots]))
        if season == len(self.shapes):
            self.shapes.append(shape.tolist())
            self.levels.append([now] * len(SPEEDS))
            # a new season is believed a little more than none, until it has shown its errors
            self.errors.append([0.95 * error for error in self.errors[0]])
            return
        before = np.array(self.shapes[season])
        self.shapes[season] = shape.tolist()
        if len(before) != len(shape):
            self.levels[season] = [now] * len(SPEEDS)
            return
        moved = float(np.median(before[slots] - shape[slots]))
        self.levels[season] = [level + moved for level in self.levels[season]]

    def step(self, value: float, slot: int, floor: float) -> tuple[float, float, float]:
        """Predict a value, compare and learn.

        Args:
            value: the value.
            slot: its slot on the grid.
            floor: smallest error that matters.

        Returns:
            The error of the best predictor, that of the best slow one, and that one's mean error.
        """
        self._count += 1
        rate = 1 / min(self._count + 1, _MEMORY)
        shares = SPEEDS if self._count > 50 else tuple(max(share, 1 / (self._count + 1)) for share in SPEEDS)
        best = best_slow = np.inf
        error = slow_error = 0.0
        by_season: list[tuple[float, float]] = []
        last = len(SPEEDS) - 1
        for season, shape in enumerate(self.shapes):
            rest = value - shape[slot % len(shape)]
            levels, errors = self.levels[season], self.errors[season]
            least, least_error, slow_level = np.inf, 0.0, levels[last]
            for speed, share in enumerate(shares):
                miss = rest - levels[speed]
                mean = errors[speed]
                if mean < least:
                    least, least_error = mean, miss
                size = miss if miss >= 0 else -miss
                cap = _CAP * (mean + floor)
                if speed == last and mean < best_slow:
                    best_slow, slow_error = mean, miss
                if size > cap and self._count > 8:
                    size = cap
                    if speed:
                        miss = cap if miss > 0 else -cap
                errors[speed] = mean + rate * (size - mean)
                levels[speed] += miss * share
            if least < best:
                best, error = least, least_error
            if self.lenient:
                by_season.append((least_error, rest - slow_level))
        if self.lenient:
            errors_of = [by_season[season] for season in self.lenient if season < len(by_season)]
            error = min((error, *(quick for quick, _ in errors_of)), key=abs)
            slow_error = min((slow_error, *(slow for _, slow in errors_of)), key=abs)
        return error, slow_error, best_slow

    def shift(self, by: float) -> None:
        """Move the slowest level of every season."""
        for levels in self.levels:
            levels[-1] += by
