"""A recorded block as a fragment of HTML: the same for the issued page and for JupyterLab's preview.

Every text is escaped by the template; nothing here marks a text from the record as safe.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from ntanalytics.reports import wording
from ntanalytics.reports.formats import LOCAL, display, is_numeric, parts
from ntanalytics.reports.record import Record, Recorded
from ntanalytics.reports.sparkline import sparkline

THEME = Path(__file__).with_name("theme")

#: How many rows of a table JupyterLab's preview shows; the record has them all.
PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its class (``num``, ``state watch``, …), and its value where sorting needs one."""

    text: str
    style: str = ""
    sort: str = ""


@cache
def templates() -> jinja2.Environment:
    """The templates of the theme; they escape everything."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(THEME),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        sparkline=sparkline,
        kpi_words=wording.kpi_words,
        origin_line=wording.origin_line,
        display=display,
        figure=figure_json,
        column_title=wording.column_title,
        cells=cells,
        column_style=column_style,
        columns=columns,
    )
    return environment


def fragment(block: Recorded, zone: ZoneInfo = LOCAL, rows: int | None = None) -> Markup:
    """A block as HTML.

    Args:
        block: any block but the head.
        zone: in which instants are shown.
        rows: show only so many rows of its data (for a preview).
    """
    macros = templates().get_template("blocks.html.j2").make_module({"zone": zone})
    return Markup(getattr(macros, block.kind)(block, zone, rows))  # noqa: S704 — the template has escaped it


def preview(block: Recorded) -> str:
    """A block as JupyterLab shows it."""
    if block.kind == "head":
        period = block.body["period"]["label"]
        return str(Markup("<h1>{}</h1><p>{}</p>").format(block.title, period))
    if block.kind == "chart":  # JupyterLab draws the figure itself
        return str(Markup("<h3>{}</h3>").format(block.title))
    return str(fragment(block, rows=PREVIEW_ROWS))


def columns(block: Recorded) -> list[tuple[str, str]]:
    """The head of each column of a block's data, and its class."""
    # A board's values are numbers of one format or another, each by its row.
    return [
        (wording.column_title(each), "num" if each.type == "number" else column_style(each.format))
        for each in block.fields
    ]


def column_style(format: str) -> str:
    """The class of a column: ``num`` for numbers, ``time`` for days and instants, which never break."""
    if is_numeric(format):
        return "num"
    return "time" if parts(format)[0] in ("date", "month", "datetime") else ""


def cells(block: Recorded, zone: ZoneInfo, rows: int | None = None) -> list[list[Cell]]:
    """The cells of a block's data, row by row."""
    return [[_cell(block, row, field, zone) for field in block.fields] for row in block.rows[:rows]]


def _cell(block: Recorded, row: Any, field: Any, zone: ZoneInfo) -> Cell:
    value, form = row[field.name], wording.cell_format(block, row, field)
    text = display(value, form, zone=zone)
    if parts(form)[0] == "state":
        order = list(wording.STATE_ORDER)
        return Cell(text, f"state {value}" if value in order else "", str(order.index(value)) if value in order else "")
    style = column_style(form)
    if style == "num" and value is not None and str(value) != text:
        return Cell(text, style, str(value))
    return Cell(text, style)


def figure_json(block: Recorded) -> Markup:
    """A chart's figure as JSON that may stand in a script element: no ``<`` in it can end the element."""
    text = json.dumps(block.figure, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 — made safe above


def page(record: Record, **context: Any) -> str:
    """The whole page of a record; ``context`` is what the exporter adds (style, scripts, contents)."""
    return (
        templates().get_template("page.html.j2").render(record=record, zone=record.zone, fragment=fragment, **context)
    )
