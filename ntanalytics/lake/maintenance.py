"""The upkeep of one table: compaction, and the removal of what no version that is wanted names.

What is removed was taken out of the table before ``since``, or never was in it, and is named by none of the versions
that reports need. Readers of the current version, and of every version since ``since``, notice nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from ntanalytics.errors import LakeError
from ntanalytics.lake import compaction, rejects, versions
from ntanalytics.lake.commit import CommitConflict
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.table_location import StoredLocation

#: A file that no version names may belong to an extraction that is under way; none takes so long.
_UNDER_WAY = dt.timedelta(days=1)


#: What was set aside so long ago is not taken again, and is put into one file a month.
_GATHERED = dt.timedelta(days=31)


@dataclass(frozen=True)
class TableMaintenance:
    """What was done to a table, or would be.

    Attributes:
        table: its name: a dataset's, or ``<dataset>.rejects``.
        compacted: files of which others were made.
        removed: files that were removed.
        freed_bytes: what they took, the log's too.
        logs: files of the log that were removed.
        versions: how many versions can be read after it because reports need them, or because they are recent.
        lost: versions that reports name and that cannot be read any more.
        is_overtaken: whether extractions were faster, so that compaction is left for the next time.
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
    """Compact a table and remove what nobody needs.

    Args:
        lake: whose table.
        name: the table's.
        needed: the versions that reports name.
        now: the moment (aware).
        keep: how long every version stays that was once current.
        dry_run: whether to change nothing.

    Raises:
        LakeError: it cannot be read or written; it is as it was.
    """
    compacted, is_overtaken = _compacted(lake, name, now, dry_run=dry_run)
    with lake.writing(name) as table:  # a log that is being written tells half
        stored = table.stored()
        recent = versions.recent(stored, now - keep)
        kept = versions.kept(table, stored, {*needed, *recent})
        if not recent <= kept.versions:
            raise LakeError("not even its current version can be read: nothing was removed", where=str(table))
        files = [file for file in stored if _is_data(file) and file.name not in kept.files]
        files = [file for file in files if _age(file, now) > _UNDER_WAY]
        logs = [file for file in versions.needless_logs(stored, min(kept.versions)) if _age(file, now) > keep]
        freed = sum(file.size for file in (*files, *logs))
        if not dry_run:
            table.check()
            table.remove([file.name for file in (*files, *logs)])
    return TableMaintenance(
        name, compacted, len(files), freed, len(logs), len(kept.versions), tuple(sorted(kept.lost)), is_overtaken
    )


def _compacted(lake: DeltaLake, name: str, now: dt.datetime, *, dry_run: bool) -> tuple[int, bool]:
    """How many files are compacted, and whether another writer was faster."""
    is_rejects = name.endswith(".rejects")
    with lake.writing(name) as table:
        before = now.date() - _GATHERED
        groups = rejects.scattered(table, before) if is_rejects else compaction.needs_compaction(table)
    if dry_run:
        return sum(len(group) for group in groups), False
    done = 0
    for group in groups:
        with lake.writing(name) as table:  # for a group at a time, so that no extraction waits long
            try:
                (rejects.gather if is_rejects else compaction.compact)(table, group, name=name)
            except CommitConflict:
                return done, True
        done += len(group)
    return done, False


def _is_data(file: StoredLocation) -> bool:
    """Whether a file holds rows: it lies in the table's folder, or in that of a day."""
    folder, _, name = file.name.rpartition("/")
    return name.endswith(".parquet") and (not folder or (folder.startswith("day=") and "/" not in folder))


def _age(file: StoredLocation, now: dt.datetime) -> dt.timedelta:
    return now - dt.datetime.fromtimestamp(file.modified, dt.UTC)
