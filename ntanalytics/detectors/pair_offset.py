"""Pair offset: the time between two events of one person, each by a clock of its own, moved as a whole.

Who logs in opens an application in the next minute. Where the first application of many people comes before their
login, or minutes after it as sharply as otherwise at once, one of the two clocks is off.
"""

from __future__ import annotations

import numpy as np

from ntanalytics.detectors.detection import Floats

#: Seconds of a bin, and bins before and after 0.
BIN_S, REACH = 10, 90

#: Days that must be known, and pairs of a day.
MIN_DAYS, MIN_PAIRS = 5, 200

#: Largest and least offset in bins, and deviations of the days before by which it must exceed them.
_MOST, _LEAST, _DEVIATIONS = 60, 6, 6.0

#: Gain of the likelihood (its logarithm) from which an offset is no chance, and share of an even spread in every bin.
_LEAST_GAIN, _FLOOR = 15.0, 0.02

#: Share of an offset by which that of each half of the day may differ from it.
_SAME = 0.25

_SHIFTS = np.arange(-_MOST, _MOST + 1)


def pair_offset(counts: Floats) -> float | None:
    """Return the seconds by which the second clock is late against the first (negative: early); None where it is not.

    Args:
        counts: pairs by day, half of the day and bin of the time between their events (``2 × REACH`` bins); the last
            day is the judged one.
    """
    today, past = counts[-1], counts[:-1]
    past = past[past.sum(axis=(1, 2)) >= MIN_PAIRS].sum(axis=1)
    if len(past) < MIN_DAYS or today.sum() < MIN_PAIRS:
        return None
    total = past.sum(axis=0)
    likelihood = _likelihood(today.sum(axis=0), total)
    shift = int(_SHIFTS[likelihood.argmax()])
    usual = float(np.std([_shift(day, total - day) for day in past]))
    if abs(shift) < max(_LEAST, _DEVIATIONS * usual) or likelihood.max() - likelihood[_MOST] < _LEAST_GAIN:
        return None
    halves = [_shift(half, total) for half in today if half.sum() >= MIN_PAIRS / 2]
    if any(abs(half - shift) > _SAME * abs(shift) for half in halves):
        return None
    return float(shift * BIN_S)


def _shift(seen: Floats, usual: Floats) -> int:
    return int(_SHIFTS[_likelihood(seen, usual).argmax()])


def _likelihood(seen: Floats, usual: Floats) -> Floats:
    """Return the logarithm of the likelihood of some counts by shift, of the spread that others have."""
    spread = np.convolve(usual, (0.25, 0.5, 0.25), "same")
    logarithms = np.log(np.pad(spread / max(float(spread.mean()), 1e-9), _MOST) + _FLOOR)
    starts = _MOST - _SHIFTS
    windows = np.lib.stride_tricks.sliding_window_view(logarithms, len(seen))
    return np.asarray(windows[starts] @ seen, dtype=np.float64)
