"""Contents of the OFD file: the record's words, figures and tables in its order, each bound to what it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from ntanalytics.periods.day_text import issue_number
from ntanalytics.reports import labels, truncation
from ntanalytics.reports.exporters.ofd import styles
from ntanalytics.reports.exporters.ofd.charts import chart_height, draw_chart
from ntanalytics.reports.exporters.ofd.elements import NOTHING, Binding, SealArea
from ntanalytics.reports.exporters.ofd.flow import PageFlow
from ntanalytics.reports.exporters.ofd.seal_area import write_seal_area, write_signatures
from ntanalytics.reports.exporters.ofd.tables import Cell, write_table
from ntanalytics.reports.formats import display, display_width
from ntanalytics.reports.fragments import column_style
from ntanalytics.reports.markdown import paragraphs
from ntanalytics.reports.record import Field, Heading, Record, RecordedBlock, certainty_of
from ntanalytics.reports.status_line import status_line

#: Width in Latin characters beyond which a title is set smaller, so that its last word does not wrap alone.
_LONGEST_TITLE = 40

_CHART_HEADING = 25.0  #: room for a chart's title of two lines, in millimetres

_STYLES = {"h2": (styles.SECTION, 1), "h3": (styles.SUBSECTION, 2)}


def set_contents(record: Record) -> tuple[PageFlow, SealArea]:
    """Return a record as pages, and the place that is kept free for the seal.

    Raises:
        FontMissing: a font is not installed on this machine.
    """
    flow = PageFlow()
    _write_head(flow, record)
    rows = truncation.rows_on_page(record.blocks)
    for item in record.items:
        if isinstance(item, Heading):
            for tag, text in paragraphs(item.markdown):
                style, level = _STYLES.get(tag, (styles.BODY, 0))
                _say(flow, text, style, level=level)
        else:
            _write_block(flow, item, record.zone, rows.get(item.id, 0))
    _write_sources(flow, record)
    area = flow.seal_area or write_seal_area(flow)
    flow.number_pages()
    return flow, area


def _say(flow: PageFlow, text: str, style: styles.TextStyle, binding: Binding = NOTHING, level: int = 0) -> None:
    if text:
        flow.paragraph(text, style, binding, level=level)


def _write_head(flow: PageFlow, record: Record) -> None:
    body = record.head.body
    is_long = display_width(record.head.title) > _LONGEST_TITLE
    binding = Binding(block=record.head.id)
    _say(flow, record.head.title, styles.LONG_TITLE if is_long else styles.TITLE, binding)
    _say(flow, body["period"]["label"], styles.META, binding)
    number = issue_number(body["period"]["text"])
    _say(flow, f"{body['subtitle']} · {number}" if body["subtitle"] else number, styles.META, binding)
    remarks = status_line(record)
    for remark in remarks:
        if remark.status:
            _say(flow, f"{remark.lead}{remark.rest}", styles.STATUS, binding)
    _say(
        flow,
        "；".join(f"{remark.lead}{remark.rest}" for remark in remarks if not remark.status),
        styles.STATUS,
        binding,
    )
    _say(flow, labels.as_of_line(body, record.zone), styles.NOTE, binding)


def _write_block(flow: PageFlow, block: RecordedBlock, zone: ZoneInfo, rows: int) -> None:
    binding = Binding(block=block.id)
    if block.has_plot:
        flow.need(chart_height(block) + _CHART_HEADING)
    _say(flow, block.title, styles.SUBSECTION, binding, level=2)
    _say(flow, block.note, styles.NOTE, binding)
    match block.kind:
        case "sentences":
            for number, item in enumerate(block.body["items"], 1):
                start = f"{number}. {item['subject']}"
                bound = replace(binding, label=item["subject"])
                flow.paragraph(f"{start}{item['text']}", styles.BODY, bound, bold=len(start) if item["subject"] else 0)
        case "kpis":
            _write_kpis(flow, block, zone)
        case "table" | "board":
            _write_data(flow, block, zone, rows)
        case "chart":
            if block.has_plot:
                draw_chart(flow, block)
            _say(flow, block.body["subject"], styles.NOTE, binding)
        case "signatures":
            write_signatures(flow, block.body["roles"], binding)


def _write_kpis(flow: PageFlow, block: RecordedBlock, zone: ZoneInfo) -> None:
    rows = []
    for item in block.body["items"]:
        value, change, _ = labels.kpi_texts(item, zone)
        before = display(item["before"], item["format"], item["unit"], zone)
        now = Binding(
            block=block.id,
            label=item["label"],
            metric=item["name"],
            unit=item["unit"],
            value=item["value"],
            format=item["format"],
            certainty=certainty_of(item, "value"),
        )
        past = replace(now, label=f"{now.label} · {labels.against_of(item)}", value=item["before"], certainty="exact")
        # the sign is an arrow, and the size is written without it
        size = None if item["change"] is None else abs(item["change"])
        moved = replace(past, label=f"{now.label} · 变化", unit="", value=size, format=item["change_format"])
        words = Binding(block=block.id, label=now.label)
        bound = zip((item["label"], value, before, change, item["note"]), (words, now, past, moved, words), strict=True)
        rows.append([Cell(text, binding) for text, binding in bound])
    headings = [Cell(text, Binding(block=block.id)) for text in labels.kpi_headings(block.body["items"])]
    write_table(flow, headings, rows, [False, True, True, True, False])


def _write_data(flow: PageFlow, block: RecordedBlock, zone: ZoneInfo, rows: int) -> None:
    if not block.fields:
        return
    words = Binding(block=block.id)
    count = truncation.rows_in_document(block, rows)
    headings = [Cell("".join(labels.column_title(field)), words) for field in block.fields]
    cells = [
        [Cell(labels.cell_text(block, row, field, zone), _bound(block, row, field, zone)) for field in block.fields]
        for row in block.rows[:count]
    ]
    is_number = [field.type == "number" or column_style(field.format) == "num" for field in block.fields]
    write_table(flow, headings, cells, is_number)
    _say(flow, block.empty, styles.NOTE, words)
    _say(flow, truncation.document_note(block, rows), styles.NOTE, words)


def _bound(block: RecordedBlock, row: Mapping[str, Any], field: Field, zone: ZoneInfo) -> Binding:
    """Return what a cell is in the record: its row's first words and its column, with its value."""
    texts = [labels.cell_text(block, row, other, zone) for other in block.fields if other.type == "string"]
    subject = " ".join(text for text in texts[1:4] if text) if block.kind == "board" else "".join(texts[:1])
    return Binding(
        block=block.id,
        label=f"{subject} · {field.title}" if subject else field.title,
        metric=str(row.get("code", field.name)) if block.kind == "board" and field.name == "value" else field.name,
        unit=field.unit,
        value=row[field.name],
        format=labels.cell_format(block, row, field),
        certainty=certainty_of(row, field.name),
    )


def _write_sources(flow: PageFlow, record: Record) -> None:
    section = labels.source_section(record.head.body, record.zone)
    words = Binding(block=record.head.id)
    flow.paragraph("数据来源", styles.SECTION, words, level=1)
    if section.rows:
        rows = [_source_cells(line, section.columns, words) for line in section.rows]
        write_table(flow, [Cell(text, words) for text in section.columns], rows, [False] * 3 + [True] * 2 + [False] * 2)
    for text in (*section.gaps, *section.rejected, *section.remarks):
        _say(flow, text, styles.NOTE, words)


def _source_cells(line: Sequence[str], columns: Sequence[str], words: Binding) -> list[Cell]:
    return [Cell(text, replace(words, label=f"{line[0]} · {title}")) for text, title in zip(line, columns, strict=True)]
