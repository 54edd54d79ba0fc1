"""A column that is drawn, at the end of a table: a small line a row, or a bar against a limit.

What is drawn is in the record as numbers. It has no text of its own: what a reader must know stands in the
other columns, and a workbook leaves it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from ntanalytics.errors import UsageError
from ntanalytics.reports.blocks.sparkline import sparkline
from ntanalytics.reports.data import value_of

#: The width of a bar's whole scale and its height; the limit stands at two thirds.
WIDTH, HEIGHT, LIMIT = 150.0, 12, 100.0


@dataclass(frozen=True)
class Drawn:
    """A drawn column.

    Attributes:
        title: the words that head it.
        kind: ``line`` (each value is a row's numbers, oldest first, None for a gap) or ``bar`` (each value is a row's
            share of its limit: 1 is the limit; None draws nothing).
        values: one value a row.
    """

    title: str
    kind: Literal["line", "bar"]
    values: tuple[Any, ...]

    def body(self, rows: int, id: str) -> dict[str, Any]:
        """What the record keeps of it.

        Raises:
            UsageError: there are more or fewer values than rows.
        """
        if len(self.values) != rows:
            raise UsageError(f"{len(self.values)} drawings for {rows} rows", where=id)
        plain = [
            [value_of(each) for each in value] if self.kind == "line" else value_of(value) for value in self.values
        ]
        return {"title": self.title, "kind": self.kind, "values": plain}


def lines(title: str, values: Sequence[Sequence[float | None]]) -> Drawn:
    """A column of small lines: ``lines("近四周", [look.recent for look in looks])``."""
    return Drawn(title, "line", tuple(tuple(each) for each in values))


def bars(title: str, values: Sequence[float | None]) -> Drawn:
    """A column of bars, each a share of its limit: ``bars("4 小时时钟", [0.87])``."""
    return Drawn(title, "bar", tuple(values))


def inline_chart(drawn: Mapping[str, Any], row: int) -> Markup:
    """The drawing of one row, as inline SVG made of numbers only; nothing where it has no value."""
    value = drawn["values"][row]
    if drawn["kind"] == "line":
        return sparkline(value)
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


def bar_width(value: float) -> float:
    """How long the bar of a share is drawn; one far beyond the limit ends with the scale."""
    return round(min(max(value, 0.0) * LIMIT, WIDTH), 1)
