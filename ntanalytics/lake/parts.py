"""The Parquet files of the tables: written as the rows come, and put into a table's folder for a commit to name.

What is held in memory is less than one row group of each day under way. A file belongs to no version until a commit
names it. What was put there for a commit that fails is removed; what a killed process leaves is a file that nobody
reads, and that `ntanalytics maintain` removes.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from ntanalytics.lake.table_location import TableLocation

#: Rows of a row group: enough for a thread of DuckDB to read at a time, and few in memory.
ROW_GROUP = 65_536

#: A longer text is no bound worth keeping in the log of the table.
_LONGEST_BOUND = 64


class SchemaMismatch(ValueError):
    """Rows that a commit may not hold: another source's, of another day, or of another shape than the table's."""


def part_path(folder: Path, day: dt.date) -> Path:
    """A new name for the file of a day, below ``folder`` as it will be below the table's."""
    return folder / f"day={day.isoformat()}" / _file_name()


def _file_name() -> str:
    return f"part-{secrets.token_hex(16)}.zstd.parquet"


def day_of(file: Path) -> dt.date:
    """The day of a file that :func:`part_path` named."""
    return dt.date.fromisoformat(file.parent.name.removeprefix("day="))


def read_parts(files: Iterable[Path], schema: pa.Schema) -> pa.RecordBatchReader:
    """The rows of files that :class:`PartWriter` wrote, one after the other, with their day."""

    def batches() -> Iterator[pa.RecordBatch]:
        for file in files:
            parquet = pq.ParquetFile(file)
            knows_day = "day" in parquet.schema_arrow.names
            for batch in parquet.iter_batches():
                if knows_day:
                    yield batch
                else:
                    days = pa.repeat(pa.scalar(day_of(file), pa.date32()), batch.num_rows)
                    yield batch.append_column(schema.field("day"), days)

    return pa.RecordBatchReader.from_batches(schema, batches())


class PartWriter:
    """A Parquet file as the tables keep it.

    Args:
        file: where it will be.
        schema: its columns; of what is written, other columns are left out.
        unique: columns whose values hardly repeat, for which a dictionary does not pay.

    Attributes:
        waiting: rows that were added and are not yet written.
    """

    def __init__(self, file: Path, schema: pa.Schema, unique: Collection[str] = ()) -> None:
        self._schema = schema
        self._rows: list[pa.Table] = []
        self.waiting = 0
        file.parent.mkdir(parents=True, exist_ok=True)
        # A sink of ours: the writer would leave its own one open when the disk is full.
        self._sink = pa.OSFile(str(file), "wb")
        words = [field.name for field in schema if pa.types.is_string(field.type) and field.name not in unique]
        self._writer = pq.ParquetWriter(self._sink, schema, compression="zstd", use_dictionary=words)

    def add(self, rows: pa.Table) -> None:
        """Take rows; they are written when there are enough of them.

        Raises:
            pyarrow.ArrowException: a value is missing where there must be one.
            OSError: the disk is full.
        """
        self._rows.append(rows.select(self._schema.names))
        self.waiting += rows.num_rows
        if self.waiting >= ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what waits, as a row group.

        Raises:
            As :meth:`add`.
        """
        if self.waiting:
            group, self._rows, self.waiting = pa.concat_tables(self._rows), [], 0
            self._writer.write_table(group, row_group_size=group.num_rows)

    def close(self) -> None:
        """Write the rest, and the footer.

        Raises:
            As :meth:`add`.
        """
        try:
            self.flush()
            self._writer.close()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the file as it is: it will not be read."""
        self._writer.is_open = False  # else it would try to write its footer when it is collected
        self._sink.close()


class Parts:
    """Files of one source each, a day or more, in the folder of a table.

    Args:
        table: where the table is.
        source: whose rows.
        first: the first day that they may lie on.
        last: the last one, included.

    Attributes:
        added: what names them in a commit.
    """

    def __init__(
        self, table: TableLocation, source: str, first: dt.date = dt.date.min, last: dt.date = dt.date.max
    ) -> None:
        self._table = table
        self._source = source
        self._days = (first, last)
        self._placed: list[Path] = []
        self.added: list[AddAction] = []

    def take(self, files: Iterable[Path], source: str = "", *, is_lent: bool = False) -> None:
        """Move files into the table's folder, where they may be already; one without a row is left where it is.

        Args:
            files: written by :class:`PartWriter`.
            source: whose rows, where it is another one.
            is_lent: whether they stay where they are, too.

        Raises:
            Unfit: a row is not of this source or of these days.
            OSError: it cannot be written there.
        """
        for file in files:
            footer, day = pq.read_metadata(file), day_of(file)
            if not footer.num_rows:
                continue
            if not self._days[0] <= day <= self._days[1]:
                raise SchemaMismatch(
                    f"rows of other days than {self._days[0]}…{self._days[1]}, which alone are replaced"
                )
            stats = _statistics(footer, source or self._source)
            place = self._table.folder / file.parent.name / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            self._placed.append(place)
            if is_lent:
                _link(file, place)
            elif file != place:
                shutil.move(file, place)
            self._add(place, {"day": day.isoformat()}, stats)

    def write(self, rows: pa.Table, source: str) -> None:
        """Write rows into a file of their own, of a table without days.

        Raises:
            Unfit: a row is not of this source.
            As :meth:`PartWriter.add`.
        """
        place = self._table.folder / _file_name()
        self._placed.append(place)
        writer = PartWriter(place, rows.schema)
        try:
            writer.add(rows)
            writer.close()
        finally:
            writer.abandon()
        self._add(place, {}, _statistics(pq.read_metadata(place), source))

    def _add(self, place: Path, values: dict[str, str | None], stats: str) -> None:
        self._table.put(place)
        self.added.append(
            AddAction(
                path=place.relative_to(self._table.folder).as_posix(),
                size=place.stat().st_size,
                partition_values=values,
                modification_time=time.time_ns() // 1_000_000,
                data_change=True,
                stats=stats,
            )
        )

    def remove(self) -> None:
        """Remove what was moved there: no commit names it."""
        self._table.remove([file.relative_to(self._table.folder).as_posix() for file in self._placed])

    def names(self) -> set[str]:
        """The files, as a version of the table names them."""
        return {action.path for action in self.added}


def _link(file: Path, place: Path) -> None:
    """The same file under another name too; a copy where the file system has no such names."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)


def _statistics(footer: pq.FileMetaData, source: str) -> str:
    """What the log of the table tells of a file: its rows, and each column's bounds and missing values.

    The source's bounds are exact however long its name is: by them a file is known to be the source's own.

    Raises:
        Unfit: there are rows of another source.
    """
    missing: dict[str, int] = {}
    lows: dict[str, object] = {}
    highs: dict[str, object] = {}
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    for index, name in enumerate(footer.schema.names):
        told = [group.column(index).statistics for group in groups]
        if name == "source" and any((each.min, each.max) != (source, source) for each in told):
            raise SchemaMismatch(f"rows of another source, where those of {source} alone are replaced")
        if not all(each is not None and each.has_null_count for each in told):
            continue
        missing[name] = sum(each.null_count for each in told)
        bounded = [each for each in told if each.null_count < each.num_values + each.null_count]
        if bounded and all(each.has_min_max for each in bounded):
            low, high = _bound(min(each.min for each in bounded)), _bound(max(each.max for each in bounded))
            if low is not None and high is not None:
                lows[name], highs[name] = low, high
    lows["source"] = highs["source"] = source
    return json.dumps(
        {"numRecords": footer.num_rows, "minValues": lows, "maxValues": highs, "nullCount": missing},
        ensure_ascii=False,
        allow_nan=False,
    )


def _bound(value: object) -> object:
    """A bound as Delta writes it; None where it has none for such a value."""
    if isinstance(value, bool):
        return None
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_BOUND else None
    return value if isinstance(value, int) else None
