"""Free disk space, the error messages of a full disk, and flushes to the disk."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from ntanalytics.errors import DiskError
from ntanalytics.language import tr

#: Minimum free space of a run. A report has a few MB, but papermill rewrites the record after each cell, the previous
#: report stays until the new one is complete, and the ledger, often on the same disk, must record the result.
MIN_FREE_BYTES = 64 * 2**20

_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


def check_free_space(folder: Path) -> None:
    """Check that a run can start or continue.

    Raises:
        DiskError: less than ``MIN_FREE_BYTES`` are free.
    """
    try:
        message = low_space_message(folder)
    except OSError as error:
        raise disk_error(error, folder) from error
    if message:
        raise DiskError(message, where=str(folder), todo=tr("free some space, then run it again"))


def low_space_message(folder: Path) -> str:
    """Return a message if the disk of a folder is nearly full, else an empty text.

    Raises:
        OSError: the free space cannot be read.
    """
    free = shutil.disk_usage(folder).free
    if free >= MIN_FREE_BYTES:
        return ""
    return tr("the disk is nearly full: {mb} MB are free, {mb2} MB are wanted", mb=_mb(free), mb2=_mb(MIN_FREE_BYTES))


def disk_error(error: OSError, folder: Path) -> DiskError:
    """Return the DiskError for a failed write in ``folder``."""
    if error.errno in _FULL_DISK:
        return DiskError(
            tr("the disk is full: {strerror}", strerror=error.strerror),
            where=str(folder),
            todo=tr("free some space (a run wants {mb} MB), then run it again", mb=_mb(MIN_FREE_BYTES)),
        )
    return DiskError(
        tr("cannot write: {strerror}", strerror=error.strerror or error),
        where=str(folder),
        todo=tr("name a folder, not a file") if error.errno in _NO_FOLDER else tr("check its permissions"),
    )


def _mb(size_bytes: int) -> int:
    return size_bytes // 2**20


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
