"""Flattening: a value that has become the same for all events, such as parts that are all counted as one.

Of a day's events many have the same value by one decision, so that the mean of a day proves little. But where no hour
of a day has two values, and hours of other days seldom have one, no decision explains it: hours are taken as apart from
each other, each with the share of the days on which the same hour had one value, whichever it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ntanalytics.detectors.detection import Floats

#: Fewest events of an hour that can tell, and of a day.
_LEAST_HOUR, _LEAST_DAY = 2.0, 30.0

#: Largest variance, and largest difference, of logarithms that are the same but for rounding.
_SAME = 1e-6


@dataclass(frozen=True)
class FlatSeries:
    """A series of which all events of the last day have one value.

    Attributes:
        index: the number of the series.
        improbable: the negative natural logarithm of its probability.
        seen: the logarithm of the value.
        expected: the mean of the logarithm on the days before.
        events: the events that it was measured of.
    """

    index: int
    improbable: float
    seen: float
    expected: float
    events: float


def flat_series(events: Floats, logs: Floats, squares: Floats) -> Sequence[FlatSeries]:
    """Return the series that are flat on the last day, and were on no day before; the least probable first.

    Args:
        events: the events by series, days and hours.
        logs: the sums of the logarithms of their values.
        squares: the sums of the squares of these.
    """
    number, total = events[:, -1].sum(axis=1), logs[:, -1].sum(axis=1)
    value = total / np.maximum(number, 1.0)
    of_days = _variance(events.sum(axis=2), logs.sum(axis=2), squares.sum(axis=2))
    had = (events[:, :-1].sum(axis=2) >= _LEAST_HOUR).sum(axis=1)
    was_flat = ((of_days[:, :-1] <= _SAME) & (events[:, :-1].sum(axis=2) >= _LEAST_HOUR)).any(axis=1)
    is_flat = (number >= _LEAST_DAY) & (of_days[:, -1] <= _SAME) & ~was_flat & (had > 0)
    tells = events >= _LEAST_HOUR
    same = tells & (_variance(events, logs, squares) <= _SAME)
    hours, flat = tells[:, :-1].sum(axis=1), same[:, :-1].sum(axis=1)
    of_all = (flat.sum(axis=1) + 1.0) / (hours.sum(axis=1) + 2.0)
    chance = (flat + of_all[:, None]) / (hours + 1.0)
    improbable = -(np.log(chance) * tells[:, -1]).sum(axis=1)
    past, past_logs = events[:, :-1].sum(axis=(1, 2)), logs[:, :-1].sum(axis=(1, 2))
    candidates = [
        FlatSeries(
            index,
            float(improbable[index]),
            float(value[index]),
            float(past_logs[index] / max(past[index], 1.0)),
            float(number[index]),
        )
        for index in map(int, np.flatnonzero(is_flat))
    ]
    return sorted(candidates, key=lambda item: -item.improbable)


def _variance(events: Floats, logs: Floats, squares: Floats) -> Floats:
    """Return the variance of the logarithms of values, of their number, sums and sums of squares."""
    number = np.maximum(events, 1.0)
    return np.asarray(squares / number - (logs / number) ** 2)
