"""Digests of what a site is beside its lake: its settings, its own files, and the files of its sources."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ntanalytics.settings.model import Settings
from ntanalytics.settings.parts import SourceSettings

#: Files that a source may have beside its database.
_SQLITE_FILES = ("", "-wal", "-journal")


def digest(*parts: str) -> str:
    """Return the digest of some texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def site_digest(settings: Settings) -> str:
    """Return the digest of the settings, and of the files of the site that an extraction or a report reads."""
    files = [settings.calendar_file, settings.scoring_file, settings.jobs]
    files += [settings.site.unit_aliases] if settings.site.unit_aliases else []
    files += settings.queries.rglob("*") if settings.queries else []
    return digest(settings.model_dump_json(), _content(path for path in files if path.is_file()))


def files_digest(settings: Settings, sources: Iterable[str]) -> str | None:
    """Return the digest of the state of some sources' files; None if one of the sources is no file.

    A tool may set the time of a content's change back, but not that of its inode's.
    """
    states: list[str] = []
    for name in sources:
        paths = files_of(settings.sources[name])
        if paths is None:
            return None
        for path in paths:
            state = _stat(path)
            states.append(f"{path} {state and (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)}")
    return digest(*states)


def file_states(settings: Settings) -> Mapping[str, str | None]:
    """Return source → the digest of the state of its files; None for a source that is no file."""
    return {name: files_digest(settings, [name]) for name in settings.sources}


def last_changes(settings: Settings, source: str) -> tuple[int, int]:
    """Return the last change of the content and of the inode of a source's files, in ns since 1970; 0 without a file.

    Whoever copies a file may give it the time of its content's change, but not that of its inode's.
    """
    states = [state for path in files_of(settings.sources[source]) or [] if (state := _stat(path)) is not None]
    return max((s.st_mtime_ns for s in states), default=0), max((s.st_ctime_ns for s in states), default=0)


def files_of(source: SourceSettings) -> list[Path] | None:
    """Return the files that a source is read from; None if it is no file.

    Of a probe they are its journal: a target is asked over the network for the present alone, which no file tells.
    """
    if source.url:
        from sqlalchemy.engine import make_url

        url = make_url(source.url)
        is_file = url.get_backend_name() == "sqlite" and url.database
        return [Path(f"{url.database}{ending}") for ending in _SQLITE_FILES] if is_file else None
    if source.path and not source.targets:
        return [source.path]
    return [Path(path) for pattern in source.globs for path in sorted(glob.glob(pattern, recursive=True))]


def _stat(path: Path) -> os.stat_result | None:
    """Return the state of a file; None where it is not there or cannot be looked at: who reads it says why."""
    try:
        return path.stat()
    except OSError:
        return None


def _content(files: Iterable[Path]) -> str:
    return digest(*(f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted(files)))
