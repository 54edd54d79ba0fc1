"""A cell of a workbook: a typed value, its number format, and how it looks."""

from __future__ import annotations

from copy import copy
from datetime import date
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from ntanalytics.reports.data import clean
from ntanalytics.reports.formats import UNITS, display, excel_format, local, parts, wide
from ntanalytics.reports.record import Field

INK, SOFT, BLUE = "1F2933", "5F6C7B", "1F4E8C"
STATE_COLORS = {"critical": "B3261E", "warning": "9A6200", "unknown": SOFT, "ok": "2A7F62"}
WIDEST = 60  #: the width of the widest column; longer texts wrap

_FACE = "微软雅黑"
_RULE = Border(bottom=Side(style="thin", color=INK))
_FILL = PatternFill("solid", fgColor="F5F7FA")


#: The named styles of a workbook by size, weight and colour: one changes a style, and all its cells follow.
_STYLES = {
    (16, True, BLUE): "报表标题",
    (13, True, BLUE): "工作表标题",
    (10, False, INK): "报表正文",
    (10, False, SOFT): "报表说明",
    (10, False, BLUE): "报表链接",
    (10, True, STATE_COLORS["critical"]): "状态异常",
    (10, True, STATE_COLORS["warning"]): "状态关注",
    (10, True, STATE_COLORS["unknown"]): "状态未知",
    (10, True, STATE_COLORS["ok"]): "状态正常",
}
_HEAD = "报表表头"

#: Workbook → look of a cell → its style there: openpyxl takes as long to find each of a cell's parts as to write it.
_KNOWN: WeakKeyDictionary[Any, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()


def name_styles(book: Any) -> None:
    """Add the named styles to a workbook, before its first cell is made."""
    for (size, bold, color), name in _STYLES.items():
        font = Font(name=_FACE, size=size, bold=bold, color=color)
        book.add_named_style(NamedStyle(name, font=font, alignment=Alignment(vertical="center")))
    font = Font(name=_FACE, size=10, bold=True, color=SOFT)
    book.add_named_style(NamedStyle(_HEAD, font=font, border=_RULE, fill=_FILL))


class SheetCell(NamedTuple):
    """A cell: a typed value, its number format, and how it looks."""

    value: Any
    format: str = "@"
    color: str = INK
    bold: bool = False
    size: int = 10


def typed(value: Any, field: Field, format: str, zone: ZoneInfo, *, is_alone: bool = False) -> SheetCell:
    """A value of the record as a cell: numbers, days, local instants and booleans by their type, else text."""
    kind = parts(format)[0]
    if value is None:
        return SheetCell(None, excel_format(format, is_alone))
    if kind == "state":
        return SheetCell(display(value, format), "@", STATE_COLORS.get(value, INK), bold=value in STATE_COLORS)
    if isinstance(value, bool):
        return SheetCell(value, "General")
    if isinstance(value, (int, float)):
        return SheetCell(value, excel_format(format, is_alone) if kind != "text" else "General")
    if field.type in ("date", "datetime") and str(value) >= "1900-03-01":  # Excel's calendar is wrong before
        moment = local(value, zone) if kind == "datetime" else date.fromisoformat(str(value)[:10])
        return SheetCell(moment, excel_format(format))
    return SheetCell(clean(str(value)))


def header_of(field: Field) -> str:
    """The head of a column; a duration or a size, a plain number here, is given its unit."""
    unit = field.unit or UNITS.get(parts(field.format)[0], "")
    return f"{field.title}（{unit}）" if unit else field.title


def made(sheet: Any, each: SheetCell, *, indent: int | None = None, wraps: bool = False) -> WriteOnlyCell:
    """A cell for a write-only sheet. A text is a text whatever it begins with: never a formula.

    Args:
        sheet: where it will stand.
        each: what it holds.
        indent: where it stands left, how far in; None for where its kind stands by itself.
        wraps: whether a long text goes on in a second line.
    """
    cell = WriteOnlyCell(sheet, None if each.value == "" else each.value)
    if isinstance(cell.value, str):
        cell.data_type = "s"
    known, look = _KNOWN.setdefault(sheet.parent, {}), (*each[1:], indent, wraps)
    if look not in known:
        cell.style = _STYLES[each.size, each.bold, each.color]
        cell.number_format = each.format
        if indent is not None:
            cell.alignment = Alignment(horizontal="left", vertical="center", indent=indent, wrap_text=wraps)
        known[look] = cell._style  # noqa: SLF001 - its one public form is its parts
    cell._style = copy(known[look])  # noqa: SLF001
    return cell


def placed(sheet: Any, each: SheetCell, column: int) -> WriteOnlyCell:
    """A cell in a column of a table: numbers right, the rest left and, beside numbers, a little in."""
    if is_number(each.value):
        return made(sheet, each)
    room = WIDEST - 2
    wraps = isinstance(each.value, str) and 2 * len(each.value) > room and wide(each.value) > room
    return made(sheet, each, indent=min(column, 1), wraps=wraps)


def head(sheet: Any, text: str, column: int, is_numeric: bool) -> WriteOnlyCell:
    """The head of a column, set as its cells are."""
    cell = made(sheet, SheetCell(clean(text)))
    cell.style = _HEAD
    cell.number_format = "@"
    side, indent = ("right", 0) if is_numeric else ("left", min(column, 1))
    cell.alignment = Alignment(horizontal=side, vertical="center", indent=indent, wrap_text=True)
    return cell


def is_number(value: Any) -> bool:
    """Whether a value stands right: a number, and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
