"""The digest of the OFD file's content: a list of its parts with their SM3, whose own SM3 is the root.

Each line is a part: its digest, its path, and a short digest of each of its pieces (an object, an entry, a finding),
with the object's id where it has one. The root proves; the short digests tell which piece was altered.

A seal adds its files and one element to ``OFD.xml``, and a program that seals may write that file anew. So of
``OFD.xml`` the meaning is digested: its elements without that one. The page of the code is digested without the code
and the texts in it, which hold the root itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import lxml.etree

from ntanalytics.reports.sm3 import sm3

#: Path of the list.
PATH = "Doc_0/Attachs/content.txt"

#: Page with the code.
CODE_PAGE = "Doc_0/Tpls/Tpl_0/Content.xml"

_PIECE = re.compile(rb"\n(?=<|\{|  \{)")
_OBJECT = re.compile(rb'<ofd:\w+Object ID="(\d+)"|\{"object":(\d+)|>(\d+)</ofd:ObjectRef>')
_CODE_TEXT = re.compile(rb"(<ofd:(?:AbbreviatedData|TextCode)\b[^>]*>)[^<]*")
_SHORT = 6  #: hexadecimal digits of a short digest


def content_listing(parts: Mapping[str, bytes]) -> str:
    """Return the list of the content of a file's parts, path → bytes."""
    lines = []
    for path in sorted(parts):
        content = digested(path, parts[path])
        pieces = [] if path.endswith(".ttf") else _PIECE.split(content)
        lines.append(" ".join([sm3(content), path, *map(_piece_text, pieces)]))
    return "\n".join(lines) + "\n"


def digested(path: str, content: bytes) -> bytes:
    """Return what of a part is digested."""
    if path == "OFD.xml":
        return _meaning(content)
    return _CODE_TEXT.sub(rb"\1", content) if path == CODE_PAGE else content


def _meaning(content: bytes) -> bytes:
    root = lxml.etree.fromstring(content, lxml.etree.XMLParser(resolve_entities=False, no_network=True))
    elements = [element for element in root.iter() if not element.tag.endswith("}Signatures")]
    parts = [[element.tag, sorted(element.attrib.items()), (element.text or "").strip()] for element in elements]
    return json.dumps(parts).encode()


def _piece_text(piece: bytes) -> str:
    match = _OBJECT.search(piece)
    label = next(group for group in match.groups() if group).decode() if match else ""
    return sm3(piece)[:_SHORT] + (f":{label}" if label else "")
