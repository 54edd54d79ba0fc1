"""Improbability: how rare a departure as strong as that of the last day is, by the departures of the days before.

The largest of many statistics has a tail that falls exponentially (Gumbel). Its scale is that of the series itself, and
its tail no lighter than that of all series of the same size that are as calm: twenty days show no event that comes once
in a hundred, and mailings of some series are no reason to doubt a steady one. How calm a series is on a day is told by
its other days, so that the bursts of steady series count among them. A scale that is read from few days may be wrong:
the tail is that of the prediction (Lomax), which is heavier the fewer they are, and lighter where many series agree.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats

#: Expected counts of a day that divide series by size.
_SIZES = (5.0, 20.0, 60.0, 200.0)

#: Scales that divide series by how calm they are.
_SCALES = (1.25, 3.0)

#: Days that the series of one size and calm together count like for the scale of one of them.
_AGREEING_DAYS = 40.0

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
    days, ordered = past.shape[1], np.sort(past, axis=1)
    # without the strongest, which may be an incident
    scale = np.maximum(ordered[:, :-1].std(axis=1) * _GUMBEL_SCALE, 1.0)
    excess = np.maximum((today - np.median(past, axis=1)) / scale, 0.0)
    improbable = days * np.log1p(excess / days)
    sizes, others = np.digitize(size, _SIZES), _scales_of_others(past, ordered)
    kinds = sizes * (len(_SCALES) + 1) + np.digitize(scale, _SCALES)
    past_kinds = sizes[:, None] * (len(_SCALES) + 1) + np.digitize(others, _SCALES)
    for kind in np.unique(kinds):
        among, pooled = kinds == kind, past[past_kinds == kind]
        if len(pooled) >= _MIN_POOLED:
            known = days + _AGREEING_DAYS
            improbable[among] = np.minimum(known * np.log1p(excess[among] / known), _by_pool(today[among], pooled))
    is_beyond = today > _BEYOND_PAST * ordered[:, -2]
    return np.where(is_beyond, np.maximum(improbable, 0.0), 0.0)


def _scales_of_others(past: Floats, ordered: Floats) -> Floats:
    """Return the scale of each past day's series by its other past days, without the strongest of them."""
    strongest = np.where(past == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])
    left = past.shape[1] - 2
    mean = (past.sum(axis=1, keepdims=True) - past - strongest) / left
    square = ((past**2).sum(axis=1, keepdims=True) - past**2 - strongest**2) / left
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)) * _GUMBEL_SCALE, dtype=np.float64)


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
