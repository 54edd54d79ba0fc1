"""Digest of the program: of its files, its mappings, and the versions of all libraries."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeAlias

import ntanalytics
from ntanalytics.settings.folders import project_dir

#: Paths of files with their inode, size, and times of the last change of content and inode.
_State: TypeAlias = tuple[tuple[str, int, int, int, int], ...]


def program_digest() -> str:
    """Return the digest of the program as it lies on the disk now, also under a process that lives for long."""
    # the folder of a library's metadata has its name and version; reading them all takes half a second
    libraries = sorted({path.name for folder in sys.path for path in Path(folder).glob("*.dist-info")})
    state = tuple(sorted(_states(Path(ntanalytics.__file__).parent))), tuple(sorted(_states(project_dir("queries"))))
    parts = [platform.python_version(), *libraries, *map(_content, state)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def program_at_start() -> str:
    """Return the digest of the program when this process first asked for it.

    What the process makes is made by that program, also after another one was put in its place on the disk.
    """
    return program_digest()


def _states(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the state of each file in a folder, compiled ones left out."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = f"{root}/{name}"
            state = os.stat(path)  # noqa: PTH116 — a path object of each of a thousand files takes twice the time
            yield path, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


@lru_cache(maxsize=4)
def _content(states: _State) -> str:
    """Return the digest of the content of files; they are read again when the state of one has changed."""
    digest = hashlib.sha256()
    for path, *_ in states:
        digest.update(f"{path} {hashlib.sha256(Path(path).read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()
