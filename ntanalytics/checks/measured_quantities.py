"""Measured quantities: a departure of a value names what is measured, such as the memory of a host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import fmean, stdev

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract.dimensions import MEASUREMENTS
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import MIN_DAYS

#: Dimension that tells what is measured: a share of memory and a load have no level in common; and the least spread of
#: the logarithm of such a level from day to day.
_QUANTITY, _LEAST_SPREAD = "metric", 0.01


def with_quantities(
    departing: Sequence[Departure], counted: pa.Table, days: Sequence[date], dimensions: Sequence[str]
) -> list[Departure]:
    """Return departures with the quantity that moved most of each; of those of one subject the first.

    Args:
        departing: the departures.
        counted: the leaves of the dataset (``metrics.leaf_counts``).
        days: the judged day, and the days before it, oldest first.
        dimensions: names of the dimensions, in the order of the members of a subject.
    """
    first: dict[tuple[object, ...], Departure] = {}
    for departure in (_with_quantity(item, counted, days, dimensions) for item in departing):
        first.setdefault((departure.subject, bool(departure.days)), departure)
    return list(first.values())


def _with_quantity(
    departure: Departure, counted: pa.Table, days: Sequence[date], dimensions: Sequence[str]
) -> Departure:
    """Return a departure of a value with the measured quantity that moved most of it, and its levels.

    How far each quantity of the subject moved in the hours is told by how its means of the days before differ.
    """
    if departure.value in ("", MEASUREMENTS) or _QUANTITY not in dimensions or _QUANTITY in dict(departure.members):
        return departure
    own = counted
    for name, member in departure.members:
        own = own.filter(pc.equal(own[name], member))
    own = own.filter(
        pc.and_(pc.greater_equal(own["hour"], departure.hours[0]), pc.less(own["hour"], departure.hours[1]))
    )
    sums = own.group_by([_QUANTITY, "day"]).aggregate(
        [(f"{departure.value}_{end}", "sum") for end in ("events", "log")]
    )
    means: dict[str, dict[date, float]] = {}
    for row in sums.to_pylist():
        if row[f"{departure.value}_events_sum"]:
            mean = row[f"{departure.value}_log_sum"] / row[f"{departure.value}_events_sum"]
            means.setdefault(row[_QUANTITY], {})[row["day"]] = mean
    last = days[-departure.days :] if departure.days else days[-1:]
    moved = {}
    for quantity, by_day in means.items():
        now, past = ([by_day[day] for day in part if day in by_day] for part in (last, days[: -len(last)]))
        if now and len(past) >= MIN_DAYS:
            spread = max(stdev(past), _LEAST_SPREAD)
            moved[quantity] = departure.direction * (fmean(now) - fmean(past)) / spread, fmean(now), fmean(past)
    if not moved:
        return departure
    quantity = max(moved, key=lambda name: moved[name][0])
    _, seen, expected = moved[quantity]
    members = sorted((*departure.members, (_QUANTITY, quantity)), key=lambda pair: dimensions.index(pair[0]))
    also = tuple(pair for pair in departure.also if pair[0] != _QUANTITY)
    return replace(departure, members=tuple(members), seen=seen, expected=expected, also=also)
