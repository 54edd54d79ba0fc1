"""Limits for unpacking: a workbook or compressed log that would fill the memory ("zip bomb") is refused.

A workbook is a zip of XML. Its reader keeps each sheet as a full rectangle, so every member is first unpacked in blocks
and its cells are counted.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from ntanalytics.errors import SourceRefused
from ntanalytics.language import tr

#: Maximum compression ratio. Equal log lines reach 60; the maximum of deflate, with zeros, is 1032.
MAX_RATIO = 300
#: Size that any file may unpack to, at whatever ratio.
ALWAYS_ALLOWED_BYTES = 64 << 20

#: Maximum unpacked size of a workbook; ten years of a service desk have some megabytes.
MAX_WORKBOOK_BYTES = 512 << 20
#: Maximum number of cells in the rectangle from A1 to the last filled cell.
MAX_SHEET_CELLS = 20_000_000
#: Maximum of the number of cells times the longest shared text, in bytes.
MAX_TEXT_BYTES = 2_000_000_000
_MAX_MEMBERS = 10_000

_BLOCK = 1 << 20
_TAIL = 1 << 10  # longer than the tag of a cell
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_TEXT_ENDS = re.compile(rb"</(?:\w+:)?si>")


class ArchiveLimits:
    """A gzip stream that fails when it unpacks to far more than usual.

    Args:
        file: compressed file.
        size: its size in bytes.
        where: name of the file, for the message.
    """

    def __init__(self, file: BinaryIO, size: int, where: str) -> None:
        self._stream = gzip.GzipFile(fileobj=file)
        self._limit = max(ALWAYS_ALLOWED_BYTES, size * MAX_RATIO)
        self._where = where
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size``; with -1 all.

        Raises:
            SourceRefused: the file unpacks to more than the limit.
            EOFError, gzip.BadGzipFile, zlib.error: the file is damaged.
        """
        if size < 0:
            blocks = []
            while block := self.read(_BLOCK):
                blocks.append(block)
            return b"".join(blocks)
        block = self._stream.read(size)
        self._size += len(block)
        if self._size > self._limit:
            raise SourceRefused(
                tr("unpacks to more than {max_ratio} times its size", max_ratio=MAX_RATIO),
                where=self._where,
                todo=tr("remove it; it is not a log"),
            )
        return block


def check_workbook(path: Path, where: str) -> None:
    """Check that a file is an .xlsx workbook within the limits.

    Args:
        path: the file.
        where: source and file, for messages.

    Raises:
        SourceRefused: it is not; the message names the limit.
        OSError, and the errors of ``DAMAGE_ERRORS``: the file is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise SourceRefused(tr("is not an .xlsx workbook"), where=where, todo=tr("save it as .xlsx"))
        if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > MAX_WORKBOOK_BYTES:
            raise _refused(
                tr("unpacks to more than {max_workbook_bytes} MB", max_workbook_bytes=MAX_WORKBOOK_BYTES >> 20), where
            )
        scan = _Scan()
        for member in members:
            # Reading to the end verifies the declared sizes. Any member can be a sheet, so all are read.
            with archive.open(member) as stream:
                scan.add(cast(BinaryIO, stream), where)
        if scan.cells * scan.longest > MAX_TEXT_BYTES:
            raise _refused(
                tr("holds {cells:,} cells and a text of {longest:,} bytes", cells=scan.cells, longest=scan.longest),
                where,
            )


class _Scan:
    """Counts of a workbook.

    Attributes:
        cells: number of filled cells.
        longest: length of the longest shared text, in bytes.
    """

    def __init__(self) -> None:
        self.cells = 0
        self.longest = 0

    def add(self, stream: BinaryIO, where: str) -> None:
        rows, columns, length, rest = 0, 0, 0, b""
        while block := stream.read(_BLOCK):
            text = rest + block
            end = 0
            for match in _CELL.finditer(text):
                self.cells += 1
                rows = max(rows, int(match[2]))
                columns = max(columns, _column_number(match[1]))
                end = match.end()
            if rows * columns > MAX_SHEET_CELLS:
                raise _refused(tr("has a sheet of {rows:,} × {columns:,} cells", rows=rows, columns=columns), where)
            rest = text[max(end, len(text) - _TAIL) :]
            start = 0
            for match in _TEXT_ENDS.finditer(block):
                self.longest = max(self.longest, length + match.end() - start)
                length, start = 0, match.end()
            length += len(block) - start


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refused(what: str, where: str) -> SourceRefused:
    return SourceRefused(
        tr("the workbook {what}", what=what), where=where, todo=tr("delete the rows and columns beyond its data")
    )


#: Errors that damaged, encrypted and foreign archives raise.
DAMAGE_ERRORS = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
