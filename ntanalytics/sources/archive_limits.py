"""Limits for unpacking: a workbook or compressed log that would fill the memory ("zip bomb") is refused.

A workbook is a zip of XML. Its reader keeps each sheet as a full rectangle, so every member is first unpacked in blocks
and its cells are counted.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from lxml import etree

from ntanalytics.errors import SourceRefused
from ntanalytics.language import tr

#: Maximum compression ratio. Equal log lines reach 60; the maximum of deflate, with zeros, is 1032.
MAX_RATIO = 300
#: Size that any file may unpack to, at whatever ratio.
ALWAYS_ALLOWED_BYTES = 64 << 20

#: Maximum unpacked size of a workbook; ten years of a service desk have some megabytes.
MAX_WORKBOOK_BYTES = 512 << 20
#: Maximum number of cells in the rectangles from A1 to the last filled cell, all sheets together.
MAX_SHEET_CELLS = 20_000_000
#: Maximum of the number of cells times the longest shared text, in bytes.
MAX_TEXT_BYTES = 2_000_000_000
_MAX_MEMBERS = 10_000

_BLOCK = 1 << 20
_TAIL = 64  # longer than a tag that is searched
#: Elements of a sheet and of the shared texts, in a member that is no XML from its beginning on.
_CONTENT = re.compile(rb"<(?:\w+:)?(?:sheetData|sst)[\s>/]")
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


#: First bytes of a compressed file → its reader; bytes beyond them cannot begin a line of a log.
_COMPRESSIONS: dict[re.Pattern[bytes], Callable[[BinaryIO], BinaryIO]] = {
    re.compile(rb"\x1f\x8b"): lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file)),
    re.compile(rb"BZh[1-9]1AY&SY"): lambda file: cast(BinaryIO, bz2.BZ2File(file)),
    re.compile(rb"\xfd7zXZ\0"): lambda file: cast(BinaryIO, lzma.LZMAFile(file)),  # noqa: SIM115 - its file is closed
}
#: First bytes of files that are compressed otherwise: zip, zstd, lz4, 7z, rar.
_OTHER_COMPRESSIONS = (b"PK\3\4", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\7")
#: Ends of the names of compressed files.
COMPRESSED_SUFFIXES = frozenset((".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4", ".7z", ".rar"))


def unpacked(file: BufferedReader, size: int, where: str) -> BinaryIO:
    """Return the content of a log file: unpacked where it is compressed, whatever its name.

    Args:
        file: the file.
        size: its size in bytes.
        where: name of the file, for messages.

    Raises:
        SourceRefused: it is compressed in a way that cannot be read; its bytes would be lines of nothing.
    """
    begin = file.peek(10)[:10]
    if begin.startswith(_OTHER_COMPRESSIONS):
        raise SourceRefused(
            tr("the file is compressed in a way that is not read here"),
            where=where,
            todo=tr("unpack it, compress it with gzip, bzip2 or xz, or move it away"),
        )
    for first_bytes, opened in _COMPRESSIONS.items():
        if first_bytes.match(begin):
            return cast(BinaryIO, ArchiveLimits(opened(file), size, where))
    return file


class ArchiveLimits:
    """A compressed stream (gzip, bzip2, xz) that fails when it unpacks to far more than usual.

    Args:
        stream: its content.
        size: size of the compressed file in bytes.
        where: name of the file, for the message.
    """

    def __init__(self, stream: BinaryIO, size: int, where: str) -> None:
        self._stream = stream
        self._limit = max(ALWAYS_ALLOWED_BYTES, size * MAX_RATIO)
        self._where = where
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size``; with -1 all.

        Raises:
            SourceRefused: the file unpacks to more than the limit.
            EOFError, zlib.error: the file is damaged.
        """
        if size < 0:
            blocks = []
            while block := self.read(_BLOCK):
                blocks.append(block)
            return b"".join(blocks)
        try:
            block = self._stream.read(size)
        except lzma.LZMAError as error:
            raise EOFError(str(error)) from error
        except OSError as error:  # that of damage has no number
            raise EOFError(str(error)) if error.errno is None else error from error
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
        self._rectangles = 0

    def add(self, stream: BinaryIO, where: str) -> None:
        """Count a member; what is no XML is none of a workbook's sheets.

        Raises:
            SourceRefused: it goes beyond a limit, or is a sheet that only a careless reader takes for XML.
        """
        member, rest = _Member(), b""
        while block := stream.read(_BLOCK):
            is_damaged = member.feed(block)
            if self._rectangles + member.rows * member.columns > MAX_SHEET_CELLS:
                what = (
                    tr(
                        "has a sheet of {rows:,} × {columns:,} cells beside its other sheets",
                        rows=member.rows,
                        columns=member.columns,
                    )
                    if self._rectangles
                    else tr("has a sheet of {rows:,} × {columns:,} cells", rows=member.rows, columns=member.columns)
                )
                raise _refused(what, where)
            rest = rest[-_TAIL:] + block
            if is_damaged or (not member.is_xml and _CONTENT.search(rest)):
                raise _refused(tr("has a damaged sheet"), where)
        self.cells += member.cells
        self.longest = max(self.longest, member.longest)
        self._rectangles += member.rows * member.columns


class _Member:
    """Counts of one member, read as XML: quotes, blanks, prefixes and omitted addresses are all allowed in a sheet."""

    def __init__(self) -> None:
        self.cells = self.rows = self.columns = self.longest = 0
        self.is_xml = True
        self._at = (0, 0)
        self._is_cell = False
        self._text_size, self._is_text = 0, False
        self._is_content = False
        # a text of more than 10 MB is an error, and a document type is one before an entity is known
        self._parser = etree.XMLParser(target=self, resolve_entities=False, no_network=True)

    def feed(self, block: bytes) -> bool:
        """Count the next bytes.

        Returns:
            Whether it is a sheet, or the shared texts, that only a careless reader takes for XML.
        """
        if self.is_xml:
            try:
                self._parser.feed(block)
            except (etree.XMLSyntaxError, ValueError):
                self.is_xml = False
        return not self.is_xml and self._is_content

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Count a cell, which is kept by a reader if anything stands in it; a part of the parser's target."""
        name = _local_name(tag)
        if self._is_cell:
            self._is_cell = False
            self.cells += 1
            self.rows, self.columns = max(self.rows, self._at[0]), max(self.columns, self._at[1])
        if name == "c":
            self._at, self._is_cell = self._address(attributes.get("r", "")), True
        elif name == "row":
            number = attributes.get("r", "")
            self._at = (int(number) if number.isdecimal() else self._at[0] + 1, 0)
        elif name == "si":
            self._text_size, self._is_text = 0, True
        elif name in ("sheetData", "sst"):
            self._is_content = True

    def end(self, tag: str) -> None:
        """Measure a shared text; a part of the parser's target."""
        name = _local_name(tag)
        if name == "c":
            self._is_cell = False
        elif name == "si":
            self.longest, self._is_text = max(self.longest, self._text_size), False

    def data(self, text: str) -> None:
        """Measure a piece of text; a part of the parser's target."""
        if self._is_text:
            self._text_size += len(text.encode("utf-8", "replace"))

    def doctype(self, *_: object) -> None:
        """Refuse a document type, which no workbook declares; a part of the parser's target."""
        raise ValueError("a document type")

    def close(self) -> None:
        """End the member; a part of the parser's target."""

    def _address(self, text: str) -> tuple[int, int]:
        match = _ADDRESS.fullmatch(text.upper())
        return (int(match[2]), _column_number(match[1])) if match else (max(self._at[0], 1), self._at[1] + 1)


@lru_cache(maxsize=256)  # a workbook has some dozen names, and each thousands of times
def _local_name(tag: str) -> str:
    """Return the name of an element without its namespace, or a prefix that no namespace was declared for."""
    name = tag[tag.rfind("}") + 1 :]
    return name[name.rfind(":") + 1 :]


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _refused(what: str, where: str) -> SourceRefused:
    return SourceRefused(
        tr("the workbook {what}", what=what), where=where, todo=tr("delete the rows and columns beyond its data")
    )


#: Errors that damaged, encrypted and foreign archives raise.
DAMAGE_ERRORS = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
