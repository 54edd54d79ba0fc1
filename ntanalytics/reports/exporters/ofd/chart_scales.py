"""Scales of a chart: the place of a value, a day or a name on its axes, and the marks of the axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ntanalytics.metrics.number_format import parse_format

_MOST_STEPS = 5  #: steps of a value axis
_FLAT = 1e-9  #: values that differ by less than this part of their size are one
_MOST_DAYS = 8  #: marks of an axis of days


@dataclass(frozen=True)
class AxisScale:
    """Two ends of an axis, and the places on paper to which they belong."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return the place of a value on paper."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def value_ends(values: Sequence[float], *, from_zero: bool) -> tuple[float, float, float]:
    """Return the low and high end of a value axis, and its step: 1, 2 or 5 times a power of ten."""
    low, high = min(values), max(values)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= _FLAT * max(abs(low), abs(high), 1.0):
        high = low + max(abs(low), 1.0) * 0.1
    size = (high - low) / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(size))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= size * (1 - 1e-9))
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def value_marks(low: float, high: float, step: float) -> list[float]:
    """Return the values at which the axis has a mark."""
    return [low + index * step for index in range(round((high - low) / step) + 1)]


def value_text(value: float, step: float, form: str) -> str:
    """Return the text of a mark with as many digits as its step needs: ``97.5%``, ``30,000``."""
    is_share = parse_format(form).kind in ("rate", "points")
    factor = 100 if is_share else 1
    digits = max(0, -math.floor(math.log10(step * factor) + 1e-9))
    return f"{value * factor + 0.0:,.{digits}f}{'%' * is_share}"


def day_number(text: Any) -> float:
    """Return a day, or an instant of a day, as a number of days."""
    moment = datetime.fromisoformat(str(text))
    return moment.toordinal() + (moment.hour * 60 + moment.minute) / 1440


def day_marks(days: Sequence[str], form: str) -> list[tuple[float, str]]:
    """Return the marks of an axis of days or months, the first of them and as many more as have room."""
    step = math.ceil(len(days) / _MOST_DAYS)
    pattern = "%Y-%m" if form == "month" else "%m-%d"
    return [(day_number(day), f"{date.fromisoformat(day[:10]):{pattern}}") for day in days[::step]]
