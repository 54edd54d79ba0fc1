"""Texts that are kept in a file because it takes long to make them: what a digest is the key of does not change.

Each line of the file stands alone: ``[key, check, text]``. A damaged line is left out, two processes append side by
side, and a folder that cannot be written does no harm. The file can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

#: The file is begun anew beyond this size.
MOST_BYTES = 32 << 20


class KeptTexts:
    """Texts by key in a file.

    Args:
        file: the file, made with the first text if its folder is there; None: nothing is kept.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def read(self) -> dict[str, str]:
        """Return the texts of the file by key; a damaged line is left out."""
        texts: dict[str, str] = {}
        for line in self._lines():
            try:
                key, check, text = json.loads(line)
            except (ValueError, TypeError):
                continue  # of a process that was killed while it wrote, or of a full disk
            if check == _check(key, text):
                texts[key] = text
        return texts

    def _lines(self) -> list[bytes]:
        """Return the lines of the file; none of a file that every account of the host may write."""
        try:
            if self._file is None or self._file.stat().st_mode & stat.S_IWOTH:
                return []
            return self._file.read_bytes().splitlines()
        except OSError:
            return []

    def append(self, key: str, text: str) -> None:
        """Append a text by one write, so that the lines of two processes stay apart.

        Args:
            key: digest of all that the text depends on.
            text: the text.
        """
        if self._file is None or not self._file.parent.is_dir():
            return
        line = json.dumps([key, _check(key, text), text]).encode() + b"\n"
        try:
            is_full = self._file.exists() and self._file.stat().st_size > MOST_BYTES
            mode = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if is_full else os.O_APPEND)
            descriptor = os.open(self._file, mode, 0o640)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError:
            return  # a folder that cannot be written, or a full disk: the text is made again next time


def _check(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()[:16]
