"""No table of the contract's domain breaks a check or the metrics below it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.checks.check import DAY, MONTH, WEEK
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.contract import DATASETS
from ntanalytics.contract.dataset import Column, Dataset, Type
from ntanalytics.subsystems import SUBSYSTEMS
from tests.subsystems.made import ON, at, evaluation

#: Largest number that a contract without a maximum lets in, and that a double holds.
_LARGEST = 2**53

#: Rules that read the coverage of the lake, which the tables of this test do not have.
ASKS_THE_LAKE = {"infra.log_retention"}

_TEXTS = ("", "市财政局", "长" * 500, "a/b", "0")
_MOMENTS = (at(ON, 9), at(ON, 23.99), dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))


def _values(column: Column) -> list[Any]:
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


def _row(dataset: Dataset, number: int, day: dt.date, hour: float, turn: int) -> dict[str, Any]:
    row: dict[str, Any] = {"source": "test", "day": day}
    for place, column in enumerate(dataset.columns):
        values = _values(column)
        row[column.name] = values[(turn + place * turn) % len(values)]
        if column.name in dataset.key and column.type is Type.TEXT and not column.values:
            row[column.name] = f"{number}"
    if dataset.time:
        is_date = dataset.column(dataset.time).type is Type.DATE
        row[dataset.time] = day if is_date else at(day, hour)
    return row


def _table(dataset: Dataset, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=dataset.schema())


def _extreme(dataset: Dataset) -> pa.Table:
    """Each row at other bounds, on days with gaps between them."""
    rows = [_row(dataset, n, ON - dt.timedelta(days=n * n % 43), n % 24, n) for n in range(120)]
    return _table(dataset, rows)


@pytest.mark.parametrize("subsystem", [one for one in SUBSYSTEMS if one.id != "data"], ids=lambda one: one.id)
def test_no_check_ends_in_an_error(subsystem: Subsystem) -> None:
    data = {name: _extreme(dataset) for name, dataset in DATASETS.items()}
    codes = {check.rule for check in subsystem.checks} - ASKS_THE_LAKE
    made = evaluation(subsystem, codes, data, spans=(DAY, WEEK, MONTH))
    failed = [(finding.code, finding.details) for finding in made.findings if finding.unknown == "failed"]
    assert failed == []
    assert {finding.code for finding in made.findings} & codes
