"""Cache of texts in a file: what takes long to work out, under a key that is a digest of all that it depends on.

Each line of the file stands alone: ``[key, check, text]``. A damaged line is left out, two processes append side by
side, and a folder that cannot be written does no harm. A key's last line counts; when more lines, or more bytes, were
replaced than count, the file is written anew without them. It can be deleted at any time.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

#: A file is begun anew beyond this size: what was kept of old versions is not asked for again.
MOST_BYTES = 32 << 20

#: Replaced lines that a file may have whatever counts, and their bytes: each process reads them all.
FEW_LINES, FEW_BYTES = 256, 8 << 20


def digest_of_code(files: Iterable[Path], *words: str) -> str:
    """Return the digest of files of code and of words, such as versions of libraries: a part of many keys.

    Where a module calls it as it is imported, it is that of the imported code, and stays so: an upgrade may replace the
    files under a process that lives on.
    """
    content = hashlib.sha256("\0".join(words).encode())
    for file in files:
        content.update(f"\0{file.parent.name}/{file.name}\0".encode() + file.read_bytes())
    return content.hexdigest()


class FileCache:
    """Texts by key; the lines of the file are read at the first access, and a text is decoded when it is asked for.

    Args:
        file: the file, made with the first text if its folder is there; None: texts are kept in this object alone.
        most_bytes: the size beyond which it is begun anew; None: ``MOST_BYTES``.
    """

    def __init__(self, file: Path | None, most_bytes: int | None = None) -> None:
        self._file, self._most_bytes = file, most_bytes
        self._texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """Return the text of a key; None if none is kept."""
        if key not in self._texts and (text := self._read(key)) is not None:
            self._texts[key] = text
        return self._texts.get(key)

    def put(self, texts: Mapping[str, str]) -> None:
        """Keep texts by their keys, in this object and in the file."""
        self._texts.update(texts)
        self._append(texts)

    def _append(self, texts: Mapping[str, str]) -> None:
        """Append texts to the file by one write, so that the lines of two processes stay apart."""
        if self._file is None or not texts or not self._file.parent.is_dir():
            return
        lines = [json.dumps([key, _check(key, text), text]).encode() for key, text in texts.items()]
        try:
            if self._file.exists() and self._file.stat().st_size > (self._most_bytes or MOST_BYTES):
                self._write(self._file, lines, os.O_TRUNC)
            elif self._is_mostly_replaced():
                self._replace(self._file, lines)
            else:
                self._write(self._file, lines, os.O_APPEND)
        except OSError:
            return  # a folder that cannot be written, or a full disk: the text is made again next time

    def _is_mostly_replaced(self) -> bool:
        """Return whether more lines, or more bytes, of the file were replaced than count."""
        counting = [lines[-1] for lines in self._kept.values()]
        size = sum(len(line) for lines in self._kept.values() for line in lines)
        return (
            sum(map(len, self._kept.values())) > 2 * len(counting) + FEW_LINES
            or size > 2 * sum(map(len, counting)) + FEW_BYTES
        )

    def _replace(self, file: Path, lines: Sequence[bytes]) -> None:
        """Write the file anew with each key's last line; what another process appends meanwhile is made again."""
        written = file.with_name(f"{file.name}.{os.getpid()}.tmp")
        self.__dict__.pop("_kept")  # as others have left it
        try:
            self._write(written, [*(of_key[-1] for of_key in self._kept.values()), *lines], os.O_EXCL)
            written.replace(file)
        finally:
            written.unlink(missing_ok=True)
            self.__dict__.pop("_kept", None)  # as it is now

    @staticmethod
    def _write(file: Path, lines: Sequence[bytes], mode: int) -> None:
        content = b"".join(line + b"\n" for line in lines)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | mode, 0o640)
        try:
            if os.write(descriptor, content) < len(content):  # the rest of a disk: the file that was there stays
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)

    def _read(self, key: str) -> str | None:
        """Return the text of a key's last line that is not damaged; only the lines of a key are decoded."""
        for line in reversed(self._kept.get(_start(json.dumps([key, ""]).encode()), ())):
            try:
                kept_key, check, text = json.loads(line)
            except (ValueError, TypeError):
                continue  # of a process that was killed while it wrote, or of a full disk
            if kept_key == key and check == _check(key, text):
                return str(text)
        return None

    @cached_property
    def _kept(self) -> Mapping[bytes, Sequence[bytes]]:
        """The lines of the file by the start that those of a key have in common."""
        kept: dict[bytes, list[bytes]] = {}
        for line in self._lines():
            kept.setdefault(_start(line), []).append(line)
        return kept

    def _lines(self) -> list[bytes]:
        """Return the lines of the file; none of a file that every account of the host may write."""
        try:
            if self._file is None or self._file.stat().st_mode & stat.S_IWOTH:
                return []
            return self._file.read_bytes().splitlines()
        except OSError:
            return []


def _start(line: bytes) -> bytes:
    """Return the part of a line that has its key: up to the quotation marks between it and what follows."""
    return line.partition(b'", "')[0]


def _check(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()[:16]
