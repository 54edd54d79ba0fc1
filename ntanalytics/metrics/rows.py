"""Rows of a metric's table as plain values, for rules and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

#: A metric's Ibis table, or the Arrow table, DataFrame or rows made from it.
Rows: TypeAlias = "ir.Table | pa.Table | pd.DataFrame | Sequence[Mapping[str, Any]]"

# Whoever renders a record has plain rows: the libraries of tables are imported where there is a table.


def rows(table: Rows) -> list[dict[str, Any]]:
    """Return the rows of a table, each as column → value (None, int, float, str, bool, date or datetime).

    Args:
        table: an Ibis table (it is executed), an Arrow table, a DataFrame (its index is left out) or rows.
    """
    return [dict(row) for row in read_rows(table)[1]]


def read_rows(table: Rows) -> tuple[tuple[str, ...], Sequence[Mapping[str, Any]]]:
    """Return the columns and the rows of a table; plain rows without any row have no column."""
    if isinstance(table, Sequence):
        return tuple(table[0]) if len(table) else (), table
    arrow = arrow_table(table)
    return tuple(arrow.column_names), arrow.to_pylist()


def arrow_table(table: Rows) -> pa.Table:
    """Return a table as an Arrow table; an Ibis table is executed, and an index of a DataFrame is left out."""
    import ibis.expr.operations as ops
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

    if isinstance(table, ir.Table):
        op = table.op()
        # rows that are in memory need no query
        return op.data.to_pyarrow(op.schema) if isinstance(op, ops.InMemoryTable) else table.to_pyarrow()
    if isinstance(table, pd.DataFrame):
        return pa.Table.from_pandas(table, preserve_index=False)
    return table if isinstance(table, pa.Table) else pa.Table.from_pylist(list(table))


def in_memory(table: ir.Table) -> ir.Table:
    """Return the rows of a table in memory, so that what is made of them reads no file and counts nothing again."""
    import ibis

    return ibis.memtable(arrow_table(table))


def only(table: Rows) -> dict[str, Any]:
    """Return the only row of a table.

    Raises:
        ValueError: the table has no row, or more than one.
    """
    records = rows(table)
    if len(records) != 1:
        raise ValueError(f"expected a table of one row, got {len(records)}")
    return records[0]
