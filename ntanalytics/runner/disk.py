"""Room on the disk: asked for before a run, and told of in words when it runs out."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from ntanalytics.errors import DiskError

#: Least free space to begin with. A report is at most some MB, but papermill writes the record anew at each
#: cell and the old report stays until the new one is whole; with less, the disk would be full in the middle.
LEAST_FREE_BYTES = 64 * 2**20

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def check_room(outputs: Path) -> None:
    """Refuse to begin where the disk is nearly full.

    Raises:
        DiskError: less than ``LEAST_FREE_BYTES`` are free; says how much is.
    """
    try:
        free = shutil.disk_usage(outputs).free
    except OSError as error:
        raise disk_error(error, outputs) from error
    if free < LEAST_FREE_BYTES:
        raise DiskError(
            f"the disk is nearly full: {_mb(free)} MB are free, a run wants {_mb(LEAST_FREE_BYTES)} MB",
            where=str(outputs),
            todo="free some space, then run it again",
        )


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
