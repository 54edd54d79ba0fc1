"""What was taken, on disk until all of it is there: the lake sees nothing of a source that fails.

Memory stays flat whatever the window: a Parquet file a day, written batch by batch, and read back
in the order of days.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import filelock
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics.contract import Dataset, Kind
from ntanalytics.errors import LakeError
from ntanalytics.lake.delta import REJECTS


class Spool:
    """Rows of one extraction, kept a day apart until they are handed to the lake.

    What an extraction left that was killed is removed by the next one.

    Args:
        folder: where to spool; on the lake's disk, so that a full disk is met before the commit.
        dataset: whose rows.

    Raises:
        LakeError: nothing can be written there.
    """

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._folder = folder / f"{dataset.name}.{secrets.token_hex(8)}"
        self._lock = filelock.FileLock(_lock_of(self._folder))
        self._dataset = dataset
        self._writers: dict[Path, pq.ParquetWriter] = {}
        self._rejects: list[pa.Table] = []
        self.rows: Counter[dt.date] = Counter()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
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
            self._close()
        finally:
            self._remove()

    def add(self, rows: pa.Table, rejects: pa.Table) -> None:
        """Keep the rows of one checked batch.

        Raises:
            LakeError: the disk is full.
        """
        self._rejects.append(rejects)
        for day in pc.unique(rows["day"]).to_pylist():
            of_day = rows.filter(pc.equal(rows["day"], day))
            file = self._file(day)
            try:
                if file not in self._writers:
                    self._writers[file] = pq.ParquetWriter(file, self._dataset.schema(), compression="zstd")
                self._writers[file].write_table(of_day)
            except OSError as error:
                raise _unwritable(error, self._folder.parent) from error
            self.rows[day] += of_day.num_rows

    def finish(self) -> None:
        """Close the files and set aside all but one row of each key (unique within a day; a case's for ever).

        Raises:
            LakeError: the disk is full.
        """
        files = sorted(self._writers)
        try:
            self._close()
            for file in files:
                self._drop_duplicates(file)
        except OSError as error:
            raise _unwritable(error, self._folder.parent) from error

    def reader(self) -> pa.RecordBatchReader:
        """All rows, day after day, as a stream."""

        def batches() -> Iterator[pa.RecordBatch]:
            for file in sorted({self._file(day) for day in self.rows}):
                yield from pq.ParquetFile(file).iter_batches()

        return pa.RecordBatchReader.from_batches(self._dataset.schema(), batches())

    def rejects(self) -> pa.Table:
        """All rows that were set aside."""
        return pa.concat_tables([REJECTS.empty_table(), *self._rejects])

    def _file(self, day: dt.date) -> Path:
        """The file of a day. Cases are few, and one that was written down twice may lie on two days."""
        return self._folder / ("cases.parquet" if self._dataset.kind is Kind.CASE else f"{day.isoformat()}.parquet")

    def _close(self) -> None:
        writers = list(self._writers.values())
        self._writers.clear()
        for writer in writers:
            writer.close()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()
        _lock_of(self._folder).unlink(missing_ok=True)

    def _drop_duplicates(self, file: Path) -> None:
        key = ", ".join(self._dataset.key)
        # Of rows with one key, the same one whatever the order in which the source gave them: the last changed.
        order = ", ".join(
            f"{name} DESC NULLS LAST" for name in (self._dataset.window, *self._dataset.schema().names) if name
        )
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            count = f"SELECT count(*) - count(DISTINCT ({key})) FROM read_parquet($1)"  # noqa: S608  # the contract's names
            (extra,) = connection.execute(count, [str(file)]).fetchall()[0]
            if not extra:
                return
            number = f"row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS number"
            counts = self._dataset.counts
            # Two words of a product that are one of ours make two rows of one key: their counts are added up.
            every = (
                f"* REPLACE (CAST(sum({counts}) OVER (PARTITION BY {key}) AS BIGINT) AS {counts})" if counts else "*"
            )
            query = f"SELECT {every}, {number} FROM read_parquet($1)"  # noqa: S608  # the contract's names
            ranked = connection.sql(query, params=[str(file)]).to_arrow_table()
        is_first = pc.equal(ranked["number"], 1)
        dropped = ranked.filter(pc.invert(is_first))
        # Types and nullability as the contract has them, whatever DuckDB made of them.
        kept = ranked.filter(is_first).select(self._dataset.schema().names).cast(self._dataset.schema())
        pq.write_table(kept, file, compression="zstd")
        if counts:
            self.rows.subtract(dropped["day"].to_pylist())
            return
        reason = f"与另一行的{'、'.join(self._dataset.column(name).label for name in self._dataset.key)}相同"
        for (source, day), rows in Counter(
            zip(dropped["source"].to_pylist(), dropped["day"].to_pylist(), strict=True)
        ).items():
            self.rows[day] -= rows
            aside = {"source": source, "day": day, "reason": reason, "source_rows": rows, "record": None}
            self._rejects.append(pa.Table.from_pylist([aside], schema=REJECTS))


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _sweep(folder: Path) -> None:
    """Remove the spools whose process is gone: a lock is free again as soon as it is, however it went."""
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


def _unwritable(error: OSError, folder: Path) -> LakeError:
    return LakeError(
        f"cannot write what is taken: {error.strerror or error}",
        where=str(folder),
        todo="is the disk full, or the folder read-only?",
    )
