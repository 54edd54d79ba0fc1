"""Filters of an explorer's selection on the rows of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir

from ntanalytics.workspace import Report


def filter_rows(report: Report, table: ir.Table, filters: Mapping[str, Sequence[str]]) -> ir.Table:
    """Return the rows with the selected values, with units by their names in the identity system.

    Args:
        report: the report, for the names of units.
        table: the rows.
        filters: column → selected values; empty for all.
    """
    rows = report.units().resolve(table)
    for column, values in filters.items():
        rows = rows.filter(rows[column].isin(values)) if values else rows
    return rows
