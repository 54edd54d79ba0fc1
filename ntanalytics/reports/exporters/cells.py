"""A cell of a workbook: a typed value, its number format, and its style."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import date
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from ntanalytics.metrics.number_format import parse_format
from ntanalytics.metrics.quantity import UNKNOWN
from ntanalytics.reports import palette
from ntanalytics.reports.data import clean_text
from ntanalytics.reports.formats import (
    STATUS_TEXTS,
    UNITS,
    display,
    display_width,
    excel_format,
    excel_value,
    local_time,
)
from ntanalytics.reports.record import Field, certainty_of

INK, SOFT, BLUE = map(palette.office_color, (palette.INK, palette.SOFT, palette.BLUE))
STATUS_COLORS = {status: palette.office_color(color) for status, color in palette.STATUS_COLORS.items()}
#: Truth values in words.
TRUTH = {True: "是", False: "否"}
WIDEST = 60  #: the width of the widest column; longer texts wrap

_FACE = "微软雅黑"
_RULE = Border(bottom=Side(style="thin", color=INK))
_FILL = PatternFill("solid", fgColor="F5F7FA")

#: The named styles of a workbook by size, weight and colour: a user changes a style, and all its cells follow.
_STYLES = {
    (16, True, BLUE): "报表标题",
    (13, True, BLUE): "工作表标题",
    (10, False, INK): "报表正文",
    (10, False, SOFT): "报表说明",
    (10, False, BLUE): "报表链接",
    **{(10, True, STATUS_COLORS[status]): f"状态{text.partition(' ')[2]}" for status, text in STATUS_TEXTS.items()},
}
_HEADING = "报表表头"

#: Workbook → style of a cell → openpyxl's own form of it: finding a style takes as long as writing the cell.
_KNOWN: WeakKeyDictionary[Any, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()


def name_styles(book: Any) -> None:
    """Add the named styles to a workbook, before its first cell is made."""
    for (size, bold, color), name in _STYLES.items():
        font = Font(name=_FACE, size=size, bold=bold, color=color)
        book.add_named_style(NamedStyle(name, font=font, alignment=Alignment(vertical="center")))
    font = Font(name=_FACE, size=10, bold=True, color=SOFT)
    book.add_named_style(NamedStyle(_HEADING, font=font, border=_RULE, fill=_FILL))


class SheetCell(NamedTuple):
    """A typed value, its number format, and its style."""

    value: Any
    format: str = "@"
    color: str = INK
    bold: bool = False
    size: int = 10


def typed_cell(row: Mapping[str, Any], field: Field, form: str, zone: ZoneInfo, *, has_unit: bool = False) -> SheetCell:
    """Return a value of the record as a cell: numbers, durations, days and local instants by their type, else text.

    A bound is a number with its mark in the format; what is unknown is said to be.
    """
    kind, value, certainty = parse_format(form).kind, row[field.name], certainty_of(row, field.name)
    if certainty == "unknown":
        return SheetCell(UNKNOWN)
    if value is None:
        return SheetCell(None, excel_format(form, has_unit))
    if kind == "state":
        return SheetCell(display(value, form), "@", STATUS_COLORS.get(value, INK), bold=value in STATUS_COLORS)
    if isinstance(value, bool):
        return SheetCell(TRUTH[value])
    if isinstance(value, (int, float)):
        return SheetCell(
            excel_value(value, form), excel_format(form, has_unit, certainty) if kind != "text" else "General"
        )
    if field.type in ("date", "datetime") and str(value) >= "1900-03-01":  # Excel's calendar is wrong before
        moment = local_time(value, zone) if kind == "datetime" else date.fromisoformat(str(value)[:10])
        return SheetCell(moment, excel_format(form))
    return SheetCell(clean_text(str(value)))


def column_heading(field: Field) -> str:
    """Return the heading of a column; a size, a plain number here, has its unit there."""
    unit = field.unit or UNITS.get(parse_format(field.format).kind, "")
    return f"{field.title}（{unit}）" if unit else field.title


def sheet_cell(
    sheet: Any, content: SheetCell, *, side: str | None = None, indent: int = 0, wraps: bool = False
) -> WriteOnlyCell:
    """Return a cell for a write-only sheet. A text is a text whatever it begins with: never a formula.

    Args:
        sheet: the sheet it is written to.
        content: its value and style.
        side: ``left`` or ``right``; None keeps the alignment of the value's type.
        indent: how far it stands from that side.
        wraps: a long text continues on a second line.
    """
    cell = WriteOnlyCell(sheet, None if content.value == "" else content.value)
    if isinstance(cell.value, str):
        cell.data_type = "s"
    known, style = _KNOWN.setdefault(sheet.parent, {}), (*content[1:], side, indent, wraps)
    if style not in known:
        cell.style = _STYLES[content.size, content.bold, content.color]
        cell.number_format = content.format
        if side is not None:
            cell.alignment = Alignment(horizontal=side, vertical="center", indent=indent, wrap_text=wraps)
        known[style] = cell._style  # noqa: SLF001 - its one public form is its parts
    cell._style = copy(known[style])  # noqa: SLF001
    return cell


def table_cell(sheet: Any, content: SheetCell, column: int, is_numeric: bool) -> WriteOnlyCell:
    """Return a cell in a column of a table: numbers right, the rest left and, beside numbers, a little in.

    What is unknown among numbers stands where they stand.
    """
    if is_number(content.value):
        return sheet_cell(sheet, content)
    if is_numeric and content.value == UNKNOWN:
        return sheet_cell(sheet, content, side="right")
    room, value = WIDEST - 2, content.value
    wraps = isinstance(value, str) and 2 * len(value) > room and display_width(value) > room
    return sheet_cell(sheet, content, side="left", indent=min(column, 1), wraps=wraps)


def heading_cell(sheet: Any, text: str, column: int, is_numeric: bool) -> WriteOnlyCell:
    """Return the heading of a column, aligned as its cells are."""
    cell = sheet_cell(sheet, SheetCell(clean_text(text)))
    side, indent = ("right", 0) if is_numeric else ("left", min(column, 1))
    known, style = _KNOWN[sheet.parent], (_HEADING, side, indent)
    if style not in known:
        cell.style = _HEADING
        cell.number_format = "@"
        cell.alignment = Alignment(horizontal=side, vertical="center", indent=indent, wrap_text=True)
        known[style] = cell._style  # noqa: SLF001
    cell._style = copy(known[style])  # noqa: SLF001
    return cell


def is_number(value: Any) -> bool:
    """Return whether a value is right-aligned: a number, and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
