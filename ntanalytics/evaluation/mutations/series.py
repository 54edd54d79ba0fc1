"""Series of some members: a quantity by day within the hours of a mutation, and how far it is from what is expected."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.detectors.expected_range import expected_range
from ntanalytics.evaluation.mutations.mutation import Mutation, Quantity
from ntanalytics.evaluation.mutations.shape import DatasetShape, shape_of

#: Quantities of which a day without a row has none; the others have no value then.
_ADDITIVE: frozenset[Quantity] = frozenset({"events", "failures", "ends"})

#: Smallest half-width of a count, which has no half events.
_LEAST_OF_COUNT = 0.5


@dataclass(frozen=True, kw_only=True)
class DamagedRows:
    """Rows of a dataset without a damage and with it.

    Attributes:
        untouched: all rows without it.
        damaged: all rows with it.
        calendar: ``day``, ``is_working_day`` and ``label`` of each day of the lake.
        offset_h: hours by which local time is ahead of UTC.
    """

    untouched: ir.Table
    damaged: ir.Table
    calendar: Sequence[Mapping[str, Any]]
    offset_h: int

    def departures(self, mutation: Mutation, members: Mapping[str, str]) -> list[DamageSize]:
        """Return the damaged days of some members, in the mutation's quantity and hours."""
        before, after = (series(table, mutation, members, self.offset_h) for table in (self.untouched, self.damaged))
        return departures(before, after, self.calendar, mutation)


@dataclass(frozen=True)
class DamageSize:
    """A damaged day of a series.

    Attributes:
        day: the day.
        expected: the expected value.
        half_width: half of the width of the expected range.
        before: the value without the damage; None where there is none.
        after: the value with it; None where the damage has left none.
    """

    day: dt.date
    expected: float
    half_width: float
    before: float | None
    after: float | None

    @property
    def observed(self) -> float:
        """Return the departure of the damaged value from the expected one, in half-widths."""
        return 0.0 if self.after is None else (self.after - self.expected) / self.half_width

    @property
    def effect(self) -> float:
        """Return the difference that the damage makes, in half-widths."""
        if self.after is None or self.before is None:
            return 0.0
        return (self.after - self.before) / self.half_width

    @property
    def explained(self) -> float:
        """Return the share of the departure that is the damage's; 0 where the value did not move away."""
        if self.after is None or self.before is None or self.after == self.expected:
            return 0.0
        return (self.after - self.before) / (self.after - self.expected)


def series(
    table: ir.Table, mutation: Mutation, members: Mapping[str, str], utc_offset_h: int
) -> dict[dt.date, float | None]:
    """Return the mutation's quantity of some members, within its hours, of each day that has any.

    Args:
        table: rows of the damaged dataset.
        mutation: the damage, for dataset, quantity and hours.
        members: dimension → member; none for the whole dataset. ``source`` is a dimension, too.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    shape = shape_of(mutation.dataset)
    rows = table.filter(shape.members(table, dict(members)))
    by_end = mutation.quantity == "ends"
    time = shape.elapsed[2] if by_end else shape.contract.time
    if by_end:
        rows = rows.filter(rows[time].notnull())
    if shape.has_hours or by_end:
        rows = rows.mutate(_local=rows[time].cast("timestamp") + ibis.interval(hours=utc_offset_h))
        first, last = mutation.hours
        rows = rows.filter(rows["_local"].hour().between(first, last - 1))
        if by_end:
            rows = rows.mutate(day=rows["_local"].date())
    figures = rows.group_by("day").aggregate(value=_value(rows, shape, mutation.quantity))
    return {row["day"]: row["value"] for row in figures.to_pyarrow().to_pylist()}


def _value(rows: ir.Table, shape: DatasetShape, quantity: Quantity) -> ir.Scalar:
    events = shape.events(rows)
    match quantity:
        case "failures":
            value = shape.is_failed(rows).ifelse(events, 0).sum()
        case "duration":
            name = shape.elapsed[0] if shape.elapsed else shape.duration
            has_count = bool(shape.count)
            known = rows[name].notnull().ifelse(events, 0).sum().nullif(0)
            value = (rows[name] * events).sum() / known if has_count else rows[name].quantile(0.5)
        case "value":
            value = rows[shape.values[0]].mean()
        case "different":
            value = rows[shape.values[0]].nunique() / rows.count()
        case "time":
            second = rows["_local"].time().delta(ibis.time(0, 0, 0), unit="second")
            value = (second * events).sum() / events.sum() / 3600
        case _:  # events, ends
            value = events.sum()
    return value.cast("float64")


def rows_of_first_day(table: ir.Table, mutation: Mutation, utc_offset_h: int) -> ir.Table:
    """Return the rows of the first damaged day, within the hours of a mutation; of all members."""
    shape = shape_of(mutation.dataset)
    rows = table.filter(table.day == mutation.days[0])
    if not shape.has_hours:
        return rows
    first, last = mutation.hours
    hour = (rows[shape.contract.time].cast("timestamp").epoch_seconds() // 3600 + utc_offset_h) % 24
    return rows.filter(hour.between(first, last - 1))


def events_of(rows: ir.Table, shape: DatasetShape, members: dict[str, str]) -> float:
    """Return the number of events of some members."""
    chosen = rows.filter(shape.members(rows, members))
    return float(shape.events(chosen).sum().to_pyarrow().as_py() or 0)


def departures(
    before: Mapping[dt.date, float | None],
    after: Mapping[dt.date, float | None],
    calendar: Sequence[Mapping[str, Any]],
    mutation: Mutation,
) -> list[DamageSize]:
    """Return the damaged days whose expected range is known, from the days before the damage.

    Args:
        before: the series without the damage.
        after: the series with it.
        calendar: ``day``, ``is_working_day`` and ``label`` of each day of the lake.
        mutation: the damage.
    """
    empty = 0.0 if mutation.quantity in _ADDITIVE else None
    damaged = set(mutation.days)
    rows = [
        {**row, "value": before.get(row["day"], empty), "is_covered": row["day"] not in damaged} for row in calendar
    ]
    departed = []
    for day in mutation.days:
        expected = expected_range(rows, day)
        if expected.low is None or expected.high is None or expected.expected is None:
            continue
        half = (expected.high - expected.low) / 2
        least = _LEAST_OF_COUNT if mutation.quantity in _ADDITIVE else 1e-9
        values = before.get(day, empty), after.get(day, empty)
        departed.append(DamageSize(day, expected.expected, max(half, least), *values))
    return departed


def strongest(departed: Sequence[float]) -> float:
    """Return the largest departure in half-widths: of one day, or of all days together."""
    if not departed:
        return 0.0
    return max([*map(abs, departed), abs(sum(departed)) / math.sqrt(len(departed))])
