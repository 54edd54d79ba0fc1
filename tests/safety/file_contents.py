"""Contents of produced files, packed ones unpacked."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.etree
import lxml.html
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files below a folder, packed and unpacked, each with its place."""
    for path in sorted(folder.rglob("*")):
        yield str(path), str(path).encode()
        if path.is_file():
            yield from unpacked(str(path), path.read_bytes())


def unpacked(place: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a content, and the contents packed in it: zip members, gzip, streams of a PDF, values of Parquet."""
    yield place, content
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from unpacked(f"{place}!{name}", archive.read(name))
    elif content[:2] == b"\x1f\x8b":
        yield from unpacked(f"{place}!gz", gzip.decompress(content))
    elif content[:5] == b"%PDF-":
        for number, stream in enumerate(_STREAM.findall(content)):
            try:
                yield f"{place}!{number}", zlib.decompress(stream)
            except zlib.error:
                continue  # a picture or a font in another coding; the bytes themselves were yielded above
    elif content[:4] == b"PAR1":
        table = pq.ParquetFile(io.BytesIO(content)).read()
        yield from ((f"{place}!{name}", _values(table[name])) for name in table.column_names)


def _values(column: pa.ChunkedArray) -> bytes:
    """Return the values of a column as text, one after the other."""
    if pa.types.is_nested(column.type) or pa.types.is_floating(column.type):  # Arrow writes large ones with an exponent
        return json.dumps(column.to_pylist(), ensure_ascii=False, default=str).encode()
    values = column if pa.types.is_binary(column.type) else column.cast(pa.large_string())
    return b"\n".join(pc.drop_null(values).unique().cast(pa.large_binary()).to_pylist())


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts of a published file; typed numbers are no texts."""
    match path.suffix:
        case ".json" | ".ipynb":
            found = _strings(json.loads(path.read_bytes()))
        case ".html":
            found = _of_page(path.read_bytes())
        case ".xlsx" | ".docx" | ".ofd":
            found = _of_office(path)
        case ".pdf":
            command = ["pdftotext", str(path), "-"]
            found = iter([("", subprocess.run(command, check=True, capture_output=True, text=True).stdout)])
        case _:
            return
    yield from ((f"{path}:{place}", text) for place, text in found)


def _of_page(content: bytes) -> Iterator[tuple[str, str]]:
    root = lxml.html.document_fromstring(content, parser=lxml.html.HTMLParser(encoding="utf-8"))
    for element in root.iter(lxml.etree.Element):
        yield from ((name, text) for name, text in element.attrib.items() if name != "data-v")  # a number to sort by
        if element.tag == "script" and element.get("type") == "application/json":
            yield from _strings(json.loads(element.text or "null"))
        elif element.tag not in ("script", "style", "template"):
            yield element.tag, element.text or ""
        yield element.tag, element.tail or ""


def _of_office(path: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                for element in lxml.etree.fromstring(archive.read(name)).iter(lxml.etree.Element):
                    owner = element.getparent()
                    is_number = lxml.etree.QName(element).localname == "v" and owner.get("t") != "s"
                    if not is_number:
                        yield name, element.text or ""


def _strings(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield place, key
            if key == "text/html":  # a notebook's preview, in a list of lines
                yield from _of_page("".join(each).encode())
            else:
                yield from _strings(each, f"{place}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each, place)
    elif isinstance(value, str):
        yield place, value
        if value[:1] in "{[" and place.endswith(("json", "text")):
            try:
                yield from _strings(json.loads(value), place)
            except ValueError:
                return
