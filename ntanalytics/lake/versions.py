"""Files of the versions of a table, from its log alone: only the oldest needed version is opened.

A file belongs to the versions from its addition up to the one before its removal.
"""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ntanalytics.lake.commit import files_of
from ntanalytics.lake.log_files import CHECKPOINT, COMMIT
from ntanalytics.lake.table_location import StoredFile, TableLocation


@dataclass(frozen=True)
class RetainedFiles:
    """Files of a table that must stay.

    Attributes:
        files: files of the needed versions, relative to the folder of the table.
        versions: needed versions that can be read.
        lost: needed versions that cannot be read, or never existed.
    """

    files: frozenset[str]
    versions: frozenset[int]
    lost: frozenset[int]


def commits(stored: Iterable[StoredFile]) -> dict[int, StoredFile]:
    """Return version → file of its commit, ascending, as far back as the log goes."""
    by_version = {int(match[1]): file for file in stored if (match := COMMIT.fullmatch(file.name))}
    return dict(sorted(by_version.items()))


def checkpoints(stored: Iterable[StoredFile]) -> dict[int, list[StoredFile]]:
    """Return version → files of its checkpoint, ascending."""
    by_version: dict[int, list[StoredFile]] = {}
    for file in sorted(stored, key=lambda file: file.name):
        if match := CHECKPOINT.fullmatch(file.name):
            by_version.setdefault(int(match[1]), []).append(file)
    return by_version


def recent_versions(stored: Iterable[StoredFile], since: dt.datetime) -> set[int]:
    """Return the versions that were current at any moment since ``since``, by the times of the commits."""
    by_version = commits(stored)
    successors = zip(list(by_version)[:-1], list(by_version.values())[1:], strict=True)
    replaced = {version for version, successor in successors if successor.modified >= since.timestamp()}
    return {*replaced, *list(by_version)[-1:]}


def retained_files(table: TableLocation, stored: Collection[StoredFile], wanted: Collection[int]) -> RetainedFiles:
    """Return the files of the needed versions of a table.

    Args:
        table: location of the table.
        stored: all its files.
        wanted: needed versions.

    Raises:
        DeltaError, OSError, ValueError: the log cannot be read.
    """
    by_version = commits(stored)
    last = max(by_version)
    oldest, versions = _oldest_readable(table, sorted(version for version in wanted if version <= last))
    lost = frozenset(set(wanted) - set(versions))
    if oldest is None:
        return RetainedFiles(frozenset(), frozenset(), lost)
    added = dict.fromkeys(files_of(oldest)["path"].to_pylist(), oldest.version())
    files = set()
    for version, commit in by_version.items():
        if version <= oldest.version():
            continue
        removed, new = _changes(table.read(commit.name))
        for name in removed & added.keys():
            if _any_between(versions, added.pop(name), version):
                files.add(name)
        added |= dict.fromkeys(new - added.keys(), version)
    files |= {name for name, version in added.items() if _any_between(versions, version, last + 1)}
    return RetainedFiles(frozenset(map(unquote, files)), frozenset(versions), lost)


def _oldest_readable(table: TableLocation, versions: list[int]) -> tuple[DeltaTable | None, list[int]]:
    """Return the first readable version, and the list of it and all later ones; the log may start later."""
    for number, version in enumerate(versions):
        try:
            return table.open(version), versions[number:]
        except DeltaError:
            continue
    return None, []


def _changes(commit: str) -> tuple[set[str], set[str]]:
    """Return the removed and the added files of a commit."""
    actions = [json.loads(line) for line in commit.splitlines()]
    removed = {action["remove"]["path"] for action in actions if "remove" in action}
    return removed, {action["add"]["path"] for action in actions if "add" in action}


def obsolete_logs(stored: Collection[StoredFile], oldest: int) -> list[StoredFile]:
    """Return the commits and checkpoints that no version from ``oldest`` on needs."""
    by_version = checkpoints(stored)
    before = [version for version in by_version if version <= oldest]
    if not before:
        return []
    logs = [file for version, file in commits(stored).items() if version < before[-1]]
    return logs + [file for version in before[:-1] for file in by_version[version]]


def _any_between(versions: list[int], first: int, end: int) -> bool:
    """Return True if one of the ascending versions is in ``[first, end)``."""
    index = bisect_left(versions, first)
    return index < len(versions) and versions[index] < end
