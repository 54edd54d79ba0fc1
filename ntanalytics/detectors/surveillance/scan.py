"""Scan statistic: how strongly the hours of a day depart from what is expected of them, in whichever run of hours.

For counts it is the Poisson log likelihood ratio of Kulldorff (1997), for means that of the normal distribution. The
largest over all runs of hours is taken, so that an outage of two hours shows as well as a poor day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.leaf_table import HOURS

#: Lengths of the runs in hours.
_LENGTHS = (1, 2, 3, 4, 6, 8, 12, HOURS)

#: The first hour of each run, and the hour after its last.
RUNS = tuple((first, first + length) for length in _LENGTHS for first in range(HOURS - length + 1))

#: Hours × runs: 1 where the hour belongs to the run.
_BELONGS = np.array([[float(first <= hour < after) for first, after in RUNS] for hour in range(HOURS)])

#: Least expected count of a run: an event where none is expected is no proof.
_LEAST_EXPECTED = 0.25

#: Events whose mean says half as much as that of many: one slow answer is no slow service.
_FEW = 4.0


@dataclass(frozen=True)
class Scan:
    """The strongest departure of each day, in one direction.

    Attributes:
        strength: the statistic; 0 where nothing departs in that direction.
        run: index of its run of hours in ``RUNS``.
    """

    strength: Floats
    run: NDArray[np.int64]


def scan_counts(seen: Floats, expected: Floats) -> dict[int, Scan]:
    """Return direction (1 for more, -1 for fewer) → the strongest departure of counts.

    Args:
        seen: counts, an array whose last axis is the hours.
        expected: the expected counts, of the same shape.
    """
    from scipy.special import xlogy

    counts, means = seen @ _BELONGS, np.maximum(expected @ _BELONGS, _LEAST_EXPECTED)
    strength = xlogy(counts, counts / means) - (counts - means)
    return _both(strength, counts - means)


def scan_means(residuals: Floats, events: Floats, variance: Floats) -> dict[int, Scan]:
    """Return direction → the strongest departure of means.

    Args:
        residuals: sums of the differences from the expected value, an array whose last axis is the hours.
        events: their number of events.
        variance: the variance of one event, of the shape without hours.
    """
    sums, counts = residuals @ _BELONGS, np.maximum(events @ _BELONGS, 1.0)
    strength = sums**2 / (2 * variance[..., None] * counts) * (counts / (counts + _FEW))
    return _both(strength, sums)


def _both(strength: Floats, difference: Floats) -> dict[int, Scan]:
    scans = {}
    for direction in (1, -1):
        directed = np.where(difference * direction > 0, strength, 0.0)
        run = directed.argmax(axis=-1)
        scans[direction] = Scan(np.take_along_axis(directed, run[..., None], -1)[..., 0], run)
    return scans
