"""The OFD file against the record: texts, findings and its own digests; rendered again where the fonts agree."""

from __future__ import annotations

import io
import re
import zipfile

from ntanalytics.errors import FontMissing
from ntanalytics.report_files import FINDINGS
from ntanalytics.reports import findings_json
from ntanalytics.reports.record import Record
from ntanalytics.reports.sm3 import sm3
from ntanalytics.reports.verification import verify_ofd
from ntanalytics.reports.verification.archive import archive_differences
from ntanalytics.reports.verification.document import document_texts
from ntanalytics.reports.verification.former_words import say_the_same

_FONTS = re.compile(rb'<ofd:CustomData Name="fonts">([^<]*)')
_FINDINGS = f"Doc_0/Attachs/{FINDINGS}"
_QUOTED = 20  #: characters on each side of a difference


def ofd_differences(record: Record, file: bytes) -> list[str]:
    """Return the differences between an OFD file and the record; empty when every text and figure agrees.

    Args:
        record: the record.
        file: the OFD file; a seal on it changes nothing of what is compared.
    """
    try:
        parts = verify_ofd.read_parts(io.BytesIO(file))
        _, differences = verify_ofd.check(parts, is_named=False)
        if differences:  # only then the words are worked out that name them
            _, differences = verify_ofd.check(parts)
        texts = _body_texts(parts)
    except (verify_ofd.NoReport, *verify_ofd.UNREADABLE) as error:
        return [f"it is no OFD report: {error}"]
    differences += _text_difference("".join(document_texts(record, sees_page=False)), texts)
    publication = record.publication
    report, run = (publication.report, publication.run_id) if publication else ("", "")
    findings = findings_json.document(record, report, run)
    expected = None if findings is None else findings_json.text(findings).encode()
    if parts.get(_FINDINGS) != expected:
        differences.append(f"the attached {FINDINGS} is not the record's")
    return differences


def content_sm3(file: bytes) -> str:
    """Return the digest of an OFD file's content, which its QR code holds and a seal does not change; or empty."""
    try:
        return sm3(verify_ofd.read_parts(io.BytesIO(file))[verify_ofd.LISTING])
    except (verify_ofd.NoReport, KeyError):
        return ""


def _body_texts(parts: verify_ofd.Parts) -> str:
    """Return the texts that the pages have from the record, without what each page has."""
    pages = sorted(verify_ofd.pages_of(parts), key=lambda page: page[1])
    layers = (layer for path, _ in pages for layer in verify_ofd.parse(parts[path]).iter(f"{verify_ofd.OFD}Layer"))
    codes = (
        code.text or ""
        for layer in layers
        if layer.get("Type") == "Body"
        for code in layer.iter(f"{verify_ofd.OFD}TextCode")
    )
    return "".join(codes)


def _text_difference(expected: str, shown: str) -> list[str]:
    """Return the first difference of two texts, whose lines may be broken elsewhere."""
    wanted, there = ("".join(text.split()) for text in (expected, shown))
    if say_the_same(wanted, there):
        return []
    pairs = enumerate(zip(wanted, there, strict=False))
    start = next((index for index, (old, new) in pairs if old != new), min(len(wanted), len(there)))
    place = slice(max(0, start - _QUOTED), start + _QUOTED)
    return [f"{there[place]!r} instead of {wanted[place]!r}"]


def ofd_rendered_again(record: Record, file: bytes) -> tuple[list[str], str]:
    """Return the differences of an OFD file from a new one, and a remark where none can be made here."""
    # it imports the libraries that write the file, and most reports need no OFD
    from ntanalytics.reports.exporters.ofd.exporter import ofd_bytes

    try:
        expected = ofd_bytes(record)
    except FontMissing as error:
        return [], f"report.ofd was read and compared, and not rendered again: {error.what}"
    ours, theirs = _fonts(expected), _fonts(file)
    if ours != theirs:
        return [], f"report.ofd was read and compared, and not rendered again: its fonts are {theirs}, here are {ours}"
    return archive_differences(expected, file), ""


def _fonts(file: bytes) -> str:
    """Return the fonts that a file names."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            match = _FONTS.search(archive.read("OFD.xml"))
    except (zipfile.BadZipFile, KeyError):
        match = None
    return match[1].decode(errors="replace") if match else "unknown"
