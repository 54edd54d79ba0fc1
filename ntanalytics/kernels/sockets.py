"""Folder for the sockets of kernels, which only this account can enter."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

#: A Unix socket's path holds at most 107 bytes.
_LONGEST_PATH = 107

#: Age after which the folder of a killed process is removed, in seconds: in a container that shares the temporary
#: files, the processes of others are not seen.
_ABANDONED_S = 86_400


def socket_folder(longest_name: int) -> Path:
    """Return a new folder below the temporary files, or below /tmp if the paths of the sockets would be too long.

    Folders of killed processes of this account are removed.

    Args:
        longest_name: length of the longest name of a socket in it, in bytes.
    """
    folder = _new(Path(tempfile.gettempdir()))
    if len(bytes(folder)) + 1 + longest_name > _LONGEST_PATH:  # a deep TMPDIR
        folder.rmdir()
        folder = _new(Path("/tmp"))  # noqa: S108 - mkdtemp makes a folder of this account
    return folder


def _new(parent: Path) -> Path:
    _sweep(parent)
    return Path(tempfile.mkdtemp(prefix=f"nta-{os.getpid()}-", dir=parent))


def _sweep(parent: Path) -> None:
    """Remove the folders of processes that are gone, a day after they were made."""
    for path in parent.glob("nta-*-*"):
        match = re.fullmatch(r"nta-(\d+)-\w+", path.name)
        try:
            stat = path.lstat()
        except OSError:  # another process has removed it
            continue
        is_own = stat.st_uid == os.getuid() and time.time() - stat.st_mtime > _ABANDONED_S
        if match and is_own and path.is_dir() and not path.is_symlink() and not _is_alive(int(match[1])):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another account
        return True
    return True
