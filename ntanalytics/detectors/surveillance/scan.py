"""Scan statistic: how strongly the hours of a day depart from what is expected of them, in whichever run of hours.

For counts it is the Poisson log likelihood ratio of Kulldorff (1997), for means that of the normal distribution. The
largest over all runs of hours is taken, so that an outage of two hours shows as well as a poor day.
"""

from __future__ import annotations

from collections.abc import Callable
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
LEAST_EXPECTED = 0.25

#: Rows that are scanned at once, and a count whose logarithm can be taken.
_ROWS_AT_ONCE, _NEXT_TO_NOTHING = 1024, 1e-200

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

    def strongest(seen: Floats, expected: Floats) -> tuple[Floats, Floats]:
        counts, means = seen @ _BELONGS, np.maximum(expected @ _BELONGS, LEAST_EXPECTED)
        more = counts - means
        return times_log(counts, means) - more, more

    return _both(strongest, seen, expected)


def scan_means(residuals: Floats, events: Floats, variance: Floats) -> dict[int, Scan]:
    """Return direction → the strongest departure of means.

    Args:
        residuals: sums of the differences from the expected value, an array whose last axis is the hours.
        events: their number of events.
        variance: the variance of one event, of the shape without hours.
    """

    def strongest(residuals: Floats, events: Floats, variance: Floats) -> tuple[Floats, Floats]:
        sums, counts = residuals @ _BELONGS, np.maximum(events @ _BELONGS, 1.0)
        return sums**2 / (2 * variance * (counts + _FEW)), sums

    return _both(strongest, residuals, events, variance[..., None])


def times_log(counts: Floats | np.float64, means: Floats | np.float64) -> Floats:
    """Return counts times the logarithm of their ratio to positive means; 0 of no events."""
    ratio: Floats = counts * np.log(np.maximum(counts, _NEXT_TO_NOTHING) / means)
    return ratio


def _both(strongest: Callable[..., tuple[Floats, Floats]], *arrays: Floats) -> dict[int, Scan]:
    """Return direction → the strongest departure, some rows at a time: what fits into the processor's cache is fast.

    Args:
        strongest: gives the statistic and the difference of each run, of some rows of the arrays.
        arrays: of one shape but for the last axis.
    """
    shape = arrays[0].shape[:-1]
    rows = [array.reshape(-1, array.shape[-1]) for array in arrays]
    count = len(rows[0])
    scanned = {direction: (np.zeros(count), np.zeros(count, dtype=np.int64)) for direction in (1, -1)}
    for first in range(0, count, _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)
        strength, difference = strongest(*(array[part] for array in rows))
        directed = np.copysign(strength, difference)
        for direction, (strengths, runs) in scanned.items():
            run = directed.argmax(axis=-1) if direction > 0 else directed.argmin(axis=-1)
            runs[part] = run
            strengths[part] = np.maximum(np.take_along_axis(directed, run[:, None], -1)[:, 0] * direction, 0.0)
    return {
        direction: Scan(strengths.reshape(shape), runs.reshape(shape))
        for direction, (strengths, runs) in scanned.items()
    }
