"""The rows of a metric's table as plain values: where a table becomes something to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import ibis.expr.types as ir
import pyarrow as pa

#: What a rule takes: a metric's Ibis table, or the Arrow table or rows that it was made into.
Rows: TypeAlias = ir.Table | pa.Table | Sequence[Mapping[str, Any]]


def rows(table: Rows) -> list[dict[str, Any]]:
    """The rows of a table, each as column → value (None, int, float, str, bool, date or datetime)."""
    if isinstance(table, ir.Table):
        table = table.to_pyarrow()
    if isinstance(table, pa.Table):
        return list(table.to_pylist())
    return [dict(row) for row in table]


def only(table: Rows) -> dict[str, Any]:
    """The one row of a table that is not broken down.

    Raises:
        ValueError: it has none, or more than one.
    """
    found = rows(table)
    if len(found) != 1:
        raise ValueError(f"expected a table of one row, got {len(found)}")
    return found[0]
