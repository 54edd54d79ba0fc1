"""Tables: typed rows with labels, formats and an origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ntanalytics.findings.text import WordedFinding
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.quantity import UNKNOWN
from ntanalytics.metrics.rows import Rows
from ntanalytics.reports import data as tables
from ntanalytics.reports import findings_json
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.blocks.inline_charts import InlineCharts
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.record import NO_ROWS, Field


@dataclass(frozen=True, kw_only=True)
class Table(Block):
    """A table block.

    Attributes:
        fields: the columns, in order.
        rows: one mapping a row, as the record keeps it (reports/record.py).
        note: the remark below the title, or empty.
        inline_charts: a column of drawings after the others, or None.
        findings: the findings that the rows are made from; None where the rows are figures.
        unknown_checks: label of a subsystem → the number of its checks that are unknown; None of a table whose rows
            are not all that the report tells of its checks. With them the table makes the status line.
        empty: what is said in place of rows, where there are none; by default nothing where the note says it.
    """

    kind: ClassVar[str] = "table"

    fields: tuple[Field, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    note: str = ""
    inline_charts: InlineCharts | None = None
    findings: tuple[WordedFinding, ...] | None = None
    unknown_checks: Mapping[str, int] | None = None
    empty: str | None = None

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        body: dict[str, Any] = {"note": self.note}
        if not self.rows:
            body["empty"] = self.empty if self.empty is not None else "" if self.note else NO_ROWS
        if self.unknown_checks is not None:
            body["unknown_checks"] = [list(pair) for pair in self.unknown_checks.items()]
        if self.inline_charts is not None:
            body["drawn"] = self.inline_charts.body(len(self.rows), self.id)
        return body

    def data(self) -> dict[str, Any]:
        """See ``Block.data``."""
        return tables.data_resource(self.fields, self.rows)

    def findings_json(self) -> dict[str, Any] | None:
        """See ``Block.findings_json``."""
        return None if self.findings is None else findings_json.findings_json(self.findings, None, self.origin or {})

    def with_inline_charts(self, column: InlineCharts) -> Table:
        """Return the table with a column of drawings: one value a row, in the order of the rows."""
        return replace(self, inline_charts=column)


def table(
    rows: Rows | Figures,
    title: str,
    *,
    id: str,
    columns: Sequence[str] | None = None,
    sort: str = "",
    note: str = "",
    origin: Mapping[str, Any] | None = None,
) -> Table:
    """Return a table block. A bound is marked (``≥ 12``), an unknown figure is said to be unknown.

    Args:
        rows: figures, or plain rows without a measure: an Ibis table, a DataFrame, an Arrow table. Nulls stay null. A
            table without any column has no source, and says so.
        title: the heading.
        id: a slug, unique in the report.
        columns: the columns to show, in this order (default: all).
        sort: the column to sort by; a leading ``-`` sorts from large to small. Nulls come last.
        note: the remark below the title, before that on the gap.
        origin: metric, datasets, rows and as_of, where the figures do not tell their own.

    Raises:
        UnknownName: a column has no label in the contract or in a metric.
        UsageError: a column is not in the rows, or plain rows have a measure.
    """
    shown = tables.as_figures(rows, id)
    if not shown.columns:  # no source: not even the columns are known
        return without_source(title, id=id)
    names = tables.select_columns(shown.columns, columns, id)
    items: Sequence[FigureRow] = shown
    if sort:
        (by,) = tables.select_columns(shown.columns, [sort.removeprefix("-")], id)
        items = _sorted(shown, by, descending=sort.startswith("-"))
    datasets = shown.datasets
    fields = tuple(tables.make_field(name, (row[name] for row in items), datasets, shown.against) for name in names)
    return Table(
        id,
        title,
        fields=fields,
        rows=_recorded_rows(items, fields, datasets),
        note=note + shown.note,
        origin=tables.block_origin(origin, shown),
        empty=no_rows(shown.is_complete) if shown.is_known else UNKNOWN,
    )


def without_source(title: str, *, id: str) -> Table:
    """Return the table of what no source feeds: it says so in one line, and has no columns.

    Args:
        title: the heading.
        id: a slug, unique in the report.
    """
    return Table(id, title, note=tables.NO_SOURCE)


def _recorded_rows(
    items: Sequence[FigureRow], fields: Sequence[Field], datasets: tuple[str, ...]
) -> tuple[Mapping[str, Any], ...]:
    labels = {field.name: column_labels(field.name, datasets).values for field in fields}
    return tuple(
        tables.recorded_row(
            {
                field.name: (
                    tables.json_value(row[field.name], labels[field.name], field.type),
                    row.certainty(field.name),
                )
                for field in fields
            }
        )
        for row in items
    )


def no_rows(is_complete: bool) -> str:
    """Return the words of an empty table: over a gap, that there is nothing in the data at hand."""
    return NO_ROWS if is_complete else "已有数据中无记录"


def _sorted(rows: Figures, by: str, *, descending: bool) -> list[FigureRow]:
    """Return the rows by one column, those without a value last."""
    known: list[FigureRow] = []
    unknown: list[FigureRow] = []
    for row in rows:
        (unknown if row[by] is None or row.certainty(by) == "unknown" else known).append(row)
    return [*sorted(known, key=lambda row: row[by], reverse=descending), *unknown]
