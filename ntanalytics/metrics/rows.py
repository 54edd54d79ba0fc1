"""Rows of a metric's table as plain values, for rules and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import ibis.expr.types as ir
import pyarrow as pa

#: A metric's Ibis table, or the Arrow table or rows made from it.
Rows: TypeAlias = ir.Table | pa.Table | Sequence[Mapping[str, Any]]


def rows(table: Rows) -> list[dict[str, Any]]:
    """Return the rows of a table, each as column → value (None, int, float, str, bool, date or datetime)."""
    if isinstance(table, ir.Table):
        table = table.to_pyarrow()
    if isinstance(table, pa.Table):
        return list(table.to_pylist())
    return [dict(row) for row in table]


def only(table: Rows) -> dict[str, Any]:
    """Return the only row of a table.

    Raises:
        ValueError: the table has no row, or more than one.
    """
    records = rows(table)
    if len(records) != 1:
        raise ValueError(f"expected a table of one row, got {len(records)}")
    return records[0]
