"""Putting a folder in the place of another in one step."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
#: The kernel, the C library or the file system (NFS, some FUSE) does not know the exchange.
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def atomic_publish(made: Path, target: Path) -> None:
    """Make ``made`` be ``target``; what was there before is removed afterwards.

    A new target is one rename. An existing one is exchanged in one system call (Linux ``renameat2``
    with ``RENAME_EXCHANGE``), so that a reader finds at each moment the whole old or the whole new folder.

    Where the file system cannot exchange, two renames do it: for an instant there is no folder, and a
    process killed in that instant leaves the old one beside it, which :func:`restore` puts back.

    Args:
        made: the complete folder, on the same file system.
        target: where it goes; a folder, or nothing yet.

    Raises:
        OSError: a rename was refused; the old folder is where it was.
    """
    restore(target)
    if not target.exists():
        made.rename(target)
        sync(target.parent)
        return
    if _exchange(made, target):
        shutil.rmtree(made, ignore_errors=True)  # what is there now is the old report
        sync(target.parent)
        return
    aside = _aside(target)
    target.rename(aside)
    try:
        made.rename(target)
    except OSError:
        aside.rename(target)
        raise
    sync(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def restore(target: Path) -> None:
    """Undo what a swap by two renames left when it was killed between them."""
    aside = _aside(target)
    if not aside.is_dir() or aside.is_symlink():
        return
    if target.exists():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.rename(target)


def sync(path: Path) -> None:
    """Have a file or a folder on the disk, not only in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders; False where that is not supported."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # a C library without it: musl before 1.2.6, macOS
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(other))
