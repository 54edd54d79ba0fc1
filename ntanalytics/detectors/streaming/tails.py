"""Tails: the rarity of a statistic by its own past, from quantiles and a tail fitted through them."""

from __future__ import annotations

import math

import numpy as np

#: Largest number of past values that the quantiles are taken of.
MEMORY = 16_384

#: Number of values after which the quantiles are taken again at every fourth block only.
_EVERY_BLOCK = 2048

#: Largest surprise of one point.
MAX_SURPRISE = 12.0

#: Surprise above which a value is remembered as if it had this one, so that one anomaly does not hide the next.
_CAP = 3.0

#: Number of recent rare values, halved every 200 points, from which on they are the habit of the series; then they are
#: learnt with a higher cap.
_OFTEN, _HALF_LIFE, _HABIT_CAP = 8, 200, 6.0

#: Limits of the ratio by which the distance from decade to decade grows (heavy tails) or shrinks (light ones).
_RATIO = (0.88, 2.2)


class Tail:
    """Past of one statistic, and the surprise of its next value.

    The surprise is -log10 of the share of points that are as large. It is 1 at the 90th and 2 at the 99th percentile;
    beyond, the distance from decade to decade changes by the ratio of the last two that are known, which is Pickands'
    estimate of a generalised Pareto tail (Pickands 1975, Annals of Statistics 3). A short past is mixed with the
    quantiles of normal noise.

    Args:
        q90: the 90th percentile under normal noise.
        q99: the 99th percentile under normal noise.
        memory: number of points after which a value of the statistic is independent; a mean over 64 points hardly
            changes in one.
    """

    def __init__(self, q90: float, q99: float, memory: int) -> None:
        self._prior = (q90, q99)
        self._memory = memory
        self._past = np.empty(MEMORY)
        self._count = self._blocks = 0
        self._rare, self._rare_at = 0.0, 0
        self.q90, self.step, self.ratio = q90, 1.5 * (q99 - q90), 1.0
        self.at_cap = self.value_at(_CAP)

    def remember(self, values: list[float]) -> None:
        """Add a block of values, those of alarms already capped, and take the quantiles again."""
        places = np.arange(self._count, self._count + len(values)) % MEMORY
        self._past[places] = values
        self._count += len(values)
        self._blocks += 1
        if self._count > _EVERY_BLOCK and self._blocks % 4:
            return
        past = self._past[: min(self._count, MEMORY)]
        q90, q99, q999 = np.quantile(past, (0.9, 0.99, 0.999)).tolist()
        independent = self._count / self._memory
        own90, own99, own999 = (independent / (independent + prior) for prior in (30, 200, 1000))
        prior90, prior99 = self._prior
        self.q90 = own90 * q90 + (1 - own90) * max(prior90, q90)
        step = own99 * (q99 - q90) + (1 - own99) * max(1.5 * (prior99 - prior90), q99 - q90)
        self.step = max(step, 0.5 * (prior99 - prior90))
        ratio = (q999 - q99) / max(q99 - q90, 1e-12) if q99 > q90 else 1.0
        self.ratio = min(max(own999 * ratio + (1 - own999), _RATIO[0]), _RATIO[1])
        self.at_cap = self.value_at(_CAP)

    def capped(self, value: float, count: int) -> float:
        """Return the value as it is to be remembered.

        Args:
            value: the value.
            count: number of points so far.
        """
        if value <= self.at_cap or not self._count:
            return value
        self._rare = 1 + self._rare * 0.5 ** ((count - self._rare_at) / _HALF_LIFE)
        self._rare_at = count
        return min(value, self.value_at(_HABIT_CAP) if self._rare > _OFTEN else self.at_cap)

    def surprise(self, value: float) -> float:
        """Return -log10 of the share of ordinary points that are as large: 0 to 12, exact from 1 on."""
        if value <= self.q90:
            return max(0.0, value / self.q90)
        decades = (value - self.q90) / self.step
        if abs(self.ratio - 1) > 0.01:
            inner = 1 + decades * (self.ratio - 1)
            if inner <= 0:
                return MAX_SURPRISE
            decades = math.log(inner) / math.log(self.ratio)
        return min(MAX_SURPRISE, 1 + decades)

    def value_at(self, surprise: float) -> float:
        """Return the value of a surprise of at least 1: the inverse of ``surprise``."""
        decades = surprise - 1
        if abs(self.ratio - 1) > 0.01:
            decades = (self.ratio**decades - 1) / (self.ratio - 1)
        return self.q90 + self.step * decades
