"""Replacement of a folder by another in one step."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path

from ntanalytics.disk_space import sync

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
#: The kernel or the file system (NFS, some FUSE) does not know the exchange.
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def atomic_publish(folder: Path, target: Path) -> None:
    """Put a complete folder in the place of ``target``, and remove the folder that was there.

    A new target takes one rename. An existing one is exchanged in one system call (Linux ``renameat2`` with
    ``RENAME_EXCHANGE``): a reader finds at each moment the complete old or the complete new folder.

    If the file system has no such call, two renames do it. For an instant there is no folder, and a process killed in
    that instant leaves the old folder under another name; :func:`restore` puts it back.

    Args:
        folder: the complete folder, on the same file system.
        target: its place; a folder, or nothing yet.

    Raises:
        OSError: a rename was refused; the old folder is in its place.
    """
    restore(target)
    if not target.exists():
        folder.rename(target)
        sync(target.parent)
        return
    if _exchange(folder, target):
        shutil.rmtree(folder, ignore_errors=True)  # it holds the old report now
        sync(target.parent)
        return
    previous = _previous(target)
    target.rename(previous)
    try:
        folder.rename(target)
    except OSError:
        previous.rename(target)
        raise
    sync(target.parent)
    shutil.rmtree(previous, ignore_errors=True)


def restore(target: Path) -> None:
    """Repair a replacement by two renames that was killed between them."""
    previous = _previous(target)
    if not previous.is_dir() or previous.is_symlink():
        return
    if target.exists():
        shutil.rmtree(previous, ignore_errors=True)
    else:
        previous.rename(target)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _exchange(folder: Path, target: Path) -> bool:
    """Exchange two folders; return False where that is not supported."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # a C library without it: musl before 1.2.6, macOS
        return False
    if rename(_AT_FDCWD, os.fsencode(folder), _AT_FDCWD, os.fsencode(target), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(target))
