"""Folder for the sockets of kernels, which only this account can enter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ntanalytics.temporary_files import PREFIX, temporary_folder

#: A Unix socket's path holds at most 107 bytes.
_LONGEST_PATH = 107
#: Random letters that end the name of a temporary folder.
_RANDOM = 8


@contextmanager
def socket_folder(longest_name: int) -> Iterator[Path]:
    """Yield a new folder below the temporary files, or below /tmp if the paths of the sockets would be too long.

    Args:
        longest_name: length of the longest name of a socket in it, in bytes.
    """
    parent = tempfile.gettempdir()
    length = len(parent.encode()) + len(PREFIX) + _RANDOM + longest_name + 2  # two slashes
    with temporary_folder(Path(parent if length <= _LONGEST_PATH else "/tmp")) as folder:  # noqa: S108 - a new folder
        yield folder
