"""The Word document, which offices edit before they seal it: the record's sentences, figures and tables.

Charts are drawn by Word. A long table ends after its first rows, as it does on paper. The same record gives the same
bytes.
"""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Mm

from ntanalytics.periods.day_text import issue_number
from ntanalytics.reports import labels, truncation
from ntanalytics.reports.document_order import document_items
from ntanalytics.reports.exporters import document_styles as styles
from ntanalytics.reports.exporters.archive import reproducible_archive
from ntanalytics.reports.exporters.document_chart import add_chart
from ntanalytics.reports.exporters.document_table import write_table
from ntanalytics.reports.formats import display, display_width, local_time
from ntanalytics.reports.fragments import column_style
from ntanalytics.reports.markdown import paragraphs
from ntanalytics.reports.record import Heading, Record, RecordedBlock
from ntanalytics.reports.status_line import status_line

_STYLES = {"h2": styles.SECTION, "h3": styles.SUBSECTION}


def document_bytes(record: Record) -> bytes:
    """Return the document of a record."""
    document = styles.empty_document()
    generated_at = local_time(record.head.body["generated_at"], record.zone)
    properties = document.core_properties
    properties.author = properties.last_modified_by = "ntanalytics"
    properties.title = f"{record.head.title} {record.head.body['period']['label']}"
    properties.comments, properties.created, properties.modified = "", generated_at, generated_at
    _write_head(document, record)
    rows = truncation.rows_on_page(record.blocks)
    for item, number in document_items(record.items):
        if isinstance(item, Heading):
            for place, (tag, text) in enumerate(paragraphs(item.markdown)):
                styles.add_paragraph(document, f"{'' if place else number}{text}", _STYLES.get(tag, styles.BODY))
        else:
            _write_block(document, item, record.zone, rows.get(item.id, 0), number)
    _write_sources(document, record)
    raw = io.BytesIO()
    document.save(raw)
    return reproducible_archive(raw.getvalue(), generated_at)


def _write_head(document: Any, record: Record) -> None:
    body = record.head.body
    is_long = display_width(record.head.title) > styles.LONGEST_TITLE
    styles.add_paragraph(document, record.head.title, styles.LONG_TITLE if is_long else styles.TITLE)
    styles.add_paragraph(document, body["period"]["label"], styles.META)
    number = issue_number(body["period"]["text"])
    styles.add_paragraph(document, f"{body['subtitle']} · {number}" if body["subtitle"] else number, styles.META)
    remarks = status_line(record)
    lines = [f"{remark.lead}{remark.rest}" for remark in remarks if remark.status]
    lines.append("；".join(f"{remark.lead}{remark.rest}" for remark in remarks if not remark.status))
    for text in filter(None, lines):
        styles.add_paragraph(document, text, styles.STATUS)
    if as_of := labels.as_of_line(body, record.zone):
        styles.add_paragraph(document, as_of, styles.REMARK)


def _write_block(document: Any, block: RecordedBlock, zone: ZoneInfo, rows: int, number: str) -> None:
    if block.title:
        styles.add_paragraph(document, f"{number}{block.title}", styles.SUBSECTION)
    if block.note:
        styles.add_paragraph(document, block.note, styles.NOTE)
    match block.kind:
        case "sentences":
            for place, item in enumerate(block.body["items"], 1):
                line = styles.add_paragraph(document, f"{place}. ", styles.BODY)
                line.add_run(item["subject"]).bold = True
                line.add_run(item["text"])
        case "kpis":
            _write_kpis(document, block, zone)
        case "table" | "board":
            _write_data(document, block, zone, rows)
        case "chart":
            _write_chart(document, block, zone)
        case "signatures":
            for role in block.body["roles"]:
                line = styles.add_paragraph(document, f"{role}：\t日期：\t", styles.SIGNATURE)
                line.paragraph_format.tab_stops.add_tab_stop(Mm(75), leader=styles.LEADER)
                line.paragraph_format.tab_stops.add_tab_stop(Mm(120), leader=styles.LEADER)


def _write_chart(document: Any, block: RecordedBlock, zone: ZoneInfo) -> None:
    if subject := block.body["subject"]:
        styles.add_paragraph(document, subject, styles.NOTE)
    if block.has_plot:
        charts = sum(relation.reltype == RELATIONSHIP_TYPE.CHART for relation in document.part.rels.values())
        add_chart(document, styles.add_paragraph(document, "", styles.NOTE), block, zone, charts + 1)


def _write_kpis(document: Any, block: RecordedBlock, zone: ZoneInfo) -> None:
    rows = []
    for item in block.body["items"]:
        value, change, _ = labels.kpi_texts(item, zone)
        before = display(item["before"], item["format"], item["unit"], zone)
        rows.append([item["label"], value, before, change, item["note"]])
    write_table(document, labels.kpi_headings(block.body["items"]), rows, [False, True, True, True, False])


def _write_data(document: Any, block: RecordedBlock, zone: ZoneInfo, rows: int) -> None:
    if not block.fields:
        return
    count = truncation.rows_in_document(block, rows)
    headings = ["".join(labels.column_title(field)) for field in block.fields]
    texts = [[labels.cell_text(block, row, field, zone) for field in block.fields] for row in block.rows[:count]]
    is_number = [field.type == "number" or column_style(field.format) == "num" for field in block.fields]
    if block.empty:  # in a row: no page can end between the heading and what it says
        texts.append([block.empty, *[""] * (len(headings) - 1)])
    write_table(document, headings, texts, is_number)
    if note := truncation.document_note(block, rows):
        styles.add_paragraph(document, note, styles.REMARK)


def _write_sources(document: Any, record: Record) -> None:
    section = labels.source_section(record.head.body, record.zone)
    styles.add_paragraph(document, "数据来源", styles.SECTION)
    if section.rows:
        write_table(document, section.columns, section.rows, [False] * 3 + [True] * 2 + [False] * 2)
    for text in (*section.gaps, *section.rejected, *section.remarks):
        styles.add_paragraph(document, text, styles.REMARK)
