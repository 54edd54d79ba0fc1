"""Maintenance of one table: compaction, and removal of files that no needed version has.

A removed file left the table before ``since`` (or never was in it) and is in none of the versions that reports need.
Readers of the current version, and of every version since ``since``, are not affected.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from ntanalytics.errors import LakeError
from ntanalytics.lake import compaction, rejects, versions
from ntanalytics.lake.commit import CommitConflict
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.table_location import StoredFile
from ntanalytics.lake.week_files import unneeded_week_files
from ntanalytics.language import tr

#: A younger file without a version may belong to a running extraction.
_MAX_EXTRACTION = dt.timedelta(days=1)

#: Names of files that a process killed while it wrote a commit leaves: delta-rs renames them when they are complete.
_UNFINISHED = re.compile(r"(\.tmp|#[0-9]+)$")

#: Rejects older than this are not replaced any more, and are merged into one file per month.
_MERGE_AFTER = dt.timedelta(days=31)


@dataclass(frozen=True, kw_only=True)
class TableMaintenance:
    """Result of the maintenance of a table (or of a dry run). The fields are keys of the JSON output.

    Attributes:
        table: name of the table: a dataset, or ``<dataset>.rejects``.
        compacted: number of files merged into others.
        removed: number of removed files.
        freed_bytes: size of the removed files, those of the log included.
        logs: number of removed files of the log.
        versions: number of versions that stay readable, needed or recent.
        lost: versions that reports need and that cannot be read any more.
        is_overtaken: whether a conflict with an extraction ended the compaction early.
    """

    table: str
    compacted: int = 0
    removed: int = 0
    freed_bytes: int = 0
    logs: int = 0
    versions: int = 0
    lost: tuple[int, ...] = ()
    is_overtaken: bool = False


def maintain_table(
    lake: DeltaLake, name: str, needed: Collection[int], now: dt.datetime, *, keep: dt.timedelta, dry_run: bool
) -> TableMaintenance:
    """Compact a table and remove unneeded files.

    Args:
        lake: the lake.
        name: name of the table.
        needed: versions that reports need.
        now: present moment (aware).
        keep: time for which every replaced version stays readable.
        dry_run: whether to change nothing.

    Raises:
        LakeError: the table cannot be read or written; it is unchanged.
    """
    compacted, is_overtaken = _compact(lake, name, now, dry_run=dry_run)
    with lake.locked_table(name) as table:  # a log must not be read during a commit
        stored = table.list_files()
        recent = versions.recent_versions(stored, now - keep)
        retained = versions.retained_files(table, stored, {*needed, *recent})
        if not recent <= retained.versions:
            raise LakeError(tr("not even its current version can be read: nothing was removed"), where=str(table))
        files = [file for file in stored if _is_data(file) and file.name not in retained.files]
        unneeded = set(unneeded_week_files(table, [file.name for file in stored], recent))
        files += [file for file in stored if _UNFINISHED.search(file.name) or file.name in unneeded]
        files = [file for file in files if _age(file, now) > _MAX_EXTRACTION]
        logs = [file for file in versions.obsolete_logs(stored, min(retained.versions)) if _age(file, now) > keep]
        freed = sum(file.size for file in (*files, *logs))
        if not dry_run:
            table.check()
            table.remove([file.name for file in (*files, *logs)])
    return TableMaintenance(
        table=name,
        compacted=compacted,
        removed=len(files),
        freed_bytes=freed,
        logs=len(logs),
        versions=len(retained.versions),
        lost=tuple(sorted(retained.lost)),
        is_overtaken=is_overtaken,
    )


def _compact(lake: DeltaLake, name: str, now: dt.datetime, *, dry_run: bool) -> tuple[int, bool]:
    """Compact a table; return the number of compacted files, and whether a conflict ended it early."""
    is_rejects = name.endswith(".rejects")
    with lake.locked_table(name) as table:
        before = now.date() - _MERGE_AFTER
        groups = rejects.fragmented_files(table, before) if is_rejects else compaction.needs_compaction(table)
    if dry_run:
        return sum(len(group) for group in groups), False
    compacted = 0
    for group in groups:
        with lake.locked_table(name) as table:  # per group, so that extractions wait briefly
            try:
                (rejects.merge_files if is_rejects else compaction.compact)(table, group, name=name)
            except CommitConflict:
                return compacted, True
        compacted += len(group)
    return compacted, False


def _is_data(file: StoredFile) -> bool:
    """Return True for a data file: it is in the folder of the table, or of a day."""
    folder, _, name = file.name.rpartition("/")
    return name.endswith(".parquet") and (not folder or (folder.startswith("day=") and "/" not in folder))


def _age(file: StoredFile, now: dt.datetime) -> dt.timedelta:
    return now - dt.datetime.fromtimestamp(file.modified, dt.UTC)
