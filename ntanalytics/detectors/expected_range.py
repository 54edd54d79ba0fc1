"""What is usual for a figure on a day: a range, from the days like it.

A day's figure is taken as a level times the effects of its kind of day (each weekday, make-up workday, Saturday,
Sunday, holiday), of the month's end and of the edge of a long holiday. Effects and level are medians, so that outages
in the history do not move them; the level has a slope where there is one, and begins anew at a shift that has lasted.
Counts are held against a negative binomial, other figures against the spread of their past.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.day_types import DayTypes, day_type_of
from ntanalytics.metrics.number_format import format_number

Floats = NDArray[np.float64]

#: Days back that are looked at: ten weeks hold two ends of a month.
HISTORY_DAYS = 70

#: Known days that are needed, of the same sort (worked or not) as the day.
FEWEST_WORKING_DAYS, FEWEST_FREE_DAYS = 8, 4

#: Share of ordinary days that lie outside of the range, half below and half above: one in 370, as of three sigmas.
OUTSIDE = 0.0027

#: Days that a shift must have lasted before it is learnt.
SHIFT_DAYS = 5

#: How much wider the range is where a kind of day has been seen less than twice.
_UNSEEN = 1.6

#: Below that median a count's effects are ratios of sums: the median of zeros and ones says too little.
_FEW = 5.0

NO_HISTORY = "历史不足"
NO_VALUE = "当日无数据"


@dataclass(frozen=True)
class ExpectedRange:
    """The usual range of a figure on a day, in the figure's own unit.

    Args:
        low: the smallest usual value; None when the history does not carry a range.
        high: the largest.
        expected: the value in the middle of what is expected.
        basis: what it is taken from, in Chinese (``前 10 周 46 个工作日，其中周三 9 天``).
        reason: why there is no range, in Chinese (``历史不足``); empty when there is one.
        shifted_on: the first day of the present level, when it began with a shift within the history.
        shift: that level as a factor of the one before (as a difference, for a figure that is negative somewhere).
    """

    low: float | None
    high: float | None
    expected: float | None
    basis: str
    reason: str = ""
    shifted_on: date | None = None
    shift: float | None = None

    def place(self, value: float | None) -> Literal["below", "within", "above", "unknown"]:
        """Where a value lies; ``unknown`` without a range or a value."""
        if value is None or math.isnan(value) or self.low is None or self.high is None:
            return "unknown"
        return "below" if value < self.low else "above" if value > self.high else "within"

    def words(self, format: str, unit: str = "") -> str:
        """The range in Chinese, for a finding's threshold (``通常 1,204–1,466 条``).

        Args:
            format: how a value is shown, in the format mini-language of metrics.measure.
            unit: the unit.
        """
        if self.low is None or self.high is None:
            return self.reason
        return f"通常 {format_number(self.low, format, '')}–{format_number(self.high, format, unit)}"


def expected_range(rows: Iterable[Mapping[str, Any]], on: date) -> ExpectedRange:
    """What is usual on a day, from the days before it.

    A figure of one hour is judged by the rows of that hour of each day.

    Args:
        rows: one row a day in any order: ``day``, ``value`` (None where there is none), ``is_covered``,
            ``is_working_day``, ``label`` (metrics.days). Values of ``on`` and later are not read; those rows' calendar
            is, for the end of the month and the days before a long holiday.
        on: the day.

    Returns:
        The range. Its reason is ``历史不足`` where fewer than 8 (working) or 4 (free) such days are known, or the day
        is a holiday and none was seen.
    """
    days = {row["day"]: row for row in rows}
    if on not in days:
        return ExpectedRange(None, None, None, "", NO_VALUE)
    kinds = DayTypes(days)
    known = [
        day
        for day in sorted(days)
        if on - timedelta(days=HISTORY_DAYS) <= day < on and days[day]["is_covered"] and _is_known(days[day]["value"])
    ]
    like = [day for day in known if days[day]["is_working_day"] == days[on]["is_working_day"]]
    kind = kinds.kind(on)
    same = [day for day in like if kinds.kind(day) == kind]
    basis = f"前 {HISTORY_DAYS // 7} 周 {len(like)} 个{'工作日' if days[on]['is_working_day'] else '非工作日'}"
    basis += f"，其中{day_type_of(kind)} {len(same)} 天"
    min_count = FEWEST_WORKING_DAYS if days[on]["is_working_day"] else FEWEST_FREE_DAYS
    if len(like) < min_count or (kind == "holiday" and not same):
        return ExpectedRange(None, None, None, basis, NO_HISTORY)
    values = np.array([float(days[day]["value"]) for day in like])
    model = _Model(values, like, kinds, on)
    widening = _UNSEEN if len(same) < 2 or (kinds.is_edge(on) and not any(map(kinds.is_edge, same))) else 1.0
    if kinds.ends_month(on) and not any(map(kinds.ends_month, like)):
        widening = _UNSEEN
    low, expected, high = model.range(widening)
    return ExpectedRange(low, high, expected, basis, "", model.shifted_on, model.shift)


class _Model:
    """Effects, level and spread of the like days."""

    def __init__(self, values: Floats, days: list[date], kinds: DayTypes, on: date) -> None:
        self.values = values
        self.is_count = bool(np.all(values >= 0) and np.all(values == np.round(values)))
        self.is_share = not self.is_count and bool(np.all((values >= 0) & (values <= 1)))
        self.is_ratio = self.is_count or (bool(np.all(values > 0)) and not self.is_share)
        self.ages = np.array([(day - on).days for day in days], dtype=float)
        y = np.log(values + 0.5) if self.is_count else np.log(values) if self.is_ratio else values
        sorts = [kinds.effects(day) for day in days]
        lift = np.zeros(len(y))
        self.drift = np.zeros(len(y))
        self.shifted_on: date | None = None
        self.shift: float | None = None
        for attempt in range(3):
            # what was before a shift, and growth, must not be taken for an effect; they show when effects are known
            effects = self._effects(y + lift - self.drift, sorts)
            self.effect = np.array([sum(effects[name] for name in its) for its in sorts])
            begin, step = _shift(y - self.effect) if attempt == 0 else (0, 0.0)
            if begin:
                lift[:begin] = step
                self.shifted_on, self.shift = days[begin], math.exp(step) if self.is_ratio else step
            since = int(np.count_nonzero(lift))
            rest = y + lift - self.effect
            self.drift = _slope(rest[since:], self.ages[since:]) * self.ages
        self.moved = lift
        self.today = sum(effects.get(name, 0.0) for name in kinds.effects(on))
        flat = rest - self.drift
        self.level = float(np.median(flat[since:]))
        self.errors = flat - self.level
        # a holiday's figure errs by less, being smaller; effects take up a part of the errors they are taken from
        is_alike = np.array([("holiday" in its) == ("holiday" in kinds.effects(on)) for its in sorts])
        self.alike = self.errors[is_alike] if is_alike.sum() >= FEWEST_FREE_DAYS else self.errors
        self.free = max(len(sorts) - len(effects), len(sorts) / 3) / len(sorts)

    def _effects(self, y: Floats, sorts: list[tuple[str, ...]]) -> dict[str, float]:
        """The effect of each kind of day and mark, by medians in turn; one seen once is drawn towards none."""
        found = dict.fromkeys((name for its in sorts for name in its), 0.0)
        is_few = self.is_count and float(np.median(self.values)) < _FEW
        most = float(np.quantile(self.values, 0.95)) if is_few else 0.0
        for _ in range(4):
            for name in found:
                has = np.array([name in its for its in sorts])
                other = np.array([sum(found[each] for each in its if each != name) for its in sorts])
                if is_few:
                    shaped = np.exp(other) * self.values.mean()
                    ratio = (self.values[has].clip(max=most).sum() + 2) / (shaped[has].sum() + 2)
                    found[name] = math.log(ratio)
                    continue
                level = float(np.median(y - np.array([sum(found[each] for each in its) for its in sorts])))
                seen_once = 0.7 if has.sum() == 1 else 1.0
                found[name] = float(np.median((y - other)[has]) - level) * seen_once
        return found

    def range(self, widening: float) -> tuple[float, float, float]:
        """The smallest usual, the expected and the largest usual value."""
        from scipy import stats

        count = len(self.values)
        spread = max(1.4826 * float(np.median(np.abs(self.alike))), 0.7413 * _inner(self.alike)) / math.sqrt(self.free)
        reach = float(stats.t.isf(OUTSIDE / 2, max(2, count - 2))) * math.sqrt(1 + 2 / count) * widening
        if self.is_count:
            return self._count_range(reach / float(stats.norm.isf(OUTSIDE / 2)))
        centre = self.level + self.today
        if self.is_ratio:
            wide = max(spread, 0.01) * reach
            return math.exp(centre - wide), math.exp(centre), math.exp(centre + wide)
        wide = max(spread, 0.002 if self.is_share else 1e-9) * reach
        low, high = centre - wide, centre + wide
        if self.is_share:
            return max(0.0, low), min(max(centre, 0.0), 1.0), min(1.0, high)
        return low, centre, high

    def _count_range(self, widening: float) -> tuple[float, float, float]:
        """Quantiles of a negative binomial whose overdispersion the past shows beyond chance."""
        from scipy import stats

        weights = np.exp(self.effect + self.drift - self.moved)
        rough = max(float(np.median(self.values / weights)), float(self.values.sum() / weights.sum()) * 0.2, 1e-9)
        usual_error = 1.4826 * float(np.median(np.abs(self.errors)))
        means = rough * weights
        kept = np.abs(self.values - means) <= 4 * np.sqrt(means + (usual_error * means) ** 2) + 1
        kept = kept if kept.sum() >= len(kept) / 2 else np.ones(len(kept), dtype=bool)
        level = (self.values[kept].sum() + 0.5) / weights[kept].sum()
        means = level * weights[kept]
        excess = float(((self.values[kept] - means) ** 2 - means).sum() / (means**2).sum())
        mean = level * math.exp(self.today)
        share = max(excess, 0.0) * len(self.values) / max(1, len(self.values) - 6)
        variance = (mean + share * mean**2) * widening**2
        dispersion = max((variance - mean) / mean**2, 1e-6)
        model = stats.nbinom(1 / dispersion, 1 / (1 + dispersion * mean))
        return float(model.ppf(OUTSIDE / 2)), float(mean), float(model.isf(OUTSIDE / 2))


def _is_known(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _inner(values: Floats) -> float:
    low, high = np.quantile(values, (0.25, 0.75))
    return float(high - low)


def _slope(rest: Floats, ages: Floats) -> float:
    """The growth a day, by Theil-Sen; 0 where the history does not show one."""
    if len(rest) < 14:
        return 0.0
    from scipy import stats

    found = stats.theilslopes(rest, ages, 0.99)
    return float(found.slope) if found.low_slope * found.high_slope > 0 else 0.0


def _shift(rest: Floats) -> tuple[int, float]:
    """Where the present level began and by how much it differs; (0, 0) where the history has one level, or a slope."""
    count = len(rest)
    if count < 2 * SHIFT_DAYS:
        return 0, 0.0
    noise = max(1.4826 * float(np.median(np.abs(np.diff(rest)))) / math.sqrt(2), 1e-3)
    best, at, step = 0.0, 0, 0.0
    for split in range(SHIFT_DAYS, count - SHIFT_DAYS + 1):
        before, after = np.median(rest[:split]), np.median(rest[split:])
        strength = abs(after - before) / (1.2533 * noise * math.sqrt(1 / split + 1 / (count - split)))
        left = float(np.abs(rest[:split] - before).sum() + np.abs(rest[split:] - after).sum())
        strength /= 1 + left / (noise * count)
        if strength > best:
            best, at, step = strength, split, float(after - before)
    if best < 4 or abs(step) < 3 * noise:
        return 0, 0.0
    from scipy import stats

    place = np.arange(count, dtype=float)
    line = stats.theilslopes(rest, place)
    by_line = float(np.abs(rest - line.intercept - line.slope * place).sum())
    by_step = float(np.abs(rest[:at] - np.median(rest[:at])).sum() + np.abs(rest[at:] - np.median(rest[at:])).sum())
    return (at, step) if by_step < 0.8 * by_line else (0, 0.0)
