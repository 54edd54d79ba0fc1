"""Which versions of the lake's tables the published reports were made from, and so are still needed.

A report can be made again on the same data only while those versions can be read. Nothing of the lake is removed that
this does not leave out, and what a report needed is given up only with the report.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.runner.publishing import MANIFEST

#: A manifest has some kilobytes; what is larger was not written by us.
_LARGEST = 4 * 2**20


@dataclass(frozen=True)
class RetainedVersions:
    """What the published reports need.

    Attributes:
        versions: dataset → the versions of its table that a report names.
        unreadable: manifests that cannot be read: nobody knows what they name, and nothing may be removed.
    """

    versions: Mapping[str, frozenset[int]]
    unreadable: tuple[Path, ...] = ()


def retained_versions(outputs: Path, leaving: Collection[Path] = ()) -> RetainedVersions:
    """The versions that the manifests below ``outputs`` name, those of earlier publications and of hidden folders too.

    Args:
        outputs: the folder of the published reports; where there is none, nothing is needed.
        leaving: folders of reports that are given up, such as those past their retention: what is in them does not
            count.
    """
    versions: dict[str, set[int]] = {}
    unreadable: list[Path] = []
    for path in _manifests(outputs, frozenset(folder.absolute() for folder in leaving), unreadable):
        try:
            named = _named(path)
        except FileNotFoundError:  # replaced or removed meanwhile, by a whole newer one
            continue
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            unreadable.append(path)
            continue
        for dataset, version in named.items():
            versions.setdefault(dataset, set()).add(version)
    return RetainedVersions({name: frozenset(found) for name, found in versions.items()}, tuple(unreadable))


def _manifests(outputs: Path, leaving: Collection[Path], unreadable: list[Path]) -> Iterator[Path]:
    for folder, folders, files in os.walk(outputs.absolute(), onerror=lambda error: _note(error, unreadable)):
        here = Path(folder)
        folders[:] = [name for name in folders if here / name not in leaving]
        if MANIFEST in files:
            yield here / MANIFEST


def _note(error: OSError, unreadable: list[Path]) -> None:
    """A folder that cannot be listed may hold any report; one that is gone holds none."""
    if not isinstance(error, FileNotFoundError):
        unreadable.append(Path(str(error.filename)))


def _named(path: Path) -> dict[str, int]:
    with path.open("rb") as file:
        tables = json.loads(file.read(_LARGEST))["tables"]
    if not all(isinstance(version, int) and version >= 0 for version in tables.values()):
        raise ValueError("a version is no number")
    return dict(tables)
