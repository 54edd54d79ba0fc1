"""Compaction: of each source one file a day, and no file of several sources.

A source's days are replaced by taking its files out; that works while each file is of one source. What is compacted is
put in the place of the same rows in one commit; where another writer was faster, it is left for the next time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics.lake.commit import commit, files_of, taking_out
from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.parts import Parts
from ntanalytics.lake.table_location import TableLocation

_BATCH = 32_768

#: Files that one commit compacts: enough that few commits are made, and few enough that another writer waits briefly.
_AT_ONCE = 200


def needs_compaction(table: TableLocation) -> list[list[dict[str, Any]]]:
    """The files of a table's newest version that want compaction, as groups that are compacted together.

    In a group are whole days on which a source has more than one file, or shares one with others.
    """
    by_day: dict[dt.date, list[dict[str, Any]]] = {}
    for told in files_of(table.open()).to_pylist():
        by_day.setdefault(told["partition.day"], []).append(told)
    groups: list[list[dict[str, Any]]] = []
    for _, of_day in sorted(by_day.items()):
        owners = [_owner(told) for told in of_day]
        is_mixed = None in owners  # then every file of the day is looked through
        files = [told for told, owner in zip(of_day, owners, strict=True) if is_mixed or owners.count(owner) > 1]
        if groups and len(groups[-1]) + len(files) <= _AT_ONCE:
            groups[-1] += files
        elif files:
            groups.append(files)
    return groups


def compact(place: TableLocation, files: list[dict[str, Any]], *, name: str) -> None:
    """Compact a group of files that :func:`scattered` found, in one commit.

    Raises:
        Overtaken: another writer was at the same files.
        DeltaError, OSError, ArrowException: it could not be written; the table is as it was.
    """
    table = place.open()
    schema = pa.schema(table.schema().to_arrow())
    parts = Parts(place, "")
    written: dict[str, DayFiles] = {}
    try:
        for told in files:
            for rows in _rows(place, told, schema):
                for source in pc.unique(rows["source"]).to_pylist():
                    of_source = rows.filter(pc.equal(rows["source"], source))
                    written.setdefault(source, DayFiles(place.folder, schema)).add(of_source)
        for source, days in written.items():
            days.close()
            parts.take((file for group in days.files.values() for file in group), source)
    except BaseException:
        for days in written.values():
            days.abandon(remove=True)
        parts.remove()
        raise

    commit(place, parts, schema, taking_out(files), "compacted", name=name)


def _rows(place: TableLocation, told: dict[str, Any], schema: pa.Schema) -> Iterator[pa.Table]:
    day = pa.scalar(told["partition.day"], pa.date32())
    for batch in pq.ParquetFile(*place.here([told["path"]])).iter_batches(_BATCH):
        given = pa.Table.from_batches([batch])
        if "day" not in given.column_names:
            given = given.append_column("day", pa.repeat(day, given.num_rows))
        yield given.select(schema.names).cast(schema)


def _owner(told: dict[str, Any]) -> str | None:
    """The one source of a file's rows; None where there may be several."""
    low, high = told.get("min.source"), told.get("max.source")
    return low if low is not None and low == high else None
