"""The document for Word: what offices edit before they seal it, with the record's sentences, figures and tables.

Charts are left to the page. A long table ends after its first rows, as it does on paper. The file is the same for the
same record, byte for byte.
"""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

from docx.shared import Mm
from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from ntanalytics.reports import labels, truncation
from ntanalytics.reports.exporters import document_styles as styles
from ntanalytics.reports.exporters.archive import settled
from ntanalytics.reports.exporters.document_table import write_table
from ntanalytics.reports.formats import display, local, wide
from ntanalytics.reports.fragments import column_style
from ntanalytics.reports.markdown import paragraphs
from ntanalytics.reports.record import Heading, Record, Recorded, read_record

_KPI_HEADS = ("指标", "本期", "上期", "变化", "说明")
SEE_PAGE = "（图见网页版）"
_STYLES = {"h2": styles.SECTION, "h3": styles.SUBSECTION}


class ReportDocumentExporter(Exporter):
    """nbconvert exporter ``ntanalytics-docx``: the Word document of an executed report notebook."""

    export_from_notebook = "ntanalytics Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def _file_extension_default(self) -> str:
        return ".docx"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The document's bytes and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook holds no record.
        """
        node, resources = super().from_notebook_node(nb, resources, **kw)
        return document_bytes(read_record(node)), resources


def document_bytes(record: Record) -> bytes:
    """The document of a record; the same record gives the same bytes."""
    document = styles.blank()
    made = local(record.head.body["generated_at"], record.zone)
    about = document.core_properties
    about.author = about.last_modified_by = "ntanalytics"
    about.title = f"{record.head.title} {record.head.body['period']['label']}"
    about.comments, about.created, about.modified = "", made, made
    _write_head(document, record)
    carried = truncation.rows_shown(record.blocks)
    for item in record.items:
        if isinstance(item, Heading):
            for tag, text in paragraphs(item.markdown):
                document.add_paragraph(text, _STYLES.get(tag, styles.BODY))
        else:
            _write_block(document, item, record.zone, carried.get(item.id, 0))
    _write_sources(document, record)
    raw = io.BytesIO()
    document.save(raw)
    return settled(raw.getvalue(), made)


def _write_head(document: Any, record: Record) -> None:
    body = record.head.body
    is_long = wide(record.head.title) > styles.LONGEST_TITLE
    document.add_paragraph(record.head.title, styles.LONG_TITLE if is_long else styles.TITLE)
    document.add_paragraph(body["period"]["label"], styles.META)
    number = f"编号 {body['period']['text']}"
    document.add_paragraph(f"{body['subtitle']} · {number}" if body["subtitle"] else number, styles.META)
    remarks = labels.status(record)
    lines = [f"{each.lead}{each.rest}" for each in remarks if each.state]
    lines.append("；".join(f"{each.lead}{each.rest}" for each in remarks if not each.state))
    for text in filter(None, lines):
        document.add_paragraph(text, styles.STATUS)
    if as_of := labels.as_of_line(body, record.zone):
        document.add_paragraph(as_of, styles.NOTE)


def _write_block(document: Any, block: Recorded, zone: ZoneInfo, carried: int) -> None:
    if block.title:
        document.add_paragraph(block.title, styles.SUBSECTION)
    if block.note:
        document.add_paragraph(block.note, styles.NOTE)
    match block.kind:
        case "sentences":
            for number, item in enumerate(block.body["items"], 1):
                line = document.add_paragraph(f"{number}. ", styles.BODY)
                line.add_run(item["subject"]).bold = True
                line.add_run(item["text"])
        case "kpis":
            _write_kpis(document, block, zone)
        case "table" | "board":
            _write_data(document, block, zone, carried)
        case "chart":
            document.add_paragraph(f"{block.body['subject']}{SEE_PAGE if block.is_drawn else ''}", styles.NOTE)
        case "signatures":
            for role in block.body["roles"]:
                line = document.add_paragraph(f"{role}：\t日期：\t", styles.SIGN)
                line.paragraph_format.tab_stops.add_tab_stop(Mm(75), leader=styles.LEADER)
                line.paragraph_format.tab_stops.add_tab_stop(Mm(120), leader=styles.LEADER)


def _write_kpis(document: Any, block: Recorded, zone: ZoneInfo) -> None:
    rows = []
    for item in block.body["items"]:
        value, change, _ = labels.kpi_words(item, zone)
        before = display(item["before"], item["format"], item["unit"], zone)
        rows.append([item["label"], value, before, change, item["note"]])
    write_table(document, _KPI_HEADS, rows, [False, True, True, True, False])


def _write_data(document: Any, block: Recorded, zone: ZoneInfo, carried: int) -> None:
    shown = truncation.written(block, carried)
    heads = ["".join(labels.column_title(each)) for each in block.fields]
    rows = [[labels.cell(block, row, each, zone) for each in block.fields] for row in block.rows[:shown]]
    is_number = [each.type == "number" or column_style(each.format) == "num" for each in block.fields]
    write_table(document, heads, rows, is_number)
    for text in ("" if block.rows else "无记录", truncation.written_words(block, carried)):
        if text:
            document.add_paragraph(text, styles.NOTE)


def _write_sources(document: Any, record: Record) -> None:
    said = labels.sources(record.head.body, record.zone)
    document.add_paragraph("数据来源", styles.SECTION)
    if said.rows:
        write_table(
            document, list(said.columns), [list(row) for row in said.rows], [False] * 3 + [True] * 2 + [False] * 2
        )
    for text in (*said.gaps, *said.rejected, *said.remarks):
        document.add_paragraph(text, styles.NOTE)
