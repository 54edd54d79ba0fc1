"""Workbooks: each sheet is a view in an embedded DuckDB, each cell a text.

A typed cell can contain anything. The mapping casts with ``try_cast``, and the contract rejects the rows that do not
fit.
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
from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import check_workbook
from ntanalytics.sources.duckdb_tables import query_tables
from ntanalytics.sources.source import SourceBase
from ntanalytics.sources.workbook_damage import naming_damage


class WorkbookSource(SourceBase):
    """An .xlsx file; its sheets are tables with a header row.

    Args:
        name: name of the source in ntanalytics.yml.
        settings: its settings with the path.
        product: product of the workbook.
        zone: time zone of its naive times.

    Raises:
        SettingsError: the path is missing.
    """

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        if settings.path is None:
            raise SettingsError(
                tr("a workbook needs a path"), where=f"sources.{name}", todo=tr("add `path: FILE.xlsx`")
            )
        super().__init__(name, product, zone)
        self._path: Path = settings.path
        #: The file as it was when its sheets were read last, and these: each dataset reads the same workbook.
        self._read: tuple[tuple[int, int, int], dict[str, pa.Table]] | None = None

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """Yield the rows of the mapping in the window; see :meth:`Source.read`.

        Raises:
            SourceUnreachable, SourceDamaged: the file does not exist, is damaged or not a workbook.
            SourceRefused: a sheet or a column of the mapping is missing.
        """
        # An empty sheet cannot be a view.
        tables = {sheet: table for sheet, table in self.sheets().items() if table.num_columns}
        # A workbook of an older version lacks newer sheets; its other datasets can be read.
        missing = tr("a sheet or a column is missing in {path}", path=self._path)
        todo = tr("`ntanalytics upgrade --write` adds the sheets and columns of this version (docs/upgrade.md)")
        with query_tables(tables, mapping, since, until, self.zone, missing=missing, todo=todo) as batches:
            yield batches

    def sheets(self) -> dict[str, pa.Table]:
        """Return sheet name → table of text, with the first row as header; an empty sheet has no column.

        Raises:
            SourceUnreachable, SourceDamaged: the file does not exist, is damaged or not a workbook.
            SourceRefused: the content would fill the memory.
        """
        where = f"{self.name}: {self._path}"
        with naming_damage(self._path, where):
            status = self._path.stat()
            state = (status.st_ino, status.st_size, status.st_mtime_ns)
            if self._read is None or self._read[0] != state:
                check_workbook(self._path, where)
                book = calamine.CalamineWorkbook.from_path(str(self._path))
                self._read = (
                    state,
                    {name: _as_text(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names},
                )
            return self._read[1]


def _as_text(rows: list[list[Any]]) -> pa.Table:
    """Return a sheet as a table of text: the first row is the header, empty cells are null.

    A column with an empty or a repeated name (case-insensitive) gets its number as name.
    """
    header, *body = rows or [[]]
    names: list[str] = []
    used: set[str] = set()
    for index, cell in enumerate(header):
        name = str(cell).strip()
        names.append(name if name and name.lower() not in used else f"column_{index + 1}")
        used.add(names[-1].lower())
    columns = [[_text(row[index]) for row in body] for index in range(len(names))]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=names)


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
