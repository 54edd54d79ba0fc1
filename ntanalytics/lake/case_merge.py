"""Merge of cases by key: a new row replaces the row with the same key, on any day.

The files with replaced rows are rewritten, separately for each source, in one commit. Only the keys of the table are
read, and only in files with bounds that include a new key, so memory use does not depend on the size of the table.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import RemoveAction

from ntanalytics import duckdb_sandbox
from ntanalytics.contract import Dataset
from ntanalytics.lake.commit import (
    ATTEMPTS,
    CommitConflict,
    TableFile,
    commit,
    files_of,
    remove_action,
    unchanged_files,
)
from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.parts import PartFiles, day_of, read_parts
from ntanalytics.lake.table_location import TableLocation

#: Memory limit of DuckDB; further data go to disk.
_MEMORY = "56MB"

#: Rows read from DuckDB at a time.
_BATCH = 32_768

#: Rows, new ones and those of their days, that are compared in memory before an engine is opened for them, at most.
_FEW_ROWS = 20_000


@dataclass(frozen=True)
class _File:
    """A file of a version that may have rows of the source.

    Attributes:
        entry: its entry in the table.
        is_own: whether all its rows are of the source.
    """

    entry: TableFile
    is_own: bool

    @property
    def path(self) -> str:
        """Path below the folder of the table."""
        return str(self.entry["path"])

    @property
    def day(self) -> dt.date:
        """Day of its rows."""
        day: dt.date = self.entry["partition.day"]
        return day


def merge_cases(
    location: TableLocation, dataset: Dataset, files: Sequence[Path], source: str, outdated: Path | None = None
) -> None:
    """Merge the rows of ``files`` into a table by their key, in at most one commit.

    Few rows that are there already change nothing: cases are read again until nothing can change them any more.

    Args:
        location: location of the table; it is created if it does not exist.
        dataset: dataset of kind case.
        files: files of :class:`ntanalytics.lake.parts.PartWriter`, one day each, with distinct keys; they stay. Without
            files and outdated keys nothing changes.
        source: source of all rows.
        outdated: file with the keys of further rows that leave the table (a Parquet file beside the days of ``files``).

    Raises:
        SchemaMismatch, DeltaError, OSError, ArrowException, duckdb.Error: the merge failed; the table is unchanged.
        CommitConflict: other writers were faster each time.
        LakeError: the result is unknown.
    """
    for attempt in range(1, ATTEMPTS + 1) if files or (outdated and location.is_table()) else ():
        try:
            _merge(location, dataset, files, source, outdated)
        except CommitConflict:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def _has_rows(location: TableLocation, dataset: Dataset, files: Sequence[Path], old_files: Iterable[_File]) -> bool:
    """Return whether a table on this host has each row of ``files``, where these days have few rows."""
    days = {day_of(file) for file in files}
    held = [file for file in old_files if file.day in days]
    count = sum(pq.read_metadata(file).num_rows for file in files) + sum(file.entry["num_records"] for file in held)
    if location.bucket or count > _FEW_ROWS:
        return False
    held_files = [location.folder / file.path for file in held]
    try:
        new, there = (read_parts(paths, dataset.schema()).read_all() for paths in (files, held_files))
    except (OSError, pa.ArrowException):  # a file is damaged, or of an older version of the contract
        return False
    return _distinct(pa.concat_tables([there, new])) == _distinct(there)


def _distinct(rows: pa.Table) -> int:
    """Return the number of different rows."""
    return int(rows.group_by(rows.schema.names, use_threads=False).aggregate([]).num_rows)


def _merge(
    location: TableLocation, dataset: Dataset, files: Sequence[Path], source: str, outdated: Path | None
) -> None:
    table = location.open() if location.is_table() else None
    known = _files(table, source, dataset.key[0])
    # cases are read again until nothing can change them any more, and no other file has a key of a file that is kept
    kept = unchanged_files(location, [remove_action(file.entry) for file in known if file.is_own], files)
    files = [file for file in files if day_of(file) not in kept]
    old_files = [file for file in known if file.path not in kept.values()]
    if not outdated and _has_rows(location, dataset, files, old_files):
        return
    parts = PartFiles(location, source)
    rewritten: dict[str, DayFiles] = {}
    try:
        affected = _rewrite(location, dataset, files, outdated, old_files, source, rewritten) if old_files else []
        shared_days = {file.day for file in _partial(affected) if file.is_own}
        for rows in _rows([file for file in files if day_of(file) in shared_days], dataset.schema()):
            rewritten.setdefault(source, _day_files(location, dataset)).add(rows)
        for owner, day_files in rewritten.items():
            day_files.close()
            parts.add_files((path for paths in day_files.files.values() for path in paths), owner)
        parts.add_files((file for file in files if day_of(file) not in shared_days), keep_original=True)
    except BaseException:
        for day_files in rewritten.values():
            day_files.abandon(remove=True)
        parts.remove()
        raise

    if not files and not affected:
        return

    def find_removed(newest: DeltaTable) -> list[RemoveAction]:
        if set(_files_with_source(newest, source)["path"].to_pylist()) != {file.path for file in known}:
            raise CommitConflict
        return [remove_action(file.entry) for file, _ in affected]

    same_key = " AND ".join(f"{name} IS NOT DISTINCT FROM new_rows.{name}" for name in dataset.key)
    commit(location, parts, dataset.schema(), find_removed, f"source = '{source}' AND {same_key}", name=dataset.name)


def _rewrite(
    location: TableLocation,
    dataset: Dataset,
    files: Sequence[Path],
    outdated: Path | None,
    old_files: Sequence[_File],
    source: str,
    rewritten: dict[str, DayFiles],
) -> list[tuple[_File, int]]:
    """Add the rows that stay to ``rewritten`` (source → its files); return the files that leave the table.

    Returns:
        See :meth:`_Keys.affected_files`.
    """
    with _keys(location, dataset, [*files, *([outdated] if outdated else [])]) as keys:
        affected = keys.affected_files(old_files, source, {day_of(file) for file in files})
        for rows, owner in keys.remaining_rows(_partial(affected), source):
            rewritten.setdefault(owner, _day_files(location, dataset)).add(rows)
    return affected


def _partial(affected: Iterable[tuple[_File, int]]) -> list[_File]:
    """Return the files of which some rows stay."""
    return [file for file, replaced in affected if replaced < file.entry["num_records"]]


def _files_with_source(table: DeltaTable, source: str) -> pa.Table:
    """Return the files of a version that may have rows of a source."""
    files = files_of(table)
    if not {"min.source", "max.source"} <= set(files.schema.names):
        return files
    others = pc.or_(pc.greater(files["min.source"], source), pc.less(files["max.source"], source))
    return files.filter(pc.invert(pc.fill_null(others, False)))


def _files(table: DeltaTable | None, source: str, key: str) -> list[_File]:
    """Return the files of a version that may have rows of a source, with the bounds of a key column."""
    if table is None:
        return []
    files = _files_with_source(table, source)
    wanted = ["path", "size_bytes", "num_records", "partition.day"]
    wanted += [f"{bound}.{name}" for bound in ("min", "max") for name in ("source", key)]
    entries = files.select([name for name in wanted if name in files.schema.names]).to_pylist()
    return [_File(entry, entry.get("min.source") == entry.get("max.source") == source) for entry in entries]


def _day_files(location: TableLocation, dataset: Dataset) -> DayFiles:
    return DayFiles(location.folder, dataset.schema(), dataset.key if len(dataset.key) == 1 else ())


@contextlib.contextmanager
def _keys(location: TableLocation, dataset: Dataset, files: Sequence[Path]) -> Iterator[_Keys]:
    """Yield the keys of the new rows and of the outdated ones, in a DuckDB that spills to disk beside the files."""
    folder = files[0].parent.parent
    with duckdb_sandbox.open_connection(memory=_MEMORY, spill=folder / "duckdb", is_ordered=False) as connection:
        duckdb_sandbox.lock(connection, folders=[folder, location.folder])
        key = ", ".join(duckdb_sandbox.sql_names(dataset.key))
        connection.execute(f"CREATE TEMP TABLE new_rows AS SELECT {key} FROM {_read(files)}")  # noqa: S608 - our own names
        yield _Keys(connection, location, dataset)


class _Keys:
    """Queries on the keys of the new rows; see :func:`_keys`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, location: TableLocation, dataset: Dataset) -> None:
        self._connection = connection
        self._location = location
        self._dataset = dataset
        self._same_key = " AND ".join(f"old_rows.{name} IS NOT DISTINCT FROM new_rows.{name}" for name in dataset.key)

    def affected_files(self, files: Iterable[_File], source: str, days: set[dt.date]) -> list[tuple[_File, int]]:
        """Return the files that a merge rewrites or removes, each with its number of replaced rows.

        Files of the source alone on a day of the new rows are included, so that a source has one file per day.
        """
        files = list(files)
        by_path = {str(self._location.folder / file.path): file for file in files}
        candidates = self._candidates(files)
        replaced: dict[str, int] = {}
        if candidates:
            paths = self._location.local_files(file.path for file in candidates)
            rows = self._connection.execute(
                f"SELECT filename, count(*) FROM {_read(paths, ', filename = true')} AS old_rows "  # noqa: S608 - our own names
                f"SEMI JOIN new_rows ON {self._same_key} WHERE old_rows.source = $source GROUP BY filename",
                {"source": source},
            ).fetchall()
            replaced = dict(rows)
        return [
            (file, replaced.get(path, 0))
            for path, file in by_path.items()
            if path in replaced or (file.is_own and file.day in days)
        ]

    def _candidates(self, files: list[_File]) -> list[_File]:
        """Return the files with bounds of the first key column that include a new key."""
        name = self._dataset.key[0]
        bounds = {
            "number": list(range(len(files))),
            "low": [file.entry.get(f"min.{name}") for file in files],
            "high": [file.entry.get(f"max.{name}") for file in files],
        }
        self._connection.register("bounds", pa.table(bounds, schema=_bounds_schema(self._dataset, name)))
        rows = self._connection.execute(
            f"SELECT number FROM bounds WHERE low IS NULL OR high IS NULL UNION ALL "  # noqa: S608 - our own names
            f"SELECT number FROM bounds ASOF JOIN new_rows ON new_rows.{name} >= bounds.low "
            f"WHERE new_rows.{name} <= bounds.high"
        ).fetchall()
        return [files[number] for (number,) in sorted(rows)]

    def remaining_rows(self, files: Sequence[_File], source: str) -> Iterator[tuple[pa.Table, str]]:
        """Yield the rows of files that are not replaced, with their source."""
        if not files:
            return
        schema = self._dataset.schema()
        names = [name for name in schema.names if name != "day"]
        paths = [str(path) for path in self._location.local_files(file.path for file in files)]
        self._connection.register("days", pa.table({"filename": paths, "day": [file.day for file in files]}))
        columns = ", ".join(f"old_rows.{name}" for name in names)
        rows = self._connection.sql(
            f"SELECT {columns}, days.day FROM {_read(paths, ', filename = true')} AS old_rows "  # noqa: S608 - our own names
            f"JOIN days ON old_rows.filename = days.filename "
            f"ANTI JOIN new_rows ON old_rows.source = $source AND {self._same_key}",
            params={"source": source},
        )
        for batch in rows.to_arrow_reader(_BATCH):
            table = pa.Table.from_batches([batch]).cast(schema)
            for owner in pc.unique(table["source"]).to_pylist():
                yield table.filter(pc.equal(table["source"], owner)), owner


def _bounds_schema(dataset: Dataset, name: str) -> pa.Schema:
    kind = dataset.schema().field(name).type
    return pa.schema([("number", pa.int64()), ("low", kind), ("high", kind)])


def _rows(files: Iterable[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    for batch in read_parts(files, schema):
        yield pa.Table.from_batches([batch])


def _read(files: Iterable[Path | str], options: str = "") -> str:
    paths = ", ".join(duckdb_sandbox.sql_literal(str(file)) for file in files)
    return f"read_parquet([{paths}], hive_partitioning = false, union_by_name = true{options})"
