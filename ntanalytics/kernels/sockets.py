"""A folder for the sockets of kernels, which only this account can enter."""

from __future__ import annotations

import tempfile
from pathlib import Path

#: A Unix socket's path holds at most 107 bytes.
_LONGEST_PATH = 107


def socket_folder(longest_name: int) -> Path:
    """A new folder, below the temporary files where the sockets' paths are then short enough, else below /tmp.

    Args:
        longest_name: bytes of the longest name that a socket in it will have.
    """
    folder = Path(tempfile.mkdtemp(prefix="nta-"))
    if len(bytes(folder)) + 1 + longest_name > _LONGEST_PATH:  # a deep TMPDIR
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="nta-", dir="/tmp"))
    return folder
