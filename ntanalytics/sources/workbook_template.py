"""Service-desk workbook 运维台账, made from the contract, empty or filled.

One sheet per dataset, named by its label, with the labels of the columns as header row; the mappings under
``queries/desk_workbook`` read both. Enumerations are lists of Chinese words, and dates are validated. The first sheet
说明 explains every column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from ntanalytics.contract import Column, Dataset, Type

#: Words of a boolean cell.
BOOLEAN_WORDS = {True: "是", False: "否"}

#: Sheet with the explanations, and hidden sheet with the lists that are too long for a validation.
GUIDE, LISTS = "说明", "选项"

#: Rows with validation below the data.
_EMPTY_ROWS = 5_000

#: Maximum length of a list inside a validation, in characters (limit of Excel).
_MAX_LIST = 255

#: Excel would change a text such as 2026-11 or 007 to a date or a number; the format ``@`` prevents it.
_FORMATS = {
    Type.DATE: "yyyy-mm-dd",
    Type.TIMESTAMP: "yyyy-mm-dd hh:mm",
    Type.INTEGER: "#,##0",
    Type.NUMBER: "#,##0.00",
    Type.TEXT: "@",
}
_WIDTHS = {Type.DATE: 13, Type.TIMESTAMP: 18, Type.INTEGER: 14, Type.NUMBER: 14, Type.BOOLEAN: 8}
_KINDS = {
    Type.TEXT: "文字",
    Type.INTEGER: "整数",
    Type.NUMBER: "数字",
    Type.BOOLEAN: "是或否",
    Type.TIMESTAMP: "日期和时间，如 2026-11-20 09:30",
    Type.DATE: "日期，如 2026-11-20",
}

_HEAD_FONT = Font(name="微软雅黑", bold=True, color="1F2933")
_BODY_FONT = Font(name="微软雅黑", color="1F2933")
_HEAD_FILL = PatternFill("solid", fgColor="E6ECF4")


def sheet_columns(dataset: Dataset) -> tuple[Column, ...]:
    """Return the columns that a person fills in: the mapped ones without the change time of a case.

    The mapping computes the change time, the latest time of the row.
    """
    return tuple(column for column in dataset.mapped if column.name != dataset.changed)


def write_template(
    path: Path, datasets: Sequence[Dataset], rows: Mapping[str, Iterable[Sequence[Any]]] | None = None
) -> None:
    """Write the service-desk workbook.

    Args:
        path: the .xlsx file; an existing file is replaced.
        datasets: datasets of the sheets, in this order.
        rows: rows by dataset name, in the order of :func:`sheet_columns`, with the contract's codes, booleans, dates
            and naive local times; None: empty sheets.
    """
    book = Workbook()
    guide = book.active
    guide.title = GUIDE
    _fill_guide(guide, datasets)
    lists: dict[str, str] = {}
    for dataset in datasets:
        _fill_sheet(book, dataset, [] if rows is None else list(rows.get(dataset.name, ())), lists)
    book.active = 1 if datasets else 0
    book.save(path)


def _fill_sheet(book: Workbook, dataset: Dataset, rows: list[Sequence[Any]], lists: dict[str, str]) -> None:
    sheet = book.create_sheet(dataset.label)
    columns = sheet_columns(dataset)
    last = len(rows) + 1 + _EMPTY_ROWS
    for index, column in enumerate(columns, start=1):
        letter = get_column_letter(index)
        _write(sheet.cell(1, index), column.label, _HEAD_FONT)
        sheet.cell(1, index).fill = _HEAD_FILL
        dimension = sheet.column_dimensions[letter]
        dimension.width = _WIDTHS.get(column.type, 12 if column.values else 24)
        # the format of cells that are still empty
        dimension.number_format = _FORMATS.get(column.type, "General")
        dimension.font = _BODY_FONT
        validation = _validation(book, column, lists)
        if validation is not None:
            validation.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(validation)
    _fill_rows(sheet, columns, rows)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"


def _fill_rows(sheet: Any, columns: Sequence[Column], rows: list[Sequence[Any]]) -> None:
    """Write the rows below the head; the cells of a column have one style, which is made once."""
    styles: list[Any] = []
    for number, row in enumerate(rows, start=2):
        for index, (column, value) in enumerate(zip(columns, row, strict=True)):
            cell = sheet.cell(number, index + 1)
            cell.value = _word(column, value)
            if index == len(styles):
                cell.font = _BODY_FONT
                cell.number_format = _FORMATS.get(column.type, "General")
                styles.append(copy(cell._style))  # noqa: SLF001 - its one public form is its parts
            cell._style = copy(styles[index])  # noqa: SLF001
            if isinstance(cell.value, str):
                cell.data_type = "s"  # not a formula, even if the text begins with "="


def _word(column: Column, value: Any) -> Any:
    """Return the content of a cell: the Chinese word of a code or boolean, else the value."""
    if value is None:
        return None
    if column.type is Type.BOOLEAN:
        return BOOLEAN_WORDS[bool(value)]
    return column.values.get(value, value) if column.values else value


def _write(cell: Any, value: Any, font: Font) -> None:
    cell.value = value
    cell.font = font
    if isinstance(value, str):
        cell.data_type = "s"  # not a formula, even if the text begins with "="


def _validation(book: Workbook, column: Column, lists: dict[str, str]) -> DataValidation | None:
    """Return the validation of a column; None for free text."""
    words = list(column.values.values()) or (list(BOOLEAN_WORDS.values()) if column.type is Type.BOOLEAN else [])
    if words:
        check = DataValidation(type="list", formula1=_list_formula(book, column.name, words, lists))
        check.error = f"{column.label}只能从列表中选择。"
    elif column.type in (Type.DATE, Type.TIMESTAMP):
        check = DataValidation(type="date", operator="greaterThanOrEqual", formula1="DATE(2000,1,1)")
        check.error = f"{column.label}须为{_KINDS[column.type]}。"
    elif column.type in (Type.INTEGER, Type.NUMBER):
        kind = "whole" if column.type is Type.INTEGER else "decimal"
        check = DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{column.minimum or 0:g}")
        check.error = f"{column.label}须为不小于{column.minimum or 0:g}的{_KINDS[column.type]}。"
    else:
        return None
    check.errorTitle, check.showErrorMessage, check.allow_blank = "请检查", True, column.nullable
    return check


def _list_formula(book: Workbook, name: str, words: list[str], lists: dict[str, str]) -> str:
    inline = '"' + ",".join(words) + '"'
    if len(inline) <= _MAX_LIST and not any("," in word or '"' in word for word in words):
        return inline
    if name not in lists:
        if LISTS not in book.sheetnames:
            book.create_sheet(LISTS).sheet_state = "hidden"
        sheet = book[LISTS]
        index = len(lists) + 1
        for number, word in enumerate(words, start=1):
            _write(sheet.cell(number, index), word, _BODY_FONT)
        letter = get_column_letter(index)
        book.defined_names[f"list_{name}"] = DefinedName(
            f"list_{name}", attr_text=f"'{LISTS}'!${letter}$1:${letter}${len(words)}"
        )
        lists[name] = f"=list_{name}"
    return lists[name]


def _fill_guide(sheet: Any, datasets: Sequence[Dataset]) -> None:
    head = ("工作表", "列", "填写要求", "单位", "定义（contract）")
    for index, (text, width) in enumerate(zip(head, (14, 14, 60, 8, 70), strict=True), start=1):
        _write(sheet.cell(1, index), text, _HEAD_FONT)
        sheet.cell(1, index).fill = _HEAD_FILL
        sheet.column_dimensions[get_column_letter(index)].width = width
    number = 1
    for dataset in datasets:
        for column in sheet_columns(dataset):
            number += 1
            texts = (dataset.label, column.label, _requirement(dataset, column), column.unit, column.meaning)
            for index, text in enumerate(texts, start=1):
                _write(sheet.cell(number, index), text, _BODY_FONT)
                sheet.cell(number, index).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"


def _requirement(dataset: Dataset, column: Column) -> str:
    parts = ["选填" if column.nullable else "必填"]
    parts.append("从列表选择：" + "、".join(column.values.values()) if column.values else _KINDS[column.type])
    if dataset.key == (column.name,):
        parts.append("不可重复")
    elif column.name in dataset.key:
        same = [dataset.column(name).label for name in dataset.key]
        parts.append("、".join(same) + "的组合不可重复")
    return "；".join(parts) + "。"
