"""Seasons of a series: their lengths, from the clock or from the past itself, and their shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats

#: Seconds of a day and of a week.
DAY_S, WEEK_S = 86_400, 604_800

#: Least number of samples of a season; fewer are a zigzag.
MIN_PERIOD = 6

#: Largest number of cycles that a shape is the median of.
_MAX_CYCLES = 8

#: Autocorrelation from which on a period is believed.
_MIN_CORRELATION = 0.35


def clock_periods(step_s: float) -> tuple[int, ...]:
    """Return the lengths of the day and the week in samples ``step_s`` seconds apart, if whole and long enough."""
    periods = (round(span / step_s) for span in (DAY_S, WEEK_S) if abs(span / step_s - round(span / step_s)) < 0.01)
    return tuple(period for period in periods if period >= MIN_PERIOD)


def find_periods(past: Floats) -> tuple[int, ...]:
    """Return the period of the past, and a multiple of it that fits clearly better; empty when there is none.

    The period is the highest peak of the autocorrelation, by FFT, of the past less its slow level; three cycles of it
    must be known.
    """
    correlation = _autocorrelation(past)
    # the slope from lag 0 is no season: peaks count from where the correlation has first been low
    low_at = np.flatnonzero(correlation < 0.5 * _MIN_CORRELATION)
    first = max(MIN_PERIOD, int(low_at[0]) if len(low_at) else len(correlation))
    if first >= len(correlation) - 1:
        return ()
    best = first + int(np.argmax(correlation[first:]))
    if correlation[best] < _MIN_CORRELATION or best >= len(correlation) - 1:
        return ()
    # the shortest of the periods that fit about as well is the season, the others are multiples of it
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner >= correlation[:-2]) & (inner >= correlation[2:]))
    good = peaks[(peaks >= first) & (correlation[peaks] >= 0.85 * correlation[best])]
    period = int(good[0]) if len(good) else best
    return (period,) if best < 1.5 * period else (period, best)


def _autocorrelation(past: Floats) -> Floats:
    """Return the autocorrelation by lag, up to a third of the past; empty where too little is known."""
    size = len(past)
    known = np.isfinite(past)
    if known.sum() < 0.7 * size or size < 3 * MIN_PERIOD:
        return np.empty(0)
    filled = np.interp(np.arange(size), np.flatnonzero(known), past[known])
    low, high = np.quantile(filled, (0.01, 0.99))
    filled = filled.clip(low, high)
    index = np.arange(size, dtype=float)
    filled = filled - np.polyval(np.polyfit(index, filled, 1), index)
    spectrum = np.fft.rfft(filled, 2 * size)
    raw = np.fft.irfft(np.abs(spectrum) ** 2)[: size // 3 + 1]
    if raw[0] <= 0:
        return np.empty(0)
    return np.asarray(raw / raw[0] * (size / (size - np.arange(len(raw)))), dtype=np.float64)


def season_shape(past: Floats, period: int, at: int, *, min_cycles: int = 2) -> Floats | None:
    """Return the shape of a season by slot (index modulo ``period``) with the median 0; None with too few cycles.

    Args:
        past: values by index, NaN where there was none; ``at`` of them have passed.
        period: slots of a cycle.
        at: number of slots that have passed.
        min_cycles: least number of cycles.
    """
    cycles = min(at // period, _MAX_CYCLES)
    if cycles < min_cycles:
        return None
    begin = at - cycles * period
    table = past[begin:at].reshape(cycles, period)
    known = np.isfinite(table)
    if known.any(axis=0).mean() < 0.9:
        return None
    laid = np.sort(_without_levels(table, known), axis=0)
    counts = np.isfinite(laid).sum(axis=0)
    lower = np.maximum(counts - 1, 0) // 2
    upper = np.minimum(counts // 2, np.maximum(counts - 1, 0))
    columns = np.arange(period)
    shape = np.where(counts > 0, (laid[lower, columns] + laid[upper, columns]) / 2, 0.0)
    rolled: Floats = np.roll(shape - np.median(shape), begin % period)
    return rolled


def _without_levels(table: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return cycles less their own levels and growth, so that growth and shifts are not taken for a season."""
    period = table.shape[1]
    table = np.where(known, table, np.nan)
    sorted_cycles = np.sort(table, axis=1)
    counts = known.sum(axis=1)
    rows = counts > 0
    levels = sorted_cycles[np.flatnonzero(rows), (counts[rows] - 1) // 2]
    steps = np.diff(levels)
    slope = float(np.median(steps)) / period if len(steps) else 0.0
    if len(steps) > 1 and np.abs(steps).sum() > 3 * abs(steps.sum()):
        slope = 0.0  # levels that go up and down are no growth
    growth = slope * (np.arange(period) - (period - 1) / 2)
    return np.asarray(table[rows] - levels[:, None] - growth, dtype=np.float64)


def season_spread(errors: Floats, period: int, at: int) -> Floats | None:
    """Return the size of errors by slot against all, 0.3 to 3, smoothed over a 24th of the cycle.

    Args:
        errors: sizes of errors by index, NaN where there was none.
        period: slots of a cycle.
        at: number of slots that have passed.

    Returns:
        None before three cycles have passed.
    """
    cycles = min(at // period, _MAX_CYCLES)
    if cycles < 3:
        return None
    begin = at - cycles * period
    table = errors[begin:at].reshape(cycles, period)
    known = np.isfinite(table)
    cap = 5 * float(np.median(table[known])) if known.any() else 0.0
    if cap <= 0:
        return None
    sums = np.where(known, np.minimum(table, cap), 0.0).sum(axis=0)
    counts = known.sum(axis=0).astype(float)
    overall = sums.sum() / max(1.0, counts.sum())
    # eight ordinary errors are added beforehand
    ratio = (_smoothed(sums) + 8 * overall) / ((_smoothed(counts) + 8) * overall)
    rolled: Floats = np.roll(ratio.clip(0.3, 3.0), begin % period)
    return rolled


def _smoothed(values: Floats) -> Floats:
    """Return the sums over a 24th of a cycle around each slot."""
    width = max(1, len(values) // 24) | 1
    wrapped = np.concatenate((values[-width:], values, values[:width]))
    return np.asarray(np.convolve(wrapped, np.ones(width), "same")[width:-width], dtype=np.float64)
