"""One sheet of a workbook as XML: columns and rows of another sheet are put behind its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from lxml import etree
from openpyxl.utils import coordinate_to_tuple, get_column_letter, range_boundaries

from ntanalytics.sources.workbook_package import MAIN

#: Elements that may only follow the validations of a sheet.
_AFTER_VALIDATIONS = frozenset(
    {
        f"{MAIN}{name}"
        for name in (
            *("hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks"),
            *("customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing"),
            *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts"),
            "extLst",
        )
    }
)


def restyle(root: Any, styles: Mapping[str, str]) -> None:
    """Give the cells, rows and columns of a sheet the styles of another workbook, by their index."""
    for element in root.iter(f"{MAIN}c", f"{MAIN}row"):
        if element.get("s") is not None:
            element.set("s", styles[element.get("s")])
    for element in root.iter(f"{MAIN}col"):
        if element.get("style") is not None:
            element.set("style", styles[element.get("style")])


def deselect(root: Any) -> None:
    """Take a sheet out of the selection: Excel would write into all selected ones at once."""
    for view in root.iter(f"{MAIN}sheetView"):
        view.attrib.pop("tabSelected", None)


def append_columns(root: Any, donor: Any, numbers: Iterable[int]) -> None:
    """Put columns of another sheet, with its styles, behind the last used one: head, width, format and validation.

    Args:
        root: the sheet.
        donor: the other sheet, without a row below its head.
        numbers: numbers of its columns.
    """
    last_column, last_row = _extent(root)
    head, donor_head = _row(root, 1), _row(donor, 1)
    for target, number in enumerate(numbers, start=last_column + 1):
        cell = deepcopy(donor_head[number - 1])
        cell.set("r", f"{get_column_letter(target)}1")
        head.append(cell)
        _put_column(root, donor, number, target)
        _put_validation(root, donor, number, target, last_row)
    head.attrib.pop("spans", None)
    _grow(root)


def extend_list(root: Any, donor: Any, target: int, number: int, *, write: bool) -> bool:
    """Give a column's list of words the further words of another sheet's, and return whether there are any.

    A list with words of people's own, or in other cells, stays as it is.

    Args:
        root: the sheet.
        donor: the other sheet.
        target: number of the column.
        number: number of the other sheet's column.
        write: whether to change it.
    """
    own, new = _lists(root, target), _lists(donor, number)
    if not own or not new or own[0].text == new[0].text:
        return False
    words, known = (set((item[0].text or "").strip('"').split(",")) for item in (own, new))
    if not words < known:
        return False
    if write:
        own[0].text = new[0].text
    return True


def _lists(root: Any, number: int) -> list[Any]:
    """Return the formulas of the lists of words of a column."""
    return [
        formula
        for validation in root.iterfind(f"{MAIN}dataValidations/{MAIN}dataValidation[@type='list']")
        if range_boundaries(validation.get("sqref").split()[0])[0] == number
        for formula in validation.iterfind(f"{MAIN}formula1")
    ]


def append_rows(root: Any, rows: Iterable[Any]) -> None:
    """Put rows of another sheet, with its styles, behind the last one."""
    data = root.find(f"{MAIN}sheetData")
    for row in rows:
        new, number = deepcopy(row), _extent(root)[1] + 1
        new.set("r", str(number))
        for cell in new:
            cell.set("r", f"{get_column_letter(coordinate_to_tuple(cell.get('r'))[1])}{number}")
        data.append(new)
    _grow(root)


def _row(root: Any, number: int) -> Any:
    """Return a row; it is made as the first one if there is none."""
    data = root.find(f"{MAIN}sheetData")
    for row in data:
        if row.get("r", "1") == str(number):
            return row
    row = etree.Element(f"{MAIN}row", r=str(number))
    data.insert(0, row)
    return row


def _extent(root: Any) -> tuple[int, int]:
    """Return the number of the last column and of the last row with a cell."""
    columns, rows = 0, 0
    for number, row in enumerate(root.find(f"{MAIN}sheetData"), start=1):
        rows = max(rows, int(row.get("r", number)))
        for place, cell in enumerate(row, start=1):
            column = coordinate_to_tuple(cell.get("r"))[1] if cell.get("r") else place
            columns = max(columns, column)
    return columns, rows


def _grow(root: Any) -> None:
    """Let the dimension of a sheet, where it is written, reach to its last cell."""
    dimension = root.find(f"{MAIN}dimension")
    if dimension is not None:
        columns, rows = _extent(root)
        dimension.set("ref", f"A1:{get_column_letter(max(columns, 1))}{max(rows, 1)}")


def _put_column(root: Any, donor: Any, number: int, target: int) -> None:
    """Give a column the width and format of another sheet's; one span of columns around it is parted."""
    columns = root.find(f"{MAIN}cols")
    if columns is None:
        columns = etree.Element(f"{MAIN}cols")
        root.find(f"{MAIN}sheetData").addprevious(columns)
    for column in list(columns):
        first, last = int(column.get("min")), int(column.get("max"))
        if first <= target <= last:
            for begin, end in ((first, target - 1), (target + 1, last)):
                if begin <= end:
                    part = deepcopy(column)
                    part.attrib.update({"min": str(begin), "max": str(end)})
                    column.addprevious(part)
            columns.remove(column)
    for column in donor.find(f"{MAIN}cols"):
        if int(column.get("min")) <= number <= int(column.get("max")):
            new = deepcopy(column)
            new.attrib.update({"min": str(target), "max": str(target)})
            columns.append(new)
    columns[:] = sorted(columns, key=lambda column: int(column.get("min")))


def _put_validation(root: Any, donor: Any, number: int, target: int, last_row: int) -> None:
    """Give a column the validation of another sheet's, down to as many rows below the last one."""
    letter = get_column_letter(target)
    for validation in donor.iterfind(f"{MAIN}dataValidations/{MAIN}dataValidation"):
        first_column, first_row, _, end_row = range_boundaries(validation.get("sqref"))
        if first_column == number:
            new = deepcopy(validation)
            new.set("sqref", f"{letter}{first_row}:{letter}{end_row + max(last_row - 1, 0)}")
            _validations(root).append(new)
    checks = root.find(f"{MAIN}dataValidations")
    if checks is not None:
        checks.set("count", str(len(checks)))


def _validations(root: Any) -> Any:
    checks = root.find(f"{MAIN}dataValidations")
    if checks is None:
        checks = etree.Element(f"{MAIN}dataValidations")
        following = next((child for child in root if child.tag in _AFTER_VALIDATIONS), None)
        if following is None:
            root.append(checks)
        else:
            following.addprevious(checks)
    return checks
