"""What was taken, on disk until all of it is there: the lake sees nothing of a source that fails.

Memory stays flat whatever the window: Parquet files a day apart, written batch by batch as the lake keeps them, so
that the lake only has to move them to where they belong.
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

from ntanalytics import disk_space, duckdb_sandbox
from ntanalytics.contract import Dataset, Kind
from ntanalytics.errors import LakeError
from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.delta import REJECTS
from ntanalytics.lake.parts import day_of
from ntanalytics.sources.source import BATCH_ROWS

#: What DuckDB may hold of a day while it looks for keys that stand twice; the rest goes to disk.
_MEMORY = "96MB"


class Spool:
    """Rows of one extraction, kept a day apart until they are handed to the lake.

    What an extraction left that was killed is removed by the next one.

    Args:
        folder: where to spool; on the lake's disk, so that a full disk is met before the commit.
        dataset: whose rows.

    Raises:
        LakeError: nothing can be written there, or the disk is nearly full.
    """

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._folder = folder / f"{dataset.name}.{secrets.token_hex(8)}"
        self._lock = filelock.FileLock(_lock_of(self._folder))
        self._dataset = dataset
        self._days = self._opened()
        self._rejects: list[pa.Table] = []
        self.rows: Counter[dt.date] = Counter()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder)
            _check_room(folder)
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
        """Keep the rows of one checked batch.

        Raises:
            LakeError: the disk is full, or nearly: the ledger, too, may want to write.
        """
        self._rejects.append(rejects)
        try:
            _check_room(self._folder)
            self.rows.update(self._days.add(rows))
        except OSError as error:
            raise _unwritable(error, self._folder.parent) from error

    def finish(self) -> None:
        """Close the files and set aside all but one row of each key (unique within a day; a case's for ever).

        Raises:
            LakeError: the disk is full.
        """
        try:
            self._days.close()
            pa.default_memory_pool().release_unused()  # the search for repeated keys wants its own
            with self._engine() as connection:
                # A case that was written down twice may lie on two days.
                alike = [self.files()] if self._dataset.kind is Kind.CASE else list(self._days.files.values())
                for files in filter(None, alike):
                    self._drop_duplicates(connection, files)
        except OSError as error:
            raise _unwritable(error, self._folder.parent) from error

    def files(self) -> list[Path]:
        """The files of the days, as the lake takes them."""
        return sorted(file for files in self._days.files.values() for file in files)

    def rejects(self) -> pa.Table:
        """All rows that were set aside."""
        return pa.concat_tables([REJECTS.empty_table(), *self._rejects])

    def _opened(self) -> DayFiles:
        unique = self._dataset.key if len(self._dataset.key) == 1 else ()
        return DayFiles(self._folder, self._dataset.schema(), unique)

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()
        _lock_of(self._folder).unlink(missing_ok=True)

    def _drop_duplicates(self, connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
        names = self._dataset.schema().names
        key = ", ".join(self._dataset.key)
        connection.register(
            "days", pa.table({"filename": [str(file) for file in files], "day": [day_of(file) for file in files]})
        )
        paths = ", ".join(f"'{_quoted(str(file))}'" for file in files)
        plain = f"read_parquet([{paths}], hive_partitioning = false)"
        read = f"read_parquet([{paths}], hive_partitioning = false, filename = true)"
        given = f"(SELECT * EXCLUDE (filename) FROM {read} JOIN days USING (filename))"  # noqa: S608  # our own names
        # Of two keys alike the hashes are; that two that differ are, too, is one case in millions, and drops nothing.
        (extra,) = connection.sql(f"SELECT count(*) - count(DISTINCT hash({key})) FROM {plain}").fetchall()[0]  # noqa: S608  # the contract's names
        if not extra:
            return
        # Of rows with one key, the same one whatever the order in which the source gave them: the last changed.
        order = ", ".join(f"{name} DESC NULLS LAST" for name in (self._dataset.window, *names) if name)
        alike = " AND ".join(f"given.{name} IS NOT DISTINCT FROM repeated.{name}" for name in self._dataset.key)
        counts = self._dataset.counts
        # Two words of a product that are one of ours make two rows of one key: their counts are added up.
        every = f"* REPLACE (CAST(sum({counts}) OVER (PARTITION BY {key}) AS BIGINT) AS {counts})" if counts else "*"
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM {given} GROUP BY {key} HAVING count(*) > 1;
            CREATE OR REPLACE TEMP TABLE ranked AS
            SELECT {every}, row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS number
            FROM {given} AS given SEMI JOIN repeated ON {alike};
        """)  # noqa: S608  # the contract's names
        columns = ", ".join(names)
        kept = connection.sql(f"""
            SELECT {columns} FROM {given} AS given ANTI JOIN repeated ON {alike}
            UNION ALL
            SELECT {columns} FROM ranked WHERE number = 1
        """)  # noqa: S608  # the contract's names
        fresh = self._opened()
        try:
            for batch in kept.to_arrow_reader(BATCH_ROWS):
                # Types and nullability as the contract has them, whatever DuckDB made of them.
                fresh.add(pa.Table.from_batches([batch]).cast(self._dataset.schema()))
            fresh.close()
        finally:
            fresh.abandon()
        for day in {day_of(file) for file in files}:
            for file in self._days.files.pop(day):
                file.unlink()
        self._days.files |= fresh.files
        reason = f"与另一行的{'、'.join(self._dataset.column(name).label for name in self._dataset.key)}相同"
        dropped = "SELECT source, day, count(*) FROM ranked WHERE number > 1 GROUP BY source, day ORDER BY day"
        for source, of_day, rows in connection.sql(dropped).fetchall():
            self.rows[of_day] -= rows
            if not counts:
                aside = {"source": source, "day": of_day, "reason": reason, "source_rows": rows, "record": None}
                self._rejects.append(pa.Table.from_pylist([aside], schema=REJECTS))

    def _engine(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB that goes to disk, beside the rows, when there is much."""
        connection = duckdb_sandbox.open_connection(memory=_MEMORY, spill=self._folder / "duckdb", is_ordered=False)
        duckdb_sandbox.lock(connection, folders=[self._folder])
        return connection


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def sweep(folder: Path) -> None:
    """Remove the spools whose process is gone: a lock is free again as soon as it is, however it went."""
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


def _check_room(folder: Path) -> None:
    if said := disk_space.low_space_message(folder):
        raise LakeError(said, where=str(folder), todo="free some space, then take it again")


def _unwritable(error: OSError, folder: Path) -> LakeError:
    return LakeError(
        f"cannot write what is taken: {error.strerror or error}",
        where=str(folder),
        todo="is the disk full, or the folder read-only?",
    )
