"""Anomalies in a series as it streams: a score and an alarm for each point, from the points before it alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ntanalytics.detectors.streaming.seasons import WEEK_S, Floats, clock_periods
from ntanalytics.detectors.streaming.watching import WARM_UP, Watch

__all__ = ["Detection", "detect"]


@dataclass(frozen=True)
class Detection:
    """What was seen in a series, point by point.

    Args:
        scores: 0 (as always) to 1 (as never before); 0 for a missing point, and before 32 points are known.
        alarms: whether the score is one half or more: by the past of the series, fewer than one ordinary point in
            ten thousand looks so.
    """

    scores: NDArray[np.float64]
    alarms: NDArray[np.bool_]


def detect(series: Sequence[float | None] | ArrayLike, timestamps: ArrayLike | None = None) -> Detection:
    """Score every point of a series by how it departs from what came before it.

    Seen are spikes, shifts, drifts, a wider noise, a season that fails, and a value that stands still where it never
    did. Seasons, noise and what is rare are learnt from the series; there is nothing to set. The scores of the first
    n points do not depend on the points after them. docs/detection.md tells how.

    Args:
        series: numbers at even steps, in any unit; None, NaN or an infinity for a missing point.
        timestamps: their moments, in ascending order, as ``datetime64`` or what numpy reads as that; they give the
            day and the week, and may have gaps. Without them the points are evenly spaced and the season is sought.

    Returns:
        A score and an alarm for each point.

    Raises:
        ValueError: the series is no list of numbers, the timestamps are as many or descend.
    """
    given = np.asarray(series, dtype=float)
    if given.ndim != 1:
        raise ValueError(f"a series has one dimension, not {given.ndim}")
    places, periods = _places(len(given), timestamps)
    scores = np.zeros(len(given))
    known = np.flatnonzero(np.isfinite(given))
    first = given[known[:WARM_UP]]
    if len(first) < WARM_UP:
        return Detection(scores, scores >= 0.5)
    is_count = bool(np.all(first >= 0) and np.all(first == np.round(first)) and np.any(first != first[0]))
    # the noise of a count grows with it, that of its square root does not (Anscombe 1948, Biometrika 35)
    watched = np.copysign(np.sqrt(np.abs(given) + 0.375), given) if is_count else given
    warning = Watch(watched[known[:WARM_UP]], int(places[-1]) + 1, periods, is_count=is_count)
    values, raw, where = watched.tolist(), given.tolist(), places.tolist()
    for number in known.tolist():
        scores[number] = warning.point(values[number], raw[number], where[number])
    return Detection(scores, scores >= 0.5)


def _places(size: int, timestamps: ArrayLike | None) -> tuple[NDArray[np.int64], tuple[int, ...] | None]:
    """The place of each point on an even grid, and the lengths of the day and the week on it."""
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
    # of a long gap only the rest of a week is kept: seasons go on in step, and the grid stays small
    week = max(1, math.ceil(WEEK_S / step))
    ahead = np.where(ahead > 2 * week, week + ahead % week, ahead)
    return np.concatenate(([0], np.cumsum(ahead))), clock_periods(step)
