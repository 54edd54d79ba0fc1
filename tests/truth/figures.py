"""Figures by block, row and column, and the arithmetic of rates, changes and quantiles that all definitions share."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence

#: Figures by (block, key of the row, column); None where the definition says null.
Figures = dict[tuple[str, str, str], float | None]


def put(figures: Figures, block: str, row: object, values: Mapping[str, float | None]) -> None:
    """Add the values of a row to figures."""
    for column, value in values.items():
        figures[block, str(row), column] = value


def rate(part: float | None, whole: float | None) -> float | None:
    """Return a rate, null with the denominator 0."""
    return None if part is None or not whole else part / whole


def change_rate(now: float | None, before: float | None) -> float | None:
    """Return the relative change, null from 0 or from the unknown."""
    return None if now is None or not before else now / before - 1


def difference(now: float | None, before: float | None) -> float | None:
    """Return the difference, null where one of the two is."""
    return None if now is None or before is None else now - before


def quantile(values: Iterable[float], q: float) -> float | None:
    """Return a quantile with linear interpolation, null without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def nearest_rank(values: Iterable[float], q: float) -> float | None:
    """Return a quantile that is one of the values, null without values."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * q) - 1] if ordered else None


def median(values: Iterable[float]) -> float | None:
    """Return the median, null without values."""
    return quantile(values, 0.5)


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, null without values."""
    return sum(values) / len(values) if values else None


def seconds(later: dt.datetime, earlier: dt.datetime) -> float:
    """Return the time between two moments in seconds."""
    return (later - earlier).total_seconds()
