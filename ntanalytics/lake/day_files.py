"""Parquet files of several days, written side by side with little memory.

Rows wait in memory until a row group of their day is full. The number of waiting rows of all days, and of open files,
is limited. One row group is written by a thread while the next rows come.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.lake.parts import ROW_GROUP, PartWriter, part_path

#: Maximum number of waiting rows, beside those of the row group that is being written; beyond it the day with the most
#: rows is written.
_MAX_WAITING = 3 * ROW_GROUP

#: Maximum number of open files; a process may have about a thousand. A closed day gets another file later.
_MAX_OPEN = 512


class DayFiles:
    """Parquet files per day, in the folder layout of a table.

    Args:
        folder: target folder.
        schema: schema of the dataset; the day is in the folder name of a file.
        unique: see :class:`PartWriter`.

    Attributes:
        files: day → its files; complete after :meth:`close`.
    """

    def __init__(self, folder: Path, schema: pa.Schema, unique: Collection[str] = ()) -> None:
        self._folder = folder
        self._schema = schema.remove(schema.get_field_index("day"))
        self._unique = unique
        self._writers: dict[dt.date, PartWriter] = {}  # in order of the last use
        self._writing: Future[None] | None = None
        self.files: dict[dt.date, list[Path]] = {}

    def add(self, rows: pa.Table) -> dict[dt.date, int]:
        """Add rows of any days; return day → number of rows.

        Raises:
            Errors of :meth:`PartWriter.add`.
        """
        counts = {}
        for day, day_rows in _split_by_day(rows):
            self._writer(day).add(day_rows)
            counts[day] = day_rows.num_rows
            while sum(writer.waiting for writer in self._writers.values()) > _MAX_WAITING:
                max(self._writers.values(), key=lambda writer: writer.waiting).flush()
        return counts

    def close(self) -> None:
        """Complete all files.

        Raises:
            Errors of :meth:`PartWriter.add`.
        """
        self._finish_writing()
        # two at once: Arrow writes without the interpreter's lock, and no source has work to do any more
        with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as threads:
            for _ in threads.map(PartWriter.close, self._writers.values()):
                pass
        self._writers.clear()

    def abandon(self, *, remove: bool = False) -> None:
        """Close the files without completing them.

        Args:
            remove: whether to remove all written files, complete ones included.
        """
        with suppress(OSError, pa.ArrowException):  # what could not be written is given up
            self._finish_writing()
        while self._writers:
            self._writers.popitem()[1].abandon()
        if remove:
            for files in self.files.values():
                for file in files:
                    file.unlink(missing_ok=True)

    def _writer(self, day: dt.date) -> PartWriter:
        writer = self._writers.pop(day, None)
        if writer is None:
            if len(self._writers) >= _MAX_OPEN:
                self._finish_writing()
                self._writers.pop(next(iter(self._writers))).close()
            file = part_path(self._folder, day)
            self.files.setdefault(day, []).append(file)
            writer = PartWriter(file, self._schema, self._unique, self._write_behind)
        self._writers[day] = writer
        return writer

    def _write_behind(self, write: Callable[[], None]) -> None:
        """Write a row group in a thread, after the one before it; Arrow does so without the interpreter's lock."""
        self._finish_writing()
        thread = ThreadPoolExecutor(1)
        self._writing = thread.submit(write)
        thread.shutdown(wait=False)  # it ends with this row group

    def _finish_writing(self) -> None:
        """Wait until no row group is being written; raise the error of the last one."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()
            pa.default_memory_pool().release_unused()  # rows of all threads' arenas, which would add up


def _split_by_day(rows: pa.Table) -> list[tuple[dt.date, pa.Table]]:
    """Return a copy of each day's rows in order, without the day; a slice would keep the whole table in memory."""
    days, rest = rows["day"], rows.drop_columns("day")
    counts = {count["values"]: count["counts"] for count in pc.value_counts(days).to_pylist()}
    if len(counts) <= 1:
        return [(day, rest) for day in counts]
    order, by_day, start = pc.sort_indices(days), [], 0
    for day, count in sorted(counts.items()):
        by_day.append((day, rest.take(order.slice(start, count))))
        start += count
    return by_day
