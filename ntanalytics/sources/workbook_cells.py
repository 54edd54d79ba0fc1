"""Cells of a workbook's sheet as a table of text, with what a person sees in them beyond their own text.

A merged cell holds its text for each of its rows; two columns or two sheets may have one name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from ntanalytics.sources.workbook_formulas import cells_without_value

#: Rows in which a header is looked for below the first one.
MOST_TITLES = 5

#: Name of a column without one.
_UNNAMED = re.compile(r"column_\d+")


@dataclass(frozen=True, kw_only=True)
class WorkbookSheet:
    """One sheet.

    Attributes:
        table: its rows as text, with the first row as header; an empty sheet has no column.
        merged: first row, last row and column of each cell that is merged over several rows below the header.
        repeated: names of columns, in lower case, behind which one of the same name has texts that they lack.
        is_repeated: whether another sheet has its name, but for blanks around it.
    """

    table: pa.Table
    merged: tuple[tuple[int, int, str], ...]
    repeated: frozenset[str]
    is_repeated: bool

    @property
    def has_title(self) -> bool:
        """True if the first row has one text at most, and a row below it several: it is a title, and no header."""
        rows = [row.values() for row in self.table.slice(0, MOST_TITLES).to_pylist()]
        header = [name for name in self.table.column_names if not _UNNAMED.fullmatch(name)]
        return len(header) <= 1 and any(sum(cell is not None for cell in row) > 1 for row in rows)

    def has_rows(self, names: Collection[str]) -> bool:
        """Return whether a row has a text in one of some columns."""
        return any(self.table[name].null_count < self.table.num_rows for name in names)

    def spread(self, names: Collection[str]) -> pa.Table:
        """Return the table with the text of merged cells in each of their rows that has a text of its own.

        Args:
            names: columns that are read. A row that is empty in all of them belongs to the one above it.
        """
        merged = [span for span in self.merged if span[2] in names]
        if not merged:
            return self.table
        columns = {name: self.table[name].to_pylist() for name in self.table.column_names}
        is_own = [any(cells) for cells in zip(*(columns[name] for name in names), strict=True)]
        for first, last, name in merged:
            for row in range(first + 1, min(last + 1, len(is_own))):
                if is_own[row]:
                    columns[name][row] = columns[name][first]
        return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def read_sheets(path: Path) -> dict[str, WorkbookSheet]:
    """Return sheet name, without blanks around it → sheet.

    Args:
        path: a workbook within the limits of :func:`ntanalytics.sources.archive_limits.check_workbook`.
    """
    book, lacking = calamine.CalamineWorkbook.from_path(str(path)), cells_without_value(path)
    names = [name.strip() for name in book.sheet_names]
    return {
        name: _sheet(book.get_sheet_by_name(own), lacking.get(own, {}), is_repeated=names.count(name) > 1)
        for own, name in zip(book.sheet_names, names, strict=True)
    }


def _sheet(sheet: calamine.CalamineSheet, lacking: Map[tuple[int, int], str], *, is_repeated: bool) -> WorkbookSheet:
    """Return a sheet; an empty or a repeated name of a column (case-insensitive) becomes its number."""
    header, *body = _cells(sheet, lacking) or [[]]
    texts, names = [str(cell).strip() for cell in header], list[str]()
    for index, text in enumerate(texts):
        is_new = text and text.lower() not in map(str.lower, names)
        names.append(text if is_new else f"column_{index + 1}")
    columns = [[_text(row[index]) for row in body] for index in range(len(names))]
    top, left = sheet.start or (0, 0)
    spans = [
        (first - top - 1, last - top - 1, column - left)
        for (first, column), (last, _) in sheet.merged_cell_ranges or ()
        if last > first > top
    ]
    lower = [text.lower() for text in texts]
    firsts = [lower.index(text) for text in lower]
    repeated = (
        lower[first]
        for index, first in enumerate(firsts)
        if lower[first] and any(own and not cell for cell, own in zip(columns[first], columns[index], strict=True))
    )
    return WorkbookSheet(
        table=pa.table([pa.array(column, pa.string()) for column in columns], names=names),
        merged=tuple((first, last, names[place]) for first, last, place in spans if 0 <= place < len(names)),
        repeated=frozenset(repeated),
        is_repeated=is_repeated,
    )


def _cells(sheet: calamine.CalamineSheet, lacking: Map[tuple[int, int], str]) -> list[list[Any]]:
    """Return the cells of a sheet from its first used one on, those without a value with their text."""
    rows = sheet.to_python()
    if not rows or sheet.start is None:
        return rows
    (top, left), width = sheet.start, len(rows[0])
    for (row, column), text in lacking.items():
        if row > top and left <= column < left + width:
            # rows of nothing else at the end of a sheet are left out
            rows.extend([""] * width for _ in range(row - top + 1 - len(rows)))
            rows[row - top][column - left] = text
    return rows


def _text(cell: Any) -> str | None:
    """Return a cell as text: ISO times, plain numbers, TRUE and FALSE."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell).strip()
