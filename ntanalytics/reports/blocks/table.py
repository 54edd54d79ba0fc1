"""Tables: typed rows with words, formats and an origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ntanalytics.findings.text import WordedFinding
from ntanalytics.reports import data as tables
from ntanalytics.reports import findings_json
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.blocks.inline_charts import Drawn
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.record import Field

#: The column of a table that no source feeds.
_NOTHING = Field("nothing", "string", "数据")


@dataclass(frozen=True)
class Table(Block):
    """A table block.

    Attributes:
        fields: its columns, in order.
        rows: one mapping a row, plain JSON values.
        note: said below the title, or empty.
        drawn: a drawn column after the others, or None.
        is_half: whether it takes half the width, so that it stands beside the block after it.
        findings: the findings that its rows tell of; None where they are figures.
    """

    kind: ClassVar[str] = "table"

    fields: tuple[Field, ...] = field(default=(), kw_only=True)
    rows: tuple[Mapping[str, Any], ...] = field(default=(), kw_only=True)
    note: str = field(default="", kw_only=True)
    drawn: Drawn | None = field(default=None, kw_only=True)
    is_half: bool = field(default=False, kw_only=True)
    findings: tuple[WordedFinding, ...] | None = field(default=None, kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        body: dict[str, Any] = {"note": self.note}
        if self.drawn is not None:
            body["drawn"] = self.drawn.body(len(self.rows), self.id)
        return {**body, "is_half": True} if self.is_half else body

    def data(self) -> dict[str, Any]:
        """See ``Block.data``."""
        return tables.resource(self.fields, self.rows)

    def found(self) -> dict[str, Any] | None:
        """See ``Block.found``."""
        return None if self.findings is None else findings_json.findings_json(self.findings, None, self.origin or {})


def table(
    rows: tables.Rows,
    title: str,
    *,
    id: str,
    columns: Sequence[str] | None = None,
    sort: str = "",
    note: str = "",
    drawn: Drawn | None = None,
    is_half: bool = False,
    origin: Mapping[str, Any] | None = None,
) -> Table:
    """A table block from an Ibis table, a DataFrame or an Arrow table.

    Args:
        rows: the rows; nulls stay null. A table without any column is one that no source feeds, and says so.
        title: what the table shows.
        id: a slug, unique in the report.
        columns: the columns to show, in this order (default: all).
        sort: the column to sort by; a leading ``-`` sorts from large to small. Nulls come last.
        note: said below the title.
        drawn: a drawn column (``lines``, ``bars``) after the others, a value a row in the order of ``rows``; a table
            that has one is not sorted.
        is_half: half the width, beside the block that follows.
        origin: metric, datasets, rows and as_of.

    Raises:
        UnknownName: a column has no words in the contract or in a metric.
        UsageError: a column that is not in the rows, or another number of drawings than of rows.
    """
    names, read = tables.read(rows)
    if not names:  # no source feeds it: not even the columns are known
        return Table(id, title, fields=(_NOTHING,), rows=(), note=note or "没有数据源，未能统计。", is_half=is_half)
    shown = tables.chosen(names, columns, id)
    if sort:
        (by,) = tables.chosen(names, [sort.removeprefix("-")], id)
        known = [row for row in read if row[by] is not None]
        known.sort(key=lambda row: row[by], reverse=sort.startswith("-"))
        read = known + [row for row in read if row[by] is None]
    fields = tuple(tables.field_of(name, (row[name] for row in read)) for name in shown)
    values = {name: column_labels(name).values for name in shown}
    made = tuple(
        {each.name: tables.value_of(row[each.name], values[each.name], each.type) for each in fields} for row in read
    )
    return Table(id, title, fields=fields, rows=made, note=note, drawn=drawn, is_half=is_half, origin=origin)
