"""Limits on what a small file may unpack to: a workbook or a compressed log that was made to fill memory is refused.

A workbook is a zip of XML. What it would take is known before its reader (which keeps a sheet as a full rectangle) is
let at it: every member is unpacked once, a block at a time, and the cells are counted as they go by.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from ntanalytics.errors import SourceRefused

#: A log in which every line is alike packs 60 to 1; deflate's most, of a file of zeros, is 1032 to 1.
RATIO = 300
#: So much may come out of any compressed file, however small.
FREE_BYTES = 64 << 20

#: What all members of a workbook may be unpacked; a ledger of ten years has some megabytes.
WORKBOOK_BYTES = 512 << 20
#: Cells of the rectangle from A1 to the last one that holds something.
SHEET_CELLS = 20_000_000
#: Bytes that the cells could hold if each held the longest text.
TEXT_BYTES = 2_000_000_000
_MEMBERS = 10_000

_BLOCK = 1 << 20
_TAIL = 1 << 10  # more than the tag of a cell has
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_TEXT_ENDS = re.compile(rb"</(?:\w+:)?si>")


class ArchiveLimits:
    """A gzip stream that ends with an error where it gives far more than such files do.

    Args:
        file: the compressed file.
        size: its size in bytes.
        where: the file, for the message.
    """

    def __init__(self, file: BinaryIO, size: int, where: str) -> None:
        self._stream = gzip.GzipFile(fileobj=file)
        self._most = max(FREE_BYTES, size * RATIO)
        self._where = where
        self._given = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``; -1: all that there are.

        Raises:
            SourceRefused: it is a bomb.
            EOFError, gzip.BadGzipFile, zlib.error: it is damaged.
        """
        if size < 0:
            blocks = []
            while block := self.read(_BLOCK):
                blocks.append(block)
            return b"".join(blocks)
        block = self._stream.read(size)
        self._given += len(block)
        if self._given > self._most:
            raise SourceRefused(
                f"unpacks to more than {RATIO} times its size", where=self._where, todo="move it away; it is no log"
            )
        return block


def check_workbook(path: Path, where: str) -> None:
    """Whether a workbook may be read: it is an .xlsx, and no bomb.

    Args:
        path: the file.
        where: the source and the file, for messages.

    Raises:
        SourceRefused: it is neither; the message says by which limit.
        OSError, and what ``DAMAGED`` lists: it is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise SourceRefused("is no .xlsx workbook", where=where, todo="save it as .xlsx")
        if len(members) > _MEMBERS or sum(member.file_size for member in members) > WORKBOOK_BYTES:
            raise _refused(f"unpacks to more than {WORKBOOK_BYTES >> 20} MB", where)
        scanned = _Scanned()
        for member in members:
            # Reading to the end proves the sizes that were just believed: a checksum would differ. Which member is a
            # sheet is for the workbook to say, so all are looked at.
            with archive.open(member) as stream:
                scanned.scan(cast(BinaryIO, stream), where)
        if scanned.cells * scanned.longest > TEXT_BYTES:
            raise _refused(f"holds {scanned.cells:,} cells and a text of {scanned.longest:,} bytes", where)


class _Scanned:
    """What was seen of a workbook so far.

    Attributes:
        cells: cells that hold something.
        longest: bytes of the longest text that cells share.
    """

    def __init__(self) -> None:
        self.cells = 0
        self.longest = 0

    def scan(self, stream: BinaryIO, where: str) -> None:
        rows, columns, since, rest = 0, 0, 0, b""
        while block := stream.read(_BLOCK):
            text = rest + block
            end = 0
            for found in _CELL.finditer(text):
                self.cells += 1
                rows = max(rows, int(found[2]))
                columns = max(columns, _number(found[1]))
                end = found.end()
            if rows * columns > SHEET_CELLS:
                raise _refused(f"has a sheet of {rows:,} × {columns:,} cells", where)
            rest = text[max(end, len(text) - _TAIL) :]
            begin = 0
            for ended in _TEXT_ENDS.finditer(block):
                self.longest = max(self.longest, since + ended.end() - begin)
                since, begin = 0, ended.end()
            since += len(block) - begin


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refused(what: str, where: str) -> SourceRefused:
    return SourceRefused(f"the workbook {what}", where=where, todo="delete the rows and columns beyond its data")


#: What damaged, encrypted and foreign archives raise.
DAMAGED = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
