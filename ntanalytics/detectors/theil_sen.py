"""Line of Theil and Sen: the median of the slopes between all pairs, with its interval (Sen 1968, JASA 63)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.distributions import normal_isf
from ntanalytics.detectors.order_statistics import median


@dataclass(frozen=True)
class RobustLine:
    """A robust line.

    Attributes:
        slope: growth for each unit of the place.
        intercept: value at the place 0.
        low_slope: lower end of the interval of the slope; NaN where ties leave none.
        high_slope: its upper end.
    """

    slope: float
    intercept: float
    low_slope: float
    high_slope: float


def theil_sen(values: Floats, places: Floats, confidence: float = 0.95) -> RobustLine:
    """Return the line through values at places.

    Args:
        values: the values; finite.
        places: the place of each; at least two differ.
        confidence: confidence of the interval, above one half.
    """
    runs = places[:, np.newaxis] - places
    rises = values[:, np.newaxis] - values
    is_ahead = runs > 0
    slopes = np.sort(rises[is_ahead] / runs[is_ahead])
    slope = median(slopes)
    intercept = median(values) - slope * median(places)
    low, high = _interval(len(slopes), _variance(values, places), confidence)
    if low is None or high is None:
        return RobustLine(slope, intercept, math.nan, math.nan)
    return RobustLine(slope, intercept, float(slopes[low]), float(slopes[high]))


def _interval(count: int, variance: float, confidence: float) -> tuple[int, int] | tuple[None, None]:
    """Return the places of the ends of the interval among the ordered slopes."""
    if variance < 0:
        return None, None
    reach = normal_isf((1 - confidence) / 2) * math.sqrt(variance)
    return max(round((count - reach) / 2) - 1, 0), min(round((count + reach) / 2), count - 1)


def _variance(values: Floats, places: Floats) -> float:
    """Return the variance of Kendall's score with ties (Sen 1968, equation 2.6)."""

    def term(count: int) -> int:
        return count * (count - 1) * (2 * count + 5)

    ties = [int(count) for given in (places, values) for count in np.unique(given, return_counts=True)[1]]
    return (term(len(values)) - sum(map(term, ties))) / 18
