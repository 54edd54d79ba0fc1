"""Rows that were set aside, beside the dataset they did not make it into: of each source, one file a day.

A window is replaced by taking its days' files out, however many there are of other days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics.lake.commit import ATTEMPTS, CommitConflict, commit, files_of, taking_out
from ntanalytics.lake.parts import Parts
from ntanalytics.lake.table_location import TableLocation

#: The columns of such a table.
REJECTS = pa.schema(
    [
        pa.field("source", pa.string(), False),
        pa.field("day", pa.date32()),
        pa.field("reason", pa.string(), False),
        pa.field("source_rows", pa.int64(), False),
        pa.field("record", pa.string()),
    ]
)

_File = dict[str, Any]  # what files_of tells of one


def replace_rejects(
    table: TableLocation, rows: pa.Table, source: str, first: dt.date, last: dt.date, *, name: str
) -> None:
    """Replace the rows of a source in a window, and those without a day, in one commit; in none where nothing changes.

    Raises:
        As :func:`ntanalytics.lake.commit.commit`.
        Overtaken: other writers were faster each time.
    """
    for attempt in range(1, ATTEMPTS + 1):
        files = [told for told in _files(table) if _concerns(told, source, first, last)]
        there = pa.concat_tables([REJECTS.empty_table(), *(_read(table, told) for told in files)])
        in_window = pc.or_kleene(
            pc.is_null(there["day"]),
            pc.and_kleene(pc.greater_equal(there["day"], first), pc.less_equal(there["day"], last)),
        )
        stays = there.filter(pc.invert(pc.and_(pc.equal(there["source"], source), in_window)))
        try:
            _commit(table, files, pa.concat_tables([stays, rows.cast(REJECTS)]), f"{source} {first}…{last}", name)
        except CommitConflict:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def scattered(table: TableLocation, before: dt.date) -> list[list[_File]]:
    """Files that are put together by :func:`gather`: of one source and month, all of days before ``before``."""
    groups: dict[tuple[str, str], list[_File]] = {}
    for told in _files(table):
        low, high = told.get("min.day"), told.get("max.day")
        is_whole = told.get("min.source") is not None and told.get("min.source") == told.get("max.source")
        if (
            is_whole
            and low is not None
            and high is not None
            and not told.get("null_count.day")
            and high < before.replace(day=1)
        ):
            groups.setdefault((told["min.source"], f"{high:%Y-%m}"), []).append(told)
    return [group for _, group in sorted(groups.items()) if len(group) > 1]


def gather(table: TableLocation, group: list[_File], *, name: str) -> None:
    """Put files of one source into one.

    Raises:
        As :func:`replace_rejects`.
    """
    rows = pa.concat_tables([_read(table, told) for told in group])
    _commit(table, group, rows, "compacted", name, is_apart=False)


def _commit(
    table: TableLocation, files: list[_File], rows: pa.Table, what: str, name: str, *, is_apart: bool = True
) -> None:
    if not files and not rows.num_rows:
        return
    parts = Parts(table, "")
    try:
        for of_file, source in _apart(rows, is_apart=is_apart):
            parts.write(of_file, source)
    except BaseException:
        parts.remove()
        raise

    commit(table, parts, REJECTS, taking_out(files), what, name=name, partition_by=())


def _apart(rows: pa.Table, *, is_apart: bool) -> Iterable[tuple[pa.Table, str]]:
    """The rows of each file, a source's each; and of one day each, where they are kept apart."""
    for source in pc.unique(rows["source"]).to_pylist():
        of_source = rows.filter(pc.equal(rows["source"], source))
        if not is_apart:
            yield of_source, source
            continue
        for day in pc.unique(of_source["day"]).to_pylist():
            is_of_day = pc.is_null(of_source["day"]) if day is None else pc.equal(of_source["day"], day)
            yield of_source.filter(is_of_day), source


def _files(table: TableLocation) -> list[_File]:
    if not table.is_table():
        return []
    found: list[_File] = files_of(table.open()).to_pylist()
    return found


def _concerns(told: _File, source: str, first: dt.date, last: dt.date) -> bool:
    """Whether a file may hold rows of a source in a window, or without a day."""
    low, high = told.get("min.source"), told.get("max.source")
    if low is not None and high is not None and not low <= source <= high:
        return False
    since, until = told.get("min.day"), told.get("max.day")
    return since is None or until is None or told.get("null_count.day") != 0 or (since <= last and until >= first)


def _read(table: TableLocation, told: _File) -> pa.Table:
    return pq.ParquetFile(*table.here([told["path"]])).read().select(REJECTS.names).cast(REJECTS)
