"""Cache of texts in a file: what takes long to work out, under a key that is a digest of all that it depends on.

Each line of the file stands alone: ``[key, check, text]``. A damaged line is left out, two processes append side by
side, and a folder that cannot be written does no harm. The file can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

#: A file is begun anew beyond this size: what was kept of old versions is not asked for again.
MOST_BYTES = 32 << 20


class FileCache:
    """Texts by key, read from the file at the first access.

    Args:
        file: the file, made with the first text if its folder is there; None: texts are kept in this object alone.
        most_bytes: the size beyond which it is begun anew; None: ``MOST_BYTES``.
    """

    def __init__(self, file: Path | None, most_bytes: int | None = None) -> None:
        self._file, self._most_bytes = file, most_bytes

    def get(self, key: str) -> str | None:
        """Return the text of a key; None if none is kept."""
        return self._texts.get(key)

    def put(self, texts: Mapping[str, str]) -> None:
        """Keep texts by their keys, in this object and in the file."""
        self._texts.update(texts)
        self._append(texts)

    def _append(self, texts: Mapping[str, str]) -> None:
        """Append texts to the file by one write, so that the lines of two processes stay apart."""
        if self._file is None or not texts or not self._file.parent.is_dir():
            return
        lines = (json.dumps([key, _check(key, text), text]) for key, text in texts.items())
        try:
            is_full = self._file.exists() and self._file.stat().st_size > (self._most_bytes or MOST_BYTES)
            mode = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if is_full else os.O_APPEND)
            descriptor = os.open(self._file, mode, 0o640)
            try:
                os.write(descriptor, "".join(f"{line}\n" for line in lines).encode())
            finally:
                os.close(descriptor)
        except OSError:
            return  # a folder that cannot be written, or a full disk: the text is made again next time

    @cached_property
    def _texts(self) -> dict[str, str]:
        """The texts of the file by key; a damaged line is left out."""
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


def _check(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()[:16]
