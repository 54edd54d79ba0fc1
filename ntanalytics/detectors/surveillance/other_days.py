"""Other days: what departs on a day worked against its weekday, held against the ordinary days of that weekday.

What departs is told where it departs from those days, too, to the same side, when the factor of each day is taken out:
a holiday may be worked by some. On a make-up workday, which is worked as any other, it is told as well where its number
is none of those days: what a plan by weekday does on it is what it does on that weekday.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import MIN_DAYS, UNKNOWN
from ntanalytics.detectors.surveillance.expectation import day_factors
from ntanalytics.detectors.surveillance.leaf_table import LeafTable

#: Least mean count of a day of the series that tell the factor of a day: those of one dimension.
_LEAST = {1: 8.0}


def unlike_weekday(
    departing: Sequence[Departure], table: pa.Table, days: Sequence[date], dimensions: Sequence[str], *, is_worked: bool
) -> list[Departure]:
    """Return the departures that the ordinary days of the weekday do not explain; none where these are few.

    Args:
        departing: what departs on the judged day from the days that are worked as it is.
        table: the result of ``metrics.leaf_counts``.
        days: the judged day and the ordinary days of its weekday before it, oldest first.
        dimensions: names of the dimensions.
        is_worked: whether the judged day is worked.
    """
    if len(days) <= MIN_DAYS or not departing:
        return []
    values = sorted({departure.value for departure in departing if departure.value})
    columns = ["events", *(f"{value}_{ending}" for value in values for ending in ("events", "log"))]
    leaves = LeafTable(table, days, dimensions, columns)
    factors = day_factors(list(leaves.groups(["events"], _LEAST)), UNKNOWN)
    return [item for item in departing if not _is_explained(leaves, factors, item, is_worked=is_worked)]


def _is_explained(leaves: LeafTable, factors: Floats, departure: Departure, *, is_worked: bool) -> bool:
    """Return whether a day is no further from its weekday, or is as it number for number."""
    if departure.is_emptied:
        return False  # a share of the day's own events
    levels = _levels(leaves, departure)
    if is_worked and not _low(levels) <= levels[-1] <= _high(levels):
        return False
    scaled = levels if departure.value else levels / factors
    return bool(scaled[-1] <= _high(scaled) if departure.direction > 0 else scaled[-1] >= _low(scaled))


def _levels(leaves: LeafTable, departure: Departure) -> Floats:
    """Return the level of a departure's members in its hours on each day: their events, or the mean of their value."""
    if any(member not in leaves.names[name] for name, member in departure.members):
        return np.zeros(leaves.days)
    mask, run = leaves.mask(departure.members), slice(*departure.hours)
    if not departure.value:
        events: Floats = leaves.sum("events", mask)[:, run].sum(axis=1)
        return events
    count, total = (leaves.sum(f"{departure.value}_{ending}", mask)[:, run].sum(axis=1) for ending in ("events", "log"))
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
    return mean


def _low(levels: Floats) -> float:
    return float(np.nanmin(levels[:-1])) if np.isfinite(levels[:-1]).any() else np.inf


def _high(levels: Floats) -> float:
    return float(np.nanmax(levels[:-1])) if np.isfinite(levels[:-1]).any() else -np.inf
