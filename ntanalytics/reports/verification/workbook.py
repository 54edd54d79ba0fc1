"""The expected cells of a record's workbook, and the differences of a workbook from them."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl

from ntanalytics.periods.day_text import issue_number, short_day_spans
from ntanalytics.reports import labels
from ntanalytics.reports.formats import UNITS, display, excel_format, local_time
from ntanalytics.reports.record import Field, Record, RecordedBlock
from ntanalytics.reports.status_line import status_line
from ntanalytics.reports.verification.former_words import DURATION_UNIT, current_cell, say_the_same

#: A cell: its typed value and its number format; an empty one is left out of a grid.
Cell = tuple[Any, str]
Grid = dict[tuple[int, int], Cell]

_WITH_SHEET = ("kpis", "table", "chart", "board")
_FIRST_DATA_ROW = 4


def workbook_differences(record: Record, workbook: bytes) -> list[str]:
    """Return the differences between a workbook and the record; empty when each cell agrees in value, type and format.

    Args:
        record: the record.
        workbook: the .xlsx file.
    """
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    blocks = [block for block in record.blocks if block.kind in _WITH_SHEET]
    sheets = book.worksheets
    if len(sheets) != len(blocks) + 2 or len(book.chartsheets):
        return [f"{len(sheets)} sheets instead of {len(blocks) + 2}"]
    differences = _grid_differences(sheets[0], contents_grid(record, [sheet.title for sheet in sheets[1:]]))
    for sheet, block in zip(sheets[1:-1], blocks, strict=True):
        new = _grid_differences(sheet, _sheet_grid(block, record.zone))
        is_former = new and not _grid_differences(sheet, _sheet_grid(block, record.zone, is_former=True))
        differences += [] if is_former else new
        differences += _chart_differences(sheet, block)
    return differences + _grid_differences(sheets[-1], sources_grid(record))


def _sheet_grid(block: RecordedBlock, zone: ZoneInfo, *, is_former: bool = False) -> Grid:
    return (
        kpis_grid(block, is_former=is_former) if block.kind == "kpis" else data_grid(block, zone, is_former=is_former)
    )


def data_grid(block: RecordedBlock, zone: ZoneInfo, *, is_former: bool = False) -> Grid:
    """Return the cells of a sheet of data; a former workbook had no words for want of rows."""
    rows: list[list[Cell | None]] = [
        [_text(block.title)],
        [_text(block.note)],
        [_text(_heading(field)) for field in block.fields],
    ]
    for row in block.rows:
        own = {"value": row["format"]} if block.kind == "board" else {}
        cells = [_cell(row[field.name], field, own.get(field.name, field.format), zone) for field in block.fields]
        certainty = row.get("certainty", {})
        rows += [[_marked(cell, certainty.get(field.name)) for cell, field in zip(cells, block.fields, strict=True)]]
    if block.empty and not is_former:
        rows.append([_text(block.empty)])
    return _grid(rows)


def _against(block: RecordedBlock) -> str:
    return next((str(item["against"]) for item in block.body["items"] if "against" in item), "前一期")


def kpis_grid(block: RecordedBlock, *, is_former: bool = False) -> Grid:
    """Return the cells of the sheet of headline figures; a former workbook did not say which are steady."""
    rows: list[list[Cell | None]] = [[_text(block.title or "主要指标")], [], []]
    rows[2] = [_text(heading) for heading in ("指标", "单位", "本期", _against(block), "变化", "变化单位", "说明")]
    for item in block.body["items"]:
        form = excel_format(item["format"])
        is_points = item["change_format"].startswith("points")
        rows.append(
            [
                _text(item["label"]),
                _text(item["unit"] or UNITS.get(item["format"].partition(":")[0], "")),
                _marked(_value(_number(item["value"], item["format"]), form), item.get("certainty", {}).get("value")),
                _value(_number(item["before"], item["format"]), form),
                _value(_number(item["change"], item["change_format"]), excel_format(item["change_format"])),
                _text("个百分点" if is_points else ""),
                _text(item["note"] if is_former else _remark(item)),
            ]
        )
    return _grid(rows)


def _remark(item: Mapping[str, Any]) -> str:
    return "；".join(filter(None, ("基本持平" if item.get("is_steady") else "", item["note"])))


def sources_grid(record: Record) -> Grid:
    """Return the cells of the sheet on sources."""
    head = record.head.body
    rows: list[list[Cell | None]] = [[_text("数据来源")], [], [_text(heading) for heading in labels.SOURCE_COLUMNS]]
    for line in head["as_of"]:
        taken_at = local_time(line["taken_at"], record.zone) if line["taken_at"] else None
        rows.append(
            [
                _text(f"{line['label']}（{line['dataset']}）"),
                _text(line["source"]),
                _value(taken_at, excel_format("datetime")),
                _value(line["rows"], "#,##0"),
                _value(line["rejected"], "#,##0"),
                _text(short_day_spans(map(date.fromisoformat, line["missing_days"]))),
                _text(line["error"]),
            ]
        )
    section = labels.source_section(head, record.zone)
    rows += [[_text(text)] for text in (*section.gaps, *section.rejected, *section.remarks)]
    return _grid(rows)


def contents_grid(record: Record, names: Sequence[str]) -> Grid:
    """Return the cells of the contents sheet, which lists sheets of these names."""
    head = record.head.body
    number = issue_number(head["period"]["text"])
    period = " · ".join(text for text in (head["period"]["label"], head["subtitle"], number) if text)
    status = [f"{remark.lead}{remark.rest}" for remark in status_line(record)]
    lines = [record.head.title, period, *status, labels.as_of_line(head, record.zone), ""]
    lines += [
        f"{item['subject']}{item['text']}"
        for block in record.blocks
        if block.kind == "sentences"
        for item in block.body["items"]
    ]
    rows: list[list[Cell | None]] = [[_text(line)] for line in (*lines, "")]
    rows.append([_text(heading) for heading in ("工作表", "内容", "行数")])
    blocks = [block for block in record.blocks if block.kind in _WITH_SHEET]
    for name, block in zip(names, blocks, strict=False):
        count = len(block.body["items"] if block.kind == "kpis" else block.rows)
        title = block.title or ("主要指标" if block.kind == "kpis" else "")
        rows.append([_text(name), _text(title), (count, "#,##0")])
    rows.append([_text(names[-1]), _text("数据来源"), (len(head["as_of"]), "#,##0")])
    return _grid(rows)


def _heading(field: Field) -> str:
    unit = field.unit or UNITS.get(field.format.lstrip("+").partition(":")[0], "")
    return f"{field.title}（{unit}）" if unit else field.title


def _number(value: float | None, form: str) -> float | None:
    """Return a number as the workbook has it: a duration as part of a day, a difference of rates in points."""
    kind = form.lstrip("+").partition(":")[0]
    if value is None:
        return None
    return value / 86_400 if kind in ("seconds", "hours") else value * 100 if kind == "points" else value


def _text(text: str) -> Cell | None:
    return (text, "@") if text else None


def _value(value: Any, form: str) -> Cell | None:
    return None if value is None else (value, form)


def _cell(value: Any, field: Field, form: str, zone: ZoneInfo) -> Cell | None:
    if value is None or value == "":
        return None
    if field.format == "state":
        return display(value, "state"), "@"
    if isinstance(value, bool):
        return "是" if value else "否", "@"
    if isinstance(value, (int, float)) and form == "text":
        return value, "General"
    if isinstance(value, (int, float)):
        return _number(value, form), excel_format(form, has_unit=form != field.format)
    if field.type in ("date", "datetime") and str(value) >= "1900-03-01":
        if form == "datetime":
            return local_time(value, zone), excel_format(form)
        day = date.fromisoformat(str(value)[:10])
        return datetime(day.year, day.month, day.day), excel_format(form)  # noqa: DTZ001 — a workbook knows no zone
    return str(value), "@"


def _marked(cell: Cell | None, certainty: str | None) -> Cell | None:
    """Return the cell of a figure over a gap: a bound carries its mark in its format, an unknown figure says so."""
    if certainty == "unknown":
        return "未知", "@"
    mark = {"lower_bound": '"≥"', "upper_bound": '"≤"'}.get(certainty or "")
    return (cell[0], mark + cell[1]) if cell and mark else cell


def _grid(rows: Sequence[Sequence[Cell | None]]) -> Grid:
    return {
        (number, column): cell
        for number, row in enumerate(rows, 1)
        for column, cell in enumerate(row, 1)
        if cell is not None
    }


def _grid_differences(sheet: Any, expected: Mapping[tuple[int, int], Cell]) -> list[str]:
    shown: Grid = {}
    differences = []
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                differences.append(f"{sheet.title}!{cell.coordinate}: a formula")
            place = (cell.row, cell.column)
            if cell.value is None or (cell.value == DURATION_UNIT and place not in expected):
                continue
            _, form = expected.get(place, (None, cell.number_format))
            shown[place] = current_cell(cell.value, cell.number_format, form)
    for row_number, column in sorted({*expected, *shown}):
        wanted, cell = expected.get((row_number, column)), shown.get((row_number, column))
        if wanted is None or cell is None or not _are_equal(wanted, cell):
            where = f"{sheet.title}!{openpyxl.utils.get_column_letter(column)}{row_number}"
            differences.append(f"{where}: {_cell_text(cell)} instead of {_cell_text(wanted)}")
    if sheet.sheet_state != "visible":
        differences.append(f"{sheet.title}: hidden")
    return differences


def _are_equal(wanted: Cell, shown: Cell) -> bool:
    value, other = wanted[0], shown[0]
    if isinstance(other, timedelta):  # a duration is read as one, to the microsecond
        return (
            isinstance(value, (int, float))
            and abs(value * 86_400 - other.total_seconds()) < 0.002
            and wanted[1] == shown[1]
        )
    if isinstance(value, bool) is not isinstance(other, bool) or isinstance(value, str) is not isinstance(other, str):
        return False
    if isinstance(value, str):
        return say_the_same(value, other) and wanted[1] == shown[1]
    if isinstance(value, datetime) and isinstance(other, datetime):  # a workbook keeps days as a floating number
        return abs((value - other).total_seconds()) < 0.002 and wanted[1] == shown[1]
    if isinstance(value, float) and isinstance(other, (int, float)):  # a workbook writes 16 digits
        return math.isclose(value, other, rel_tol=1e-14, abs_tol=0) and wanted[1] == shown[1]
    return bool(value == other) and wanted[1] == shown[1]


def _cell_text(cell: Cell | None) -> str:
    return "nothing" if cell is None else f"{str(cell[0])!r} as {cell[1]}"


def _chart_differences(sheet: Any, block: RecordedBlock) -> list[str]:
    """Return the differences of a sheet's chart: a block with data has one, of each column from first to last row."""
    wanted = int(block.has_plot)
    charts = sheet._charts  # noqa: SLF001 — openpyxl has no public name for the charts it read
    if len(charts) != wanted:
        return [f"{sheet.title}: {len(charts)} charts instead of {wanted}"]
    if not wanted:
        return []
    last = _FIRST_DATA_ROW - 1 + len(block.rows)
    order = [field.name for field in block.fields]
    expected = [
        f"${letter}${_FIRST_DATA_ROW}:${letter}${last}"
        for letter in (openpyxl.utils.get_column_letter(order.index(name) + 1) for name in block.body["y"])
    ]
    ranges = [series.val.numRef.f.rpartition("!")[2] for series in charts[0].series]
    full_ranges = [cells if ":" in cells else f"{cells}:{cells}" for cells in ranges]
    return [] if full_ranges == expected else [f"{sheet.title}: the chart draws {ranges} instead of {expected}"]
