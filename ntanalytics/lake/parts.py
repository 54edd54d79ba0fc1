"""Parquet files of the tables: written in row groups, and placed in the folder of a table for a commit.

A file belongs to no version before its commit. Files of a failed commit are removed. Files that a killed process leaves
are never read, and `ntanalytics maintain` removes them.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from ntanalytics.lake.table_location import TableLocation
from ntanalytics.language import tr

#: Rows of a row group: enough for a thread of DuckDB, and little memory.
ROW_GROUP = 65_536

#: Maximum length of a text bound in the log of a table.
_MAX_BOUND = 64


class SchemaMismatch(ValueError):
    """Rows that do not fit a commit: another source, another day, or another schema than the table's."""


def part_path(folder: Path, day: dt.date) -> Path:
    """Return a new path for a file of a day, below ``folder`` as below the folder of a table."""
    return folder / f"day={day.isoformat()}" / _file_name()


def _file_name() -> str:
    return f"part-{secrets.token_hex(16)}.zstd.parquet"


def day_of(file: Path) -> dt.date:
    """Return the day of a file with a path of :func:`part_path`."""
    return dt.date.fromisoformat(file.parent.name.removeprefix("day="))


def read_parts(files: Iterable[Path], schema: pa.Schema) -> pa.RecordBatchReader:
    """Return the rows of files of :class:`PartWriter` one after the other, with their day."""

    def batches() -> Iterator[pa.RecordBatch]:
        for file in files:
            parquet = pq.ParquetFile(file)
            has_day = "day" in parquet.schema_arrow.names
            for batch in parquet.iter_batches():
                if has_day:
                    yield batch
                else:
                    days = pa.repeat(pa.scalar(day_of(file), pa.date32()), batch.num_rows)
                    yield batch.append_column(schema.field("day"), days)

    return pa.RecordBatchReader.from_batches(schema, batches())


class PartWriter:
    """Writer of a Parquet file in the format of the tables.

    Args:
        file: target path.
        schema: columns of the file; other columns of the rows are left out.
        unique: columns with mostly distinct values, which get no dictionary.
        run: runs the writing of a row group, at once or in a thread; one in a thread must end before :meth:`close`.

    Attributes:
        waiting: number of rows that are not yet written.

    Raises:
        OSError: the file cannot be written; it is removed.
    """

    def __init__(
        self,
        file: Path,
        schema: pa.Schema,
        unique: Collection[str] = (),
        run: Callable[[Callable[[], None]], None] = lambda write: write(),
    ) -> None:
        self._schema = schema
        self._run = run
        self._rows: list[pa.Table] = []
        self.waiting = 0
        file.parent.mkdir(parents=True, exist_ok=True)
        # An own sink: the writer would not close its sink when the disk is full.
        self._sink = pa.OSFile(str(file), "wb")
        dictionaries = [field.name for field in schema if pa.types.is_string(field.type) and field.name not in unique]
        # against plain numbers: written in two thirds of the time, read in one to two thirds, times in 0.8 of the bytes
        deltas = {field.name: "DELTA_BINARY_PACKED" for field in schema if _has_deltas(field.type)}
        try:
            self._writer = pq.ParquetWriter(
                self._sink, schema, compression="zstd", use_dictionary=dictionaries, column_encoding=deltas
            )
        except OSError:  # it writes a few bytes at once, and nobody knows of the file yet
            self._sink.close()
            file.unlink()
            raise

    def add(self, rows: pa.Table) -> None:
        """Add rows; they are written when a row group is full.

        Raises:
            pyarrow.ArrowException: a required value is missing.
            OSError: the disk is full.
        """
        self._rows.append(rows.select(self._schema.names))
        self.waiting += rows.num_rows
        if self.waiting >= ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write the waiting rows as a row group.

        Raises:
            Errors of :meth:`add`.
        """
        if self.waiting:
            self._run(self._row_group())

    def close(self) -> None:
        """Write the waiting rows and the footer.

        Raises:
            Errors of :meth:`add`.
        """
        try:
            if self.waiting:
                self._row_group()()
            self._writer.close()
        finally:
            self.abandon()

    def _row_group(self) -> Callable[[], None]:
        """Return a function that writes the waiting rows, which wait no more."""
        group, self._rows, self.waiting = pa.concat_tables(self._rows), [], 0
        return partial(self._writer.write_table, group, row_group_size=group.num_rows)

    def abandon(self) -> None:
        """Close the file without completing it."""
        self._writer.is_open = False  # otherwise the garbage collector would write the footer
        self._sink.close()


def _has_deltas(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_integer(kind))


class PartFiles:
    """New files in the folder of a table, each with rows of one source.

    Args:
        table: location of the table.
        source: source of the rows.
        first: first allowed day.
        last: last allowed day, included.

    Attributes:
        source: see above.
        days: the first and the last allowed day.
        added: actions of a commit that add the files.
    """

    def __init__(
        self, table: TableLocation, source: str, first: dt.date = dt.date.min, last: dt.date = dt.date.max
    ) -> None:
        self._table = table
        self.source = source
        self.days = (first, last)
        self._paths: list[Path] = []
        self.added: list[AddAction] = []

    def add_files(self, files: Iterable[Path], source: str = "", *, keep_original: bool = False) -> None:
        """Move files into the folder of the table, if they are not there already. Files without rows are ignored.

        Args:
            files: files of :class:`PartWriter`.
            source: source of their rows, if it is another one.
            keep_original: whether the original files stay, too.

        Raises:
            SchemaMismatch: a row is of another source or day.
            OSError: a file cannot be written there.
        """
        for file in files:
            footer, day = pq.read_metadata(file), day_of(file)
            if not footer.num_rows:
                continue
            if not self.days[0] <= day <= self.days[1]:
                raise SchemaMismatch(
                    tr("rows of other days than the replaced {days}…{days2}", days=self.days[0], days2=self.days[1])
                )
            stats = _statistics(footer, source or self.source)
            path = self._table.folder / file.parent.name / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._paths.append(path)
            if keep_original:
                _link(file, path)
            elif file != path:
                shutil.move(file, path)
            self._put(path, {"day": day.isoformat()}, stats)

    def add_rows(self, rows: pa.Table, source: str) -> None:
        """Write rows into a new file of a table without days.

        Raises:
            SchemaMismatch: a row is of another source.
            pyarrow.ArrowException, OSError: see :meth:`PartWriter.add`.
        """
        path = self._table.folder / _file_name()
        self._paths.append(path)
        writer = PartWriter(path, rows.schema)
        try:
            writer.add(rows)
            writer.close()
        finally:
            writer.abandon()
        self._put(path, {}, _statistics(pq.read_metadata(path), source))

    def _put(self, path: Path, values: dict[str, str | None], stats: str) -> None:
        self._table.put(path)
        self.added.append(
            AddAction(
                path=path.relative_to(self._table.folder).as_posix(),
                size=path.stat().st_size,
                partition_values=values,
                modification_time=time.time_ns() // 1_000_000,
                data_change=True,
                stats=stats,
            )
        )

    def remove(self) -> None:
        """Remove the files: they have no commit."""
        self._table.remove([file.relative_to(self._table.folder).as_posix() for file in self._paths])

    def names(self) -> set[str]:
        """Return the paths of the files below the folder of the table."""
        return {action.path for action in self.added}


def _link(file: Path, target: Path) -> None:
    """Create a hard link, or a copy if the file system has none."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def _statistics(footer: pq.FileMetaData, source: str) -> str:
    """Return the statistics of a file for the log: number of rows, bounds and nulls of the columns.

    The bounds of the source are exact even for a long name: they show that a file has rows of one source only.

    Raises:
        SchemaMismatch: there are rows of another source.
    """
    nulls: dict[str, int] = {}
    lows: dict[str, object] = {}
    highs: dict[str, object] = {}
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    for index, name in enumerate(footer.schema.names):
        stats = [group.column(index).statistics for group in groups]
        if name == "source" and any((stat.min, stat.max) != (source, source) for stat in stats):
            raise SchemaMismatch(tr("rows of another source than the replaced {source}", source=source))
        if not all(stat is not None and stat.has_null_count for stat in stats):
            continue
        nulls[name] = sum(stat.null_count for stat in stats)
        with_values = [stat for stat in stats if stat.num_values]
        if with_values and all(stat.has_min_max for stat in with_values):
            low, high = _bound(min(stat.min for stat in with_values)), _bound(max(stat.max for stat in with_values))
            if low is not None and high is not None:
                lows[name], highs[name] = low, high
    lows["source"] = highs["source"] = source
    return json.dumps(
        {"numRecords": footer.num_rows, "minValues": lows, "maxValues": highs, "nullCount": nulls},
        ensure_ascii=False,
        allow_nan=False,
    )


def _bound(value: object) -> object:
    """Return a bound in the format of Delta; None for a value without one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value if len(value) <= _MAX_BOUND else None
    return value if isinstance(value, int) else None
