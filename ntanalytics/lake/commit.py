"""Commits that replace files of a table, such as those of a source's days.

A commit is always based on the newest version. After a conflict the replaced files are determined again, so that no
row of the source is duplicated.
"""

from __future__ import annotations

import datetime as dt
import filecmp
import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, PostCommitHookProperties, Schema
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, CommitProperties, RemoveAction, create_table_with_add_actions

from ntanalytics.errors import LakeError
from ntanalytics.lake.parts import PartFiles, day_of
from ntanalytics.lake.table_location import TableLocation
from ntanalytics.language import tr

#: Maximum number of attempts while other writers commit to the same table.
ATTEMPTS = 10

#: Checkpoints keep the opening of an old table fast. The log before them stays: a report may need an old version, and
#: `ntanalytics maintain` removes only unneeded ones.
AFTER_COMMIT = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)

#: One checkpoint per 10 commits instead of 100: the commits of a year take three times as long to read as a checkpoint,
#: and in an object store each commit since the last checkpoint is a request.
_PROPERTIES = {"delta.checkpointInterval": "10"}


class CommitConflict(Exception):  # internal: the writer retries or leaves the work for later
    """A change by another writer of the files on which a commit is based."""


#: One file of a version: path, size, rows and bounds, with the flattened names of delta-rs.
TableFile = dict[str, Any]

#: Newest version → files that a commit removes.
RemovalFinder = Callable[[DeltaTable], list[RemoveAction]]


def superseded_files(table: DeltaTable, source: str, first: dt.date, last: dt.date) -> list[RemoveAction] | None:
    """Return the files of a version with the rows of a source on the days from ``first`` to ``last``.

    Returns:
        The files; None if a file may have rows of other sources (after a foreign compaction), or has no bounds.
    """
    files = files_of(table)
    days = files["partition.day"]
    files = files.filter(pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last)))
    bounds = ("min.source", "max.source")
    if not files.num_rows:
        return []
    if not set(bounds) <= set(files.schema.names):
        return None
    actions = []
    for file in files.select(["path", "size_bytes", "partition.day", *bounds]).to_pylist():
        low, high = file["min.source"], file["max.source"]
        if low is None or high is None or low < source < high or (low != high and source in (low, high)):
            return None
        if low == high == source:
            actions.append(remove_action(file))
    return actions


def unchanged_files(
    table: TableLocation, superseded: Iterable[RemoveAction], files: Iterable[Path]
) -> dict[dt.date, str]:
    """Return day → the file of a table that has just the bytes of the day's new file: the same rows were read again.

    Args:
        table: location of the table; an object store is not asked for the content of its files.
        superseded: the files of a version that the new ones would replace.
        files: files of :class:`ntanalytics.lake.parts.PartWriter`.
    """
    if table.bucket:
        return {}
    old: dict[dt.date, list[RemoveAction]] = {}
    for action in superseded:
        old.setdefault(dt.date.fromisoformat(str((action.partition_values or {})["day"])), []).append(action)
    new: dict[dt.date, list[Path]] = {}
    for file in files:
        new.setdefault(day_of(file), []).append(file)
    unchanged = {}
    for day in new.keys() & old.keys():
        (file, *more), (held, *others) = new[day], old[day]
        with suppress(OSError):  # a held file that cannot be read is replaced
            if not more and not others and filecmp.cmp(table.folder / held.path, file, shallow=False):
                unchanged[day] = held.path
    return unchanged


def files_of(table: DeltaTable) -> pa.Table:
    """Return the files of a version with their bounds; ``partition.day`` is the day if the table has days."""
    return pa.table(table.get_add_actions(flatten=True))


def remove_action(file: TableFile) -> RemoveAction:
    """Return the action that removes a file, from its path, size and day."""
    day = file.get("partition.day")
    values = {"day": day.isoformat()} if day else {}
    return RemoveAction(file["path"], True, time.time_ns() // 1_000_000, file["size_bytes"], values)


def removal_of(files: Sequence[TableFile]) -> RemovalFinder:
    """Return the removal of these files. The commit raises CommitConflict if one of them no longer exists."""

    def find_removed(newest: DeltaTable) -> list[RemoveAction]:
        if not {file["path"] for file in files} <= set(files_of(newest)["path"].to_pylist()):
            raise CommitConflict
        return [remove_action(file) for file in files]

    return find_removed


def commit_days(
    table: TableLocation, parts: PartFiles, schema: pa.Schema, *, name: str, kept: Collection[str] = ()
) -> None:
    """Replace the days of a source by the files of ``parts`` and those that stay, in at most one commit.

    Args:
        table: location of the table; it is created if it does not exist.
        parts: new files of the source's days.
        schema: schema of a new table.
        name: name of the table.
        kept: paths of files of these days that stay.

    Raises:
        CommitConflict: another writer replaced a file that was to stay.
        Errors of :func:`commit`.
    """
    source, (first, last) = parts.source, parts.days

    def find_removed(newest: DeltaTable) -> list[RemoveAction]:
        files = superseded_files(newest, source, first, last)
        if files is None:
            raise LakeError(
                tr("rows of {source} are now in one file with those of other sources", source=source), where=str(table)
            )
        if not {*kept} <= {file.path for file in files}:
            raise CommitConflict(tr("another writer replaced the same days"))
        return [file for file in files if file.path not in kept]

    predicate = f"source = '{source}' AND day >= '{first.isoformat()}' AND day <= '{last.isoformat()}'"
    commit(table, parts, schema, find_removed, predicate, name=name)


def commit(
    table: TableLocation,
    parts: PartFiles,
    schema: pa.Schema,
    find_removed: RemovalFinder,
    predicate: str,
    *,
    name: str,
    partition_by: Sequence[str] = ("day",),
) -> None:
    """Replace the files that ``find_removed`` returns by the files of ``parts``, in one commit on the newest version.

    Args:
        table: location of the table; it is created if it does not exist.
        parts: new files, in the folder of the table.
        schema: schema of a new table.
        find_removed: called at each attempt; its errors end the commit.
        predicate: description of the replaced rows, for the history of the table.
        name: name of the table.
        partition_by: partition columns.

    Raises:
        DeltaError, OSError: the commit failed; the table is unchanged, and the new files are removed.
        LakeError: the result is unknown; the new files stay, since a version may have them.
    """
    try:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if table.is_table():
                    _append(table, parts, find_removed, predicate, list(partition_by))
                else:
                    _create(table, parts, schema, name, list(partition_by))
            except CommitFailedError:
                if attempt == ATTEMPTS or _is_committed(table, parts):
                    raise
            else:
                return
    except BaseException as error:
        # A step after the commit may fail (a checkpoint, on a full disk): committed files must stay.
        try:
            is_committed = _is_committed(table, parts)
        except (DeltaError, OSError) as unknown:
            raise LakeError(
                tr("cannot tell whether it was written: {unknown}", unknown=unknown), where=str(table)
            ) from error
        if not is_committed:
            parts.remove()
            raise
        if not isinstance(error, (DeltaError, OSError)):
            raise


def _create(table: TableLocation, parts: PartFiles, schema: pa.Schema, name: str, partition_by: list[str]) -> None:
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


def create_over(table: TableLocation, added: Sequence[AddAction], schema: pa.Schema, name: str) -> None:
    """Replace all files of a table, and its columns, in one commit on the newest version.

    Raises:
        DeltaError, OSError: the commit failed; the table is unchanged.
    """
    table.check()
    create_table_with_add_actions(
        table.uri,
        Schema.from_arrow(schema),
        list(added),
        mode="overwrite",
        name=name,
        partition_by=["day"],
        storage_options=table.options,
        configuration=_PROPERTIES,
        commit_properties=CommitProperties(max_commit_retries=0),
        post_commithook_properties=AFTER_COMMIT,
    )


def _append(
    table: TableLocation, parts: PartFiles, find_removed: RemovalFinder, predicate: str, partition_by: list[str]
) -> None:
    parameters = {"mode": "Overwrite", "partitionBy": json.dumps(partition_by), "predicate": predicate}
    # No retry by delta-rs: it would not notice that another process wrote the same days, if there were none before.
    properties = CommitProperties(custom_metadata={"operationParameters": parameters}, max_commit_retries=0)
    newest = table.open()
    actions: list[AddAction | RemoveAction] = [*parts.added, *find_removed(newest)]
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


def _is_committed(table: TableLocation, parts: PartFiles) -> bool:
    """Return True if the newest version has one of the files."""
    if not parts.added or not table.is_table():
        return False
    return not parts.names().isdisjoint(files_of(table.open())["path"].to_pylist())
