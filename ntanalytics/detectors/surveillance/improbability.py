"""Improbability: how rare a departure as strong as that of the last day is, by the departures of the days before.

The largest of many statistics has a tail that falls exponentially (Gumbel). Its scale is that of the series itself, and
no smaller than that of all series of the same size, since twenty days show no event that comes once in a hundred. A
scale that is read from few days may be wrong: the tail is that of the prediction (Lomax), which is heavier the fewer
they are.

A steady series is held against steady ones: the mailings of others are no reason to doubt it. How steady a series is on
a day is told by its other days, so that the bursts of steady series count among them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats

Ints = NDArray[np.int64]

#: Least improbability of a departure, once in 440,000, and share that may be false of all that is tested.
LEAST_IMPROBABLE, _FALSE_SHARE = 13.0, 0.02

#: Expected counts of a day that divide series by size; with fewer than the first a series of chance has no departures.
_SIZES = (5.0, 20.0, 60.0, 200.0)

#: Scales that divide series by how steady they are.
_SCALES = (0.5, 1.25, 3.0)

#: Least scale of what comes by chance, that of what comes by a schedule, and the largest departure that a schedule
#: leaves: the largest over all runs of hours is twice as large where single events come by chance.
BY_CHANCE, BY_SCHEDULE, _SCHEDULED = 1.0, 0.2, 1.0

#: Days that the series of one size and steadiness together count like for the scale of one of them.
_AGREEING_DAYS = 40.0

#: Past days of series of one size from which their tail is read, and the quantile where it begins.
_MIN_POOLED, _TAIL = 200, 0.98

#: Past days on which departures as strong may come from one incident.
OF_ONE_INCIDENT = 2

#: Share of the standard deviation of a Gumbel distribution that is its scale.
_GUMBEL_SCALE = math.sqrt(6) / math.pi

#: Fewest days that tell how strong the strongest departure is by chance.
_FEWEST_DAYS = 5

#: Factor by which a departure must be stronger than the second strongest of the days before.
_BEYOND_PAST = 1.3


def least_improbable(tests: int) -> float:
    """Return the improbability from which one of some tests is a departure."""
    return max(LEAST_IMPROBABLE, math.log(tests / _FALSE_SHARE))


def improbability(strength: Floats, size: Floats, calm: float = BY_SCHEDULE) -> Floats:
    """Return the negative logarithm of the probability of each series' last departure; 0 where a past one was as large.

    Args:
        strength: the strongest departure by series and day; the last day is the judged one.
        size: expected count of that day by series.
        calm: the least scale of series that hardly departed; that of chance where nothing comes by a schedule.
    """
    past, today = strength[:, :-1], strength[:, -1]
    # of the others no departure is beyond those before
    beyond = np.flatnonzero(_is_beyond_past(today, np.partition(past, -2, axis=1)))
    improbable = np.zeros(len(past))
    if not len(beyond):
        return improbable
    _, today, excess, _ = _excess(strength[beyond], size[beyond], calm)
    days = past.shape[1]
    rare = days * np.log1p(excess / days)
    strata = np.digitize(size, _SIZES)
    for stratum in np.unique(strata[beyond]):
        among, of_size = strata[beyond] == stratum, past[strata == stratum]
        if of_size.size >= _MIN_POOLED:
            rare[among] = np.minimum(rare[among], _by_pool(today[among], _without_incidents(of_size), calm))
    improbable[beyond] = np.maximum(rare, 0.0)
    return improbable


def steady_improbability(strength: Floats, size: Floats, least: float, calm: float = BY_SCHEDULE) -> Floats:
    """Return the same by the series of one size that are as steady; 0 where too few are known.

    Args:
        strength: as in :func:`improbability`.
        size: as there.
        least: the improbability below which none matters, and is 0.
        calm: as there.
    """
    past, today, excess, ordered = _excess(strength, size, calm)
    known = past.shape[1] + _AGREEING_DAYS
    improbable = np.zeros(len(past))
    by_itself = known * np.log1p(excess / known)
    if not (by_itself >= least).any():
        return improbable
    kinds, past_kinds = _kinds(size, past, ordered, calm)
    for kind in np.unique(kinds):
        among, is_pooled = (kinds == kind) & (by_itself >= least), past_kinds == kind
        if among.any() and is_pooled.sum() >= _MIN_POOLED:
            last = today[among]
            counted = _by_counting(last, np.where(is_pooled, past, -1.0))
            pooled = np.minimum(_by_pool(last, past[is_pooled], calm), counted)
            improbable[among] = np.minimum(by_itself[among], pooled)
    return np.where(_is_beyond_past(today, ordered), np.maximum(improbable, 0.0), 0.0)


def strongest_of_days(strengths: Sequence[Floats], size: Floats, calm: float = BY_SCHEDULE) -> Floats:
    """Return the largest improbability of any series on each past day, by the other past days.

    Args:
        strengths: the strongest departures by series and day, of each direction; the last day is left out.
        size: expected count of a day by series.
        calm: as in :func:`improbability`.
    """
    days = strengths[0].shape[1] - 1
    largest = np.zeros(days)
    for day in range(days):
        order = [*(other for other in range(days) if other != day), day]
        largest[day] = max(float(improbability(strength[:, order], size, calm).max()) for strength in strengths)
    return largest


def among_days(improbable: Floats, largest: Floats, incident: float) -> Floats:
    """Return how improbable a day is on which the strongest departure is so improbable, by the past days.

    Args:
        improbable: improbabilities of the judged day.
        largest: those of :func:`strongest_of_days`.
        incident: the improbability from which a past day may have been an incident: two of them say nothing of chance,
            and more of them that so much comes by it.
    """
    days = len(largest) - min(int((largest >= incident).sum()), OF_ONE_INCIDENT)
    if days < _FEWEST_DAYS:
        return improbable
    chance = np.minimum(np.sort(largest)[:days], incident)
    scale = max(BY_CHANCE, float(chance.std()) * _GUMBEL_SCALE)
    excess = np.maximum(improbable - np.median(chance), 0.0) / scale
    return np.asarray(days * np.log1p(excess / days), dtype=np.float64)


def _excess(strength: Floats, size: Floats, calm: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the past and the last strengths, the excess of these in scales, and the past ones in order."""
    past, today = strength[:, :-1], strength[:, -1]
    ordered = np.sort(past, axis=1)
    return past, today, np.maximum((today - np.median(past, axis=1)) / _scale(ordered, size, calm), 0.0), ordered


def _scale(ordered: Floats, size: Floats, calm: float) -> Floats:
    """Return the scale of each series without its strongest day, which may be an incident."""
    is_scheduled = (ordered[:, -2] <= _SCHEDULED) & (size >= _SIZES[0])
    least = np.where(is_scheduled, calm, BY_CHANCE)
    return np.asarray(np.maximum(ordered[:, :-1].std(axis=1) * _GUMBEL_SCALE, least), dtype=np.float64)


def _is_beyond_past(today: Floats, ordered: Floats) -> NDArray[np.bool_]:
    return np.asarray(today > _BEYOND_PAST * ordered[:, -2])


def _kinds(size: Floats, past: Floats, ordered: Floats, calm: float) -> tuple[Ints, Ints]:
    """Return the kind of each series, by size and steadiness, and that of each of its past days."""
    sizes, number = np.digitize(size, _SIZES), len(_SCALES) + 1
    by_others = np.digitize(_scales_of_others(past, ordered), _SCALES)
    return sizes * number + np.digitize(_scale(ordered, size, calm), _SCALES), sizes[:, None] * number + by_others


def _scales_of_others(past: Floats, ordered: Floats) -> Floats:
    """Return the scale of each past day's series by its other past days, without the strongest of them."""
    strongest = np.where(past == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])
    left = past.shape[1] - 2
    mean = (past.sum(axis=1, keepdims=True) - past - strongest) / left
    square = ((past**2).sum(axis=1, keepdims=True) - past**2 - strongest**2) / left
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)) * _GUMBEL_SCALE, dtype=np.float64)


def _by_counting(today: Floats, past: Floats) -> Floats:
    """Return the improbability by how many past departures were as strong, where they come from several days.

    What was as strong on one day or two may have been one incident.

    Args:
        today: strengths.
        past: strengths by series and day; negative where one is not counted.
    """
    pooled, strongest = np.sort(past[past >= 0]), np.sort(past.max(axis=0))
    count = len(pooled) - np.searchsorted(pooled, today)
    days = len(strongest) - np.searchsorted(strongest, today)
    counted = np.log(len(pooled) / np.maximum(count, 1))
    return np.asarray(np.where(days > OF_ONE_INCIDENT, counted, np.inf), dtype=np.float64)


def _without_incidents(past: Floats) -> Floats:
    """Return past departures without the days that hold most of their tail: an incident moves hundreds of series."""
    begin = np.quantile(past, _TAIL)
    tail = np.maximum(past - begin, 0.0).sum(axis=0)
    return np.asarray(past[:, np.sort(np.argsort(tail)[:-OF_ONE_INCIDENT])].ravel())


def _by_pool(today: Floats, pooled: Floats, calm: float) -> Floats:
    begin = float(np.quantile(pooled, _TAIL))
    excess = pooled[pooled > begin] - begin
    # by the median, which an incident among the past days does not move
    least = calm if begin <= _SCHEDULED else BY_CHANCE
    scale = max(least, float(np.median(excess)) / math.log(2) if len(excess) else least)
    return np.asarray((today - begin) / scale - math.log(1 - _TAIL))
