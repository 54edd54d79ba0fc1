"""Tables at the bounds of the contract's domain: empty, of one row, of equal rows, of extreme rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from ntanalytics.contract.dataset import Column, Dataset, Type
from tests.subsystems.made import ON, at

#: Largest number that a contract without a maximum lets in, and that a double holds.
_LARGEST = 2**53

_TEXTS = ("", "市财政局", "长" * 500, "a/b", "0")
_MOMENTS = (at(ON, 9), at(ON, 23.99), dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))


def values(column: Column) -> list[Any]:
    """Return values of a column at the bounds of its domain; null is one of them where it may be."""
    low, high = column.minimum or 0, column.maximum if column.maximum is not None else _LARGEST
    by_type: dict[Type, list[Any]] = {
        Type.TEXT: list(column.values) or list(_TEXTS),
        Type.INTEGER: [int(low), int(high), int(low) + 1],
        Type.NUMBER: [float(low), float(high), min(float(high), float(low) + 1e-9)],
        Type.BOOLEAN: [True, False],
        Type.TIMESTAMP: list(_MOMENTS),
        Type.DATE: [ON, dt.date(1970, 1, 1), dt.date(2100, 1, 1)],
    }
    return [*by_type[column.type], *([None] if column.nullable else [])]


#: Chooses one of some values for a row.
Choose = Callable[[int, list[Any]], Any]


def row(dataset: Dataset, number: int, day: dt.date, hour: float, choose: Choose) -> dict[str, Any]:
    """Return a row of a day; its own moment is in that day, and its key is the number."""
    made: dict[str, Any] = {"source": "test", "day": day}
    for place, column in enumerate(dataset.columns):
        made[column.name] = choose(place, values(column))
        if column.name in dataset.key and column.type is Type.TEXT and not column.values:
            made[column.name] = f"{number}"
    if dataset.time:
        is_date = dataset.column(dataset.time).type is Type.DATE
        made[dataset.time] = day if is_date else at(day, hour)
    return made


def table(dataset: Dataset, rows: list[dict[str, Any]]) -> pa.Table:
    """Return the rows as a table of the dataset."""
    return pa.Table.from_pylist(rows, schema=dataset.schema())


def empty(dataset: Dataset) -> pa.Table:
    """Return the table without a row."""
    return table(dataset, [])


def single(dataset: Dataset) -> pa.Table:
    """Return one row, of the last day."""
    return table(dataset, [row(dataset, 0, ON, 9, lambda _, known: known[0])])


def constant(dataset: Dataset) -> pa.Table:
    """Return equal rows, one on each of 60 days."""
    days = [ON - dt.timedelta(days=back) for back in range(60)]
    return table(dataset, [row(dataset, 0, day, 9, lambda _, known: known[0]) for day in days])


def extreme(dataset: Dataset) -> pa.Table:
    """Return 120 rows, each at other bounds, on days with gaps between them."""

    def made(turn: int) -> dict[str, Any]:
        day = ON - dt.timedelta(days=turn * turn % 43)
        return row(dataset, turn, day, turn % 24, lambda place, known: known[(turn + place * turn) % len(known)])

    return table(dataset, [made(turn) for turn in range(120)])


#: The kinds of tables by name.
KINDS: dict[str, Callable[[Dataset], pa.Table]] = {
    "empty": empty, "single": single, "constant": constant, "extreme": extreme
}  # fmt: skip
