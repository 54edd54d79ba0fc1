"""The Parquet files of a commit, written as the rows come: what is held in memory is one row group, and not the commit.

A file belongs to no version until a commit names it. What is written for a commit that fails is removed; what a killed
process leaves is a file that nobody reads, and that ``vacuum(full=True)`` of delta-rs removes.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import secrets
import time
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

#: Rows of a row group: as many as DuckDB likes a thread to read, and few in memory.
_ROW_GROUP = 131_072

#: A longer text is no bound worth keeping in the log of the table.
_LONGEST_BOUND = 64


class Unfit(ValueError):
    """Rows that a commit may not hold: another source's, of another day, or of another shape than the table's."""


class Parts:
    """Files of one source, a day or more each, in the folder of a table.

    Args:
        table: the table's folder.
        schema: the table's columns; rows are cast to them.
        source: whose rows.
        first: the first day that they may lie on.
        last: the last one, included.
    """

    def __init__(self, table: Path, schema: pa.Schema, source: str, first: dt.date, last: dt.date) -> None:
        self._table = table
        self._schema = schema
        self._source = source
        self._days = (first, last)
        self._written: list[Path] = []
        self.added: list[AddAction] = []

    def write(self, rows: pa.RecordBatchReader) -> None:
        """Write the rows. A day whose rows come in one piece is one file.

        Raises:
            Unfit: a row is not of this source, these days or this shape.
            pyarrow.ArrowException: a value is missing where the table wants one.
            OSError: the disk is full.
        """
        for day, batches in groupby(self._by_day(rows), key=itemgetter(0)):
            self._write_file(day, (batch for _, batch in batches))

    def remove(self) -> None:
        """Remove what was written: no commit names it."""
        for file in self._written:
            file.unlink(missing_ok=True)

    def names(self) -> set[str]:
        """The files, as a version of the table names them."""
        return {action.path for action in self.added}

    def _by_day(self, rows: pa.RecordBatchReader) -> Iterator[tuple[dt.date, pa.RecordBatch]]:
        if sorted(rows.schema.names) != sorted(self._schema.names):
            raise Unfit(f"the table has the columns {self._schema.names}, and the rows {rows.schema.names}")
        alike = rows.schema.equals(self._schema)
        for batch in rows:
            if not batch.num_rows:
                continue
            same = batch if alike else self._cast(batch)
            days = self._checked(same)
            for day in days:
                of_day = same if len(days) == 1 else same.filter(pc.equal(same["day"], pa.scalar(day, pa.date32())))
                yield day, of_day.drop_columns(["day"])

    def _cast(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        try:
            return batch.select(self._schema.names).cast(self._schema)
        except (ValueError, NotImplementedError) as error:
            raise Unfit(str(error)) from error

    def _checked(self, batch: pa.RecordBatch) -> list[dt.date]:
        """The days of a batch, ascending."""
        others = pc.unique(batch["source"]).to_pylist()
        if others != [self._source]:
            raise Unfit(f"rows of {len(others)} sources, where those of {self._source} alone are replaced")
        days = pc.unique(batch["day"]).to_pylist()
        if None in days or min(days) < self._days[0] or max(days) > self._days[1]:
            raise Unfit(f"rows of other days than {self._days[0]}…{self._days[1]}, which alone are replaced")
        return sorted(days)

    def _write_file(self, day: dt.date, batches: Iterator[pa.RecordBatch]) -> None:
        file = self._table / f"day={day.isoformat()}" / f"part-{secrets.token_hex(16)}.zstd.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        schema = pa.schema([field for field in self._schema if field.name != "day"])
        words = [field.name for field in schema if pa.types.is_string(field.type)]
        footer: list[pq.FileMetaData] = []
        self._written.append(file)
        # A sink of ours: the writer would leave its own one open when the disk is full.
        with pa.OSFile(str(file), "wb") as sink:
            writer = pq.ParquetWriter(sink, schema, compression="zstd", use_dictionary=words, metadata_collector=footer)
            try:
                for group in _groups(batches):
                    writer.write_table(group, row_group_size=group.num_rows)
                writer.close()
            finally:
                writer.is_open = False  # after a failure it would try to write its footer when it is collected
        self.added.append(
            AddAction(
                path=file.relative_to(self._table).as_posix(),
                size=file.stat().st_size,
                partition_values={"day": day.isoformat()},
                modification_time=time.time_ns() // 1_000_000,
                data_change=True,
                stats=_statistics(footer[0], self._source),
            )
        )


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows of a file, a row group at a time."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= _ROW_GROUP:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _statistics(footer: pq.FileMetaData, source: str) -> str:
    """What the log of the table tells of a file: its rows, and each column's bounds and missing values.

    The source's bounds are exact however long its name is: by them a file is known to be the source's own.
    """
    missing: dict[str, int] = {}
    lows: dict[str, object] = {}
    highs: dict[str, object] = {}
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    for index, name in enumerate(footer.schema.names):
        told = [group.column(index).statistics for group in groups]
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
        ensure_ascii=False, allow_nan=False,
    )  # fmt: skip


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
