"""The sheets of a workbook, and what stands in their cells."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from ntanalytics.reports import labels
from ntanalytics.reports.data import clean
from ntanalytics.reports.exporters.cells import (
    BLUE,
    SOFT,
    STATE_COLORS,
    WIDEST,
    SheetCell,
    head,
    header_of,
    is_number,
    made,
    name_styles,
    placed,
    typed,
)
from ntanalytics.reports.exporters.native_chart import native_chart
from ntanalytics.reports.formats import UNITS, excel_format, local, parts, wide
from ntanalytics.reports.record import Record, Recorded

CONTENTS, SOURCES = "目录", "数据来源"
CHART_COLUMNS, CHART_ROWS = 13, 18  #: what a chart of 22 by 9 cm covers of columns and rows of the usual size
HEADER_ROW = 3  #: title, note, header; data begin in the row after

_LINE = 100  #: so many Latin characters stand on one line of the contents
_SHOWN = ("kpis", "table", "chart", "board")


@dataclass
class Sheet:
    """A sheet with a title, a note, a header and rows."""

    name: str
    title: str
    note: str
    header: list[str]
    rows: list[list[SheetCell]]
    block: Recorded | None = None
    texts: list[list[str]] = field(default_factory=list)  #: the rows as displayed, for the widths


def write_sheets(book: Workbook, record: Record) -> None:
    """Write the contents, a sheet for each block that has figures, and the sources."""
    name_styles(book)
    sheets = [*block_sheets(record), _sources(record)]
    _write_contents(book, record, sheets)
    for sheet in sheets:
        _write(book, sheet)


def block_sheets(record: Record) -> list[Sheet]:
    """A sheet for each block that has figures, in the order of the report."""
    taken = {CONTENTS.lower(), SOURCES.lower()}
    sheets = []
    for block in record.blocks:
        if block.kind in _SHOWN:
            name = sheet_name(block.body.get("subject") or block.title or _kind_word(block.kind), taken)
            taken.add(name.lower())
            sheets.append(_kpis(block, name) if block.kind == "kpis" else _data(block, name, record.zone))
    return sheets


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    r"""A name that Excel allows: 31 characters, none of ``[]:*?/\``, no apostrophe at an end, used once.

    Args:
        wanted: the title it is made from.
        taken: names in use, in small letters (Excel does not tell large from small).
    """
    name = (
        re.sub(r"[\[\]:*?/\\]", "·", clean(wanted).replace("\n", " ").replace("\t", " ")).strip("' ")[:31].strip("' ")
    )
    name = name if name and name.lower() != "history" else "表"
    result, number = name, 2
    while result.lower() in set(taken):
        ending = f" {number}"
        result, number = name[: 31 - len(ending)] + ending, number + 1
    return result


def _kind_word(kind: str) -> str:
    return {"kpis": "主要指标", "board": "状态一览", "chart": "图"}.get(kind, "表")


def _data(block: Recorded, name: str, zone: ZoneInfo) -> Sheet:
    # A board's values are of many units: each carries its own.
    alone = "value" if block.kind == "board" else ""
    rows = [
        [
            typed(row[each.name], each, labels.cell_format(block, row, each), zone, is_alone=each.name == alone)
            for each in block.fields
        ]
        for row in block.rows
    ]
    texts = [[labels.cell(block, row, each, zone) for each in block.fields] for row in block.rows[:200]]
    return Sheet(name, block.title, block.note, [header_of(each) for each in block.fields], rows, block, texts)


def _kpis(block: Recorded, name: str) -> Sheet:
    rows, texts = [], []
    for item in block.body["items"]:
        shown = excel_format(item["format"])
        unit = item["unit"] or UNITS.get(parts(item["format"])[0], "")
        rows.append(
            [
                SheetCell(clean(item["label"])),
                SheetCell(unit),
                SheetCell(item["value"], f'"≥ "{shown}' if item["is_lower_bound"] else shown),
                SheetCell(item["before"], shown),
                SheetCell(item["change"], excel_format(item["change_format"])),
                SheetCell("个百分点" if item["change_format"].startswith("points") else "", color=SOFT),
                SheetCell(clean(item["note"])),
            ]
        )
        texts.append([item["label"], unit, *labels.kpi_words(item), "", item["note"]])
    header = ["指标", "单位", "本期", "上期", "变化", "变化单位", "说明"]
    return Sheet(name, block.title or _kind_word("kpis"), "", header, rows, block, texts)


def _sources(record: Record) -> Sheet:
    said = labels.sources(record.head.body, record.zone)
    rows = []
    for each, words in zip(record.head.body["as_of"], said.rows, strict=True):
        cells = [SheetCell(clean(text)) for text in words]
        cells[2] = SheetCell(
            local(each["taken_at"], record.zone) if each["taken_at"] else None, excel_format("datetime")
        )
        cells[3], cells[4] = SheetCell(each["rows"], "#,##0"), SheetCell(each["rejected"], "#,##0")
        rows.append(cells)
    rows += [[SheetCell(clean(text), color=SOFT)] for text in (*said.gaps, *said.rejected, *said.remarks)]
    return Sheet(SOURCES, SOURCES, "", list(said.columns), rows, None, [list(row) for row in said.rows])


def _write_contents(book: Workbook, record: Record, sheets: Sequence[Sheet]) -> None:
    sheet = book.create_sheet(CONTENTS)
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for letter, width in (("A", 34), ("B", 64), ("C", 10)):
        sheet.column_dimensions[letter].width = width
    about = record.head.body
    rows = [
        [SheetCell(record.head.title, bold=True, size=16, color=BLUE)],
        [
            SheetCell(
                " · ".join(
                    each for each in (about["period"]["label"], about["subtitle"], about["period"]["text"]) if each
                ),
                color=SOFT,
            )
        ],
        *(
            [SheetCell(f"{each.lead}{each.rest}", color=STATE_COLORS.get(each.state, SOFT), bold=bool(each.state))]
            for each in labels.status(record)
        ),
        [SheetCell(labels.as_of_line(about, record.zone), color=SOFT)],
        [],
        *(
            [SheetCell(f"{item['subject']}{item['text']}")]
            for block in record.blocks
            if block.kind == "sentences"
            for item in block.body["items"]
        ),
        [],
    ]
    for number, row in enumerate(rows, 1):
        cells = [made(sheet, each) for each in row]
        if len(cells) == 1 and wide(str(cells[0].value)) > _LINE:
            # A sentence wraps over the three columns; spilling out of them it would shrink the printed page.
            cells[0].alignment = Alignment(vertical="center", wrap_text=True)
            sheet.row_dimensions[number].height = 15 * math.ceil(wide(str(cells[0].value)) / _LINE)
            sheet.merged_cells.add(f"A{number}:C{number}")
        sheet.append(cells)
    sheet.append([head(sheet, text, 0, is_numeric=text == "行数") for text in ("工作表", "内容", "行数")])
    sheet.print_area = f"A1:C{len(rows) + 1 + len(sheets)}"
    for number, each in enumerate(sheets, len(rows) + 2):
        sheet.append(
            [
                made(sheet, SheetCell(each.name, color=BLUE)),
                made(sheet, SheetCell(each.title)),
                made(
                    sheet, SheetCell(len(each.block.rows or each.rows) if each.block else len(about["as_of"]), "#,##0")
                ),
            ]
        )
        target = each.name.replace("'", "''")
        sheet._hyperlinks.append(Hyperlink(ref=f"A{number}", location=f"'{target}'!A1"))  # noqa: SLF001 — see below
    # A write-only sheet has no other way to a link: its cells cannot hold one.


def _write(book: Workbook, each: Sheet) -> None:
    sheet = book.create_sheet(each.name)
    last = get_column_letter(max(1, len(each.header)))
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + max(1, len(each.rows))}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.print_area = _print_area(each)
    for number, width in enumerate(widths(each), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([made(sheet, SheetCell(clean(each.title), bold=True, size=13, color=BLUE))])
    sheet.append([made(sheet, SheetCell(clean(each.note), color=SOFT))])
    places = range(len(each.header))
    numeric = [any(is_number(row[place].value) for row in each.rows if place < len(row)) for place in places]
    sheet.append([head(sheet, text, place, numeric[place]) for place, text in enumerate(each.header)])
    for row in each.rows:
        # What is said below a table is one cell that spills over the columns; it does not wrap in the first.
        is_said = len(row) < len(each.header)
        sheet.append([made(sheet, cell) if is_said else placed(sheet, cell, place) for place, cell in enumerate(row)])
    if each.block is not None and each.block.is_drawn:
        sheet.add_chart(
            native_chart(sheet, each.block, HEADER_ROW), f"{get_column_letter(len(each.header) + 2)}{HEADER_ROW}"
        )


def _print_area(each: Sheet) -> str:
    """The cells that are printed: the table, and the chart beside it."""
    columns, rows = max(1, len(each.header)), HEADER_ROW + max(1, len(each.rows))
    if each.block is not None and each.block.is_drawn:
        columns, rows = columns + 1 + CHART_COLUMNS, max(rows, HEADER_ROW + CHART_ROWS)
    return f"A1:{get_column_letter(columns)}{rows}"


def widths(sheet: Sheet) -> list[float]:
    """The width of each column: a CJK character is as wide as two Latin ones."""
    columns = zip(*sheet.texts, strict=True) if sheet.texts else ([] for _ in sheet.header)
    found = [max([wide(text) for text in column], default=0) for column in columns]
    return [
        max(9, min(WIDEST, max(_head_width(head), width + 2))) for head, width in zip(sheet.header, found, strict=True)
    ]


def _head_width(head: str) -> int:
    """The width that a head needs when its unit stands on a second line; 3 are for the filter's arrow."""
    return max(wide(part) for part in head.replace("（", "\n（").split("\n")) + 3
