"""Cache of texts in a file beside the lake's tables, one line for each key.

What is kept can be made again at any time: a damaged line, a file that cannot be written and a full disk are no error.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

#: A file is begun anew beyond this size: what was kept of old versions is not asked for again.
_MOST_BYTES = 32 << 20

#: Names of the files: SQL of expressions, and rows of each day by hour.
COMPILED_SQL = "compiled-sql.jsonl"
ROWS_BY_HOUR = "rows-by-hour.jsonl"
CACHE_FILES = (COMPILED_SQL, ROWS_BY_HOUR)


class FileCache:
    """Cache of texts by key, read from its file at the first access.

    Args:
        file: the file; None: they are kept in this object alone.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._texts: dict[str, str] | None = None

    def get(self, key: str) -> str | None:
        """Return the text of a key; None if none is kept."""
        return self._known().get(key)

    def put(self, texts: Mapping[str, str]) -> None:
        """Put texts by their keys into this object and the file."""
        self._known().update(texts)
        lines = (json.dumps([key, _digest(key, text), text]) for key, text in texts.items())
        self._append("".join(f"{line}\n" for line in lines).encode())

    def _known(self) -> dict[str, str]:
        if self._texts is None:
            self._texts = self._read()
        return self._texts

    def _read(self) -> dict[str, str]:
        """Return the texts of the file; a damaged line is left out."""
        texts: dict[str, str] = {}
        try:
            lines = self._file.read_bytes().splitlines() if self._file else []
        except OSError:
            return texts
        for line in lines:
            try:
                key, digest, text = json.loads(line)
            except (ValueError, TypeError):
                continue  # of a process that was killed while it wrote, or of a full disk
            if digest == _digest(key, text):
                texts[key] = text
        return texts

    def _append(self, lines: bytes) -> None:
        """Append lines to the file by one write, so that those of two processes stay apart."""
        if self._file is None or not lines or not self._file.parent.is_dir():
            return
        try:
            is_full = self._file.exists() and self._file.stat().st_size > _MOST_BYTES
            mode = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if is_full else os.O_APPEND)
            descriptor = os.open(self._file, mode, 0o640)
            try:
                os.write(descriptor, lines)
            finally:
                os.close(descriptor)
        except OSError:
            return  # a lake that cannot be written, or a full disk: it is made again next time


def _digest(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()[:16]
