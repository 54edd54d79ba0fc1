"""Display of an explorer's rows: titles, columns, leading groups, and the code that makes the rows again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.periods import Period
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.workspace import Report

#: Most bars of a comparison and most lines of a trend; the table has all rows.
MOST_BARS, MOST_LINES = 20, 6


def title_of(measure: str, by: Sequence[str], period: Period) -> str:
    """Return the Chinese title of a view: ``活跃率（按单位），2026年第47周（11月16日—22日）``."""
    groups = f"（按{'、'.join(column_labels(name).label for name in by)}）" if by else ""
    return f"{column_labels(measure).label}{groups}，{period.label}"


def comparison_columns(measure: str, rows: ir.Table) -> list[str]:
    """Return the measure, its value in the previous period and its change, as far as the rows have them."""
    names = (f"{measure}_before", f"{measure}_change", f"{measure}_change_rate")
    return [measure, *(name for name in names if name in rows.columns)]


def top_rows(rows: ir.Table, measure: str) -> ir.Table:
    """Return the rows with the largest values of a measure, as many as a chart can show, and none with null."""
    return rows.filter(rows[measure].notnull()).order_by(ibis.desc(measure)).limit(MOST_BARS)


def first_rows(rows: ir.Table, measure: str) -> ir.Table:
    """Return the first rows with a value, in their order, as many as a chart can show."""
    return ibis.memtable(rows.filter(rows[measure].notnull()).to_pyarrow().slice(0, MOST_BARS))


def rows_of_top_groups(rows: ir.Table, ranking: ir.Table, by: Sequence[str]) -> ir.Table:
    """Return the rows of the first groups of a ranking, as many as a chart can show; all rows without groups."""
    if not by:
        return rows
    names = [name for name in ranking.to_pyarrow()[by[0]].to_pylist() if name is not None]
    return rows.filter(rows[by[0]].isin(names[:MOST_LINES]))


def code_for(source: str, report: Report, filters: Mapping[str, tuple[str, ...]], call: str) -> str:
    """Return Python that makes a view's rows without an explorer.

    Args:
        source: the class that has the data: ``AdoptionData`` or ``SmsData``.
        report: the period.
        filters: column → values to which it is limited.
        call: the call of a method that makes the rows.
    """
    arguments = "".join(f", {column}={list(values)!r}" for column, values in filters.items() if values)
    return (
        f"from ntanalytics.explore import {source}\n"
        "from ntanalytics.workspace import open_report\n\n"
        f'data = {source}(open_report("explore", "{report.period.text}"){arguments})\n'
        f"data.{call}"
    )
