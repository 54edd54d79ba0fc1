"""Tables of the OFD file: thin rules, the heading repeated on each page, no row cut unless it is higher than a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ntanalytics.reports.exporters.column_widths import LINE, SMALL_LINE, column_widths, fit_widths
from ntanalytics.reports.exporters.ofd import styles
from ntanalytics.reports.exporters.ofd.elements import NOTHING, Binding, Element, Text, polyline, widths
from ntanalytics.reports.exporters.ofd.flow import PageFlow, baseline_in_line
from ntanalytics.reports.exporters.ofd.line_breaking import break_lines
from ntanalytics.reports.exporters.ofd.styles import POINT, TextStyle

_PADDING = 1.0  #: left and right in a cell
_ABOVE = 0.5  #: above and below the lines of a cell
_BEFORE, _AFTER = 1.0, 2.0  #: above and below the table
_RULE_WIDTH = 0.18


@dataclass(frozen=True)
class Cell:
    """A cell: its text, which may be empty, and what it is in the record."""

    text: str
    binding: Binding = NOTHING


@dataclass(frozen=True)
class _Column:
    left: float
    width: float
    is_right: bool


#: The lines of each cell of a row.
_Row = list[list[str]]


def write_table(
    flow: PageFlow, headings: Sequence[Cell], rows: Sequence[Sequence[Cell]], is_number: Sequence[bool]
) -> None:
    """Write a table at the cursor.

    Args:
        flow: the document.
        headings: the heading of each column.
        rows: the cells.
        is_number: for each column, whether it is right-aligned.
    """
    texts = [[cell.text for cell in row] for row in (headings, *rows)]
    wanted, least = column_widths(texts[0], texts[1:], is_number)
    is_small = sum(wanted) > LINE
    style, head_style = (styles.SMALL_CELL, styles.SMALL_HEADING) if is_small else (styles.CELL, styles.CELL_HEADING)
    columns, left = [], styles.LEFT
    for share, is_right in zip(fit_widths(wanted, least, SMALL_LINE if is_small else LINE), is_number, strict=True):
        columns.append(_Column(left, styles.WIDTH * share, is_right))
        left += styles.WIDTH * share
    heading = _lines(headings, columns, head_style)
    body = [_lines(row, columns, style) for row in rows]
    head_height = _height(heading, head_style)
    flow.top += 0 if flow.is_at_top else _BEFORE
    flow.need(head_height + (_height(body[0], style) if body else 0))
    _write_row(flow, flow.page.body, (heading, headings), columns, head_style)
    room = int((styles.HEIGHT - head_height - 2 * _ABOVE) / (style.line * POINT))
    for cells, lines in zip(rows, body, strict=True):
        for part in _parts(lines, room):
            if flow.top + _height(part, style) > styles.BOTTOM:
                flow.need(styles.HEIGHT)
                _write_row(flow, flow.page.furniture, (heading, headings), columns, head_style)
            _write_row(flow, flow.page.body, (part, cells), columns, style)
    flow.top += _AFTER


def _lines(cells: Sequence[Cell], columns: Sequence[_Column], style: TextStyle) -> _Row:
    row = []
    for cell, column in zip(cells, columns, strict=True):
        advances = widths(cell.text, style.face, style.size)
        parts = break_lines(cell.text, advances, column.width - 2 * _PADDING)
        row.append([cell.text[start:end] for start, end in parts])
    return row


def _height(lines: _Row, style: TextStyle) -> float:
    return max([1, *map(len, lines)]) * style.line * POINT + 2 * _ABOVE


def _parts(lines: _Row, room: int) -> list[_Row]:
    """Return a row in parts that each fit on a page; nearly always it is one."""
    most = max([1, *map(len, lines)])
    return [[cell[start : start + room] for cell in lines] for start in range(0, most, room)]


def _write_row(
    flow: PageFlow,
    elements: list[Element],
    row: tuple[_Row, Sequence[Cell]],
    columns: Sequence[_Column],
    style: TextStyle,
) -> None:
    """Write a row with the rule above it and below it; the rule between two rows is one."""
    height = _height(row[0], style)
    if elements is flow.page.furniture or style.face is styles.CELL_HEADING.face:
        elements.append(_rule(flow.top))
    for lines, cell, column in zip(*row, columns, strict=True):
        for index, line in enumerate(lines):
            width = sum(widths(line.rstrip(" "), style.face, style.size))
            left = column.left + (column.width - _PADDING - width if column.is_right else _PADDING)
            baseline = flow.top + _ABOVE + index * style.line * POINT + baseline_in_line(style)
            elements.append(
                Text(text=line, x=left, baseline=baseline, face=style.face, size=style.size, binding=cell.binding)
            )
    flow.top += height
    elements.append(_rule(flow.top))


def _rule(top: float) -> Element:
    return polyline([(styles.LEFT, top), (styles.RIGHT, top)], stroke=styles.RULE, line=_RULE_WIDTH)
