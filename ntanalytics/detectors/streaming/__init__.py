"""Anomalies of a series as it streams: a score and an alarm for each point, from the points before it alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.streaming.scorer import WARM_UP, Scorer
from ntanalytics.detectors.streaming.seasons import WEEK_S, clock_periods

__all__ = ["Anomalies", "detect"]


@dataclass(frozen=True)
class Anomalies:
    """Scores of a series, point by point.

    Attributes:
        scores: 0 (as always) to 1 (as never before), for ranking: a value outside of all that was seen scores high, and
            after a peak the scores fall back; 0 for a missing point, and before 32 points are known.
        alarms: whether the point departs so much that, by the past of the series, fewer than one ordinary point in ten
            thousand does.
    """

    scores: Floats
    alarms: NDArray[np.bool_]


def detect(series: Sequence[float | None] | ArrayLike, timestamps: ArrayLike | None = None) -> Anomalies:
    """Return a score and an alarm for every point of a series, by its departure from the points before it.

    Spikes, shifts, drifts, wider noise, a missing season and a value that stands still are detected. Seasons, noise and
    rarity are learnt from the series; there is nothing to set. The scores of the first n points do not depend on the
    points after them (docs/detection.md).

    Args:
        series: numbers at even steps, in any unit; None, NaN or an infinity for a missing point.
        timestamps: the moments of the points in ascending order, as ``datetime64`` or what numpy reads as that; they
            give the day and the week, and may have gaps. Without them the points are evenly spaced and the season is
            searched.

    Raises:
        ValueError: the series is no list of numbers, or the timestamps are not as many or not in ascending order.
    """
    values = np.asarray(series, dtype=float)
    if values.ndim != 1:
        raise ValueError(f"a series has one dimension, not {values.ndim}")
    slots, periods = _slots(len(values), timestamps)
    scores, alarms = np.zeros(len(values)), np.zeros(len(values), dtype=bool)
    known = np.flatnonzero(np.isfinite(values))
    first = values[known[:WARM_UP]]
    if len(first) < WARM_UP:
        return Anomalies(scores, alarms)
    is_count = bool(np.all(first >= 0) and np.all(first == np.round(first)) and np.any(first != first[0]))
    # the noise of a count grows with it, that of its square root does not (Anscombe 1948, Biometrika 35)
    scaled = np.copysign(np.sqrt(np.abs(values) + 0.375), values) if is_count else values
    scorer = Scorer(scaled[known[:WARM_UP]], int(slots[-1]) + 1, periods, is_count=is_count)
    scaled_list, raw_list, slot_list = scaled.tolist(), values.tolist(), slots.tolist()
    for index in known.tolist():
        scores[index], alarms[index] = scorer.score(scaled_list[index], raw_list[index], slot_list[index])
    return Anomalies(scores, alarms)


def _slots(size: int, timestamps: ArrayLike | None) -> tuple[NDArray[np.int64], tuple[int, ...] | None]:
    """Return the slot of each point on an even grid, and the lengths of the day and the week on it.

    The lengths are None where no clock gives them.
    """
    if timestamps is None:
        return np.arange(size), None
    moments: Floats = np.asarray(timestamps, dtype="datetime64[ms]").astype(np.int64) / 1000
    if moments.shape != (size,):
        raise ValueError(f"{size} points and timestamps of the shape {moments.shape}")
    if size <= WARM_UP:
        return np.arange(size), ()
    steps = np.diff(moments)
    if np.any(steps < 0):
        raise ValueError("the timestamps are not in ascending order")
    step = float(np.median(steps[:WARM_UP]))
    if step <= 0:
        return np.arange(size), None
    ahead = np.maximum(1, np.round(steps / step)).astype(np.int64)
    # only the rest of a week is kept of a long gap: seasons stay in step, and the grid stays small
    week = max(1, math.ceil(WEEK_S / step))
    ahead = np.where(ahead > 2 * week, week + ahead % week, ahead)
    return np.concatenate(([0], np.cumsum(ahead))), clock_periods(step)
