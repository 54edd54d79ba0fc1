"""Workbooks: each sheet is a view in an embedded DuckDB, each cell a text.

A typed cell can contain anything. The mapping casts with ``try_cast``, and the contract rejects the rows that do not
fit. A row with a formula that has no stored result, or with an error value, is rejected where the mapping reads that
column. A merged cell holds for all of its rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SettingsError, SourceEmptied, SourceRefused
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import check_workbook
from ntanalytics.sources.duckdb_tables import query_tables
from ntanalytics.sources.source import SourceBase
from ntanalytics.sources.workbook_cells import MOST_TITLES, WorkbookSheet, read_sheets
from ntanalytics.sources.workbook_damage import naming_damage
from ntanalytics.sources.workbook_formulas import ERROR_VALUE, WITHOUT_RESULT

#: Text of a cell without a value → the reason for which its row is rejected, behind the names of the columns.
_REASONS = {WITHOUT_RESULT: "的公式没有保存计算结果", ERROR_VALUE: "是错误值（如 #N/A）"}

#: Names of sheets, of columns, and those that a mapping gives itself, in its SQL without comments.
_READ = re.compile(r'\b(?:FROM|JOIN)\s+"([^"]+)"', re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]+)"')
_NAMED = re.compile(r'\bAS\s+"([^"]+)"', re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)


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
        self._read: tuple[tuple[int, int, int], dict[str, WorkbookSheet]] | None = None

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """Yield the rows of the mapping in the window; see :meth:`Source.read`.

        Raises:
            SourceUnreachable, SourceDamaged: the file does not exist, is damaged or not a workbook.
            SourceRefused: a sheet or a column of the mapping is missing or there twice, or the header of a sheet is not
                in its first row.
        """
        # An empty sheet cannot be a view.
        sheets = {name: sheet for name, sheet in self.sheets().items() if sheet.table.num_columns}
        for name, sheet in sheets.items():
            if _is_read(name, mapping):
                _require_clear(name, sheet, mapping, f"{self.name}: {self._path}")
        tables = {name: sheet.spread(_named_columns(sheet, mapping)) for name, sheet in sheets.items()}
        readable, unreadable = _parted(tables, mapping)
        with ExitStack() as held:
            try:
                batches = held.enter_context(self._query(readable, mapping, since, until))
            except SourceRefused as error:
                raise self._naming_missing(error, mapping) from None
            rejected = (self._rejected(*part, mapping, since, until) for part in unreadable)
            yield chain(batches, chain.from_iterable(rejected)) if unreadable else batches

    def require_rows(self, mapping: Mapping) -> None:
        """Check that a sheet of the mapping has a row; see :meth:`Source.require_rows`."""
        named = {
            name: _named_columns(sheet, mapping) for name, sheet in self.sheets().items() if _is_read(name, mapping)
        }
        read = {name: columns for name, columns in named.items() if columns}  # of others reading tells what is wrong
        if not read or any(self.sheets()[name].has_rows(columns) for name, columns in read.items()):
            return
        raise SourceEmptied(
            tr("sheet {sheet} has no row any more", sheet=", ".join(read)),
            where=f"{self.name}: {self._path}",
            todo=tr(
                "put its rows back, if need be from a copy of the file; of a workbook that was begun anew, take over"
                " the last rows of the old one"
            ),
        )

    def _query(
        self, tables: dict[str, pa.Table], mapping: Mapping, since: dt.datetime, until: dt.datetime
    ) -> AbstractContextManager[Iterator[pa.RecordBatch]]:
        # A workbook of an older version lacks newer sheets; its other datasets can be read.
        missing = tr("a sheet or a column is missing in {path}", path=self._path)
        return query_tables(tables, mapping, since, until, self.zone, missing=missing, todo=_given_back())

    def _naming_missing(self, error: SourceRefused, mapping: Mapping) -> SourceRefused:
        """Return the error of a refused mapping; where a sheet or a column is missing, it names it."""
        sheets = self.sheets()
        read = dict.fromkeys(_READ.findall(sql := _COMMENT.sub("", mapping.sql)))
        if absent := [name for name in read if name not in sheets]:
            what = tr(
                "there is no sheet {sheet}, which {mapping} reads", sheet=", ".join(absent), mapping=mapping.path.name
            )
            return SourceRefused(what, where=f"{self.name}: {self._path}", todo=_given_back())
        own = {name.lower() for sheet in read for name in sheets[sheet].table.column_names}
        named = dict.fromkeys(_QUOTED.findall(sql)).keys() - read.keys() - set(_NAMED.findall(sql))
        lacking = sorted(name for name in named if name.lower() not in own)
        if not lacking or len(read) != 1:
            return error
        (sheet,) = read
        what = tr(
            "sheet {sheet} has no column {column}, which {mapping} reads",
            sheet=sheet,
            column=", ".join(lacking),
            mapping=mapping.path.name,
        )
        return SourceRefused(what, where=f"{self.name}: {self._path}", todo=_given_back())

    def _rejected(
        self, reason: str, tables: dict[str, pa.Table], mapping: Mapping, since: dt.datetime, until: dt.datetime
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the mapping, each rejected with one reason."""
        with self._query(tables, mapping, since, until) as batches:
            for batch in batches:
                columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                own = next((name for name in columns if name.lower() == "rejected_because"), "rejected_because")
                yield pa.RecordBatch.from_pydict(columns | {own: pa.repeat(pa.scalar(reason), batch.num_rows)})

    def sheets(self) -> dict[str, WorkbookSheet]:
        """Return sheet name → sheet, as a table of text with the first row as header.

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
                self._read = (state, read_sheets(self._path))
            return self._read[1]


def _given_back() -> str:
    return tr(
        "give what was renamed its former name back; `ntanalytics upgrade --write` adds what this version has newly"
        " (docs/upgrade.md)"
    )


def _is_read(sheet: str, mapping: Mapping) -> bool:
    """Return whether a mapping reads a sheet."""
    return bool(re.search(rf'\b(FROM|JOIN)\s+"{re.escape(sheet)}"', mapping.sql, re.IGNORECASE))


def _named_columns(sheet: WorkbookSheet, mapping: Mapping) -> list[str]:
    """Return the columns of a sheet that a mapping names."""
    sql = mapping.sql.lower()
    return [name for name in sheet.table.column_names if name.lower() in sql]


def _require_clear(name: str, sheet: WorkbookSheet, mapping: Mapping, where: str) -> None:
    """Check that a sheet and its columns can be told by their names.

    Raises:
        SourceRefused: its header is not in the first row, or a name stands there twice.
    """
    if _is_header_below(sheet.table, mapping):
        raise without_header(name, where)
    todo = tr("delete one of the two, or give it another name")
    if sheet.is_repeated:
        what = tr("two sheets have the name {sheet}, but for blanks around it", sheet=name)
        raise SourceRefused(what, where=where, todo=todo)
    if twice := [column for column in sorted(sheet.repeated) if f'"{column}"' in mapping.sql.lower()]:
        what = tr("sheet {sheet} has two columns with the name {column}", sheet=name, column=", ".join(twice))
        raise SourceRefused(what, where=where, todo=todo)


def without_header(sheet: str, where: str) -> SourceRefused:
    """Return the error of a sheet that has other rows above its column names."""
    what = tr("the column names of sheet {sheet} are not in its first row", sheet=sheet)
    return SourceRefused(what, where=where, todo=tr("delete the rows above them, such as a title"))


def _is_header_below(table: pa.Table, mapping: Mapping) -> bool:
    """Return whether the header of a sheet has none of a mapping's columns, and a row below has several."""
    rows = [table.column_names, *(row.values() for row in table.slice(0, MOST_TITLES).to_pylist())]
    header, *below = (sum(f'"{cell}"' in mapping.sql for cell in row if cell) for row in rows)
    return not header and any(named > 1 for named in below)


def _parted(
    tables: dict[str, pa.Table], mapping: Mapping
) -> tuple[dict[str, pa.Table], list[tuple[str, dict[str, pa.Table]]]]:
    """Return the sheets without the rows that cannot be read, and these by the reason, the other sheets being empty.

    A row cannot be read if a column that the mapping names has a formula without a result, or an error value. A row of
    error values alone is empty: a formula was filled down beyond the last record.
    """
    readable, unreadable, sql = dict(tables), [], mapping.sql.lower()
    markers = pa.array(_REASONS)
    for sheet, table in tables.items():
        if sheet.lower() not in sql:
            continue
        named = table.select([name for name in table.column_names if name.lower() in sql])
        is_lacking = pa.repeat(False, table.num_rows)
        for column in named.columns:
            is_lacking = pc.or_(pc.is_in(column, markers), is_lacking)
        lacking = pc.indices_nonzero(is_lacking)
        rows_by_reason: defaultdict[str, list[int]] = defaultdict(list)
        for row, cells in zip(lacking.to_pylist(), named.take(lacking).to_pylist(), strict=True):
            if set(cells.values()) - {None, ERROR_VALUE}:
                rows_by_reason[_reason(cells)].append(row)
        readable[sheet] = table.filter(pc.invert(is_lacking))
        for reason, rows in rows_by_reason.items():
            empty = {other: others.slice(0, 0) for other, others in tables.items()}
            unreadable.append((reason, empty | {sheet: table.take(rows)}))
    return readable, unreadable


def _reason(cells: dict[str, str | None]) -> str:
    """Return why a row cannot be read, from its cells by the name of the column."""
    parts = {text: "、".join(name for name, cell in cells.items() if cell == text) for text in _REASONS}
    return "，".join(f"{names}{_REASONS[text]}" for text, names in parts.items() if names)
