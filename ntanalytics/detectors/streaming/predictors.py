"""What the next value should be: levels that follow at three speeds, with and without each season."""

from __future__ import annotations

import numpy as np

from ntanalytics.detectors.streaming.seasons import Floats

#: The share of an error that a level takes over: the last value itself, a few values, many.
SPEEDS = (1.0, 0.2, 0.02)

#: Errors are remembered over so many points when predictors are compared.
_COMPARED = 256.0

#: Mean errors beyond which a value moves a level no further, but for the fastest.
_CAP = 4.0


class Predictors:
    """One level for each season (the first is none) and speed, the error of each, and which did best of late."""

    def __init__(self, first: float) -> None:
        self.shapes: list[list[float]] = [[0.0]]
        self.levels: list[list[float]] = [[first] * len(SPEEDS)]
        self.errors: list[list[float]] = [[0.0] * len(SPEEDS)]
        self.seen = 0
        #: Seasons of which the one that errs least tells the error, whichever did best of late; empty: the best does.
        self.lenient: tuple[int, ...] = ()

    def set_shape(self, season: int, shape: Floats, recent: Floats, places: Floats) -> None:
        """Take a season's shape; ``recent`` are the last values, which the levels of a new season start from.

        Args:
            season: which one, from 1 on.
            shape: by slot.
            recent: the last values.
            places: their places, of which the slot is the remainder.
        """
        slots = places.astype(int) % len(shape)
        now = float(np.median(recent - shape[slots]))
        if season == len(self.shapes):
            self.shapes.append(shape.tolist())
            self.levels.append([now] * len(SPEEDS))
            # a little better than without it, until it has shown more
            self.errors.append([0.95 * error for error in self.errors[0]])
        else:
            before = np.array(self.shapes[season])
            moved = float(np.median(before[slots] - shape[slots])) if len(before) == len(shape) else 0.0
            self.shapes[season] = shape.tolist()
            if len(before) == len(shape):
                self.levels[season] = [level + moved for level in self.levels[season]]
            else:
                self.levels[season] = [now] * len(SPEEDS)

    def step(self, value: float, place: int, floor: float) -> tuple[float, float, float, int]:
        """Predict, compare and learn.

        Returns:
            The error of the best predictor, that of the best slow one, that slow one's mean error, its season.
        """
        self.seen += 1
        rate = 1 / min(self.seen + 1, _COMPARED)
        best = best_slow = np.inf
        error = slow_error = 0.0
        by_season: list[tuple[float, float]] = []
        slow_season = 0
        last = len(SPEEDS) - 1
        shares = SPEEDS if self.seen > 50 else tuple(max(share, 1 / (self.seen + 1)) for share in SPEEDS)
        for season, shape in enumerate(self.shapes):
            rest = value - shape[place % len(shape)]
            levels, errors = self.levels[season], self.errors[season]
            least, quick_error, before = np.inf, 0.0, levels[last]
            for speed, share in enumerate(shares):
                its = rest - levels[speed]
                mean = errors[speed]
                if mean < least:
                    least, quick_error = mean, its
                size = its if its >= 0 else -its
                cap = _CAP * (mean + floor)
                if speed == last and mean < best_slow:
                    best_slow, slow_error, slow_season = mean, its, season
                if size > cap and self.seen > 8:
                    size = cap
                    if speed:
                        its = cap if its > 0 else -cap
                errors[speed] = mean + rate * (size - mean)
                levels[speed] += its * share
            if least < best:
                best, error = least, quick_error
            if self.lenient:
                by_season.append((quick_error, rest - before))
        if self.lenient:
            its_of = [by_season[season] for season in self.lenient if season < len(by_season)]
            error = min((error, *(each for each, _ in its_of)), key=abs)
            slow_error = min((slow_error, *(each for _, each in its_of)), key=abs)
        return error, slow_error, best_slow, slow_season

    def shift(self, by: float) -> None:
        """Move the levels of the slow predictors of every season."""
        for levels in self.levels:
            for speed in range(1, len(SPEEDS)):
                levels[speed] += by * (1.0 if speed == len(SPEEDS) - 1 else 0.0)
