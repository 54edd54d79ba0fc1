"""Expected range of a value on a day, from the days like it before.

The value of a day is taken as a level times the effects of its type (each weekday, make-up workday, Saturday, Sunday,
holiday), of the month's end and of the edge of a long holiday. Effects and level are medians, so that outages in the
history do not move them. The level has a slope where there is one, and begins anew at a shift that has lasted. Counts
are held against a negative binomial, other values against the spread of their past.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, Literal

import numpy as np

from ntanalytics.detectors.day_types import DayTypes
from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.distributions import negative_binomial_range, normal_isf, t_isf
from ntanalytics.detectors.order_statistics import median
from ntanalytics.detectors.theil_sen import theil_sen

#: Days back that are read: ten weeks hold two ends of a month.
HISTORY_DAYS = 70

#: Known days that are needed, worked or not as the day is.
MIN_WORKING_DAYS, MIN_FREE_DAYS = 8, 4

#: Share of ordinary days outside of the range, half below and half above: one in 370, as of three sigmas.
OUTSIDE = 0.0027

#: Days that a shift must have lasted before it is learnt.
SHIFT_DAYS = 5

#: Factor by which the range is wider where a day type has been seen less than twice.
_UNSEEN = 1.6

#: Median below which the effects of a count are ratios of sums: the median of zeros and ones says too little.
_FEW = 5.0


@dataclass(frozen=True, kw_only=True)
class ExpectedRange:
    """The expected range of a value on a day, in the unit of the value.

    Attributes:
        low: the smallest usual value; None when the history carries no range.
        high: the largest one.
        expected: the expected value.
        reason: why there is no range; empty when there is one.
        shifted_on: first day of the present level, where it began with a shift within the history.
        shift: factor of that level against the one before; the difference, for a value that is negative somewhere.
    """

    low: float | None = None
    high: float | None = None
    expected: float | None = None
    reason: Literal["", "short_history", "no_value"] = ""
    shifted_on: date | None = None
    shift: float | None = None

    def place(self, value: float | None) -> Literal["below", "within", "above", "unknown"]:
        """Return the place of a value; ``unknown`` without a range or a value."""
        if value is None or math.isnan(value) or self.low is None or self.high is None:
            return "unknown"
        return "below" if value < self.low else "above" if value > self.high else "within"


def expected_range(rows: Iterable[Mapping[str, Any]], on: date) -> ExpectedRange:
    """Return the expected range of a value on a day, from the days before it.

    A value of one hour is judged by the rows of that hour of each day.

    Args:
        rows: one row a day in any order: ``day``, ``value`` (None where there is none), ``is_covered``,
            ``is_working_day``, ``label`` (``metrics.days``). Of ``on`` and later days only the calendar is read, for
            the end of the month and long holidays.
        on: the day.

    Returns:
        The range. Its reason is ``short_history`` where fewer than 8 (working) or 4 (free) such days are known, or the
        day is a holiday and none was seen; ``no_value`` where there is no row of the day.
    """
    days = {row["day"]: row for row in rows}
    if on not in days:
        return ExpectedRange(reason="no_value")
    day_types = DayTypes(days)
    is_working_day = days[on]["is_working_day"]
    alike = [
        day
        for day in sorted(days)
        if on - timedelta(days=HISTORY_DAYS) <= day < on and days[day]["is_covered"] and _is_known(days[day]["value"])
        if days[day]["is_working_day"] == is_working_day
    ]
    kind = day_types.kind(on)
    same_kind = [day for day in alike if day_types.kind(day) == kind]
    min_days = MIN_WORKING_DAYS if is_working_day else MIN_FREE_DAYS
    if len(alike) < min_days or (kind == "holiday" and not same_kind):
        return ExpectedRange(reason="short_history")
    values = np.array([float(days[day]["value"]) for day in alike])
    model = _Model(values, alike, day_types, on)
    low, expected, high = model.range(_widening(day_types, on, alike, same_kind))
    return ExpectedRange(low=low, high=high, expected=expected, shifted_on=model.shifted_on, shift=model.shift)


def _widening(day_types: DayTypes, on: date, alike: list[date], same_kind: list[date]) -> float:
    """Return the factor by which the range is wider where days of the same type are few."""
    is_new = len(same_kind) < 2
    is_new |= day_types.is_edge(on) and not any(map(day_types.is_edge, same_kind))
    is_new |= day_types.ends_month(on) and not any(map(day_types.ends_month, alike))
    return _UNSEEN if is_new else 1.0


class _Model:
    """Effects, level and spread of the days that are worked as the judged one.

    Attributes:
        effect: sum of the effects of each day; in logarithms where ``is_ratio``, as are all that follow.
        lift: difference of each day's level from the present one.
        drift: growth from each day to the judged one.
        level: present level, without effects.
        errors: what effects, level and growth leave of each day.
        effect_today: sum of the effects of the judged day.
        shifted_on: first day of the present level, where it began with a shift.
        shift: that shift, as in :class:`ExpectedRange`.
    """

    def __init__(self, values: Floats, days: list[date], day_types: DayTypes, on: date) -> None:
        self.values = values
        self.is_count = bool(np.all(values >= 0) and np.all(values == np.round(values)))
        self.is_share = not self.is_count and bool(np.all((values >= 0) & (values <= 1)))
        self.is_ratio = self.is_count or (bool(np.all(values > 0)) and not self.is_share)
        self.shifted_on: date | None = None
        self.shift: float | None = None
        types = [day_types.effects(day) for day in days]
        effects = self._fit(days, types, np.array([(day - on).days for day in days], dtype=float))
        self.effect_today = sum(effects.get(name, 0.0) for name in day_types.effects(on))
        self._alike = self._errors_alike(types, "holiday" in day_types.effects(on))
        # effects take up a part of the errors that they are taken from
        self._free = max(len(types) - len(effects), len(types) / 3) / len(types)

    def _fit(self, days: list[date], types: list[tuple[str, ...]], ages: Floats) -> dict[str, float]:
        """Fit effects, shift, growth and level; return the effects by name."""
        values = self.values
        y = np.log(values + 0.5) if self.is_count else np.log(values) if self.is_ratio else values
        self.lift, self.drift = np.zeros(len(y)), np.zeros(len(y))
        for attempt in range(3):
            # levels before a shift, and growth, must not be taken for effects; they show once effects are known
            effects = self._effects(y + self.lift - self.drift, types)
            self.effect = np.array([sum(effects[name] for name in names) for names in types])
            begin, step = _shift(y - self.effect) if attempt == 0 else (0, 0.0)
            if begin:
                self.lift[:begin] = step
                self.shifted_on, self.shift = days[begin], math.exp(step) if self.is_ratio else step
            since = int(np.count_nonzero(self.lift))
            rest = y + self.lift - self.effect
            self.drift = _slope(rest[since:], ages[since:]) * ages
        flat = rest - self.drift
        self.level = median(flat[since:])
        self.errors = flat - self.level
        return effects

    def _effects(self, y: Floats, types: list[tuple[str, ...]]) -> dict[str, float]:
        """Return the effect of each type of day, by medians in turn; one seen once is drawn towards none."""
        kinds = list(dict.fromkeys(name for names in types for name in names))
        places = {name: place for place, name in enumerate(kinds)}
        # a line for the first type of each day, one for the second, and so on; the last place is no type
        of_days = ([places[name] for name in names] for names in types)
        marks = np.array(list(zip_longest(*of_days, fillvalue=len(kinds))))
        is_few = self.is_count and median(self.values) < _FEW
        cap = float(np.quantile(self.values, 0.95)) if is_few else 0.0
        effects, parts = dict.fromkeys(kinds, 0.0), np.zeros(marks.shape)
        own_parts = {name: marks == place for name, place in places.items()}
        has = {name: is_own.any(axis=0) for name, is_own in own_parts.items()}
        weights = {name: 0.7 if has_it.sum() == 1 else 1.0 for name, has_it in has.items()}
        for _ in range(4):
            for name, has_it in has.items():
                every = np.add.reduce(parts)
                parts[own_parts[name]] = 0.0
                other = np.add.reduce(parts)
                if is_few:
                    means = np.exp(other) * self.values.mean()
                    ratio = (self.values[has_it].clip(max=cap).sum() + 2) / (means[has_it].sum() + 2)
                    effects[name] = math.log(ratio)
                else:
                    effects[name] = (median((y - other)[has_it]) - median(y - every)) * weights[name]
                parts[own_parts[name]] = effects[name]
        return effects

    def _errors_alike(self, types: list[tuple[str, ...]], is_holiday: bool) -> Floats:
        """Return the errors of holidays, or of other days: a holiday's value is smaller and errs by less."""
        is_alike = np.array([("holiday" in names) == is_holiday for names in types])
        return np.asarray(self.errors[is_alike] if is_alike.sum() >= MIN_FREE_DAYS else self.errors, dtype=np.float64)

    def range(self, widening: float) -> tuple[float, float, float]:
        """Return the smallest usual, the expected and the largest usual value."""
        count, errors = len(self.values), self._alike
        spread = max(1.4826 * median(np.abs(errors)), 0.7413 * _inner(errors)) / math.sqrt(self._free)
        reach = t_isf(OUTSIDE / 2, max(2, count - 2)) * math.sqrt(1 + 2 / count) * widening
        if self.is_count:
            return self._count_range(reach / normal_isf(OUTSIDE / 2))
        centre = self.level + self.effect_today
        if self.is_ratio:
            width = max(spread, 0.01) * reach
            return math.exp(centre - width), math.exp(centre), math.exp(centre + width)
        width = max(spread, 0.002 if self.is_share else 1e-9) * reach
        low, high = centre - width, centre + width
        if self.is_share:
            return max(0.0, low), min(max(centre, 0.0), 1.0), min(1.0, high)
        return low, centre, high

    def _count_range(self, widening: float) -> tuple[float, float, float]:
        """Return quantiles of a negative binomial whose overdispersion the past shows beyond chance."""
        weights = np.exp(self.effect + self.drift - self.lift)
        rough = max(median(self.values / weights), float(self.values.sum() / weights.sum()) * 0.2, 1e-9)
        usual_error = 1.4826 * median(np.abs(self.errors))
        means = rough * weights
        kept = np.abs(self.values - means) <= 4 * np.sqrt(means + (usual_error * means) ** 2) + 1
        kept = kept if kept.sum() >= len(kept) / 2 else np.ones(len(kept), dtype=bool)
        level = (self.values[kept].sum() + 0.5) / weights[kept].sum()
        means = level * weights[kept]
        excess = float(((self.values[kept] - means) ** 2 - means).sum() / (means**2).sum())
        mean = level * math.exp(self.effect_today)
        share = max(excess, 0.0) * len(self.values) / max(1, len(self.values) - 6)
        variance = (mean + share * mean**2) * widening**2
        dispersion = max((variance - mean) / mean**2, 1e-6)
        low, high = negative_binomial_range(OUTSIDE / 2, 1 / dispersion, 1 / (1 + dispersion * mean))
        return float(low), float(mean), float(high)


def _is_known(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _inner(values: Floats) -> float:
    """Return the range between the quartiles."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float(high - low)


def _slope(rest: Floats, ages: Floats) -> float:
    """Return the growth a day, by Theil-Sen; 0 where the history does not show one."""
    if len(rest) < 14:
        return 0.0
    line = theil_sen(rest, ages, 0.99)
    return line.slope if line.low_slope * line.high_slope > 0 else 0.0


def _shift(rest: Floats) -> tuple[int, float]:
    """Return where the present level began and its difference; (0, 0) where the history has one level, or a slope."""
    count = len(rest)
    if count < 2 * SHIFT_DAYS:
        return 0, 0.0
    noise = max(1.4826 * median(np.abs(np.diff(rest))) / math.sqrt(2), 1e-3)
    best, at, step = 0.0, 0, 0.0
    for split in range(SHIFT_DAYS, count - SHIFT_DAYS + 1):
        before, after = median(rest[:split]), median(rest[split:])
        strength = abs(after - before) / (1.2533 * noise * math.sqrt(1 / split + 1 / (count - split)))
        left = float(np.abs(rest[:split] - before).sum() + np.abs(rest[split:] - after).sum())
        strength /= 1 + left / (noise * count)
        if strength > best:
            best, at, step = strength, split, float(after - before)
    if best < 4 or abs(step) < 3 * noise:
        return 0, 0.0
    place = np.arange(count, dtype=float)
    line = theil_sen(rest, place)
    by_line = float(np.abs(rest - line.intercept - line.slope * place).sum())
    by_step = float(np.abs(rest[:at] - median(rest[:at])).sum() + np.abs(rest[at:] - median(rest[at:])).sum())
    return (at, step) if by_step < 0.8 * by_line else (0, 0.0)
