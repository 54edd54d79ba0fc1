"""Improbability: how rare a departure as strong as that of the last day is, by the departures of the days before.

The largest of many statistics has a tail that falls exponentially (Gumbel). Its scale is that of the series itself, and
no smaller than that of all series of the same size, since twenty days show no event that comes once in a hundred. A
scale that is read from few days may be wrong: the tail is that of the prediction (Lomax), which is heavier the fewer
they are.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats

#: Expected counts of a day that divide series by size.
_SIZES = (5.0, 20.0, 60.0, 200.0)

#: Past days of series of one size from which their tail is read, and the quantile where it begins.
_MIN_POOLED, _TAIL = 200, 0.98

#: Share of the standard deviation of a Gumbel distribution that is its scale.
_GUMBEL_SCALE = math.sqrt(6) / math.pi

#: Factor by which a departure must be stronger than the second strongest of the days before.
_BEYOND_PAST = 1.3


def improbability(strength: Floats, size: Floats) -> Floats:
    """Return the negative logarithm of the probability of each series' last departure; 0 where a past one was as large.

    Args:
        strength: the strongest departure by series and day; the last day is the judged one.
        size: expected count of that day by series.
    """
    past, today = strength[:, :-1], strength[:, -1]
    ordered = np.sort(past, axis=1)
    # without the strongest, which may be an incident
    scale = np.maximum(ordered[:, :-1].std(axis=1) * _GUMBEL_SCALE, 1.0)
    excess = np.maximum((today - np.median(past, axis=1)) / scale, 0.0)
    improbable = past.shape[1] * np.log1p(excess / past.shape[1])
    strata = np.digitize(size, _SIZES)
    for stratum in np.unique(strata):
        among = strata == stratum
        pooled = past[among].ravel()
        if len(pooled) >= _MIN_POOLED:
            improbable[among] = np.minimum(improbable[among], _by_pool(today[among], pooled))
    is_beyond = today > _BEYOND_PAST * ordered[:, -2]
    return np.where(is_beyond, np.maximum(improbable, 0.0), 0.0)


def _by_pool(today: Floats, pooled: Floats) -> Floats:
    begin = float(np.quantile(pooled, _TAIL))
    excess = pooled[pooled > begin] - begin
    # by the median, which an incident among the past days does not move
    scale = max(1.0, float(np.median(excess)) / math.log(2) if len(excess) else 1.0)
    return np.asarray((today - begin) / scale - math.log(1 - _TAIL))


def is_discovery(improbable: Floats, share: float) -> NDArray[np.bool_]:
    """Return which departures are discoveries, of which at most a share is false (Benjamini and Hochberg 1995).

    Args:
        improbable: negative logarithms of the probabilities of all that was tested.
        share: the false discovery rate.
    """
    count = len(improbable)
    order = np.argsort(-improbable)
    limits = np.log(count / (share * np.arange(1, count + 1)))
    passed = np.flatnonzero(improbable[order] >= limits)
    is_found = np.zeros(count, dtype=bool)
    if len(passed):
        is_found[order[: passed[-1] + 1]] = True
    return is_found
