"""Detectors made with libraries, for the comparison in docs/detection.md, all with fixed parameters.

They need statsmodels and ruptures, which the package does not.
"""

from __future__ import annotations

import numpy as np
import ruptures
from numpy.typing import NDArray
from scipy import ndimage
from statsmodels.tsa.seasonal import STL

from benchmarks.anomalies import DAY, Case, Floats

#: Robust standard deviations that make a point an alarm.
FAR = 5.0


def _filled(case: Case) -> Floats:
    places = np.arange(len(case.values))
    known = np.isfinite(case.values)
    return np.interp(places, places[known], case.values[known])


def _far(rest: Floats) -> NDArray[np.bool_]:
    spread = 1.4826 * np.median(np.abs(rest - np.median(rest)))
    return np.abs(rest - np.median(rest)) > FAR * max(float(spread), 1e-9)


def by_stl(case: Case) -> NDArray[np.bool_]:
    """Return alarms from residuals of a robust STL with the true period; it sees the whole series, the future too."""
    return _far(STL(_filled(case), period=DAY, robust=True).fit().resid)


def by_median(case: Case) -> NDArray[np.bool_]:
    """Return alarms from the distance to the last day's median, in median absolute deviations of that day."""
    values = _filled(case)
    middle = ndimage.median_filter(values, DAY, origin=DAY // 2 - 1, mode="nearest")
    spread = 1.4826 * ndimage.median_filter(np.abs(values - middle), DAY, origin=DAY // 2 - 1, mode="nearest")
    alarms: NDArray[np.bool_] = np.abs(values - middle) > FAR * np.maximum(spread, 1e-9)
    alarms[:DAY] = False  # there is no day before
    return alarms


def by_change_points(case: Case) -> NDArray[np.bool_]:
    """Return change points of the mean (linear kernel, BIC) of the series less its daily median; it sees the future."""
    values = _filled(case)
    rest = values - np.tile(np.median(values.reshape(-1, DAY), axis=0), len(values) // DAY)
    spread = max(float(np.median(np.abs(np.diff(rest)))) * 1.4826 / np.sqrt(2), 1e-9)
    points = ruptures.KernelCPD(kernel="linear", min_size=2).fit(rest / spread).predict(pen=6 * np.log(len(values)))
    alarms = np.zeros(len(values), dtype=bool)
    alarms[[point for point in points if point < len(values)]] = True
    return alarms


WAYS = {
    "STL of statsmodels, residual beyond 5 MAD": by_stl,
    "median and MAD of the last day (scipy)": by_median,
    "change points of ruptures": by_change_points,
}
