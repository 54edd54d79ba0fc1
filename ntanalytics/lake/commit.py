"""One commit that takes files out of a table, those of a source's days above all, and puts others in their place.

Every commit is made on the newest version, or not at all: where another process was faster, what is replaced is looked
up again, so that no row of the source is there twice.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, PostCommitHookProperties, Schema
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, CommitProperties, RemoveAction, create_table_with_add_actions

from ntanalytics.errors import LakeError
from ntanalytics.lake.parts import Parts
from ntanalytics.lake.table_location import TableLocation

#: How often a commit is tried while others, which do not wait for us, commit to the same table.
ATTEMPTS = 10

#: Some commits leave a checkpoint, so that opening a table does not become slower with its age. What the log told
#: before it stays: a report may name a version of long ago, and `ntanalytics maintain` knows which.
AFTER_COMMIT = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)

#: Every tenth does, where Delta's own measure is the hundredth: the text of a year's commits takes three times as long
#: to read as a checkpoint, and in an object store each commit since is a request of who opens the table.
_PROPERTIES = {"delta.checkpointInterval": "10"}


class CommitConflict(Exception):  # never seen by a user: the writer looks anew, or leaves it
    """Another writer took out or brought files that were looked at to find out what to commit."""


#: The files of the newest version that a commit takes out.
TakenOut = Callable[[DeltaTable], list[RemoveAction]]


def superseded(table: DeltaTable, source: str, first: dt.date, last: dt.date) -> list[RemoveAction] | None:
    """The files of a version that hold the rows of a source on the days from ``first`` to ``last``.

    Returns:
        None where a file may hold rows of other sources, too (somebody compacted the table), or tells no bounds.
    """
    files = files_of(table)
    days = files["partition.day"]
    files = files.filter(pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last)))
    bounds = ("min.source", "max.source")
    if not files.num_rows:
        return []
    if not set(bounds) <= set(files.schema.names):
        return None
    taken = []
    for file in files.select(["path", "size_bytes", "partition.day", *bounds]).to_pylist():
        low, high = file["min.source"], file["max.source"]
        if low is None or high is None or low < source < high or (low != high and source in (low, high)):
            return None
        if low == high == source:
            taken.append(removal(file))
    return taken


def files_of(table: DeltaTable) -> pa.Table:
    """The files of a version, with their bounds; ``partition.day`` is the day where there are days."""
    return pa.table(table.get_add_actions(flatten=True))


def removal(file: dict[str, Any]) -> RemoveAction:
    """What takes a file out, of which :func:`files_of` told at least the path, the size and the day."""
    day = file.get("partition.day")
    values = {"day": day.isoformat()} if day else {}
    return RemoveAction(file["path"], True, time.time_ns() // 1_000_000, file["size_bytes"], values)


def taking_out(files: Sequence[dict[str, Any]]) -> TakenOut:
    """Take out files of which :func:`files_of` told; the commit raises Overtaken where one is no longer there."""

    def taken_out(newest: DeltaTable) -> list[RemoveAction]:
        if not {told["path"] for told in files} <= set(files_of(newest)["path"].to_pylist()):
            raise CommitConflict
        return [removal(told) for told in files]

    return taken_out


def commit_days(
    table: TableLocation, parts: Parts, schema: pa.Schema, source: str, first: dt.date, last: dt.date, *, name: str
) -> None:
    """Put the files of ``parts`` in the place of the days of their source, in one commit.

    Raises:
        As :func:`commit`.
    """

    def taken_out(newest: DeltaTable) -> list[RemoveAction]:
        found = superseded(newest, source, first, last)
        if found is None:
            raise LakeError(f"rows of {source} were put into one file with others' meanwhile", where=str(table))
        return found

    what = f"source = '{source}' AND day >= '{first.isoformat()}' AND day <= '{last.isoformat()}'"
    commit(table, parts, schema, taken_out, what, name=name)


def commit(
    table: TableLocation,
    parts: Parts,
    schema: pa.Schema,
    taken_out: TakenOut,
    what: str,
    *,
    name: str,
    partition_by: Sequence[str] = ("day",),
) -> None:
    """Put the files of ``parts`` in the place of those that ``taken_out`` finds in the newest version, in one commit.

    Args:
        table: where the table is; it is made where there is none.
        parts: files of that table.
        schema: the table's, where it is made.
        taken_out: asked at each attempt; what it raises ends the matter.
        what: for the table's history, what is replaced, as a predicate.
        name: the table's name.
        partition_by: the table's partition columns.

    Raises:
        DeltaError, OSError: it could not be; the table is as it was, and the files are removed.
        LakeError: it is not known whether it could be; the files stay, for a version may name them.
    """
    try:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _attempt(table, parts, schema, taken_out, what, name, list(partition_by))
            except CommitFailedError:
                if attempt == ATTEMPTS or _is_named(table, parts):
                    raise
            else:
                return
    except BaseException as error:
        # What follows a commit may fail after it (a checkpoint, on a full disk): a file that is named must stay.
        try:
            done = _is_named(table, parts)
        except (DeltaError, OSError) as unknown:
            raise LakeError(f"cannot tell whether it was written: {unknown}", where=str(table)) from error
        if not done:
            parts.remove()
            raise
        if not isinstance(error, (DeltaError, OSError)):
            raise


def _attempt(
    table: TableLocation,
    parts: Parts,
    schema: pa.Schema,
    taken_out: TakenOut,
    what: str,
    name: str,
    partition_by: list[str],
) -> None:
    told = {"mode": "Overwrite", "partitionBy": json.dumps(partition_by), "predicate": what}
    # No retry by delta-rs: it would not see that another process wrote the same days, where none were before.
    properties = CommitProperties(custom_metadata={"operationParameters": told}, max_commit_retries=0)
    if not table.is_table():
        table.check()
        create_table_with_add_actions(
            table.uri,
            Schema.from_arrow(schema),
            parts.added,
            mode="error",
            name=name,
            partition_by=partition_by or None,
            storage_options=table.options,
            configuration=_PROPERTIES,
            commit_properties=CommitProperties(max_commit_retries=0),
            post_commithook_properties=AFTER_COMMIT,
        )
        return
    newest = table.open()
    actions: list[AddAction | RemoveAction] = [*parts.added, *taken_out(newest)]
    if actions:
        table.check()
        newest.create_write_transaction(
            actions,
            "append",
            newest.schema(),
            partition_by or None,
            commit_properties=properties,
            post_commithook_properties=AFTER_COMMIT,
        )


def _is_named(table: TableLocation, parts: Parts) -> bool:
    """Whether the newest version names the files."""
    if not parts.added or not table.is_table():
        return False
    return not parts.names().isdisjoint(files_of(table.open())["path"].to_pylist())
