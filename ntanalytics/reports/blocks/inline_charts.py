"""A column of small drawings at the end of a table: a line a row, or a bar against a limit.

The record keeps the drawings as numbers. They carry no text: all that a reader must know stands in the other columns,
and a workbook leaves this column out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.reports.blocks.sparkline import marks_json, sparkline
from ntanalytics.reports.data import json_value

#: Width of a bar's scale and its height; the limit stands at two thirds.
WIDTH, HEIGHT, LIMIT = 150.0, 12, 100.0


@dataclass(frozen=True)
class InlineCharts:
    """A column of drawings.

    Attributes:
        title: the heading of the column.
        kind: ``line`` (each value is a row's numbers, oldest first, None for a gap) or ``bar`` (each value is a row's
            share of its limit: 1 is the limit; None draws nothing).
        values: one value a row.
        marks: of lines, the exceptions of each row: place → words; none of any row where it is empty.
    """

    title: str
    kind: Literal["line", "bar"]
    values: tuple[Any, ...]
    marks: tuple[Mapping[int, str], ...] = ()

    def body(self, rows: int, id: str) -> dict[str, Any]:
        """Return the column as the record keeps it.

        Raises:
            UsageError: there are more or fewer values than rows.
        """
        if len(self.values) != rows:
            raise UsageError(tr("{count} drawings for {rows} rows", count=len(self.values), rows=rows), where=id)
        values = [
            [json_value(number) for number in value] if self.kind == "line" else json_value(value)
            for value in self.values
        ]
        body = {"title": self.title, "kind": self.kind, "values": values}
        return body | ({"marks": [marks_json(row) for row in self.marks]} if any(self.marks) else {})


def inline_lines(
    title: str, values: Sequence[Sequence[Quantity]], marks: Sequence[Mapping[int, str]] = ()
) -> InlineCharts:
    """Return a column of sparklines, one sequence of figures a row; one that is not exact is a gap.

    Args:
        title: the heading.
        values: the figures of each row.
        marks: the exceptions of each row: place → words.
    """
    lines = tuple(tuple(figure.exact for figure in row) for row in values)
    return InlineCharts(title, "line", lines, tuple(marks))


def inline_bars(title: str, values: Sequence[Quantity], limit: float) -> InlineCharts:
    """Return a column of bars, each a share of a limit; one that is not exact is not drawn."""
    known = (figure.exact for figure in values)
    return InlineCharts(title, "bar", tuple(None if value is None else value / limit for value in known))


def inline_chart(column: Mapping[str, Any], row: int) -> Markup:
    """Return the drawing of one row of a recorded column as inline SVG; nothing where it has no value."""
    value = column["values"][row]
    if column["kind"] == "line":
        return sparkline(value, marks_of(column, row))
    if value is None:
        return Markup("")
    width = bar_width(value)
    late = " late" if value > 1 else ""
    size = f'width="{WIDTH:g}" height="{HEIGHT}" viewBox="0 0 {WIDTH:g} {HEIGHT}"'
    return Markup(  # noqa: S704 — numbers only
        f'<svg class="bar{late}" {size} aria-hidden="true"><rect class="scale" width="{WIDTH:g}" height="{HEIGHT}"/>'
        f'<rect class="spent" width="{width:g}" height="{HEIGHT}"/>'
        f'<line x1="{LIMIT:g}" x2="{LIMIT:g}" y1="0" y2="{HEIGHT}"/></svg>'
    )


def marks_of(column: Mapping[str, Any], row: int) -> Sequence[Mapping[str, Any]]:
    """Return the exceptions of one row of a recorded column of lines."""
    marks = column.get("marks")
    return marks[row] if marks else ()


def bar_width(value: float) -> float:
    """Return the length of a share's bar; one far beyond the limit ends with the scale."""
    return round(min(max(value, 0.0) * LIMIT, WIDTH), 1)
