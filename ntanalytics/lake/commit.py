"""One commit that takes days of a source out of a table and puts files in their place.

Every commit is made on the newest version, or not at all: where another process was faster, what is replaced is looked
up again, so that no row of the source is there twice.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import CommitProperties, RemoveAction, create_table_with_add_actions

from ntanalytics.errors import LakeError
from ntanalytics.lake.parts import Parts

#: How often a commit is tried while others, which do not wait for us, commit to the same table.
_ATTEMPTS = 10


def superseded(table: DeltaTable, source: str, first: dt.date, last: dt.date) -> list[RemoveAction] | None:
    """The files of a version that hold the rows of a source on the days from ``first`` to ``last``.

    Returns:
        None where a file may hold rows of other sources, too (somebody compacted the table), or tells no bounds.
    """
    files = pa.table(table.get_add_actions(flatten=True))
    days = files["partition.day"]
    files = files.filter(pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last)))
    bounds = ("min.source", "max.source")
    if not files.num_rows:
        return []
    if not set(bounds) <= set(files.schema.names):
        return None
    taken = []
    now = time.time_ns() // 1_000_000
    for file in files.select(["path", "size_bytes", "partition.day", *bounds]).to_pylist():
        low, high = file["min.source"], file["max.source"]
        if low is None or high is None or low < source < high or (low != high and source in (low, high)):
            return None
        if low == high == source:
            day = file["partition.day"].isoformat()
            taken.append(RemoveAction(file["path"], True, now, file["size_bytes"], {"day": day}))
    return taken


def commit(
    path: Path, parts: Parts, schema: pa.Schema, source: str, first: dt.date, last: dt.date, *, name: str
) -> None:
    """Put the files of ``parts`` in the place of the days of their source, in one commit.

    Raises:
        DeltaError, OSError: it could not be; the table is as it was, and the files are removed.
        LakeError: it is not known whether it could be; the files stay, for a version may name them.
    """
    try:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                _attempt(path, parts, schema, source, first, last, name)
            except CommitFailedError:
                if attempt == _ATTEMPTS or _is_named(path, parts):
                    raise
            else:
                return
    except BaseException as error:
        # What follows a commit may fail after it (a checkpoint, on a full disk): a file that is named must stay.
        try:
            done = _is_named(path, parts)
        except (DeltaError, OSError) as unknown:
            raise LakeError(f"cannot tell whether it was written: {unknown}", where=str(path)) from error
        if not done:
            parts.remove()
            raise
        if not isinstance(error, (DeltaError, OSError)):
            raise


def _attempt(
    path: Path, parts: Parts, schema: pa.Schema, source: str, first: dt.date, last: dt.date, name: str
) -> None:
    what = {
        "mode": "Overwrite",
        "partitionBy": '["day"]',
        "predicate": f"source = '{source}' AND day >= '{first.isoformat()}' AND day <= '{last.isoformat()}'",
    }
    # No retry by delta-rs: it would not see that another process wrote the same days, where none were before.
    properties = CommitProperties(custom_metadata={"operationParameters": what}, max_commit_retries=0)
    if not DeltaTable.is_deltatable(str(path)):
        create_table_with_add_actions(
            str(path), Schema.from_arrow(schema), parts.added, mode="error", partition_by=["day"], name=name,
            commit_properties=CommitProperties(max_commit_retries=0),
        )  # fmt: skip
        return
    table = DeltaTable(str(path))
    taken = superseded(table, source, first, last)
    if taken is None:
        raise LakeError(f"rows of {source} were put into one file with others' meanwhile", where=str(path))
    table.create_write_transaction(
        [*parts.added, *taken], "append", table.schema(), ["day"], commit_properties=properties
    )


def _is_named(path: Path, parts: Parts) -> bool:
    """Whether the newest version names the files."""
    if not parts.added or not DeltaTable.is_deltatable(str(path)):
        return False
    named = {Path(file).as_posix() for file in DeltaTable(str(path)).file_uris()}
    return any((path.absolute() / file).as_posix() in named for file in parts.names())
