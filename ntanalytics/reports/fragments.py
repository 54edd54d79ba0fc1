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

from ntanalytics.reports import labels, truncation
from ntanalytics.reports.blocks.inline_charts import inline_chart
from ntanalytics.reports.blocks.sparkline import sparkline
from ntanalytics.reports.formats import LOCAL, display, is_numeric, parts, wide
from ntanalytics.reports.record import Record, Recorded

THEME = Path(__file__).with_name("theme")

#: How many rows of a table JupyterLab's preview shows; the record has them all.
PREVIEW_ROWS = 20


#: A text wider than so many Latin characters may wrap; a shorter one never does.
SHORT = 24


@dataclass(frozen=True)
class HtmlCell:
    """A cell: its text, its class (``num``, ``state watch``, ``long`` …), and its value where sorting needs one."""

    text: str
    style: str = ""
    sort: str = ""


def escaping(folder: Path) -> jinja2.Environment:
    """The templates of a folder; they escape everything, and a name that they do not know is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def templates() -> jinja2.Environment:
    """The templates of the theme."""
    environment = escaping(THEME)
    environment.globals.update(
        sparkline=sparkline,
        inline_chart=inline_chart,
        kpi_words=labels.kpi_words,
        origin_line=labels.origin_line,
        display=display,
        figure=figure_json,
        cells=cells,
        column_style=column_style,
        columns=columns,
    )
    return environment


@dataclass(frozen=True)
class RecordPart:
    """How much of a block's data is shown, and what is said of the rest; each of the words may be empty."""

    rows: int
    fold: str = ""
    paper: str = ""
    cut: str = ""


def fragment(block: Recorded, zone: ZoneInfo = LOCAL, part: RecordPart | None = None) -> Markup:
    """A block as HTML.

    Args:
        block: any block but the head.
        zone: in which instants are shown.
        part: how much of its data is shown (default: all).
    """
    macros = templates().get_template("blocks.html.j2").make_module({"zone": zone})
    part = part or RecordPart(len(block.rows))
    return Markup(getattr(macros, block.kind)(block, zone, part))  # noqa: S704 — the template has escaped it


def part_of(block: Recorded, rows: int) -> RecordPart:
    """The part of a block's data that the page shows when it carries so many rows."""
    count = truncation.folded(block, rows)
    fold = truncation.fold_words(count, block.kind) if count else ""
    return RecordPart(rows, fold, truncation.paper_words(block, rows), truncation.cut_words(block, rows))


def preview(block: Recorded) -> str:
    """A block as JupyterLab shows it."""
    if block.kind == "head":
        period = block.body["period"]["label"]
        return str(Markup("<h1>{}</h1><p>{}</p>").format(block.title, period))
    if block.kind == "chart":  # JupyterLab draws the figure itself
        return str(Markup("<h3>{}</h3>").format(block.title))
    total = len(block.rows)
    cut = f"预览前 {PREVIEW_ROWS} 行，共 {total:,} 行" if total > PREVIEW_ROWS else ""
    return str(fragment(block, part=RecordPart(min(total, PREVIEW_ROWS), cut=cut)))


def columns(block: Recorded) -> list[tuple[str, str, str]]:
    """The head of each column of a block's data, its unit, and its class."""
    # A board's values are numbers of one format or another, each by its row.
    return [
        (*labels.column_title(each), "num" if each.type == "number" else column_style(each.format))
        for each in block.fields
    ]


def column_style(format: str) -> str:
    """The class of a column: ``num`` for numbers, ``time`` for days and instants, which never break."""
    if is_numeric(format):
        return "num"
    return "time" if parts(format)[0] in ("date", "month", "datetime") else ""


def cells(block: Recorded, zone: ZoneInfo, rows: int) -> list[list[HtmlCell]]:
    """The cells of the first rows of a block's data, row by row."""
    return [[_cell(block, row, field, zone) for field in block.fields] for row in block.rows[:rows]]


def _cell(block: Recorded, row: Any, field: Any, zone: ZoneInfo) -> HtmlCell:
    value, form = row[field.name], labels.cell_format(block, row, field)
    text = labels.cell(block, row, field, zone)
    if parts(form)[0] == "state":
        order = list(labels.STATE_ORDER)
        return HtmlCell(
            text, f"state {value}" if value in order else "", str(order.index(value)) if value in order else ""
        )
    style = column_style(form)
    if style == "num" and isinstance(value, (int, float)) and not _is_exact(value, form):
        # Six digits tell apart what a reader can tell apart, and keep the page small.
        return HtmlCell(text, style, f"{value:.6g}" if isinstance(value, float) else str(value))
    return HtmlCell(text, style if style or wide(text) <= SHORT else "long")


def _is_exact(value: float, form: str) -> bool:
    """Whether a number is written with all its digits, so that what is written can be sorted by."""
    return isinstance(value, int) and parts(form)[0] in ("integer", "number", "ms")


def figure_json(block: Recorded) -> Markup:
    """A chart's figure as JSON that may stand in a script element: no ``<`` in it can end the element."""
    text = json.dumps(block.figure, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 — made safe above


def page(record: Record, **context: Any) -> str:
    """The whole page of a record; ``context`` is what the exporter adds (style, scripts, contents)."""
    rows = truncation.rows_shown(record.blocks)
    shown = {block.id: fragment(block, record.zone, part_of(block, rows.get(block.id, 0))) for block in record.blocks}
    return templates().get_template("page.html.j2").render(record=record, fragments=shown, **context)
