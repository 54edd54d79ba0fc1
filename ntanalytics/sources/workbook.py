"""Workbooks: each sheet is a view in an embedded DuckDB, every cell as text.

A cell that a person typed can be anything; the mapping casts what it needs with ``try_cast`` and
the contract sets aside what does not fit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import python_calamine as calamine

from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SettingsError, SourceUnreachable
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import DAMAGED, check_workbook
from ntanalytics.sources.duckdb_tables import over_tables


class WorkbookSource:
    """An .xlsx file whose sheets are tables with a header row.

    Args:
        name: the source's name in ntanalytics.yml.
        settings: its path.
        product: what it is.
        zone: the zone of its naive times.

    Raises:
        SettingsError: no path is given.
    """

    chunk_days = 0
    silence_is_absence = False

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        if settings.path is None:
            raise SettingsError("a workbook needs a path", where=f"sources.{name}", todo="add `path: FILE.xlsx`")
        self.name = name
        self.product = product
        self.zone = zone
        self._path: Path = settings.path

    def mapping(self, dataset: str) -> Mapping:
        """The mapping for a dataset."""
        return self.product.mapping(dataset, "duckdb")

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """None: a day without a row in a ledger is a day on which nothing was written."""
        return set()

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """The mapping's rows in the window; see :class:`ntanalytics.sources.source.Source`.

        Raises:
            SourceUnreachable: there is no such file, or it is no workbook.
            SourceRefused: a sheet or a column that the mapping names is not there.
        """
        # A workbook may hold an empty sheet, which cannot be a view.
        tables = {sheet: table for sheet, table in self.sheets().items() if table.num_columns}
        # A workbook of an older version lacks the newer sheets; its other datasets are read all the same.
        missing = f"a sheet or a column is missing in {self._path}"
        todo = "copy the sheet with its header row from the workbook that `ntanalytics init DIR` writes"
        with over_tables(tables, mapping, since, until, self.zone, missing=missing, todo=todo) as batches:
            yield batches

    def sheets(self) -> dict[str, pa.Table]:
        """Every sheet as a table of text, named by its first row; a sheet that is empty has no column.

        Raises:
            SourceUnreachable: there is no such file, or it is no workbook.
            SourceRefused: it would fill the memory.
        """
        where = f"{self.name}: {self._path}"
        try:
            check_workbook(self._path, where)
            book = calamine.CalamineWorkbook.from_path(str(self._path))
            return {name: _as_text(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names}
        except (OSError, calamine.CalamineError, calamine.ZipError, calamine.XmlError, *DAMAGED) as error:
            raise SourceUnreachable(
                f"cannot read the workbook: {error}",
                where=where,
                todo="it must be an .xlsx file that is whole, readable and without a password",
            ) from error


def _as_text(rows: list[list[Any]]) -> pa.Table:
    """A sheet as a table of text: the first row names the columns, empty cells are null.

    A column without a name, or named as one before it (in whatever case), is named by its number.
    """
    header, *body = rows or [[]]
    names: list[str] = []
    known: set[str] = set()
    for index, cell in enumerate(header):
        name = str(cell).strip()
        names.append(name if name and name.lower() not in known else f"column_{index + 1}")
        known.add(names[-1].lower())
    columns = [[_text(row[index]) for row in body] for index in range(len(names))]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=names)


def _text(cell: Any) -> str | None:
    """A cell as text: ISO times, plain numbers, TRUE and FALSE."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell).strip()
