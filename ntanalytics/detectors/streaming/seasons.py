"""Seasons of a series: their lengths, from the clock or from the past itself, and their shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Seconds of a day and of a week.
DAY_S, WEEK_S = 86_400, 604_800

#: A season has that many samples at least; one of fewer is no season but a zigzag.
SHORTEST = 6

#: Cycles that a shape is the median of, at most.
_CYCLES = 8

#: Correlation of a series with itself a period later, from which on the period is believed.
_BELIEVED = 0.35


def clock_periods(step_s: float) -> tuple[int, ...]:
    """The lengths of the day and the week in samples ``step_s`` seconds apart, those that are whole and long enough."""
    periods = (round(span / step_s) for span in (DAY_S, WEEK_S) if abs(span / step_s - round(span / step_s)) < 0.01)
    return tuple(period for period in periods if period >= SHORTEST)


def found_periods(past: Floats) -> tuple[int, ...]:
    """The period of the past, and the sevenfold of it where that fits clearly better; empty when there is none.

    It is the highest peak of the autocorrelation, by FFT, of the past less its slow level; three cycles of it must
    have been seen.
    """
    size = len(past)
    known = np.isfinite(past)
    if known.sum() < 0.7 * size or size < 3 * SHORTEST:
        return ()
    filled = np.interp(np.arange(size), np.flatnonzero(known), past[known])
    low, high = np.quantile(filled, (0.01, 0.99))
    filled = filled.clip(low, high)
    place = np.arange(size, dtype=float)
    filled = filled - np.polyval(np.polyfit(place, filled, 1), place)
    spectrum = np.fft.rfft(filled, 2 * size)
    raw = np.fft.irfft(np.abs(spectrum) ** 2)[: size // 3 + 1]
    if raw[0] <= 0:
        return ()
    correlation = raw / raw[0] * (size / (size - np.arange(len(raw))))
    # the slope from lag 0 is no season: a peak counts from where the correlation has first been low
    low_at = np.flatnonzero(correlation < 0.5 * _BELIEVED)
    first = max(SHORTEST, int(low_at[0]) if len(low_at) else len(correlation))
    if first >= len(correlation) - 1:
        return ()
    best = first + int(np.argmax(correlation[first:]))
    if correlation[best] < _BELIEVED or best >= len(correlation) - 1:
        return ()
    # the shortest period of those that fit about as well is the season, the others are multiples of it
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner >= correlation[:-2]) & (inner >= correlation[2:]))
    good = peaks[(peaks >= first) & (correlation[peaks] >= 0.85 * correlation[best])]
    period = int(good[0]) if len(good) else best
    return (period,) if best < 1.5 * period else (period, best)


def shape(past: Floats, period: int, at: int, *, min_count: int = 2) -> Floats | None:
    """The season's shape by slot (place modulo ``period``), its median 0; None before ``min_count`` cycles were seen.

    Args:
        past: values by place, NaN where there was none; ``at`` of them are known.
        period: places of a cycle.
        at: places that have passed.
        min_count: least number of cycles.
    """
    whole = min(at // period, _CYCLES)
    if whole < min_count:
        return None
    begin = at - whole * period
    table = past[begin:at].reshape(whole, period)
    known = np.isfinite(table)
    if known.any(axis=0).mean() < 0.9:
        return None
    table = np.where(known, table, np.nan)
    # each cycle less its own level, so that growth and shifts are not taken for season
    sorted_rows = np.sort(table, axis=1)
    counts = known.sum(axis=1)
    rows = counts > 0
    levels = sorted_rows[np.flatnonzero(rows), (counts[rows] - 1) // 2]
    steps = np.diff(levels)
    slope = float(np.median(steps)) / period if len(steps) else 0.0
    if len(steps) > 1 and np.abs(steps).sum() > 3 * abs(steps.sum()):
        slope = 0.0  # it goes up and down
    growth = slope * (np.arange(period) - (period - 1) / 2)
    laid = np.sort(table[rows] - levels[:, None] - growth, axis=0)
    seen = np.isfinite(laid).sum(axis=0)
    lower = np.maximum(seen - 1, 0) // 2
    upper = seen // 2
    columns = np.arange(period)
    middle = (laid[lower, columns] + laid[np.minimum(upper, np.maximum(seen - 1, 0)), columns]) / 2
    found = np.where(seen > 0, middle, 0.0)
    found = found - np.median(found)
    rolled: Floats = np.roll(found, begin % period)
    return rolled


def spread(errors: Floats, period: int, at: int) -> Floats | None:
    """How large errors are by slot against all, 0.3 to 3, smoothed over a 24th of the cycle; None before 3 cycles."""
    whole = min(at // period, _CYCLES)
    if whole < 3:
        return None
    begin = at - whole * period
    table = errors[begin:at].reshape(whole, period)
    known = np.isfinite(table)
    cap = 5 * float(np.median(table[known])) if known.any() else 0.0
    if cap <= 0:
        return None
    sums = np.where(known, np.minimum(table, cap), 0.0).sum(axis=0)
    width = max(1, period // 24) | 1
    kernel = np.ones(width)
    wrapped = np.concatenate((sums[-width:], sums, sums[:width]))
    counts = known.sum(axis=0).astype(float)
    wrapped_counts = np.concatenate((counts[-width:], counts, counts[:width]))
    total = np.convolve(wrapped, kernel, "same")[width:-width]
    number = np.convolve(wrapped_counts, kernel, "same")[width:-width]
    overall = sums.sum() / max(1.0, counts.sum())
    ratio = (total + 8 * overall) / ((number + 8) * overall)  # eight ordinary errors beforehand
    rolled: Floats = np.roll(ratio.clip(0.3, 3.0), begin % period)
    return rolled
