"""A recorded block as a fragment of HTML: the same for the issued page and for JupyterLab's preview.

Every text is escaped by the template; nothing here marks a text from the record as safe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from ntanalytics.findings.threshold import ORDER
from ntanalytics.findings.week_strip import strip_words
from ntanalytics.metrics.number_format import parse_format
from ntanalytics.reports import labels, palette, truncation
from ntanalytics.reports.blocks.inline_charts import inline_chart, marks_of
from ntanalytics.reports.blocks.sparkline import sparkline, words_of
from ntanalytics.reports.formats import LOCAL_ZONE, display_width, is_numeric
from ntanalytics.reports.record import DETAIL, STRIP, Field, Record, RecordedBlock, certainty_of

THEME = Path(__file__).with_name("theme")

#: Rows of a table in JupyterLab's preview; the record has them all.
PREVIEW_ROWS = 20

#: Width of a text, in Latin characters, beyond which it may wrap.
LONGEST_UNBROKEN = 24


@dataclass(frozen=True)
class HtmlCell:
    """A cell of the page.

    Attributes:
        text: its text.
        style: its class (``num``, ``state warning``, ``long`` …).
        sort: a value to sort by, where the text is none.
        detail: the block that it leads to; empty if to none.
        label: its words, where the text is made of marks.
    """

    text: str
    style: str = ""
    sort: str = ""
    detail: str = ""
    label: str = ""


def template_environment(folder: Path) -> jinja2.Environment:
    """Return the templates of a folder; they escape everything, and an unknown name in them is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def templates() -> jinja2.Environment:
    """Return the templates of the theme."""
    environment = template_environment(THEME)
    environment.globals.update(
        sparkline=sparkline,
        inline_chart=inline_chart,
        marks_of=marks_of,
        words_of=words_of,
        kpi_texts=labels.kpi_texts,
        origin_line=labels.origin_line,
        figure=figure_json,
        cells=html_cells,
        columns=column_headings,
        is_without_source=is_without_source,
    )
    return environment


@cache
def stylesheet() -> str:
    """Return the style of the page, with the colours of the palette in place of its first empty ``:root``."""
    text = (THEME / "report.css").read_text(encoding="utf-8")
    return text.replace(":root {}", palette.css_variables(), 1)


@dataclass(frozen=True)
class VisiblePart:
    """The rows of a block's data that are shown, and the notes on the rest; each note may be empty."""

    rows: int
    fold: str = ""
    paper: str = ""
    cut: str = ""


def fragment(block: RecordedBlock, zone: ZoneInfo = LOCAL_ZONE, part: VisiblePart | None = None) -> Markup:
    """Return a block as HTML.

    Args:
        block: any block but the head.
        zone: the zone in which instants are shown.
        part: the rows that are shown (default: all).
    """
    macros = templates().get_template("blocks.html.j2").make_module({"zone": zone})
    part = part or VisiblePart(len(block.rows))
    return Markup(getattr(macros, block.kind)(block, zone, part))  # noqa: S704 — the template has escaped it


def visible_part(block: RecordedBlock, rows: int) -> VisiblePart:
    """Return the part of a block's data on a page that carries so many of its rows."""
    fold = truncation.fold_label(block, rows)
    return VisiblePart(rows, fold, truncation.print_note(block, rows), truncation.cut_note(block, rows))


def preview(block: RecordedBlock) -> str:
    """Return a block as JupyterLab shows it."""
    if block.kind == "head":
        period = block.body["period"]["label"]
        return str(Markup("<h1>{}</h1><p>{}</p>").format(block.title, period))
    if block.figure is not None:  # JupyterLab draws the figure itself
        return str(Markup("<h3>{}</h3>").format(block.title))
    total = len(block.rows)
    cut = f"预览前 {PREVIEW_ROWS} 行，共 {total:,} 行" if total > PREVIEW_ROWS else ""
    return str(fragment(block, part=VisiblePart(min(total, PREVIEW_ROWS), cut=cut)))


def is_without_source(block: RecordedBlock) -> bool:
    """Return whether a block is a table or a chart that no source feeds: it takes one line on the page."""
    if block.kind == "chart":
        return not block.fields
    # a former record has one column without rows
    return block.kind == "table" and {field.name for field in block.fields} <= {"nothing"}


def column_headings(block: RecordedBlock) -> list[tuple[str, str, str]]:
    """Return the heading of each column of a block's data, its unit, and its class."""
    # A board's values are numbers of several formats, one a row.
    return [
        (*labels.column_title(field), "num" if field.type == "number" else column_style(field.format))
        for field in block.fields
    ]


def column_style(form: str) -> str:
    """Return the class of a column: ``num`` for numbers, ``time`` for days and instants, which never break."""
    if is_numeric(form):
        return "num"
    return "time" if parse_format(form).kind in ("date", "month", "datetime") else ""


def html_cells(block: RecordedBlock, zone: ZoneInfo, rows: int) -> list[list[HtmlCell]]:
    """Return the cells of the first rows of a block's data, row by row."""
    linked = block.linked
    cells = []
    for row in block.rows[:rows]:
        own = [_html_cell(block, row, field, zone) for field in block.fields]
        if detail := row.get(DETAIL):
            place = next(place for place, field in enumerate(block.fields) if field.name == linked)
            own[place] = replace(own[place], detail=str(detail))
        cells.append(own)
    return cells


def _html_cell(block: RecordedBlock, row: Mapping[str, Any], field: Field, zone: ZoneInfo) -> HtmlCell:
    value, form = row[field.name], labels.cell_format(block, row, field)
    text = labels.cell_text(block, row, field, zone)
    if parse_format(form).kind == "state":
        if value not in ORDER:
            return HtmlCell(text)
        return HtmlCell(text, f"state {value}", str(ORDER.index(value)))
    if field.name == STRIP and block.kind == "board":
        return HtmlCell(text, "strip-cell", label=strip_words(text))
    style = column_style(form)
    is_marked = certainty_of(row, field.name) != "exact"
    if style == "num" and isinstance(value, (int, float)) and (is_marked or not _is_exact(value, form)):
        # Six digits tell apart all that a reader can tell apart, and keep the page small.
        return HtmlCell(text, style, f"{value:.6g}" if isinstance(value, float) else str(value))
    return HtmlCell(text, style if style or display_width(text) <= LONGEST_UNBROKEN else "long")


def _is_exact(value: float, form: str) -> bool:
    """Return whether a number is written with all its digits, so that its text can be sorted by."""
    return isinstance(value, int) and parse_format(form).kind in ("integer", "number", "ms")


def figure_json(block: RecordedBlock) -> Markup:
    """Return a chart's figure as JSON that may stand in a script element: no ``<`` in it can end the element."""
    text = json.dumps(block.figure, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 — made safe above


def render_page(record: Record, **context: Any) -> str:
    """Return the whole page of a record; ``context`` is what the exporter adds (style, scripts, contents)."""
    rows = truncation.rows_on_page(record.blocks)
    rendered = {
        block.id: fragment(block, record.zone, visible_part(block, rows.get(block.id, 0))) for block in record.blocks
    }
    return templates().get_template("page.html.j2").render(record=record, fragments=rendered, **context)
