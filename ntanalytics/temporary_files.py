"""Temporary folders that a killed process cannot leave for ever: the next process of the account removes them.

The process that made a folder holds a lock on it. The operating system frees the lock when the process ends, however
that happens; a folder without a lock is abandoned.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Prefix of the folders. No other program of the account uses it.
PREFIX = "nta-run-"


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """Yield a new folder that only this account can enter, and remove it with its content at the end.

    Folders of killed processes of this account are removed first.

    Args:
        parent: the folder of the new one; None for that of the temporary files.

    Raises:
        OSError: it cannot be made.
    """
    parent = parent or Path(tempfile.gettempdir())
    sweep(parent)
    folder, descriptor = _locked(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def own_temporary_files() -> Iterator[None]:
    """Keep all temporary files of this process and of its children, those of libraries included, in one such folder."""
    former, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    with temporary_folder() as folder:
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = former
            if variable is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = variable


def sweep(parent: Path) -> None:
    """Remove the folders of this account whose process has ended; no link is followed."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # held by its process, or removed by another one meanwhile
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.getuid():
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _locked(parent: Path) -> tuple[Path, int]:
    """Return a new folder, and the descriptor that holds its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # another process took it for an abandoned one at once
            continue
        with suppress(OSError):  # a file system without locks: nobody can lock it, so that nobody removes it
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, descriptor
        os.close(descriptor)  # or before it was locked
