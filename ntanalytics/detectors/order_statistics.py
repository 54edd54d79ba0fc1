"""Order statistics of short series: numpy's own take ten times as long for some tens of values."""

from __future__ import annotations

import numpy as np

from ntanalytics.detectors.detection import Floats


def median(values: Floats) -> float:
    """Return the median of a series of one value or more, none of them NaN; equal to ``numpy.median``."""
    ordered = np.sort(values)
    middle = len(ordered) // 2
    return float(ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2)
