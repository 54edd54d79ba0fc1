"""Files of a site that a backup holds: reports, settings and mappings; and their places on another host."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ntanalytics import event_log
from ntanalytics.operations.retention import LEAVING
from ntanalytics.runner.staging import LOCKS, STAGING
from ntanalytics.settings import FILE_NAME, Settings
from ntanalytics.settings.yaml_edits import KeyPath, replace_scalars, scalars

#: Working folders of the outputs, which are of the processes of one host.
_WORKING = {STAGING, LOCKS, LEAVING, event_log.FOLDER}

#: Role → path below the folder of a restored site, and below the area ``site`` of a backup.
PLACES = {
    "settings": FILE_NAME,
    "jobs": "scheduled/jobs.yml",
    "calendar": "calendar.yml",
    "unit_aliases": "unit_aliases.csv",
}

#: Folder of the site's mappings, likewise.
QUERIES = "queries"

#: Key of the settings → its value in a restored site: all below the folder of the settings.
_RELOCATED: Mapping[KeyPath, str] = {
    ("lake",): "lake",
    ("outputs",): "outputs",
    ("jobs",): PLACES["jobs"],
    ("queries",): QUERIES,
    ("site", "calendar"): PLACES["calendar"],
    ("site", "unit_aliases"): PLACES["unit_aliases"],
}
_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class SourceFile:
    """File of this host that a backup holds.

    Attributes:
        path: its area and its path below it.
        file: the file.
    """

    path: str
    file: Path


def output_files(outputs: Path) -> Iterator[SourceFile]:
    """Yield the files of the outputs, without working folders and links."""
    yield from _files(outputs, "outputs", _WORKING)


def site_files(settings: Settings) -> tuple[dict[str, str], list[SourceFile]]:
    """Return role → path below the area ``site``, and the files of the settings with the site's own mappings."""
    by_role = {
        "settings": settings.file,
        "jobs": settings.jobs,
        "calendar": settings.calendar_file,
        "unit_aliases": settings.site.unit_aliases,
    }
    present = {role: file for role, file in by_role.items() if file is not None and file.is_file()}
    files = [SourceFile(f"site/{PLACES[role]}", file) for role, file in present.items()]
    roles = {role: PLACES[role] for role in present}
    if settings.queries:
        files += _files(settings.queries, f"site/{QUERIES}")
    return roles, files


def _files(folder: Path, area: str, left_out: Collection[str] = ()) -> Iterator[SourceFile]:
    for here, folders, names in os.walk(folder):
        if Path(here) == folder:
            folders[:] = [name for name in folders if name not in left_out]
        folders.sort()
        for name in sorted(names):
            file = Path(here) / name
            if file.is_file() and not file.is_symlink():
                yield SourceFile(f"{area}/{file.relative_to(folder).as_posix()}", file)


def relocated_settings(text: str, secrets: Mapping[str, str]) -> str:
    """Return the text of a settings file with the paths of a restored site.

    Args:
        text: the text of the lost site.
        secrets: reference to a secret in a file → its reference in the restored site.
    """
    changes = {}
    for scalar in scalars(text):
        if scalar.is_key:
            continue
        value = _RELOCATED.get(scalar.path) or secrets.get(scalar.value, scalar.value)
        if scalar.path == ("ledger",) and value.startswith(_SQLITE):
            value = f"{_SQLITE}ledger.sqlite"
        if value != scalar.value:
            changes[scalar] = value
    return replace_scalars(text, changes)
