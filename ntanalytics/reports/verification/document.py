"""The expected texts of a record's Word document, and the differences of a document from them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from zoneinfo import ZoneInfo

import lxml.etree

from ntanalytics.periods.day_text import issue_number
from ntanalytics.reports import labels, truncation
from ntanalytics.reports.document_order import document_items
from ntanalytics.reports.formats import display
from ntanalytics.reports.markdown import paragraphs
from ntanalytics.reports.record import Heading, Record, RecordedBlock
from ntanalytics.reports.status_line import status_line
from ntanalytics.reports.verification.document_charts import chart_differences, charts_of
from ntanalytics.reports.verification.former_words import say_the_same
from ntanalytics.reports.verification.html import card_texts, cell_text, column_heading

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

#: Elements of our paragraphs; any other (a field, a picture, a hidden or deleted text) was put there.
_KNOWN = frozenset((
    "document", "body", "p", "pPr", "pStyle", "jc", "tabs", "tab", "r", "rPr", "b", "t", "br", "tbl", "tblPr",
    "tblW", "tblLook", "tblBorders", "top", "bottom", "insideH", "tblCellMar", "left", "right", "tblLayout",
    "tblGrid", "gridCol", "tr", "trPr", "cantSplit", "tblHeader", "tc", "tcPr", "tcW", "sectPr", "pgSz", "pgMar",
    "cols", "docGrid", "footerReference", "drawing", "inline", "extent", "docPr", "cNvGraphicFramePr", "graphic",
    "graphicData", "chart", "spacing", "keepNext",
))  # fmt: skip

#: The parts of our document; macros, comments, pictures and embedded files would be others.
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|customXml/(_rels/)?item(Props)?1\.xml(\.rels)?|"
    r"word/(_rels/(document|footer1)\.xml\.rels|theme/theme1\.xml|"
    r"charts/chart\d+\.xml|(document|footer1|fontTable|numbering|settings|styles|stylesWithEffects|webSettings)\.xml)"
)


def document_differences(record: Record, document: bytes) -> list[str]:
    """Return the differences between a document and the record; empty when every text and figure agrees.

    Args:
        record: the record.
        document: the .docx file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        written = {
            name: _parsed(content)
            for name, content in parts.items()
            if name.startswith("word/") and name.endswith(".xml")
        }
        body = written["word/document.xml"].find(f"{_W}body")
    except (zipfile.BadZipFile, KeyError, lxml.etree.XMLSyntaxError) as error:
        return [f"it is no Word document: {error}"]
    differences = [f"it holds {name}, which is not ours" for name in parts if not _PARTS.fullmatch(name)]
    for name, content in parts.items():
        if b'TargetMode="External"' in content:
            differences.append(f"{name} points outside")
        if name in written:
            hidden = written[name].xpath("//*[local-name()='vanish' or local-name()='webHidden']")
            differences += [f"{name} hides a text"] * bool(hidden)
    if (below := _text(written["word/footer1.xml"])) != "— 1 —":
        differences.append(f"below each page stands {below!r}")
    tags = {element.tag for element in body.iter(lxml.etree.Element)}  # far fewer than elements
    strange = {lxml.etree.QName(tag).localname for tag in tags} - _KNOWN
    differences += [f"it holds <{name}>, which is not ours" for name in sorted(strange)]
    texts = _paragraph_texts(body)
    charts = charts_of(parts, body)
    differences += chart_differences(record, charts) if charts else []
    here = _compare(document_texts(record, has_charts=bool(charts)), texts)
    is_former = here and not _compare(document_texts(record, is_former=True), texts)
    return differences + ([] if is_former else here)


def document_texts(
    record: Record, *, sees_page: bool = True, has_charts: bool = False, is_former: bool = False
) -> list[str]:
    """Return the texts that the document must show, in order: its paragraphs, and the cells of its tables.

    Args:
        record: the record.
        sees_page: it has an order and numbers of its own; an OFD file has the order of the page.
        has_charts: it has the charts; an older one refers to the page.
        is_former: it is of 0.1.0: in the order of the page, without numbers, and with more rows of a board.
    """
    head = record.head.body
    number = issue_number(head["period"]["text"])
    remarks = status_line(record)
    texts = [record.head.title, head["period"]["label"]]
    texts.append(f"{head['subtitle']} · {number}" if head["subtitle"] else number)
    texts += [f"{remark.lead}{remark.rest}" for remark in remarks if remark.status]
    texts.append("；".join(remark.lead + remark.rest for remark in remarks if not remark.status))
    texts.append(labels.as_of_line(head, record.zone))
    rows = truncation.rows_on_page(record.blocks)
    is_ordered = sees_page and not is_former
    items = document_items(record.items) if is_ordered else ((item, "") for item in record.items)
    for item, place in items:
        if isinstance(item, Heading):
            texts += [f"{'' if index else place}{text}" for index, (_, text) in enumerate(paragraphs(item.markdown))]
        else:
            title = f"{place}{item.title}" if item.title else ""
            texts += [title, item.note]
            if is_former and item.kind == "board":
                texts += _former_board(item, record.zone, rows.get(item.id, 0))
            else:
                texts += _block_texts(item, record.zone, rows.get(item.id, 0), sees_page and not has_charts)
    section = labels.source_section(head, record.zone)
    texts.append("数据来源")
    texts += [*section.columns, *(text for row in section.rows for text in row)] if section.rows else []
    texts += [*section.gaps, *section.rejected, *section.remarks]
    return [text for text in map(str.strip, texts) if text]


def _block_texts(block: RecordedBlock, zone: ZoneInfo, rows_on_page: int, sees_page: bool) -> list[str]:
    body = block.body
    if block.kind == "sentences":
        return [f"{number}. {item['subject']}{item['text']}" for number, item in enumerate(body["items"], 1)]
    if block.kind == "kpis":
        cells = (text for item in body["items"] for text in _kpi_row(item, zone))
        return ["指标", "本期", body["items"][0].get("against", "前一期"), "变化", "说明", *cells]
    if block.kind == "chart":
        return [f"{body['subject']}（图见网页版）" if block.has_plot and sees_page else body["subject"]]
    if block.kind == "signatures":
        return [f"{role}：\t日期：" for role in body["roles"]]
    rows = block.rows[: truncation.rows_in_document(block, rows_on_page)]
    texts = ["".join(column_heading(field)) for field in block.fields]
    texts += [cell_text(block, row, field, zone) for row in rows for field in block.fields]
    return [*texts, block.empty, truncation.document_note(block, rows_on_page)]


def _former_board(block: RecordedBlock, zone: ZoneInfo, rows_on_page: int) -> list[str]:
    """Return the texts of a board in a document of 0.1.0: its first 30 rows, or all that is not in order."""
    violations = [row for row in block.rows if row["state"] != "ok"]
    count = min(rows_on_page, max(truncation.OPEN_ROWS, len(violations)))
    left = len(block.rows) - count
    texts = ["".join(column_heading(field)) for field in block.fields]
    texts += [cell_text(block, row, field, zone) for row in block.rows[:count] for field in block.fields]
    place = "工作簿" if rows_on_page < len(block.rows) else "网页或工作簿"
    return [*texts, block.empty, f"其余 {left:,} 行见{place}" if left else ""]


def _kpi_row(item: Any, zone: ZoneInfo) -> list[str]:
    """Return a headline figure's row: the texts of the page's card in another order."""
    label, value, *more = card_texts(item, zone)
    before = display(item["before"], item["format"], item["unit"], zone)
    change = next((text for text in more[:-1] if not text.startswith(item.get("against", "前一期"))), "")
    return [label, value, before, change, item["note"]]


def _paragraph_texts(body: Any) -> list[str]:
    """Return the texts of a document in order, empty ones left out."""
    return [text for text in (_text(element).strip() for element in body.iter(f"{_W}p")) if text]


def _text(element: Any) -> str:
    """Return the text of an element, with its tabs and line breaks."""
    marks = {f"{_W}tab": "\t", f"{_W}br": "\n"}
    runs = element.iter(f"{_W}r")
    return "".join(part.text or "" if part.tag == f"{_W}t" else marks.get(part.tag, "") for run in runs for part in run)


def _parsed(content: bytes) -> Any:
    return lxml.etree.fromstring(content, lxml.etree.XMLParser(resolve_entities=False, no_network=True))


def _compare(expected: list[str], texts: list[str]) -> list[str]:
    differences = [
        f"{shown!r} instead of {wanted!r}"
        for wanted, shown in zip(expected, texts, strict=False)
        if not say_the_same(wanted, shown)
    ]
    if len(expected) == len(texts):
        return differences
    # After a missing or added text everything differs: the first difference tells most.
    return [f"{len(texts)} texts instead of {len(expected)}", *differences[:1]]
