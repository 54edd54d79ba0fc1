"""When a capacity is used up: a slope that outliers do not move, with an interval, or no statement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Days with a value that a trend needs.
FEWEST_DAYS = 14

#: Days of a new pace that it takes to be believed.
FEWEST_AFTER_BEND = 10

#: Confidence of the interval.
CONFIDENCE = 0.95

#: Beyond that many days nobody plans, and a straight line carries no further.
HORIZON_DAYS = 730

#: A trend carries no further than so many times the days that it was seen over.
CARRIES = 12

#: The trend must have moved that many times the ordinary spread around it over the days that it was seen.
_CLEAR = 1.0

#: Two lines must leave less than this share of what one leaves, and of what the last of them rises.
_TELLING = 0.1
#: What one line leaves must be more than this share of the whole rise.
_WORTH = 0.05

FULL = "已满"
FEW = "历史不足"
NO_TREND = "未见增长趋势"
UNCLEAR = "波动大于趋势，不作推断"
FAR = "两年内不会写满"


@dataclass(frozen=True)
class Forecast:
    """When a capacity is used up at the present pace.

    Args:
        full_on: the day; None when nothing is stated.
        earliest_on: the first day of the interval.
        latest_on: the last one; None when it lies beyond what the trend carries.
        reason: why nothing is stated, in Chinese; empty when something is.
        per_day: growth a day, in the unit of the values; None where there are too few.
    """

    full_on: date | None
    earliest_on: date | None
    latest_on: date | None
    reason: str = ""
    per_day: float | None = None


@dataclass(frozen=True)
class BackTest:
    """What forecasts would have said along a history, against when the level was in fact reached.

    Args:
        errors: days by which the forecast was late (positive) or early, one for each that was made, oldest first.
        covered: the share of them whose interval held the day; None without any.
        silent: days on which nothing was stated.
    """

    errors: tuple[int, ...]
    covered: float | None
    silent: int

    @property
    def typical(self) -> float | None:
        """The median size of the error, in days; None when nothing was ever stated."""
        return float(np.median(np.abs(self.errors))) if self.errors else None


def forecast(peaks: Sequence[tuple[date, float | None]], capacity: float) -> Forecast:
    """When daily peaks reach a capacity.

    The slope is Theil and Sen's, the median of the slopes between all pairs of days, with its interval (Sen 1968,
    JASA 63). The days need not be in order nor without gaps.

    Args:
        peaks: the largest value of each day, in any unit; None or NaN where there is none.
        capacity: what is full, in the same unit.

    Returns:
        The day and its interval; or no day, with the reason: fewer than 14 days, no growth, a trend that is smaller
        than what the values swing by, or more than two years (or twelve times the history) ahead.
    """
    known = sorted((day, float(value)) for day, value in peaks if value is not None and math.isfinite(value))
    if not known:
        return Forecast(None, None, None, FEW)
    last = known[-1][0]
    ages = np.array([(day - last).days for day, _ in known], dtype=float)
    values = np.array([value for _, value in known])
    if len(known) < FEWEST_DAYS:
        return Forecast(None, None, None, FEW)
    begin = _present(ages, values)
    begin += _bend(ages[begin:], values[begin:])
    ages, values = ages[begin:], values[begin:]
    from scipy import stats

    found = stats.theilslopes(values, ages, CONFIDENCE)
    slope, low, high = float(found.slope), float(found.low_slope), float(found.high_slope)
    rest = values - slope * ages
    now = float(np.median(rest))
    if values[-1] >= capacity and now >= capacity:
        return Forecast(last, last, last, FULL, slope)
    if slope <= 0 or low <= 0:
        return Forecast(None, None, None, NO_TREND, slope)
    span = float(ages[-1] - ages[0])
    spread = 1.4826 * float(np.median(np.abs(rest - now)))
    if slope * span < _CLEAR * spread or _is_swing(rest - now, slope):
        return Forecast(None, None, None, UNCLEAR, slope)
    farthest = min(HORIZON_DAYS, CARRIES * span)
    left = max(capacity - now, 0.0)
    if left / slope > farthest:
        return Forecast(None, None, None, FAR if farthest == HORIZON_DAYS else UNCLEAR, slope)
    soonest = max(left - spread, 0.0) / high
    latest = (left + spread) / low
    return Forecast(
        last + timedelta(days=math.ceil(left / slope)),
        last + timedelta(days=math.floor(soonest)),
        last + timedelta(days=math.ceil(latest)) if latest <= 2 * farthest else None,
        "",
        slope,
    )


def _bend(ages: Floats, values: Floats) -> int:
    """Where the present pace begins: where two lines meet that tell far more than one; 0 where one line will do.

    A job that begins to write, or a load that doubles, bends the line and does not make it a swing.
    """
    if len(ages) < 2 * FEWEST_AFTER_BEND:
        return 0
    # a single peak is no bend: each value is the median of three
    smooth = np.median(np.stack((values[:-2], values[1:-1], values[2:])), axis=0)
    days = ages[1:-1]
    places = range(FEWEST_AFTER_BEND, len(days) - FEWEST_AFTER_BEND + 1)
    left = {place: _misfit(days[:place], smooth[:place]) + _misfit(days[place:], smooth[place:]) for place in places}
    if not left:
        return 0
    best = min(left, key=lambda place: left[place])
    whole, rise = _misfit(days, smooth), abs(float(smooth[-1] - smooth[best]))
    is_bent = left[best] < _TELLING * whole and math.sqrt(left[best] / len(days)) < _TELLING * rise
    # what one line leaves must be worth a second one: rounding alone bends every line
    is_worth = math.sqrt(whole / len(days)) > _WORTH * float(np.ptp(smooth))
    return best + 1 if is_bent and is_worth else 0


def _misfit(ages: Floats, values: Floats) -> float:
    """What a line of least squares leaves, squared and summed."""
    x, y = ages - ages.mean(), values - values.mean()
    along = float(x @ x)
    return max(0.0, float(y @ y) - (float(x @ y) ** 2 / along if along else 0.0))


def _is_swing(rest: Floats, slope: float) -> bool:
    """Whether what is left beside the line moves in long waves that are larger than a month of growth."""
    if len(rest) < 2 * FEWEST_DAYS:
        return False
    waves = np.convolve(rest, np.full(7, 1 / 7), "valid")
    return bool(np.ptp(waves) > 30 * slope and np.ptp(waves) > 3 * np.median(np.abs(np.diff(rest))))


def _present(ages: Floats, values: Floats) -> int:
    """Where the present run begins: after the last fall or jump that is many times an ordinary step (a clean-up)."""
    steps = np.diff(values)
    usual = float(np.median(np.abs(steps - np.median(steps))))
    far = max(12 * usual, 0.1 * float(np.ptp(values)), 1e-12)
    jumps = [
        place + 1
        for place in np.flatnonzero(np.abs(steps - np.median(steps)) > far)
        if _stays(values, int(place) + 1, far)
    ]
    begin = int(jumps[-1]) if jumps else 0
    return begin if len(ages) - begin >= FEWEST_DAYS else 0


def _stays(values: Floats, at: int, far: float) -> bool:
    """Whether the values stay where they jumped to, and do not come back as an outlier's do."""
    before, after = values[max(0, at - 3) : at], values[at : at + 3]
    return len(after) >= 2 and abs(float(np.median(after)) - float(np.median(before))) > far / 2


def forecast_words(found: Forecast, full: str = "满") -> str:
    """The forecast as a Chinese phrase (``满于 2027-02-10（区间 1 月–3 月）``), or why there is none.

    Args:
        found: the forecast.
        full: the word for being used up (``满``, ``用尽``).
    """
    if found.full_on is None or found.earliest_on is None or found.reason:
        return found.reason
    first, year = found.earliest_on, found.full_on.year
    if found.latest_on is None:
        return f"{full}于 {found.full_on.isoformat()}（最早 {_month(first, year)}）"
    last = found.latest_on
    if (last - first).days <= 45:
        begin, end = _day(first, year), _day(last, year)
    else:
        begin, end = _month(first, year), _month(last, year)
    interval = begin if begin == end else f"{begin}–{end}"
    return f"{full}于 {found.full_on.isoformat()}（区间 {interval}）"


def _month(day: date, year: int) -> str:
    return f"{day.month} 月" if day.year == year else f"{day.year} 年 {day.month} 月"


def _day(day: date, year: int) -> str:
    return f"{'' if day.year == year else f'{day.year} 年 '}{day.month} 月 {day.day} 日"


def back_test(peaks: Sequence[tuple[date, float | None]], level: float) -> BackTest:
    """What ``forecast`` would have said on each day before a level was first reached, from the days until then.

    Args:
        peaks: the largest value of each day, as of ``forecast``.
        level: a level that the history reached, in the same unit; a capacity itself is rarely let be reached.

    Returns:
        The errors in days; none where the level was never reached.
    """
    known = sorted((day, value) for day, value in peaks if value is not None and math.isfinite(value))
    reached = next((day for day, value in known if value >= level), None)
    errors: list[int] = []
    held = silent = 0
    for until in range(FEWEST_DAYS, len(known) + 1) if reached else ():
        if known[until - 1][0] >= reached:  # type: ignore[operator]
            break
        found = forecast(known[:until], level)
        if found.full_on is None or found.earliest_on is None or reached is None:
            silent += 1
            continue
        errors.append((found.full_on - reached).days)
        held += found.earliest_on <= reached and (found.latest_on is None or reached <= found.latest_on)
    return BackTest(tuple(errors), held / len(errors) if errors else None, silent)
