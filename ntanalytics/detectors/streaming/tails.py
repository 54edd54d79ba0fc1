"""How rare a statistic is, from its own past: quantiles, and a tail laid through them."""

from __future__ import annotations

import math

import numpy as np

#: Values of the past that the quantiles are taken of, at most.
REMEMBERED = 16_384

#: Values after which the quantiles are taken again at every fourth block only.
_EAGER = 2048

#: Beyond that the surprise of one point says nothing more.
MOST = 12.0

#: What is rarer is remembered as if it were that rare, so that one anomaly does not hide the next.
_CAP = 3.0

#: So many of late (halved every 200 points) are no anomalies but how the series is: then they are learnt quickly.
_OFTEN, _HALVES, _QUICK_CAP = 8, 200, 6.0

#: How fast the distance from decade to decade may grow (heavy tails) or shrink (light ones).
_RATIO = (0.88, 2.2)


class Tail:
    """The past of one statistic, and the surprise of its next value.

    The surprise is -log10 of the share of points that are as large. It is 1 at the 90th and 2 at the 99th
    percentile; beyond, the distance from decade to decade changes by the ratio of the last two that are known, which
    is Pickands' estimate of a generalised Pareto tail (Pickands 1975, Annals of Statistics 3). Little history is
    mixed with the quantiles that normal noise would have.

    Args:
        q90: the 90th percentile under normal noise.
        q99: the 99th.
        memory: points after which a value of the statistic is new; a mean over 64 points hardly changes in one.
    """

    def __init__(self, q90: float, q99: float, memory: int) -> None:
        self._prior = (q90, q99)
        self._memory = memory
        self._past = np.empty(REMEMBERED)
        self._count = self._blocks = 0
        self._often, self._often_at = 0.0, 0
        self.q90, self.step, self.ratio = q90, 1.5 * (q99 - q90), 1.0
        self.at_cap = self.value_at(_CAP)

    def remember(self, values: list[float]) -> None:
        """Add a block of values, those of alarms already capped, and take the quantiles again."""
        places = np.arange(self._count, self._count + len(values)) % REMEMBERED
        self._past[places] = values
        self._count += len(values)
        self._blocks += 1
        if self._count > _EAGER and self._blocks % 4:
            return
        its = self._past[: min(self._count, REMEMBERED)]
        q90, q99, q999 = np.quantile(its, (0.9, 0.99, 0.999)).tolist()
        independent = self._count / self._memory
        own90, own99, own999 = (independent / (independent + min_count) for min_count in (30, 200, 1000))
        prior90, prior99 = self._prior
        self.q90 = own90 * q90 + (1 - own90) * max(prior90, q90)
        step = own99 * (q99 - q90) + (1 - own99) * max(1.5 * (prior99 - prior90), q99 - q90)
        self.step = max(step, 0.5 * (prior99 - prior90))
        ratio = (q999 - q99) / max(q99 - q90, 1e-12) if q99 > q90 else 1.0
        self.ratio = min(max(own999 * ratio + (1 - own999), _RATIO[0]), _RATIO[1])
        self.at_cap = self.value_at(_CAP)

    def capped(self, value: float, count: int) -> float:
        """The value as it is to be remembered; ``count`` tells how many points have been seen."""
        if value <= self.at_cap or not self._count:
            return value
        self._often = 1 + self._often * 0.5 ** ((count - self._often_at) / _HALVES)
        self._often_at = count
        return min(value, self.value_at(_QUICK_CAP) if self._often > _OFTEN else self.at_cap)

    def surprise(self, value: float) -> float:
        """-log10 of the share of ordinary points with such a value or a larger one; 0 to 12, exact from 1 on."""
        if value <= self.q90:
            return max(0.0, value / self.q90)
        decades = (value - self.q90) / self.step
        if abs(self.ratio - 1) > 0.01:
            inner = 1 + decades * (self.ratio - 1)
            if inner <= 0:
                return MOST
            decades = math.log(inner) / math.log(self.ratio)
        return min(MOST, 1 + decades)

    def value_at(self, surprise: float) -> float:
        """The value whose surprise is ``surprise`` (1 at least): the inverse, to cap what is remembered of alarms."""
        decades = surprise - 1
        if abs(self.ratio - 1) > 0.01:
            decades = (self.ratio**decades - 1) / (self.ratio - 1)
        return self.q90 + self.step * decades
