"""Versions of the lake's tables that published reports were made from.

A report can be made again on the same data only while these versions can be read. Maintenance removes none of them;
they are removed only after the report.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.language import tr
from ntanalytics.report_files import MANIFEST, load_manifest


@dataclass(frozen=True)
class RetainedVersions:
    """Versions that published reports need.

    Attributes:
        versions: dataset → the versions of its table that a report names.
        unreadable: manifests that cannot be read; nothing may be removed, since they may name any version.
    """

    versions: Mapping[str, frozenset[int]]
    unreadable: tuple[Path, ...] = ()


def retained_versions(outputs: Path, leaving: Collection[Path] = ()) -> RetainedVersions:
    """Return the versions in the manifests of the outputs, also those of former publications and hidden folders.

    Args:
        outputs: the folder of all reports; without one, nothing is needed.
        leaving: folders of reports past their retention, which do not count.
    """
    versions: dict[str, set[int]] = {}
    unreadable: list[Path] = []
    for path in _manifests(outputs, frozenset(folder.absolute() for folder in leaving), unreadable):
        try:
            tables = _tables(path.parent)
        except FileNotFoundError:  # replaced or removed meanwhile
            continue
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            unreadable.append(path)
            continue
        for dataset, version in tables.items():
            versions.setdefault(dataset, set()).add(version)
    return RetainedVersions({name: frozenset(numbers) for name, numbers in versions.items()}, tuple(unreadable))


def _manifests(outputs: Path, leaving: Collection[Path], unreadable: list[Path]) -> Iterator[Path]:
    for folder, folders, files in os.walk(outputs.absolute(), onerror=lambda error: _note(error, unreadable)):
        here = Path(folder)
        folders[:] = [name for name in folders if here / name not in leaving]
        if MANIFEST in files:
            yield here / MANIFEST


def _note(error: OSError, unreadable: list[Path]) -> None:
    """Record a folder that cannot be listed, since it may hold any report; a removed folder holds none."""
    if not isinstance(error, FileNotFoundError):
        unreadable.append(Path(str(error.filename)))


def _tables(folder: Path) -> dict[str, int]:
    tables = load_manifest(folder)["tables"]
    if not all(isinstance(version, int) and version >= 0 for version in tables.values()):
        raise ValueError(tr("a version is no number"))
    return dict(tables)
