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

#: Rows of days of which an engine looks for repeated keys at once: for each of its statements on a day it takes longer
#: to begin than for the rows.
_ROWS_AT_ONCE = 100_000


#: Rows of which the hashes are sorted in memory, in 32 MB: half the time of a table of hashes, which spills to disk.
_MOST_SORTED = 4_000_000


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
            groups = self._groups()
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

    def _groups(self) -> list[list[Path]]:
        """Return the files that may have repeated keys, those together in which the engine looks for them at once."""
        # The rows of one case may be on two days.
        is_case = self._dataset.kind is Kind.CASE
        compared = [self.files()] if is_case else [self._days.files[day] for day in sorted(self._days.files)]
        groups: list[list[Path]] = []
        rows = 0
        for files in compared:
            if not files or _is_surely_unique(files, self._dataset.key):
                continue
            more = sum(self.rows[day] for day in {day_of(file) for file in files})
            if not groups or rows + more > _ROWS_AT_ONCE:
                groups.append([])
                rows = 0
            groups[-1] += files
            rows += more
        return groups

    @property
    def _unique(self) -> list[str]:
        """Names of the columns, as SQL, that no two rows share; that of a case holds on all days."""
        days = () if self._dataset.kind is Kind.CASE else ("day",)
        return duckdb_sandbox.sql_names((*self._dataset.key, *days))

    def _new_files(self) -> DayFiles:
        unique = self._dataset.key if len(self._dataset.key) == 1 else ()
        return DayFiles(self._folder, self._dataset.schema(), unique)

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()
        _lock_of(self._folder).unlink(missing_ok=True)

    def _drop_duplicates(self, connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
        """Write the files anew with one row of each key, and reject the others."""
        key, days = ", ".join(self._unique), {day_of(file) for file in files}
        _create_given(connection, files)
        # Equal keys have equal hashes; a collision of two different keys does no harm, since no row is dropped by it.
        if not _has_repeats(connection, f"hash({key})", sum(self.rows[day] for day in days)):
            return
        doubled = _create_ranking(connection, self._dataset, self._unique)
        columns = ", ".join(duckdb_sandbox.sql_names(self._dataset.schema().names))
        kept = connection.sql(f"""
            SELECT {columns} FROM given ANTI JOIN repeated ON {_same(self._unique)}
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
        for day in days:
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


def _create_given(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Create ``given``: all rows of some files, with their days."""
    days = pa.table({"filename": [str(file) for file in files], "day": [day_of(file) for file in files]})
    connection.register("days", days)
    paths = ", ".join(duckdb_sandbox.sql_literal(str(file)) for file in files)
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW given AS SELECT * EXCLUDE (filename)
        FROM read_parquet([{paths}], hive_partitioning = false, filename = true) JOIN days USING (filename)
    """)  # noqa: S608  # quoted paths


def _has_repeats(connection: duckdb.DuckDBPyConnection, value: str, rows: int) -> bool:
    """Return whether two rows of ``given`` have the same value, an expression of SQL that is a whole number."""
    if rows > _MOST_SORTED:
        counted = connection.sql(f"SELECT count(*) - count(DISTINCT {value}) FROM given").fetchall()  # noqa: S608  # the contract's names
        return bool(counted[0][0])
    numbers = connection.sql(f"SELECT {value} AS number FROM given").fetchnumpy()["number"]  # noqa: S608  # the contract's names
    numbers.sort()
    return bool((numbers[1:] == numbers[:-1]).any())


def _create_ranking(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, unique: Sequence[str]
) -> list[tuple[str, dt.date, int]]:
    """Create ``repeated`` (keys of several rows of ``given``) and ``ranked`` (their rows, numbered by key).

    Args:
        connection: the engine with ``given``.
        dataset: the dataset of the rows.
        unique: the columns of a key, as SQL.

    Returns:
        The rows of counts that are left out, (source, day, rows), where each is there twice; none otherwise.
    """
    key, counts = ", ".join(unique), dataset.counts
    # The row that changed last is number 1, in whatever order the source gave the rows.
    names = duckdb_sandbox.sql_names(filter(None, (dataset.window, *dataset.schema().names)))
    order = ", ".join(f"{name} DESC NULLS LAST" for name in names)
    total, halves = "*", []
    if counts:
        # Chance does not give each of many rows of a day an even number of times.
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE doubled AS
            SELECT day FROM (SELECT day, count(*) AS rows FROM given GROUP BY day, {key}, {counts})
            GROUP BY day HAVING count(*) >= {_MANY_ROWS} AND bool_and(rows % 2 = 0)
        """)  # noqa: S608  # the contract's names
        # Two words of a product with one word of the contract make two rows of one key: their counts are added up.
        times = "CASE WHEN day IN (FROM doubled) THEN 2 ELSE 1 END"
        total = f"* REPLACE (CAST(sum({counts}) OVER (PARTITION BY {key}) AS BIGINT) // {times} AS {counts})"
        halves = connection.sql("""
            SELECT source, day, count(*) // 2 FROM given SEMI JOIN doubled USING (day) GROUP BY source, day ORDER BY day
        """).fetchall()
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM given GROUP BY {key} HAVING count(*) > 1;
        CREATE OR REPLACE TEMP TABLE ranked AS
        SELECT {total}, row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS number
        FROM given SEMI JOIN repeated ON {_same(unique)};
    """)  # noqa: S608  # the contract's names
    return halves


def _same(unique: Sequence[str]) -> str:
    """Return the condition that a row of ``given`` has a key of ``repeated``."""
    return " AND ".join(f"given.{name} IS NOT DISTINCT FROM repeated.{name}" for name in unique)


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
