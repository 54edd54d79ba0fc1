"""Removal of old snapshots of a repository, and of the contents that no snapshot holds any more.

Some stay whatever their age: the latest ones, so that a clock that jumped ahead costs nothing, and the last one of each
month, as evidence of the contract years. A snapshot is removed before its contents: broken off, the next removal finds
contents without a snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ntanalytics.operations.backup.repository import Repository

#: Number of the latest snapshots that stay.
_LATEST = 14

#: Age from which a content without a snapshot is removed: a younger one may belong to a backup that goes on.
_UNFINISHED = dt.timedelta(days=2)


@dataclass(frozen=True)
class PrunedBackups:
    """Result of a removal.

    Attributes:
        snapshots: names of the removed snapshots.
        contents: number of removed contents.
        freed_bytes: their size.
    """

    snapshots: tuple[str, ...] = ()
    contents: int = 0
    freed_bytes: int = 0


def prune(repository: Repository, keep_days: int, now: dt.datetime) -> PrunedBackups:
    """Remove the snapshots that are too old, and contents that no snapshot holds; no backup may go on meanwhile.

    Args:
        repository: the repository of one site.
        keep_days: days for which every snapshot stays.
        now: the present moment (aware).

    Raises:
        BackupError: it cannot be read or written; a snapshot that stays is damaged, so that its contents are not known.
    """
    names = repository.snapshots()
    old = old_snapshots(names, now.astimezone(dt.UTC).date() - dt.timedelta(days=keep_days))
    # all that stay are read before anything is removed
    used = {file.sha256 for name in names if name not in old for file in repository.load(name).files}
    repository.remove_snapshots(old)
    unused = [content for content in repository.unused_contents(used) if now - content.modified > _UNFINISHED]
    repository.remove_contents([content.digest for content in unused])
    return PrunedBackups(tuple(old), len(unused), sum(content.size for content in unused))


def old_snapshots(names: Sequence[str], before: dt.date) -> list[str]:
    """Return the snapshots that go: made before a day, none of the latest, and not the last of their month.

    Args:
        names: names of all snapshots, the oldest first; each begins with its moment, ``20261124T010000``.
        before: the first day of which every snapshot stays.
    """
    last_of_month = {name[:6]: name for name in names}
    kept = {*names[-_LATEST:], *last_of_month.values()}
    return [name for name in names if name not in kept and name[:8] < f"{before:%Y%m%d}"]
