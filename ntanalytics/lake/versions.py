"""Which files the versions of a table name, told by its log alone: no version is opened but the oldest that is wanted.

A file is named by the versions from the one that added it to the one before that which took it out.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ntanalytics.lake.commit import files_of
from ntanalytics.lake.table_location import LOG, StoredLocation, TableLocation

_COMMIT = re.compile(LOG + r"/(\d{20})\.json")
_CHECKPOINT = re.compile(LOG + r"/(\d{20})\.checkpoint(\.\d+\.\d+)?\.parquet")


@dataclass(frozen=True)
class KeptVersions:
    """What is kept of a table.

    Attributes:
        files: the files that a wanted version names, relative to the table's folder.
        versions: the wanted versions that there are.
        lost: the wanted ones that can be read no more, or never could be in this table.
    """

    files: frozenset[str]
    versions: frozenset[int]
    lost: frozenset[int]


def commits(stored: Iterable[StoredLocation]) -> dict[int, StoredLocation]:
    """Version → its commit's file, ascending, as far back as the log goes; of all files of a table."""
    found = {int(match[1]): each for each in stored if (match := _COMMIT.fullmatch(each.name))}
    return dict(sorted(found.items()))


def checkpoints(stored: Iterable[StoredLocation]) -> dict[int, list[StoredLocation]]:
    """Version → the files of its checkpoint, ascending; of all files of a table."""
    found: dict[int, list[StoredLocation]] = {}
    for each in sorted(stored, key=lambda each: each.name):
        if match := _CHECKPOINT.fullmatch(each.name):
            found.setdefault(int(match[1]), []).append(each)
    return found


def recent(stored: Iterable[StoredLocation], since: dt.datetime) -> set[int]:
    """The current version, and those that were current at any moment after ``since``, by the times of the commits."""
    there = commits(stored)
    replaced_at = zip(list(there)[:-1], list(there.values())[1:], strict=True)
    young = {version for version, next_one in replaced_at if next_one.modified >= since.timestamp()}
    return {*young, *list(there)[-1:]}


def kept(table: TableLocation, stored: Collection[StoredLocation], wanted: Collection[int]) -> KeptVersions:
    """What the wanted versions of a table name.

    Args:
        table: where the table is.
        stored: all its files.
        wanted: the versions.

    Raises:
        DeltaError, OSError, ValueError: the log cannot be read.
    """
    there = commits(stored)
    last = max(there)
    oldest, versions = _oldest(table, sorted(version for version in wanted if version <= last))
    lost = frozenset(set(wanted) - set(versions))
    if oldest is None:
        return KeptVersions(frozenset(), frozenset(), lost)
    added = dict.fromkeys(files_of(oldest)["path"].to_pylist(), oldest.version())
    files = set()
    for version, commit in there.items():
        if version <= oldest.version():
            continue
        taken_out, brought = _changes(table.read(commit.name))
        for name in taken_out & added.keys():
            if _any_between(versions, added.pop(name), version):
                files.add(name)
        added |= dict.fromkeys(brought - added.keys(), version)
    files |= {name for name, version in added.items() if _any_between(versions, version, last + 1)}
    return KeptVersions(frozenset(map(unquote, files)), frozenset(versions), lost)


def _oldest(table: TableLocation, versions: list[int]) -> tuple[DeltaTable | None, list[int]]:
    """The first of the versions that can be read, opened, and it with all later ones: the log may go back less far."""
    for number, version in enumerate(versions):
        try:
            return table.open(version), versions[number:]
        except DeltaError:
            continue
    return None, []


def _changes(commit: str) -> tuple[set[str], set[str]]:
    """The files that a commit took out, and those that it brought."""
    actions = [json.loads(line) for line in commit.splitlines()]
    taken_out = {action["remove"]["path"] for action in actions if "remove" in action}
    return taken_out, {action["add"]["path"] for action in actions if "add" in action}


def needless_logs(stored: Collection[StoredLocation], oldest: int) -> list[StoredLocation]:
    """The commits and checkpoints before the last checkpoint from which a version, and every later one, can be read."""
    there = checkpoints(stored)
    before = [version for version in there if version <= oldest]
    if not before:
        return []
    logs = [each for version, each in commits(stored).items() if version < before[-1]]
    return logs + [each for version in before[:-1] for each in there[version]]


def _any_between(versions: list[int], first: int, end: int) -> bool:
    """Whether one of the ascending versions lies from ``first`` to before ``end``."""
    place = bisect_left(versions, first)
    return place < len(versions) and versions[place] < end
