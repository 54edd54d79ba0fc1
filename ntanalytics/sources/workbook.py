"""Workbooks: each sheet is a view in an embedded DuckDB, each cell a text.

A typed cell can contain anything. The mapping casts with ``try_cast``, and the contract rejects the rows that do not
fit. A row with a formula that has no stored result is rejected where the mapping reads that column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import python_calamine as calamine

from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SettingsError, SourceRefused
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import check_workbook
from ntanalytics.sources.duckdb_tables import query_tables
from ntanalytics.sources.source import SourceBase
from ntanalytics.sources.workbook_damage import naming_damage
from ntanalytics.sources.workbook_formulas import cells_without_result

#: Text of a cell whose formula has no stored result: no time, no number and no word of a table.
WITHOUT_RESULT = "公式无计算结果"

#: Rows in which a header is looked for below the first one.
_MOST_TITLES = 5


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

    is_read_whole = True

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
            SourceRefused: a sheet or a column of the mapping is missing, or its header is not in the first row.
        """
        # An empty sheet cannot be a view.
        tables = {sheet: table for sheet, table in self.sheets().items() if table.num_columns}
        for sheet, table in tables.items():
            if _is_header_below(sheet, table, mapping):
                raise SourceRefused(
                    tr("the column names of sheet {sheet} are not in its first row", sheet=sheet),
                    where=f"{self.name}: {self._path}",
                    todo=tr("delete the rows above them, such as a title"),
                )
        readable, unreadable = _parted(tables, mapping)
        with self._query(readable, mapping, since, until) as batches:
            rejected = (self._rejected(*part, mapping, since, until) for part in unreadable)
            yield chain(batches, chain.from_iterable(rejected)) if unreadable else batches

    def _query(
        self, tables: dict[str, pa.Table], mapping: Mapping, since: dt.datetime, until: dt.datetime
    ) -> AbstractContextManager[Iterator[pa.RecordBatch]]:
        # A workbook of an older version lacks newer sheets; its other datasets can be read.
        missing = tr("a sheet or a column is missing in {path}", path=self._path)
        todo = tr("`ntanalytics upgrade --write` adds the sheets and columns of this version (docs/upgrade.md)")
        return query_tables(tables, mapping, since, until, self.zone, missing=missing, todo=todo)

    def _rejected(
        self, reason: str, tables: dict[str, pa.Table], mapping: Mapping, since: dt.datetime, until: dt.datetime
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the mapping, each rejected with one reason."""
        with self._query(tables, mapping, since, until) as batches:
            for batch in batches:
                columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                own = next((name for name in columns if name.lower() == "rejected_because"), "rejected_because")
                yield pa.RecordBatch.from_pydict(columns | {own: pa.repeat(pa.scalar(reason), batch.num_rows)})

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
                sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
                lacking = cells_without_result(self._path)
                self._read = (
                    state,
                    {name: _as_text(_cells(sheets[name], lacking.get(name, set()))) for name in sheets},
                )
            return self._read[1]


def _is_header_below(sheet: str, table: pa.Table, mapping: Mapping) -> bool:
    """Return whether a mapping reads a sheet whose header has none of its columns, and a row below has several."""
    if not re.search(rf'\b(FROM|JOIN)\s+"{re.escape(sheet)}"', mapping.sql, re.IGNORECASE):
        return False
    rows = [table.column_names, *(row.values() for row in table.slice(0, _MOST_TITLES).to_pylist())]
    header, *below = (sum(f'"{cell}"' in mapping.sql for cell in row if cell) for row in rows)
    return not header and any(named > 1 for named in below)


def _parted(
    tables: dict[str, pa.Table], mapping: Mapping
) -> tuple[dict[str, pa.Table], list[tuple[str, dict[str, pa.Table]]]]:
    """Return the sheets without the rows that cannot be read, and these by the reason, the other sheets being empty.

    A row cannot be read if a column that the mapping names has a formula without a result.
    """
    readable, unreadable, sql = dict(tables), [], mapping.sql.lower()
    for sheet, table in tables.items():
        if sheet.lower() not in sql:
            continue
        lacking: defaultdict[int, list[str]] = defaultdict(list)
        for name in table.column_names:
            if name.lower() in sql:
                for row in pc.indices_nonzero(pc.equal(table[name], WITHOUT_RESULT)).to_pylist():
                    lacking[row].append(name)
        rows_by_columns: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, names in lacking.items():
            rows_by_columns[tuple(names)].append(row)
        readable[sheet] = table.filter(pa.array([row not in lacking for row in range(table.num_rows)], pa.bool_()))
        for columns, rows in rows_by_columns.items():
            empty = {other: others.slice(0, 0) for other, others in tables.items()}
            unreadable.append((f"{'、'.join(columns)}的公式没有保存计算结果", empty | {sheet: table.take(rows)}))
    return readable, unreadable


def _cells(sheet: calamine.CalamineSheet, lacking: set[tuple[int, int]]) -> list[list[Any]]:
    """Return the cells of a sheet from its first used one on, those without a result with their text."""
    rows = sheet.to_python()
    if not rows or sheet.start is None:
        return rows
    (top, left), width = sheet.start, len(rows[0])
    for row, column in lacking:
        if row > top and left <= column < left + width:
            # rows of nothing else at the end of a sheet are left out
            rows.extend([""] * width for _ in range(row - top + 1 - len(rows)))
            rows[row - top][column - left] = WITHOUT_RESULT
    return rows


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
