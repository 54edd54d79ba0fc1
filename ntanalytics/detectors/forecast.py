"""Forecast of the day on which a capacity is used up: a robust slope with its interval, or no statement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.theil_sen import theil_sen

#: Days with a value that a trend needs.
MIN_DAYS = 14

#: Days of a new pace that are needed to believe it.
MIN_DAYS_AFTER_BEND = 10

#: Confidence of the interval.
CONFIDENCE = 0.95

#: Days ahead after which nobody plans, and a straight line carries no further.
HORIZON_DAYS = 365

#: Number of times its own days that a trend carries ahead.
MAX_EXTRAPOLATION = 12

#: Number of ordinary spreads by which the trend must have moved over its days.
_MIN_RISE = 1.0

#: Largest share of the misfit of one line that two lines may leave, and of the rise of the last of them.
_BEND_MISFIT = 0.1
#: Share of the whole rise that one line must leave before a second one is worth it.
_MIN_MISFIT = 0.05

#: Why nothing is stated, or that the capacity is used up already.
Reason = Literal[
    "",  # a day is stated
    "full",  # used up already
    "short_history",  # too few days
    "no_trend",  # no growth
    "unclear",  # the values vary more than they grow
    "far",  # not within a year
    "beyond",  # not within twelve times the history, after which its trend says nothing
]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The day on which a capacity is used up at the present pace.

    Attributes:
        full_on: the day; None when nothing is stated.
        earliest_on: first day of the interval.
        latest_on: last day of the interval; None when it lies further ahead than the trend carries.
        reason: why nothing is stated; ``full`` where the capacity is used up already.
        per_day: growth a day, in the unit of the values; None where there are too few.
        days: days from the last value until it is used up, of which ``full_on`` is the end; None where none is stated.
    """

    full_on: date | None = None
    earliest_on: date | None = None
    latest_on: date | None = None
    reason: Reason = ""
    per_day: float | None = None
    days: float | None = field(default=None, compare=False)


def forecast(peaks: Sequence[tuple[date, float | None]], capacity: float) -> Forecast:
    """Return the day on which daily peaks reach a capacity.

    The slope is that of Theil and Sen, the median of the slopes between all pairs of days, with its interval (Sen 1968,
    JASA 63). The days need not be in order nor without gaps.

    Args:
        peaks: the largest value of each day, in any unit; None or NaN where there is none.
        capacity: the value at which it is full, in the same unit.

    Returns:
        The day and its interval; or no day with the reason: fewer than 14 days, no growth, a trend that is smaller than
        the variation of the values, or more than a year (or twelve times the history) ahead.
    """
    known = sorted((day, float(value)) for day, value in peaks if value is not None and math.isfinite(value))
    if len(known) < MIN_DAYS:
        return Forecast(reason="short_history")
    last = known[-1][0]
    ages = np.array([(day - last).days for day, _ in known], dtype=float)
    values = np.array([value for _, value in known])
    begin, values = _present_run(ages, values)
    begin += _bend(ages[begin:], values[begin:])
    ages, values = ages[begin:], values[begin:]
    line = theil_sen(values, ages, CONFIDENCE)
    slope, low = line.slope, line.low_slope
    rest = values - slope * ages
    now = float(np.median(rest))
    if values[-1] >= capacity and now >= capacity:
        return Forecast(full_on=last, earliest_on=last, latest_on=last, reason="full", per_day=slope, days=0.0)
    if slope <= 0 or low <= 0:
        return Forecast(reason="no_trend", per_day=slope)
    span = float(ages[-1] - ages[0])
    spread = 1.4826 * float(np.median(np.abs(rest - now)))
    if slope * span < _MIN_RISE * spread or _is_swing(rest - now, slope):
        return Forecast(reason="unclear", per_day=slope)
    slopes = slope, low, line.high_slope
    return replace(_dates(last, max(capacity - now, 0.0), spread, slopes, span), per_day=slope)


def _dates(last: date, left: float, spread: float, slopes: tuple[float, float, float], span: float) -> Forecast:
    """Return the days on which what is left is used up.

    Args:
        last: the last day with a value.
        left: what is left on it.
        spread: spread of the values around the line.
        slopes: the slope, and the lowest and the highest of its interval; positive.
        span: days that the trend was seen over.
    """
    slope, low, high = slopes
    farthest = min(HORIZON_DAYS, MAX_EXTRAPOLATION * span)
    if left / slope > farthest:
        return Forecast(reason="far" if farthest == HORIZON_DAYS else "beyond")
    soonest, latest = max(left - spread, 0.0) / high, (left + spread) / low
    return Forecast(
        full_on=last + timedelta(days=math.ceil(left / slope)),
        earliest_on=last + timedelta(days=math.floor(soonest)),
        latest_on=last + timedelta(days=math.ceil(latest)) if latest <= 2 * farthest else None,
        days=left / slope,
    )


def _bend(ages: Floats, values: Floats) -> int:
    """Return the index at which the present pace begins; 0 where one line fits well enough.

    The pace begins where two lines meet that fit far better than one. A job that begins to write, or a load that
    doubles, bends the line and is no variation of it.
    """
    if len(ages) < 2 * MIN_DAYS_AFTER_BEND:
        return 0
    # medians of three, since a single peak is no bend
    smooth = np.median(np.stack((values[:-2], values[1:-1], values[2:])), axis=0)
    days = ages[1:-1]
    splits = range(MIN_DAYS_AFTER_BEND, len(days) - MIN_DAYS_AFTER_BEND + 1)
    misfits = {split: _misfit(days[:split], smooth[:split]) + _misfit(days[split:], smooth[split:]) for split in splits}
    if not misfits:
        return 0
    best = min(misfits, key=lambda split: misfits[split])
    whole, rise = _misfit(days, smooth), abs(float(smooth[-1] - smooth[best]))
    is_bent = misfits[best] < _BEND_MISFIT * whole and math.sqrt(misfits[best] / len(days)) < _BEND_MISFIT * rise
    # rounding alone bends every line
    is_worth = math.sqrt(whole / len(days)) > _MIN_MISFIT * float(np.ptp(smooth))
    return best + 1 if is_bent and is_worth else 0


def _misfit(ages: Floats, values: Floats) -> float:
    """Return the sum of squared errors of a line of least squares."""
    x, y = ages - ages.mean(), values - values.mean()
    variance = float(x @ x)
    return max(0.0, float(y @ y) - (float(x @ y) ** 2 / variance if variance else 0.0))


def _is_swing(rest: Floats, slope: float) -> bool:
    """Return whether the errors of the line move in long waves that are larger than a month of growth."""
    if len(rest) < 2 * MIN_DAYS:
        return False
    waves = np.convolve(rest, np.full(7, 1 / 7), "valid")
    return bool(np.ptp(waves) > 30 * slope and np.ptp(waves) > 3 * np.median(np.abs(np.diff(rest))))


def _present_run(ages: Floats, values: Floats) -> tuple[int, Floats]:
    """Return the index after the last jump that is many times an ordinary step, such as a clean-up, and the values.

    Where too few days have passed since a jump, the days before count, too, at the level after it: a jump is no growth.
    What grew at the usual pace over days without a value is no jump.
    """
    steps, days = np.diff(values), np.diff(ages)
    excess = steps - float(np.median(steps / days)) * days
    usual = float(np.median(np.abs(excess)))
    least = max(12 * usual, 0.1 * float(np.ptp(values)), 1e-12)
    jumps = [
        int(index) + 1 for index in np.flatnonzero(np.abs(excess) > least) if _stays(values, int(index) + 1, least)
    ]
    level = values.copy()
    for begin in reversed(jumps):
        if len(values) - begin >= MIN_DAYS:
            return begin, level
        level[:begin] += excess[begin - 1]
    return 0, level


def _stays(values: Floats, at: int, least: float) -> bool:
    """Return whether the values stay where they jumped to; those of an outlier come back."""
    before, after = values[max(0, at - 3) : at], values[at : at + 3]
    return len(after) >= 2 and abs(float(np.median(after)) - float(np.median(before))) > least / 2
