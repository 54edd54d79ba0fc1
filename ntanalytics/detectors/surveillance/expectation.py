"""Expectation: what each series of a dataset is expected to count in each hour of each day.

The calendar moves all members of a dataset alike: what all of them did on a day, told by the weighted median of their
ratios to their usual day, is taken out. The rest is a profile of hours, the mean of comparable days.

Where one member has most of the events, its fall looks like the calendar's. So the expected range of the dataset's
total speaks beside the members, and bounds what they say. A burst of an hour is no calendar: such hours say nothing of
their day, so that what was usual after it is not held against twice as much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.leaf_table import Mask, SeriesGroup

#: Share of the events that a group of series must hold to speak for the calendar, and hours of bursts may at most.
_HOLDS = 0.5

#: Weight of the expected total beside the members together: one with less than 0.8 of the events moves nothing alone.
_TOTAL_WEIGHT = 0.6

#: Half-widths, and share of all expected events, by which a day may differ and still be the calendar's.
_BEYOND, LEAST_SHARE = 2.0, 0.25

#: Most dimensions of series that speak for the calendar: those of more have too few events for a ratio.
_DIMENSIONS = 2

#: Times as many events of an hour as on any other day, and how many more at least, from which they are a burst.
_SUDDEN, _LEAST_SUDDEN = 3.0, 10.0

#: Least factor of a day.
_LEAST_FACTOR = 1e-3


def day_factors(groups: Sequence[SeriesGroup], usual: ExpectedRange) -> Floats:
    """Return the factor of each day against a usual one, by the largest series of the most dimensions.

    Half of the events may fall or rise on a past day without moving it; on the last day, most of them.

    Args:
        groups: the series of a dataset, that of all events first.
        usual: the expected range of all events of the last day.
    """
    hourly: Floats = groups[0].sums["events"].sum(axis=0)
    total = hourly.sum(axis=1)
    daily = _members_that_hold_most(groups, float(total.sum()), _sudden_hours(hourly))
    middle = np.median(daily, axis=1)
    daily, middle = daily[middle > 0], middle[middle > 0]
    if not len(middle):
        return np.ones(len(total))
    ratios = daily / middle[:, None]
    factors = np.array([_weighted_median(ratio, middle) for ratio in ratios.T])
    level = float(np.median(total))
    if usual.low is not None and usual.high is not None and usual.expected is not None and level > 0:
        today = np.append(ratios[:, -1], usual.expected / level)
        factor = _weighted_median(today, np.append(middle, _TOTAL_WEIGHT * middle.sum()))
        lowest, highest = _bounds(float(total[-1]), usual.low, usual.expected, usual.high)
        factors[-1] = min(max(factor, lowest / level), highest / level)
    return np.asarray(np.maximum(factors, _LEAST_FACTOR), dtype=np.float64)


def _bounds(events: float, low: float, expected: float, high: float) -> tuple[float, float]:
    """Return between what a day of the calendar lies: within the range where the number of all its events does.

    Members that all fall by a third on a day of as many events as usual have lost them to other members, or to none.
    """
    if low <= events <= high:
        return low, high
    return (
        expected - max(_BEYOND * (expected - low), LEAST_SHARE * expected),
        expected + max(_BEYOND * (high - expected), LEAST_SHARE * expected),
    )


def _sudden_hours(hourly: Floats) -> Mask:
    """Return the hours of days in which far more events came than in the same hour of any other day.

    Where that is so of the hours that usually have most events, it is the day.
    """
    ordered = np.sort(hourly, axis=0)
    most = np.where(hourly == ordered[-1], ordered[-2:][0], ordered[-1])
    sudden: Mask = (hourly >= _SUDDEN * most) & (hourly >= most + _LEAST_SUDDEN)
    usual = ordered[:-1].sum(axis=0)
    is_burst = (sudden * usual).sum(axis=1, keepdims=True) <= _HOLDS * usual.sum()
    return np.asarray(sudden & is_burst)


def _members_that_hold_most(groups: Sequence[SeriesGroup], events: float, sudden: Mask) -> Floats:
    """Return the daily counts of the series of the most dimensions that hold enough of the events."""
    for number in sorted({min(len(group.dimensions), _DIMENSIONS) for group in groups}, reverse=True):
        among = [group.sums["events"] for group in groups if len(group.dimensions) == number]
        holding = [_daily(counts, sudden) for counts in among if counts.sum() >= _HOLDS * events]
        if holding:
            return np.concatenate(holding)
    return _daily(groups[0].sums["events"], sudden)


def _daily(counts: Floats, sudden: Mask) -> Floats:
    """Return the counts of each day; a burst makes none larger than usual: what had waited for a gap fills its day."""
    daily: Floats = counts.sum(axis=2)
    if not sudden.any():
        return daily
    usual = np.where(sudden, 0.0, counts).sum(axis=1) / np.maximum((~sudden).sum(axis=0), 1)
    without = np.where(sudden, usual[:, None, :], counts).sum(axis=2)
    return np.asarray(np.minimum(daily, np.maximum(without, np.median(daily, axis=1, keepdims=True))))


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = values.argsort()
    cumulated = np.cumsum(weights[order])
    return float(values[order][int((cumulated >= cumulated[-1] / 2).argmax())])


def expected_counts(counts: Floats, factors: Floats) -> Floats:
    """Return the expected counts, of a past day by the other days alone.

    Args:
        counts: series × days × hours; the last day is the judged one.
        factors: factor of each day.
    """
    level = counts[:, :-1] / factors[None, :-1, None]
    sums, days = level.sum(axis=1), level.shape[1]
    past = (sums[:, None, :] - level) / max(days - 1, 1)
    return np.concatenate([past, sums[:, None, :] / days], axis=1) * factors[None, :, None]
