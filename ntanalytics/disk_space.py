"""Room on the disk: asked for before a run, and told of in words when it runs out."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from ntanalytics.errors import DiskError

#: Least free space to begin and to go on with. A report is at most some MB, but papermill writes the record anew at
#: each cell and the old report stays until the new one is whole; and the ledger, often on the same disk, must be able
#: to say what happened. With less, the disk would be full in the middle.
LEAST_FREE_BYTES = 64 * 2**20

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def check_room(folder: Path) -> None:
    """Refuse to begin, or to go on, where the disk is nearly full.

    Raises:
        DiskError: less than ``LEAST_FREE_BYTES`` are free; says how much is.
    """
    try:
        said = nearly_full(folder)
    except OSError as error:
        raise disk_error(error, folder) from error
    if said:
        raise DiskError(said, where=str(folder), todo="free some space, then run it again")


def nearly_full(folder: Path) -> str:
    """What is to be said of a folder's disk when it is nearly full; empty when it is not.

    Raises:
        OSError: the folder cannot be asked.
    """
    free = shutil.disk_usage(folder).free
    if free >= LEAST_FREE_BYTES:
        return ""
    return f"the disk is nearly full: {_mb(free)} MB are free, {_mb(LEAST_FREE_BYTES)} MB are wanted"


def disk_error(error: OSError, folder: Path) -> DiskError:
    """What a failure to write in ``folder`` means, as our own error."""
    if error.errno in _NO_ROOM:
        return DiskError(
            f"the disk is full: {error.strerror}",
            where=str(folder),
            todo=f"free some space (a run wants {_mb(LEAST_FREE_BYTES)} MB), then run it again",
        )
    return DiskError(f"cannot write: {error.strerror or error}", where=str(folder), todo="check its permissions")


def _mb(size_bytes: int) -> int:
    return size_bytes // 2**20
