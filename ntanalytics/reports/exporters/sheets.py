"""The sheets of a workbook, and the content of their cells."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from ntanalytics.metrics.number_format import parse_format
from ntanalytics.periods.day_text import issue_number
from ntanalytics.reports import labels
from ntanalytics.reports.data import clean_text
from ntanalytics.reports.exporters.cells import (
    BLUE,
    SOFT,
    STATUS_COLORS,
    WIDEST,
    SheetCell,
    column_heading,
    heading_cell,
    is_number,
    name_styles,
    sheet_cell,
    table_cell,
    typed_cell,
)
from ntanalytics.reports.exporters.native_chart import native_chart
from ntanalytics.reports.formats import UNITS, display_width, excel_format, excel_value, local_time
from ntanalytics.reports.record import DETAIL, Field, Record, RecordedBlock
from ntanalytics.reports.status_line import status_line

CONTENTS, SOURCES = "目录", "数据来源"
CHART_COLUMNS, CHART_ROWS = 13, 18  #: columns and rows of the usual size that a chart of 22 by 9 cm covers
WIDE = 6  #: columns beyond which the first one stays in sight
HEADER_ROW = 3  #: title, note, header; data begin in the row after

_LINE = 100  #: Latin characters on one line of the contents
_COLUMN = 8  #: those of a column whose width is not set
_FIGURE = Field("value", "number", "本期")  #: the figure of a headline
_SHOWN = ("kpis", "table", "chart", "board")


@dataclass(kw_only=True)
class Sheet:
    """A sheet with a title, a note, a header and rows, or the words in place of rows."""

    name: str
    title: str
    note: str = ""
    header: Sequence[str]
    rows: list[list[SheetCell]]
    empty: str = ""
    block: RecordedBlock | None = None
    texts: Sequence[Sequence[str]] = field(default_factory=list)  #: the rows as displayed, for the widths


def write_sheets(book: Workbook, record: Record) -> None:
    """Write the contents, a sheet for each block that has figures, and the sources."""
    name_styles(book)
    sheets = [*block_sheets(record), _source_sheet(record)]
    _write_contents(book, record, sheets)
    names = {sheet.block.id: sheet.name for sheet in sheets if sheet.block is not None}
    for sheet in sheets:
        _write(book, sheet, names)


def block_sheets(record: Record) -> list[Sheet]:
    """Return a sheet for each block that has figures, in the order of the report."""
    taken = {CONTENTS.lower(), SOURCES.lower()}
    sheets = []
    for block in record.blocks:
        if block.kind in _SHOWN:
            name = sheet_name(block.body.get("subject") or block.title or _untitled(block), taken)
            taken.add(name.lower())
            make = _kpi_sheet if block.kind == "kpis" else _data_sheet
            sheets.append(make(block, name, record.zone))
    return sheets


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    r"""Return a name that Excel allows: 31 characters, none of ``[]:*?/\``, no apostrophe at an end, used once.

    Args:
        wanted: the title it is made from.
        taken: names in use, in small letters (Excel does not tell large from small).
    """
    line = clean_text(wanted).replace("\n", " ").replace("\t", " ")
    name = re.sub(r"[\[\]:*?/\\]", "·", line).strip("' ")[:31].strip("' ")
    name = name if name and name.lower() != "history" else "表"
    result, number = name, 2
    while result.lower() in set(taken):
        ending = f" {number}"
        result, number = name[: 31 - len(ending)] + ending, number + 1
    return result


def _untitled(block: RecordedBlock) -> str:
    """Return the name of the sheet of a block without a title: a table's is that of what its rows are (系统一览)."""
    return f"{block.fields[0].title}一览" if block.kind == "table" and block.fields else _kind_label(block.kind)


def _kind_label(kind: str) -> str:
    return {"kpis": "主要指标", "board": "状态一览", "chart": "图"}.get(kind, "表")


def _data_sheet(block: RecordedBlock, name: str, zone: ZoneInfo) -> Sheet:
    # A board's values are of many units: each cell carries its own.
    with_unit = "value" if block.kind == "board" else ""
    rows = [
        [
            typed_cell(row, column, labels.cell_format(block, row, column), zone, has_unit=column.name == with_unit)
            for column in block.fields
        ]
        for row in block.rows
    ]
    texts = [[labels.cell_text(block, row, column, zone) for column in block.fields] for row in block.rows[:200]]
    header = [column_heading(column) for column in block.fields]
    return Sheet(
        name=name,
        title=block.title,
        note=block.note,
        header=header,
        rows=rows,
        empty=block.empty,
        block=block,
        texts=texts,
    )


def _kpi_sheet(block: RecordedBlock, name: str, zone: ZoneInfo) -> Sheet:
    rows, texts = [], []
    for item in block.body["items"]:
        form = excel_format(item["format"])
        unit = item["unit"] or UNITS.get(parse_format(item["format"]).kind, "")
        change_unit = UNITS["points"] if item["change_format"].startswith("points") else ""
        rows.append(
            [
                SheetCell(clean_text(item["label"])),
                SheetCell(unit),
                typed_cell(item, _FIGURE, item["format"], zone),
                SheetCell(_number(item["before"], item["format"]), form),
                SheetCell(_number(item["change"], item["change_format"]), excel_format(item["change_format"])),
                SheetCell(change_unit, color=SOFT),
                SheetCell(clean_text(labels.kpi_remark(item))),
            ]
        )
        texts.append([item["label"], unit, *labels.kpi_texts(item, zone), "", labels.kpi_remark(item)])
    name_of, now, before, change, note = labels.kpi_headings(block.body["items"])
    header = [name_of, "单位", now, before, change, "变化单位", note]
    title = block.title or _kind_label("kpis")
    return Sheet(name=name, title=title, header=header, rows=rows, block=block, texts=texts)


def _number(value: float | None, form: str) -> float | None:
    return None if value is None else excel_value(value, form)


def _source_sheet(record: Record) -> Sheet:
    section = labels.source_section(record.head.body, record.zone)
    rows = []
    for line, texts in zip(record.head.body["as_of"], section.rows, strict=True):
        cells = [SheetCell(clean_text(text)) for text in texts]
        taken_at = local_time(line["taken_at"], record.zone) if line["taken_at"] else None
        cells[2] = SheetCell(taken_at, excel_format("datetime"))
        cells[3], cells[4] = SheetCell(line["rows"], "#,##0"), SheetCell(line["rejected"], "#,##0")
        rows.append(cells)
    remarks = (*section.gaps, *section.rejected, *section.remarks)
    rows += [[SheetCell(clean_text(text), color=SOFT)] for text in remarks]
    return Sheet(name=SOURCES, title=SOURCES, header=section.columns, rows=rows, texts=section.rows)


def _write_contents(book: Workbook, record: Record, sheets: Sequence[Sheet]) -> None:
    sheet = book.create_sheet(CONTENTS)
    sheet.sheet_view.showGridLines = False
    _set_page(sheet, "portrait")
    for letter, width in (("A", 34), ("B", 64), ("C", 10)):
        sheet.column_dimensions[letter].width = width
    lines = _content_lines(record)
    for number, line in enumerate(lines, 1):
        sheet.append([_words_across(sheet, line, number, 3, _LINE)] if line else [])
    sheet.append([heading_cell(sheet, text, 0, is_numeric=text == "行数") for text in ("工作表", "内容", "行数")])
    sheet.print_area = f"A1:C{len(lines) + 1 + len(sheets)}"
    for number, listed in enumerate(sheets, len(lines) + 2):
        count = len(listed.block.rows or listed.rows) if listed.block else len(record.head.body["as_of"])
        cells = [SheetCell(listed.name, color=BLUE), SheetCell(listed.title), SheetCell(count, "#,##0")]
        sheet.append([sheet_cell(sheet, cell) for cell in cells])
        _link(sheet, f"A{number}", listed.name)


def _words_across(sheet: Any, words: SheetCell, row: int, columns: int, width: float) -> Any:
    """Return the cell of words that stand across columns: longer ones wrap, and do not spill over the paper's edge.

    Args:
        sheet: the sheet.
        words: the words.
        row: number of the row.
        columns: number of the columns that they may take.
        width: width of these, in Latin characters.
    """
    cell = sheet_cell(sheet, words)
    lines = math.ceil(display_width(str(words.value)) / width)
    if lines > 1 and columns > 1:
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.row_dimensions[row].height = 15 * lines
        sheet.merged_cells.add(f"A{row}:{get_column_letter(columns)}{row}")
    return cell


def _link(sheet: Any, cell: str, name: str) -> None:
    """Lead from a cell to the sheet of a name."""
    target = name.replace("'", "''")
    # A write-only sheet has no other way to a link: its cells cannot hold one.
    sheet._hyperlinks.append(Hyperlink(ref=cell, location=f"'{target}'!A1"))  # noqa: SLF001


def _content_lines(record: Record) -> list[SheetCell | None]:
    """Return the lines above the list of sheets; None is an empty one."""
    head = record.head.body
    number = issue_number(head["period"]["text"])
    period = " · ".join(text for text in (head["period"]["label"], head["subtitle"], number) if text)
    return [
        SheetCell(record.head.title, bold=True, size=16, color=BLUE),
        SheetCell(period, color=SOFT),
        *(
            SheetCell(
                f"{remark.lead}{remark.rest}", color=STATUS_COLORS.get(remark.status, SOFT), bold=bool(remark.status)
            )
            for remark in status_line(record)
        ),
        SheetCell(labels.as_of_line(head, record.zone), color=SOFT),
        None,
        *(
            SheetCell(f"{item['subject']}{item['text']}")
            for block in record.blocks
            if block.kind == "sentences"
            for item in block.body["items"]
        ),
        None,
    ]


def _write(book: Workbook, content: Sheet, names: Mapping[str, str]) -> None:
    """Write a sheet; rows with a detail lead to the sheet of its block, whose name is told."""
    sheet = book.create_sheet(content.name)
    last = get_column_letter(max(1, len(content.header)))
    # what names a row stays beside the columns of a wide table
    sheet.freeze_panes = f"{'B' if len(content.header) > WIDE else 'A'}{HEADER_ROW + 1}"
    if content.header:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + max(1, len(content.rows))}"
    _set_page(sheet)
    sheet.page_setup.fitToWidth = 1
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.print_area = _print_area(content)
    widths = column_widths(content)
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([sheet_cell(sheet, SheetCell(clean_text(content.title), bold=True, size=13, color=BLUE))])
    note = SheetCell(clean_text(content.note), color=SOFT)
    beside = 1 + CHART_COLUMNS if content.block is not None and content.block.has_plot else 0
    room = sum(widths) + beside * _COLUMN  # the chart begins below the note
    sheet.append([_words_across(sheet, note, 2, len(content.header) + beside, room)])
    columns = range(len(content.header))
    numeric = [any(is_number(row[column].value) for row in content.rows if column < len(row)) for column in columns]
    sheet.append([heading_cell(sheet, text, column, numeric[column]) for column, text in enumerate(content.header)])
    for number, row in enumerate(content.rows, HEADER_ROW + 1):
        if len(row) < len(content.header):  # a remark below a table
            sheet.append([_words_across(sheet, row[0], number, len(content.header), sum(widths))])
        else:
            sheet.append([table_cell(sheet, cell, column, numeric[column]) for column, cell in enumerate(row)])
    if content.empty:
        sheet.append([sheet_cell(sheet, SheetCell(clean_text(content.empty), color=SOFT))])
    if content.block is not None:
        _link_details(sheet, content.block, names)
    if content.block is not None and content.block.has_plot:
        anchor = f"{get_column_letter(len(content.header) + 2)}{HEADER_ROW}"
        sheet.add_chart(native_chart(sheet, content.block, HEADER_ROW), anchor)


def _link_details(sheet: Any, block: RecordedBlock, names: Mapping[str, str]) -> None:
    column = next((number for number, field in enumerate(block.fields, 1) if field.name == block.linked), 0)
    for number, row in enumerate(block.rows, HEADER_ROW + 1):
        if name := names.get(str(row.get(DETAIL) or "")):
            _link(sheet, f"{get_column_letter(column)}{number}", name)


def _set_page(sheet: Any, orientation: str = "landscape") -> None:
    """Print a sheet on A4, as wide as one page: a table across, the contents upright."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = orientation, 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _print_area(content: Sheet) -> str:
    """Return the cells that are printed: the table, and the chart beside it."""
    columns, rows = max(1, len(content.header)), HEADER_ROW + max(1, len(content.rows))
    if content.block is not None and content.block.has_plot:
        columns, rows = columns + 1 + CHART_COLUMNS, max(rows, HEADER_ROW + CHART_ROWS)
    return f"A1:{get_column_letter(columns)}{rows}"


def column_widths(sheet: Sheet) -> list[float]:
    """Return the width of each column, in Latin characters; without columns that of the words."""
    if not sheet.header:
        return [max(map(display_width, (sheet.title, sheet.note))) + 4]
    columns = zip(*sheet.texts, strict=True) if sheet.texts else ([] for _ in sheet.header)
    widths = [max([display_width(text) for text in column], default=0) for column in columns]
    return [
        max(9, min(WIDEST, max(_heading_width(heading), width + 2)))
        for heading, width in zip(sheet.header, widths, strict=True)
    ]


def _heading_width(heading: str) -> int:
    """Return the width of a heading whose unit stands on a second line; 3 are for the filter's arrow."""
    return max(map(display_width, heading.replace("（", "\n（").split("\n"))) + 3
