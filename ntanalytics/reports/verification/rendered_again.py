"""Renderings made again from the record, and the places in which the files differ from them.

Reading a file proves that it says what the record says. It cannot prove that a reader sees it: a rule of the style may
hide a text or print another, a column may be hidden, a font may be white. A new rendering has none of that.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from ntanalytics.report_files import DOCUMENT, HTML, WORKBOOK
from ntanalytics.reports.exporters.excel import workbook_bytes
from ntanalytics.reports.exporters.html import packed_plotly, page_text, plotly_script
from ntanalytics.reports.record import Record
from ntanalytics.reports.verification.archive import archive_differences

#: Places of one file that are named, at most: after an inserted line each one differs.
MOST_PLACES = 5

#: Characters that are quoted on each side of a difference.
_CONTEXT = 30

_PACKED = re.compile(r'(<script type="text/plain" id="plotly-packed" data-size=")(\d+)(">)([^<]*)(?=</script>)')
_PLACE = re.compile(r'data-block="([^"]*)"|<(style|title|script|nav|meta)\b')


def rendering_differences(record: Record, directory: Path) -> list[str]:
    """Return the places in which page, workbook and document differ from new ones; a missing file is none here.

    Args:
        record: the record.
        directory: the folder with the files.
    """
    differences = []
    page = directory / HTML
    if page.is_file():
        shown = page.read_bytes().decode("utf-8", "replace")
        differences += [f"{HTML}: {place}" for place in page_places(page_text(record), shown)]
    workbook, document = directory / WORKBOOK, directory / DOCUMENT
    if workbook.is_file():
        places = archive_differences(workbook_bytes(record), workbook.read_bytes())
        differences += [f"{WORKBOOK}: {place}" for place in places[:MOST_PLACES]]
    if document.is_file() and record.has_document:
        from ntanalytics.reports.exporters.document import document_bytes  # most reports need no Word

        places = archive_differences(document_bytes(record), document.read_bytes())
        differences += [f"{DOCUMENT}: {place}" for place in places[:MOST_PLACES]]
    elif document.is_file():
        differences.append(f"{DOCUMENT}: the record has no document")
    return differences


def page_places(expected: str, shown: str) -> list[str]:
    """Return the places in which a page differs from a new one, each with its block or element."""
    wanted, there = (_unpacked(text).split("\n") for text in (expected, shown))
    if wanted == there:
        return []
    numbers = [_first_difference(wanted, there)]
    if len(wanted) == len(there):
        numbers = [number for number, pair in enumerate(zip(wanted, there, strict=True)) if pair[0] != pair[1]]
    return [_place(wanted, there, number) for number in numbers[:MOST_PLACES]]


def _first_difference(wanted: Sequence[str], there: Sequence[str]) -> int:
    """Return the number of the first line or character that differs; one of the two may have ended there."""
    pairs = enumerate(zip(wanted, there, strict=False))
    return next((number for number, (old, new) in pairs if old != new), min(len(wanted), len(there)))


def _place(wanted: list[str], there: list[str], number: int) -> str:
    """Return one difference: the block or element, and the characters on both sides."""
    old, new = (lines[number] if number < len(lines) else "" for lines in (wanted, there))
    start = _first_difference(old, new)
    before = "\n".join([*wanted[:number], old[: start + 1]])
    marks = list(_PLACE.finditer(before))
    where = "the beginning"
    if marks:
        where = f"block {marks[-1][1]}" if marks[-1][1] else f"<{marks[-1][2]}>"
    begin = max(0, start - _CONTEXT)
    quoted = [text[begin : start + _CONTEXT] for text in (new, old)]
    return f"rendered again, {where} (line {number + 1}) differs: {quoted[0]!r} instead of {quoted[1]!r}"


def _unpacked(page: str) -> str:
    """Return a page with one word in place of the compressed plotting script, if it is ours.

    Two machines may compress the same script differently, so what is compressed is compared.
    """

    def own_word(packed: re.Match[str]) -> str:
        return f"{packed[1]}{packed[3]}own" if _is_own_script(packed[4], int(packed[2])) else packed[0]

    return _PACKED.sub(own_word, page)


def _is_own_script(packed: str, size: int) -> bool:
    """Return whether a packed script, of so many compressed bytes, is the one that the library ships."""
    if (size, packed) == packed_plotly():
        return True  # of this machine, as almost always: decoding takes as long as the rest of the proof
    unpack = zlib.decompressobj(wbits=31)
    expected = plotly_script().encode()
    try:
        content = base64.b85decode(packed.replace(",", "<"))[:size]
        script = unpack.decompress(content, len(expected) + 1)
    except (ValueError, zlib.error):
        return False
    return unpack.eof and not unpack.unused_data and script == expected
