"""Spool of an extraction: rows on disk until all of them are there, so that a failed source leaves the lake as it was.

Memory does not grow with the window: rows are written batch by batch to Parquet files, one or more per day, in the
lake's format, and the lake only moves the files.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from ntanalytics import disk_space, duckdb_sandbox
from ntanalytics.contract import Dataset, Kind
from ntanalytics.errors import LakeError
from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.delta import REJECTS
from ntanalytics.lake.parts import day_of
from ntanalytics.language import tr
from ntanalytics.sources.source import BATCH_ROWS

#: Memory of DuckDB during the search for repeated keys; the rest goes to disk.
_MEMORY = "64MB"

#: Rows of counts from which on it is no chance that each is there twice.
_MANY_ROWS = 20

#: Rows of which the keys are compared without an engine of their own; to open one takes longer.
_FEW_ROWS = 20_000


class Spool:
    """Rows of one extraction by day, until they are handed to the lake.

    The spool of a killed extraction is removed by the next one.

    Args:
        folder: the folder of spools, on the lake's disk, so that a full disk is noticed before the commit.
        dataset: the dataset of the rows.

    Attributes:
        rows: day → rows in the spool.

    Raises:
        LakeError: nothing can be written there, or the disk is nearly full.
    """

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._folder = folder / f"{dataset.name}.{secrets.token_hex(8)}"
        self._lock = filelock.FileLock(_lock_of(self._folder))
        self._dataset = dataset
        self._days = self._new_files()
        self._rejects: list[pa.Table] = []
        self._outdated: list[pa.Table] = []
        self.rows: Counter[dt.date] = Counter()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder)
            _check_disk_space(folder)
            self._lock.acquire()
            self._folder.mkdir()
        except OSError as error:
            self._lock.release()
            raise _unwritable(error, folder) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._days.abandon()
        finally:
            self._remove()

    def add(self, rows: pa.Table, rejects: pa.Table) -> None:
        """Add the rows of one checked batch.

        Raises:
            LakeError: the disk is full or nearly full (the ledger needs space, too).
        """
        self._rejects.append(rejects)
        try:
            _check_disk_space(self._folder)
            self.rows.update(self._days.add(rows))
        except OSError as error:
            raise _unwritable(error, self._folder.parent) from error

    def mark_outdated(self, keys: pa.Table | None) -> None:
        """Add keys of cases whose older versions do not hold any more."""
        if keys is not None:
            self._outdated.append(keys)

    def finish(self) -> None:
        """Close the files and reject all but one row of each key (unique within a day; that of a case on all days).

        Raises:
            LakeError: the disk is full.
        """
        try:
            self._days.close()
            # The rows of one case may be on two days.
            groups = [self.files()] if self._dataset.kind is Kind.CASE else list(self._days.files.values())
            groups = [files for files in groups if files and not _is_surely_unique(files, self._dataset.key)]
            if not groups:
                return  # to open an engine takes longer than to read so little
            pa.default_memory_pool().release_unused()  # the search for repeated keys needs memory of its own
            with self._engine() as connection:
                for files in groups:
                    self._drop_duplicates(connection, files)
            pa.default_memory_pool().release_unused()  # DuckDB's, before the lake takes memory of its own
        except OSError as error:
            raise _unwritable(error, self._folder.parent) from error

    def files(self) -> list[Path]:
        """Return the files of all days, for the lake."""
        return sorted(file for files in self._days.files.values() for file in files)

    def outdated(self) -> Path | None:
        """Return a file with the keys of the cases whose older versions do not hold any more; None if there are none.

        Raises:
            LakeError: the disk is full.
        """
        if not self._outdated:
            return None
        file = self._folder / "outdated" / "keys.parquet"
        try:
            file.parent.mkdir(exist_ok=True)
            pq.write_table(pa.concat_tables(self._outdated), file)
        except OSError as error:
            raise _unwritable(error, self._folder.parent) from error
        return file

    def rejects(self) -> pa.Table:
        """Return all rejects, in the schema ``delta.REJECTS``."""
        return pa.concat_tables([REJECTS.empty_table(), *self._rejects])

    def _new_files(self) -> DayFiles:
        unique = self._dataset.key if len(self._dataset.key) == 1 else ()
        return DayFiles(self._folder, self._dataset.schema(), unique)

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()
        _lock_of(self._folder).unlink(missing_ok=True)

    def _drop_duplicates(self, connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
        """Write the files anew with one row of each key, and reject the others."""
        names = self._dataset.schema().names
        key = ", ".join(duckdb_sandbox.sql_names(self._dataset.key))
        paths = ", ".join(f"'{_quoted(str(file))}'" for file in files)
        # Equal keys have equal hashes; a collision of two different keys does no harm, since no row is dropped by it.
        repeats = f"""
            SELECT count(*) - count(DISTINCT hash({key})) FROM read_parquet([{paths}], hive_partitioning = false)
        """  # noqa: S608  # the contract's names
        if not connection.sql(repeats).fetchall()[0][0]:
            return
        doubled = _create_ranking(connection, self._dataset, files)
        same_key = " AND ".join(f"given.{name} IS NOT DISTINCT FROM repeated.{name}" for name in self._dataset.key)
        columns = ", ".join(duckdb_sandbox.sql_names(names))
        kept = connection.sql(f"""
            SELECT {columns} FROM given ANTI JOIN repeated ON {same_key}
            UNION ALL
            SELECT {columns} FROM ranked WHERE number = 1
        """)  # noqa: S608  # the contract's names
        new_files = self._new_files()
        try:
            for batch in kept.to_arrow_reader(BATCH_ROWS):
                # DuckDB changes types and nullability; the cast restores the contract's.
                new_files.add(pa.Table.from_batches([batch]).cast(self._dataset.schema()))
            new_files.close()
        finally:
            new_files.abandon()
        for day in {day_of(file) for file in files}:
            for file in self._days.files.pop(day):
                file.unlink()
        self._days.files |= new_files.files
        self._reject_repeats(connection)
        for source, day, rows in doubled:
            self._reject(source, day, "每行都重复一次", rows)

    def _reject_repeats(self, connection: duckdb.DuckDBPyConnection) -> None:
        reason = f"与另一行的{'、'.join(self._dataset.column(name).label for name in self._dataset.key)}相同"
        query = "SELECT source, day, count(*) FROM ranked WHERE number > 1 GROUP BY source, day ORDER BY day"
        for source, day, rows in connection.sql(query).fetchall():
            self.rows[day] -= rows
            if not self._dataset.counts:
                self._reject(source, day, reason, rows)

    def _reject(self, source: str, day: dt.date, reason: str, rows: int) -> None:
        reject = {"source": source, "day": day, "reason": reason, "source_rows": rows, "record": None}
        self._rejects.append(pa.Table.from_pylist([reject], schema=REJECTS))

    def _engine(self) -> duckdb.DuckDBPyConnection:
        """Return a DuckDB connection that spills to disk beside the rows."""
        connection = duckdb_sandbox.open_connection(memory=_MEMORY, spill=self._folder / "duckdb", is_ordered=False)
        duckdb_sandbox.lock(connection, folders=[self._folder])
        return connection


def _is_surely_unique(files: Sequence[Path], key: Sequence[str]) -> bool:
    """Return whether no key of some files occurs twice, where they are so small that this is known in a moment."""
    if sum(pq.read_metadata(file).num_rows for file in files) > _FEW_ROWS:
        return False
    rows = pa.concat_tables(pq.ParquetFile(file).read(columns=list(key)) for file in files)
    unique = rows.group_by(list(key), use_threads=False).aggregate([])
    return bool(unique.num_rows == rows.num_rows)


def _create_ranking(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, files: Sequence[Path]
) -> list[tuple[str, dt.date, int]]:
    """Create ``given`` (all rows), ``repeated`` (keys of several rows) and ``ranked`` (their rows, numbered by key).

    Returns:
        The rows of counts that are left out, (source, day, rows), where each is there twice; none otherwise.
    """
    key = ", ".join(duckdb_sandbox.sql_names(dataset.key))
    days = pa.table({"filename": [str(file) for file in files], "day": [day_of(file) for file in files]})
    connection.register("days", days)
    paths = ", ".join(f"'{_quoted(str(file))}'" for file in files)
    # The row that changed last is number 1, in whatever order the source gave the rows.
    names = duckdb_sandbox.sql_names(filter(None, (dataset.window, *dataset.schema().names)))
    order = ", ".join(f"{name} DESC NULLS LAST" for name in names)
    same_key = " AND ".join(f"given.{name} IS NOT DISTINCT FROM repeated.{name}" for name in dataset.key)
    counts = dataset.counts
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW given AS SELECT * EXCLUDE (filename)
        FROM read_parquet([{paths}], hive_partitioning = false, filename = true) JOIN days USING (filename)
    """)  # noqa: S608  # quoted paths
    is_doubled = bool(counts) and _is_doubled(connection, key, counts)
    # Two words of a product with one word of the contract make two rows of one key: their counts are added up.
    added = f"CAST(sum({counts}) OVER (PARTITION BY {key}) AS BIGINT) // {2 if is_doubled else 1}"
    total = f"* REPLACE ({added} AS {counts})" if counts else "*"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM given GROUP BY {key} HAVING count(*) > 1;
        CREATE OR REPLACE TEMP TABLE ranked AS
        SELECT {total}, row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS number
        FROM given SEMI JOIN repeated ON {same_key};
    """)  # noqa: S608  # the contract's names
    halves = "SELECT source, day, count(*) // 2 FROM given GROUP BY source, day ORDER BY day"
    return connection.sql(halves).fetchall() if is_doubled else []


def _is_doubled(connection: duckdb.DuckDBPyConnection, key: str, counts: str) -> bool:
    """Return whether each of many rows of counts is there an even number of times, which chance does not do."""
    query = f"""
        SELECT count(*) >= {_MANY_ROWS} AND bool_and(rows % 2 = 0)
        FROM (SELECT count(*) AS rows FROM given GROUP BY {key}, {counts})
    """  # noqa: S608  # the contract's names
    return bool(connection.sql(query).fetchall()[0][0])


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def sweep(folder: Path) -> None:
    """Remove the spools of processes that have ended: the end of a process, in any way, frees its lock."""
    if not folder.is_dir():
        return
    for spool in folder.iterdir():
        if not spool.is_dir():
            continue
        lock = filelock.FileLock(_lock_of(spool), blocking=False)
        try:
            with lock:
                shutil.rmtree(spool, ignore_errors=True)
        except filelock.Timeout:
            continue
        _lock_of(spool).unlink(missing_ok=True)


def _check_disk_space(folder: Path) -> None:
    if warning := disk_space.low_space_message(folder):
        raise LakeError(warning, where=str(folder), todo=tr("free some space, then take it again"))


def _unwritable(error: OSError, folder: Path) -> LakeError:
    return LakeError(
        tr("cannot write what is taken: {strerror}", strerror=error.strerror or error),
        where=str(folder),
        todo=tr("is the disk full, or the folder read-only?"),
    )
