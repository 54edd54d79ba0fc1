"""Copies of log files: the same lines under another name, which would be counted twice.

A copy holds the lines of another file from its first byte on, all or the first of them: a backup beside the log, a
rotated file that was both compressed and renamed, a hard link.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from ntanalytics.sources.archive_limits import unpacked

#: Bytes from which on equal beginnings are no chance: two services may begin with one equal line.
MIN_BYTES = 1 << 10

_BLOCK = 1 << 20
_DAMAGE = (OSError, EOFError, zlib.error)


def copies_among(files: Iterable[Path]) -> dict[Path, Path]:
    """Return copy → the file that holds all of its lines: the longer one, of equal ones that with the shorter name.

    A file that cannot be read, or is damaged, is no copy: its reader tells what is wrong.

    Args:
        files: log files, compressed or not.

    Raises:
        SourceRefused: a compressed file unpacks to far more than a log.
    """
    by_beginning: dict[bytes, list[Path]] = {}
    for path in files:
        beginning = _beginning(path)
        if len(beginning) >= MIN_BYTES:
            by_beginning.setdefault(beginning, []).append(path)
    copies: dict[Path, Path] = {}
    for alike in by_beginning.values():
        kept: list[Path] = []
        for path in sorted(alike, key=lambda path: (len(path.name), path.name)):
            _sort_in(path, kept, copies)
    return copies


def _sort_in(path: Path, kept: list[Path], copies: dict[Path, Path]) -> None:
    """Add a file to those that are kept, or to the copies; it may hold all of one that was kept."""
    for place, other in enumerate(kept):
        longer = _longer(path, other)
        if longer == "other":
            copies[path] = other
            return
        if longer == "path":
            copies.update({copy: path for copy, original in copies.items() if original == other})
            copies[other] = path
            kept[place] = path
            return
    kept.append(path)


def _longer(path: Path, other: Path) -> Literal["path", "other", ""]:
    """Return which of two files holds all of the other one; ``other`` where they are equal; empty where they differ."""
    try:
        with _opened(path) as one, _opened(other) as two:
            while True:
                ours, theirs = one.read(_BLOCK), two.read(_BLOCK)
                length = min(len(ours), len(theirs))
                if ours[:length] != theirs[:length]:
                    return ""
                if len(ours) != len(theirs) or not ours:
                    return "path" if len(ours) > len(theirs) else "other"
    except _DAMAGE:
        return ""


def _beginning(path: Path) -> bytes:
    try:
        with _opened(path) as stream:
            return stream.read(MIN_BYTES)
    except _DAMAGE:
        return b""


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Yield the content of a file, unpacked; a block is shorter than asked for at the end alone."""
    with path.open("rb") as file:
        yield unpacked(file, path.stat().st_size, str(path))
