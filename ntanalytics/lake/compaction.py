"""Compaction into one file per source and day.

The days of a source are replaced by removing its files, so a file must have rows of one source only. A compaction is
one commit that replaces files by new ones with the same rows; after a conflict it is left for the next time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics.lake.commit import TableFile, commit, files_of, removal_of
from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.parts import PartFiles
from ntanalytics.lake.table_location import TableLocation

_BATCH = 32_768

#: Maximum number of files per commit: many, for few commits, and not too many, so that other writers wait briefly.
_MAX_FILES = 200


def needs_compaction(table: TableLocation) -> list[list[TableFile]]:
    """Return the files of the newest version to be compacted, in groups for one commit each.

    A group has whole days on which a source has several files, or a file has several sources.
    """
    by_day: dict[dt.date, list[TableFile]] = {}
    for file in files_of(table.open()).to_pylist():
        by_day.setdefault(file["partition.day"], []).append(file)
    groups: list[list[TableFile]] = []
    for _, day_files in sorted(by_day.items()):
        owners = [_owner(file) for file in day_files]
        is_mixed = None in owners  # then every file of the day is rewritten
        files = [file for file, owner in zip(day_files, owners, strict=True) if is_mixed or owners.count(owner) > 1]
        if groups and len(groups[-1]) + len(files) <= _MAX_FILES:
            groups[-1] += files
        elif files:
            groups.append(files)
    return groups


def compact(location: TableLocation, files: list[TableFile], *, name: str) -> None:
    """Compact a group of :func:`needs_compaction` in one commit.

    Raises:
        CommitConflict: another writer changed the same files.
        DeltaError, OSError, ArrowException: a failure to write; the table is unchanged.
    """
    table = location.open()
    schema = pa.schema(table.schema().to_arrow())
    parts = PartFiles(location, "")
    written: dict[str, DayFiles] = {}
    try:
        for file in files:
            for rows in read_rows(location, file, schema):
                for source in pc.unique(rows["source"]).to_pylist():
                    of_source = rows.filter(pc.equal(rows["source"], source))
                    written.setdefault(source, DayFiles(location.folder, schema)).add(of_source)
        for source, days in written.items():
            days.close()
            parts.add_files((path for paths in days.files.values() for path in paths), source)
    except BaseException:
        for days in written.values():
            days.abandon(remove=True)
        parts.remove()
        raise

    commit(location, parts, schema, removal_of(files), "compacted", name=name)


def read_rows(location: TableLocation, file: TableFile, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of a file with the columns of a table, its day included, in batches.

    Raises:
        OSError, pyarrow.ArrowException: the file cannot be read, or lacks a column.
    """
    day = pa.scalar(file["partition.day"], pa.date32())
    for batch in pq.ParquetFile(*location.local_files([file["path"]])).iter_batches(_BATCH):
        rows = pa.Table.from_batches([batch])
        if "day" not in rows.column_names:
            rows = rows.append_column("day", pa.repeat(day, rows.num_rows))
        yield rows.select(schema.names).cast(schema)


def _owner(file: TableFile) -> str | None:
    """Return the source of a file's rows; None if there may be several."""
    low, high = file.get("min.source"), file.get("max.source")
    return low if low is not None and low == high else None
