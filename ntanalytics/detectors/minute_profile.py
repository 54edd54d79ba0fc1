"""Minute profile: minutes by which the whole profile of a day is late or early, as a clock makes it and no person does.

The profile of many days is smooth and steep in the morning, at noon and in the evening; the shift that explains a day
best is known to a minute. People who come later move a morning; a clock moves all parts of a day by the same time, and
those of one source alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats

#: Minutes of a day.
MINUTES = 1440

#: Days that must be known, and events of a day.
MIN_DAYS, MIN_EVENTS = 5, 200

#: Largest shift that is looked for, in minutes; two hours and more show in the profile by hour.
_REACH = 119

#: Least shift in minutes, and deviations of the shifts of the days before by which it must exceed them.
LEAST_MIN, _DEVIATIONS = 3.0, 6.0

#: Minutes of a bin, and the fewest bins of a run of hours in which events are missing or come in addition.
_BIN, _FEWEST_BINS = 30, 4

#: Gain of the likelihood (its logarithm) from which a shift is no chance.
_LEAST_GAIN = 15.0

#: Standard deviation of the smoothing in minutes, and share of an even day that every minute has.
_SMOOTHING, _FLOOR = 4.0, 0.02

#: Series from which the shift that all have in common is read.
_MIN_SERIES = 4

#: Shares of a shift that both parts of a day must show at least and at most.
_LEAST_PART, _MOST_PART = 0.3, 2.0

#: Standard deviations in a median absolute deviation of a normal distribution.
_MAD = 1.4826

_SHIFTS: NDArray[np.int64] = np.arange(-_REACH, _REACH + 1)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class _Shift:
    """Shift of a day against the days before it, by its likelihood.

    Attributes:
        likelihood: its logarithm by shift.
        parts: shift of the earlier and of the later half of the day's events.
        usual: deviation of the shifts of the days before.
        of_run: by how much likelier the day is with more or fewer events than usual in one run of hours.
        bundle: events that come together: a document that is sent to twenty units has no more to say than one.
    """

    likelihood: Floats
    parts: tuple[int, int]
    usual: float
    of_run: float
    bundle: float

    @property
    def minutes(self) -> int:
        """The likeliest shift."""
        return int(_SHIFTS[self.likelihood.argmax()])

    def gain(self, other: float) -> float:
        """Return by how much the likeliest shift is likelier than another one."""
        return float(self.likelihood.max() - self.likelihood[round(other) + _REACH])


def minute_shifts(series: Mapping[Key, Floats]) -> dict[Key, float]:
    """Return the minutes by which the clock of a series is late (negative: early); what is not off is left out.

    Args:
        series: key → events by day and minute of the day; the last day is the judged one, those before it are
            comparable. A series with few events is not judged.
    """
    known = {key: shift for key, counts in series.items() if (shift := _shift(counts)) is not None}
    steady = [shift.minutes for shift in known.values() if shift.usual <= LEAST_MIN]
    common = float(np.median(steady)) if len(steady) >= _MIN_SERIES else 0.0
    return {key: shift.minutes - common for key, shift in known.items() if _is_off(shift, common)}


def gain_of(counts: Floats, minutes: float) -> float:
    """Return by how much likelier a series is late by some minutes on its last day than on time; 0 where none is known.

    Args:
        counts: events by day and minute of the day, as in :func:`minute_shifts`.
        minutes: the minutes (negative: early).
    """
    shift = _shift(counts)
    if shift is None or abs(minutes) > _REACH:
        return 0.0
    return float(shift.likelihood[round(minutes) + _REACH] - shift.likelihood[_REACH])


def _is_off(shift: _Shift, common: float) -> bool:
    """Return whether a shift is beyond chance and habit, the same in both parts of the day, and the best explanation.

    A clock moves events, and neither hides nor makes any.
    """
    minutes = shift.minutes - common
    least_gain = max(_LEAST_GAIN * shift.bundle, shift.of_run)
    if abs(minutes) < max(LEAST_MIN, _DEVIATIONS * shift.usual) or shift.gain(common) < least_gain:
        return False
    shares = [(part - common) / minutes for part in shift.parts]
    return min(shares) >= _LEAST_PART and max(shares) <= _MOST_PART


def _shift(counts: Floats) -> _Shift | None:
    """Return the shift of the last day; None where too little is known."""
    past, today = counts[:-1], counts[-1]
    past = past[past.sum(axis=1) >= MIN_EVENTS]
    if len(past) < MIN_DAYS or float(today.sum()) < MIN_EVENTS:
        return None
    smooth = _smoothed(past)
    whole = np.ones((1, MINUTES))
    total = smooth.sum(axis=0)
    others = np.array([_likelihood(day[None], total - own, whole)[0] for day, own in zip(past, smooth, strict=True)])
    before = _SHIFTS[others.argmax(axis=1)].astype(np.float64)
    usual = _MAD * float(np.median(np.abs(before - np.median(before))))
    earlier = (np.arange(MINUTES) < int((total.cumsum() >= total.sum() / 2).argmax())).astype(np.float64)
    halves = np.array([earlier, 1.0 - earlier])
    parts = _SHIFTS[_likelihood(today * halves, total, halves).argmax(axis=1)]
    return _Shift(
        likelihood=_likelihood(today[None], total, whole)[0],
        parts=(int(parts[0]), int(parts[1])),
        usual=max(usual, float(before.std()) / 2),
        of_run=_gain_of_run(today, total),
        bundle=_bundle(past, smooth),
    )


def _bundle(days: Floats, smooth: Floats) -> float:
    """Return how many events come together: the variance of the minutes of some days over their mean, 1 at least."""
    profile = smooth.sum(axis=0) - smooth
    expected = profile * (days.sum(axis=1) / profile.sum(axis=1))[:, None]
    return max(1.0, float(((days - expected) ** 2).sum() / expected.sum()))


def _gain_of_run(today: Floats, usual: Floats) -> float:
    """Return by how much likelier a day is with another number of events in its strangest run of hours than without."""
    seen, expected = (np.append(0.0, row.reshape(-1, _BIN).sum(axis=1).cumsum()) for row in (today, usual))
    begin, end = np.triu_indices(len(seen), _FEWEST_BINS)
    within, share = seen[end] - seen[begin], (expected[end] - expected[begin]) / expected[-1]
    gain = np.zeros(len(within))
    for count, of in ((within, share), (seen[-1] - within, 1.0 - share)):
        gain += count * np.log(np.maximum(count, 1e-9) / np.maximum(seen[-1] * of, 1e-9))
    return float(gain.max())


def _likelihood(seen: Floats, usual: Floats, within: Floats) -> Floats:
    """Return the logarithm of the likelihood of some counts by shift, of a profile without its level.

    Args:
        seen: counts by minute, a row each.
        usual: the profile of other days.
        within: 1 in the minutes that count, a row for each row of counts.
    """
    profile = usual / usual.mean() + _FLOOR
    matched = _correlation(seen, np.log(profile))
    covered = np.maximum(_correlation(within, profile), 1e-9)
    likelihood: Floats = matched - seen.sum(axis=1, keepdims=True) * np.log(covered)
    return likelihood


def _correlation(rows: Floats, profile: Floats) -> Floats:
    """Return the sums of rows times a profile that is shifted around the clock, by shift."""
    product = np.fft.rfft(rows, axis=1) * np.conj(np.fft.rfft(profile))
    return np.asarray(np.fft.irfft(product, MINUTES, axis=1)[:, _SHIFTS % MINUTES], dtype=np.float64)


def _smoothed(rows: Floats) -> Floats:
    distance = np.minimum(np.arange(MINUTES), MINUTES - np.arange(MINUTES))
    kernel = np.exp(-0.5 * (distance / _SMOOTHING) ** 2)
    product = np.fft.rfft(rows, axis=1) * np.fft.rfft(kernel / kernel.sum())
    return np.asarray(np.maximum(np.fft.irfft(product, MINUTES, axis=1), 0.0), dtype=np.float64)
