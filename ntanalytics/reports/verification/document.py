"""What the Word document of a record must say, worked out from the record, and how a document differs from it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from zoneinfo import ZoneInfo

import lxml.etree

from ntanalytics.reports import labels, truncation
from ntanalytics.reports.formats import display
from ntanalytics.reports.markdown import paragraphs
from ntanalytics.reports.record import Heading, Record, Recorded
from ntanalytics.reports.verification.html import card_texts, cell_text, column_head

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

#: What a paragraph of ours is made of; anything else (a field, a picture, a hidden or deleted text) was put there.
_KNOWN = frozenset((
    "document", "body", "p", "pPr", "pStyle", "jc", "tabs", "tab", "r", "rPr", "b", "t", "br", "tbl", "tblPr",
    "tblW", "tblLook", "tblBorders", "top", "bottom", "insideH", "tblCellMar", "left", "right", "tblLayout",
    "tblGrid", "gridCol", "tr", "trPr", "cantSplit", "tblHeader", "tc", "tcPr", "tcW", "sectPr", "pgSz", "pgMar",
    "cols", "docGrid", "footerReference",
))  # fmt: skip

#: The parts of our document; macros, comments, pictures and embedded files would be others.
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|customXml/(_rels/)?item(Props)?1\.xml(\.rels)?|"
    r"word/(_rels/(document|footer1)\.xml\.rels|theme/theme1\.xml|"
    r"(document|footer1|fontTable|numbering|settings|styles|stylesWithEffects|webSettings)\.xml)"
)


def document_differences(record: Record, document: bytes) -> list[str]:
    """How a document differs from the record; empty when every text and figure is the record's.

    Args:
        record: the record.
        document: the .docx file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        body = _parsed(parts["word/document.xml"]).find(f"{_W}body")
    except (zipfile.BadZipFile, KeyError, lxml.etree.XMLSyntaxError) as error:
        return [f"it is no Word document: {error}"]
    differences = [f"it holds {name}, which is not ours" for name in parts if not _PARTS.fullmatch(name)]
    for name, content in parts.items():
        if b'TargetMode="External"' in content:
            differences.append(f"{name} points outside")
        if name.startswith("word/") and name.endswith(".xml"):
            hidden = _parsed(content).xpath("//*[local-name()='vanish' or local-name()='webHidden']")
            differences += [f"{name} hides a text"] * bool(hidden)
    if (below := _text(_parsed(parts["word/footer1.xml"]))) != "— 1 —":
        differences.append(f"below each page stands {below!r}")
    strange = {lxml.etree.QName(each).localname for each in body.iter(lxml.etree.Element)} - _KNOWN
    differences += [f"it holds <{name}>, which is not ours" for name in sorted(strange)]
    return differences + _compare(document_texts(record), _found(body))


def document_texts(record: Record) -> list[str]:
    """The texts that the document must show, in order: its paragraphs, and the cells of its tables."""
    head = record.head.body
    number = f"编号 {head['period']['text']}"
    remarks = labels.status(record)
    said = [record.head.title, head["period"]["label"]]
    said.append(f"{head['subtitle']} · {number}" if head["subtitle"] else number)
    said += [f"{each.lead}{each.rest}" for each in remarks if each.state]
    said.append("；".join(each.lead + each.rest for each in remarks if not each.state))
    said.append(labels.as_of_line(head, record.zone))
    carried = truncation.rows_shown(record.blocks)
    for item in record.items:
        if isinstance(item, Heading):
            said += [text for _, text in paragraphs(item.markdown)]
        else:
            said += [item.title, item.note, *_block_texts(item, record.zone, carried.get(item.id, 0))]
    sources = labels.sources(head, record.zone)
    said.append("数据来源")
    said += [*sources.columns, *(text for row in sources.rows for text in row)] if sources.rows else []
    said += [*sources.gaps, *sources.rejected, *sources.remarks]
    return [text for text in map(_plain, said) if text]


def _block_texts(block: Recorded, zone: ZoneInfo, carried: int) -> list[str]:
    body = block.body
    if block.kind == "sentences":
        return [f"{number}. {item['subject']}{item['text']}" for number, item in enumerate(body["items"], 1)]
    if block.kind == "kpis":
        return [
            "指标",
            "本期",
            "上期",
            "变化",
            "说明",
            *(text for item in body["items"] for text in _figure(item, zone)),
        ]
    if block.kind == "chart":
        return [f"{body['subject']}（图见网页版）" if block.is_drawn else body["subject"]]
    if block.kind == "signatures":
        return [f"{role}：\t日期：" for role in body["roles"]]
    rows = block.rows[: truncation.written(block, carried)]
    said = ["".join(column_head(field)) for field in block.fields]
    said += [cell_text(block, row, field, zone) for row in rows for field in block.fields]
    return [*said, "" if block.rows else "无记录", truncation.written_words(block, carried)]


def _figure(item: Any, zone: ZoneInfo) -> list[str]:
    """A headline figure's row: the page's card in another order."""
    label, value, *more = card_texts(item, zone)
    before = display(item["before"], item["format"], item["unit"], zone)
    change = next((text for text in more[:-1] if not text.startswith("上期 ")), "")
    return [label, value, before, change, item["note"]]


def _found(body: Any) -> list[str]:
    """The texts of a document in order, empty ones left out."""
    return [text for text in (_plain(_text(each)) for each in body.iter(f"{_W}p")) if text]


def _text(element: Any) -> str:
    """The text of an element: a tab and a line break stand for themselves."""
    words = {f"{_W}tab": "\t", f"{_W}br": "\n"}
    runs = element.iter(f"{_W}r")
    return "".join(part.text or "" if part.tag == f"{_W}t" else words.get(part.tag, "") for run in runs for part in run)


def _plain(text: str) -> str:
    return text.strip()


def _parsed(content: bytes) -> Any:
    return lxml.etree.fromstring(content, lxml.etree.XMLParser(resolve_entities=False, no_network=True))


def _compare(expected: list[str], found: list[str]) -> list[str]:
    differences = [
        f"{shown!r} instead of {wanted!r}" for wanted, shown in zip(expected, found, strict=False) if wanted != shown
    ]
    if len(expected) == len(found):
        return differences
    # After a missing or added text everything differs: the first difference tells most.
    return [f"{len(found)} texts instead of {len(expected)}", *differences[:1]]
