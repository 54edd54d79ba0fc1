"""Expectation: what each series of a dataset is expected to count in each hour of each day.

The calendar moves all members of a dataset alike: what all of them did on a day, told by the weighted median of their
ratios to their usual day, is taken out. The rest is a profile of hours, the mean of comparable days.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.leaf_table import SeriesGroup


def day_factors(groups: Sequence[SeriesGroup]) -> Floats:
    """Return the factor of each day against a usual one, by the largest series of the most dimensions.

    Half of the events may fall or rise on a day without moving it.
    """
    most = max(len(group.dimensions) for group in groups)
    daily = np.concatenate([group.sums["events"].sum(axis=2) for group in groups if len(group.dimensions) == most])
    usual = np.median(daily, axis=1)
    daily, usual = daily[usual > 0], usual[usual > 0]
    if not len(usual):
        return np.ones(groups[0].sums["events"].shape[1])
    ratios = daily / usual[:, None]
    order = ratios.argsort(axis=0)
    weights = np.cumsum(usual[order], axis=0)
    middle = (weights >= weights[-1] / 2).argmax(axis=0)
    factors = np.take_along_axis(np.take_along_axis(ratios, order, 0), middle[None], 0)[0]
    return np.asarray(np.maximum(factors, 1e-3), dtype=np.float64)


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
