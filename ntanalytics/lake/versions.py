"""Which files the versions of a table name, told by its log alone: no version is opened but the oldest that is wanted.

A file is named by the versions from the one that added it to the one before that which took it out.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ntanalytics.lake.commit import files_of

_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(\.\d+\.\d+)?\.parquet")


@dataclass(frozen=True)
class Kept:
    """What is kept of a table.

    Attributes:
        files: the files that a wanted version names, relative to the table's folder.
        versions: the wanted versions that there are.
        lost: the wanted ones that can be read no more, or never could be in this table.
    """

    files: frozenset[str]
    versions: frozenset[int]
    lost: frozenset[int]


def log_of(table: Path) -> Path:
    """The folder of a table's log."""
    return table / "_delta_log"


def commits(table: Path) -> dict[int, Path]:
    """Version → its commit's file, ascending, as far back as the log goes."""
    found = {int(match[1]): path for path in log_of(table).iterdir() if (match := _COMMIT.fullmatch(path.name))}
    return dict(sorted(found.items()))


def checkpoints(table: Path) -> dict[int, list[Path]]:
    """Version → the files of its checkpoint, ascending."""
    found: dict[int, list[Path]] = {}
    for path in sorted(log_of(table).iterdir()):
        if match := _CHECKPOINT.fullmatch(path.name):
            found.setdefault(int(match[1]), []).append(path)
    return found


def recent(table: Path, since: dt.datetime) -> set[int]:
    """The current version, and those that were current at any moment after ``since``, by the times of the commits."""
    there = commits(table)
    replaced_at = zip(list(there)[:-1], list(there.values())[1:], strict=True)
    young = {version for version, next_one in replaced_at if next_one.stat().st_mtime >= since.timestamp()}
    return {*young, *list(there)[-1:]}


def kept(table: Path, wanted: Collection[int]) -> Kept:
    """What the wanted versions of a table name.

    Raises:
        DeltaError, OSError, ValueError: the log cannot be read.
    """
    there = commits(table)
    last = max(there)
    oldest, versions = _oldest(table, sorted(version for version in wanted if version <= last))
    lost = frozenset(set(wanted) - set(versions))
    if oldest is None:
        return Kept(frozenset(), frozenset(), lost)
    added = dict.fromkeys(files_of(oldest)["path"].to_pylist(), oldest.version())
    files = set()
    for version, path in there.items():
        if version <= oldest.version():
            continue
        taken_out, brought = _changes(path)
        for name in taken_out & added.keys():
            if _any_between(versions, added.pop(name), version):
                files.add(name)
        added |= dict.fromkeys(brought - added.keys(), version)
    files |= {name for name, version in added.items() if _any_between(versions, version, last + 1)}
    return Kept(frozenset(map(unquote, files)), frozenset(versions), lost)


def _oldest(table: Path, versions: list[int]) -> tuple[DeltaTable | None, list[int]]:
    """The first of the versions that can be read, opened, and it with all later ones: the log may go back less far."""
    for number, version in enumerate(versions):
        try:
            return DeltaTable(str(table), version=version), versions[number:]
        except DeltaError:
            continue
    return None, []


def _changes(commit: Path) -> tuple[set[str], set[str]]:
    """The files that a commit took out, and those that it brought."""
    actions = [json.loads(line) for line in commit.read_text(encoding="utf-8").splitlines()]
    taken_out = {action["remove"]["path"] for action in actions if "remove" in action}
    return taken_out, {action["add"]["path"] for action in actions if "add" in action}


def needless_logs(table: Path, oldest: int) -> list[Path]:
    """The commits and checkpoints before the last checkpoint from which a version, and every later one, can be read."""
    before = [version for version in checkpoints(table) if version <= oldest]
    if not before:
        return []
    logs = [path for version, path in commits(table).items() if version < before[-1]]
    return logs + [path for version in before[:-1] for path in checkpoints(table)[version]]


def _any_between(versions: list[int], first: int, end: int) -> bool:
    """Whether one of the ascending versions lies from ``first`` to before ``end``."""
    place = bisect_left(versions, first)
    return place < len(versions) and versions[place] < end
