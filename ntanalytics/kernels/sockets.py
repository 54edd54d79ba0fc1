"""Folder for the sockets of kernels, which only this account can enter."""

from __future__ import annotations

import tempfile
from pathlib import Path

#: A Unix socket's path holds at most 107 bytes.
_LONGEST_PATH = 107


def socket_folder(longest_name: int) -> Path:
    """Return a new folder below the temporary files, or below /tmp if the paths of the sockets would be too long.

    Args:
        longest_name: length of the longest name of a socket in it, in bytes.
    """
    folder = Path(tempfile.mkdtemp(prefix="nta-"))
    if len(bytes(folder)) + 1 + longest_name > _LONGEST_PATH:  # a deep TMPDIR
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="nta-", dir="/tmp"))
    return folder
