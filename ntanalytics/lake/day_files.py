"""Files of several days, written side by side as the rows come.

Memory stays flat whatever the days: rows wait until there is a row group of a day, of all days together not more than
a few, and of the files only so many are open at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.lake.parts import ROW_GROUP, PartWriter, part_path

#: Rows that may wait, of all days, until a row group of a day is full; of more, the day with the most is written.
_WAITING = 4 * ROW_GROUP

#: Files that are open at once; a process may have about a thousand. A day that comes again later gets one more file.
_OPEN = 512


class DayFiles:
    """Files a day apart, below a folder as they will be below a table's.

    Args:
        folder: where they are written.
        schema: the dataset's; the folder of a file tells the day.
        unique: as of :class:`PartWriter`.

    Attributes:
        files: day → its files; whole once :meth:`close` was called.
    """

    def __init__(self, folder: Path, schema: pa.Schema, unique: Collection[str] = ()) -> None:
        self._folder = folder
        self._schema = schema.remove(schema.get_field_index("day"))
        self._unique = unique
        self._writers: dict[dt.date, PartWriter] = {}  # the one that was used last stands last
        self.files: dict[dt.date, list[Path]] = {}

    def add(self, rows: pa.Table) -> dict[dt.date, int]:
        """Take rows of any days; returns how many there were of each.

        Raises:
            As :meth:`PartWriter.add`.
        """
        counted = {}
        for day, of_day in _by_day(rows):
            self._writer(day).add(of_day)
            counted[day] = of_day.num_rows
            while sum(writer.waiting for writer in self._writers.values()) > _WAITING:
                max(self._writers.values(), key=lambda writer: writer.waiting).flush()
        return counted

    def close(self) -> None:
        """Close all files: they can be read.

        Raises:
            As :meth:`PartWriter.add`.
        """
        while self._writers:
            self._writers.popitem()[1].close()

    def abandon(self, *, remove: bool = False) -> None:
        """Close the files as they are.

        Args:
            remove: whether to remove all that were written, those that are whole, too.
        """
        while self._writers:
            self._writers.popitem()[1].abandon()
        if remove:
            for files in self.files.values():
                for file in files:
                    file.unlink(missing_ok=True)

    def _writer(self, day: dt.date) -> PartWriter:
        writer = self._writers.pop(day, None)
        if writer is None:
            if len(self._writers) >= _OPEN:
                self._writers.pop(next(iter(self._writers))).close()
            file = part_path(self._folder, day)
            self.files.setdefault(day, []).append(file)
            writer = PartWriter(file, self._schema, self._unique)
        self._writers[day] = writer
        return writer


def _by_day(rows: pa.Table) -> list[tuple[dt.date, pa.Table]]:
    """The rows of each day, in their order; each day's in memory of its own, so that none that waits holds the rest."""
    counted = pc.value_counts(rows["day"]).to_pylist()
    if len(counted) <= 1:
        return [(each["values"], rows) for each in counted]
    order, found, begin = pc.sort_indices(rows["day"]), [], 0
    for each in sorted(counted, key=lambda each: each["values"]):
        found.append((each["values"], rows.take(order.slice(begin, each["counts"]))))
        begin += each["counts"]
    return found
