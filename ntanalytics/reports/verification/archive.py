"""Two Office files compared part by part and element by element, without their compression."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import zip_longest
from typing import Any

import lxml.etree

#: Bytes that a part may be larger than ours before it is read no further.
_MOST_ADDED_BYTES = 2**20
#: Characters of an element that are quoted.
_QUOTED = 120

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def archive_differences(expected: bytes, shown: bytes) -> list[str]:
    """Return the differences of a workbook or document from a new one: parts, then the first difference in each.

    Args:
        expected: the new file.
        shown: the file in the folder, which is not trusted.
    """
    with zipfile.ZipFile(io.BytesIO(expected)) as archive:
        wanted = {name: archive.read(name) for name in archive.namelist()}
    try:
        with zipfile.ZipFile(io.BytesIO(shown)) as archive:
            names = archive.namelist()
            there = {name: _read(archive, name, len(wanted[name])) for name in names if name in wanted}
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        return [f"it is no Office file: {error}"]
    differences = [f"rendered again, {name} is missing" for name in wanted if name not in there]
    differences += [f"rendered again, {name} is not ours" for name in names if name not in wanted]
    differences += [f"rendered again, {name} is there twice" for name in there if names.count(name) > 1]
    titles = _sheet_titles(wanted)
    for name, content in wanted.items():
        if name in there and there[name] != content:
            where = titles.get(name, name)
            differences += [
                f"rendered again, {where} differs: {what}" for what in _part_differences(content, there[name])
            ]
    return differences


def _read(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    with archive.open(name) as part:
        return part.read(size * 4 + _MOST_ADDED_BYTES)


def _sheet_titles(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the part of each sheet → ``sheet`` with its title."""
    if "xl/workbook.xml" not in parts:
        return {}
    titles = [sheet.get("name") for sheet in _parsed(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")]
    return {f"xl/worksheets/sheet{number}.xml": f"sheet {title}" for number, title in enumerate(titles, 1)}


def _part_differences(expected: bytes, shown: bytes) -> list[str]:
    """Return the first difference of two parts; none where they are written differently and mean the same."""
    try:
        wanted, there = _parsed(expected), _parsed(shown)
    except lxml.etree.XMLSyntaxError:
        return ["its bytes"]
    for old, new in zip_longest(wanted.iter(), there.iter()):
        if old is None or new is None or _shape(old) != _shape(new):
            return [f"{_quoted(new)} instead of {_quoted(old)}"]
    return []


def _shape(element: Any) -> tuple[object, ...]:
    depth = sum(1 for _ in element.iterancestors())
    return depth, element.tag, dict(element.attrib), element.text or "", element.tail or ""


def _quoted(element: Any) -> str:
    if element is None:
        return "nothing"
    text = re.sub(rb' xmlns(:\w+)?="[^"]*"', b"", lxml.etree.tostring(element, encoding="utf-8", with_tail=False))
    return text.decode()[:_QUOTED]


def _parsed(content: bytes) -> Any:
    return lxml.etree.fromstring(
        content, lxml.etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )
