"""Rejected rows of a dataset, in a table beside it: one file per source and day.

A window is replaced by removing the files of its days; the files of other days stay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics.lake.commit import ATTEMPTS, CommitConflict, TableFile, commit, files_of, removal_of
from ntanalytics.lake.parts import PartFiles
from ntanalytics.lake.table_location import TableLocation

#: Columns of a table of rejects.
REJECTS = pa.schema(
    [
        pa.field("source", pa.string(), False),
        pa.field("day", pa.date32()),
        pa.field("reason", pa.string(), False),
        pa.field("source_rows", pa.int64(), False),
        pa.field("record", pa.string()),
    ]
)


def replace_rejects(
    table: TableLocation, rows: pa.Table, source: str, first: dt.date, last: dt.date, *, name: str
) -> None:
    """Replace the rows of a source in a window, and those without a day, in at most one commit; none for the same rows.

    Raises:
        Errors of :func:`ntanalytics.lake.commit.commit`.
        CommitConflict: other writers were faster each time.
    """
    for attempt in range(1, ATTEMPTS + 1):
        files = [file for file in _files(table) if _may_contain(file, source, first, last)]
        old = pa.concat_tables([REJECTS.empty_table(), *(_read(table, file) for file in files)])
        in_window = pc.or_kleene(
            pc.is_null(old["day"]), pc.and_kleene(pc.greater_equal(old["day"], first), pc.less_equal(old["day"], last))
        )
        is_replaced = pc.and_(pc.equal(old["source"], source), in_window)
        kept, replaced = old.filter(pc.invert(is_replaced)), old.filter(is_replaced)
        if _in_order(replaced) == _in_order(rows.cast(REJECTS)):
            return
        try:
            _commit(table, files, pa.concat_tables([kept, rows.cast(REJECTS)]), f"{source} {first}…{last}", name)
        except CommitConflict:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def _in_order(rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in REJECTS.names])


def fragmented_files(table: TableLocation, before: dt.date) -> list[list[TableFile]]:
    """Return groups of files for :func:`merge_files`: of one source and one month, of days before ``before``."""
    groups: dict[tuple[str, str], list[TableFile]] = {}
    for file in _files(table):
        low, high, source = file.get("min.day"), file.get("max.day"), file.get("min.source")
        if source is None or source != file.get("max.source") or low is None or high is None:
            continue
        if not file.get("null_count.day") and high < before.replace(day=1):
            groups.setdefault((source, f"{high:%Y-%m}"), []).append(file)
    return [group for _, group in sorted(groups.items()) if len(group) > 1]


def merge_files(table: TableLocation, group: list[TableFile], *, name: str) -> None:
    """Merge files of one source into one.

    Raises:
        Errors of :func:`replace_rejects`.
    """
    rows = pa.concat_tables([_read(table, file) for file in group])
    _commit(table, group, rows, "compacted", name, by_day=False)


def _commit(
    table: TableLocation, files: list[TableFile], rows: pa.Table, predicate: str, name: str, *, by_day: bool = True
) -> None:
    if not files and not rows.num_rows:
        return
    parts = PartFiles(table, "")
    try:
        for file_rows, source in _split(rows, by_day=by_day):
            parts.add_rows(file_rows, source)
    except BaseException:
        parts.remove()
        raise

    commit(table, parts, REJECTS, removal_of(files), predicate, name=name, partition_by=())


def _split(rows: pa.Table, *, by_day: bool) -> Iterable[tuple[pa.Table, str]]:
    """Yield the rows of each file: of each source, and of each day if wanted."""
    for source in pc.unique(rows["source"]).to_pylist():
        source_rows = rows.filter(pc.equal(rows["source"], source))
        if not by_day:
            yield source_rows, source
            continue
        for day in pc.unique(source_rows["day"]).to_pylist():
            is_day = pc.is_null(source_rows["day"]) if day is None else pc.equal(source_rows["day"], day)
            yield source_rows.filter(is_day), source


def _files(table: TableLocation) -> list[TableFile]:
    if not table.is_table():
        return []
    files: list[TableFile] = files_of(table.open()).to_pylist()
    return files


def _may_contain(file: TableFile, source: str, first: dt.date, last: dt.date) -> bool:
    """Return True if a file may have rows of a source in a window, or without a day."""
    low, high = file.get("min.source"), file.get("max.source")
    if low is not None and high is not None and not low <= source <= high:
        return False
    since, until = file.get("min.day"), file.get("max.day")
    return since is None or until is None or file.get("null_count.day") != 0 or (since <= last and until >= first)


def _read(table: TableLocation, file: TableFile) -> pa.Table:
    return pq.ParquetFile(*table.local_files([file["path"]])).read().select(REJECTS.names).cast(REJECTS)
