"""How explorers show what they found: titles, columns, what leads, and the code that finds it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.periods import Period
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.workspace import Report

#: How many bars a ranking draws, and how many lines a trend: the table has all.
MOST_BARS, MOST_LINES = 20, 6


def title_of(measure: str, by: Sequence[str], period: Period) -> str:
    """What a view shows, in words: ``活跃率（按单位），2026年第47周（11月16日—22日）``."""
    grouped = f"（按{'、'.join(column_labels(name).label for name in by)}）" if by else ""
    return f"{column_labels(measure).label}{grouped}，{period.label}"


def compared_columns(measure: str, rows: ir.Table) -> list[str]:
    """The measure, and its figure before and its change where the rows have them."""
    derived = (f"{measure}_before", f"{measure}_change", f"{measure}_change_rate")
    return [measure, *(name for name in derived if name in rows.columns)]


def leading(rows: ir.Table, measure: str) -> ir.Table:
    """The rows with the largest figures, as many as bars can be read; what has none is left out."""
    return rows.filter(rows[measure].notnull()).order_by(ibis.desc(measure)).limit(MOST_BARS)


def led(rows: ir.Table, ranked: ir.Table, by: Sequence[str]) -> ir.Table:
    """The rows of the groups that lead a ranking, as many as lines can be told apart; all rows where none is named."""
    if not by:
        return rows
    names = [name for name in ranked.to_pyarrow()[by[0]].to_pylist() if name is not None]
    return rows.filter(rows[by[0]].isin(names[:MOST_LINES]))


def recipe(source: str, report: Report, only: Mapping[str, tuple[str, ...]], asked: str) -> str:
    """Python that makes a view's rows without an explorer.

    Args:
        source: the class that has the data: ``Adopted`` or ``Messages``.
        report: the period.
        only: column → values to which it is narrowed.
        asked: the call that makes the rows.
    """
    narrowed = "".join(f", {column}={list(values)!r}" for column, values in only.items() if values)
    return (
        f"from ntanalytics.explore import {source}\n"
        "from ntanalytics.workspace import open_report\n\n"
        f'data = {source}(open_report("explore", "{report.period.text}"){narrowed})\n'
        f"data.{asked}"
    )
