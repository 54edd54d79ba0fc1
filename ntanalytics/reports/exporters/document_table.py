"""A table of the Word document: thin rules, its heading on each page, no row cut, columns as wide as needed."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from lxml.etree import SubElement

from ntanalytics.reports.exporters import document_styles as styles
from ntanalytics.reports.exporters.column_widths import LINE, SMALL_LINE, column_widths, fit_widths

_MARGIN = 57  #: left and right in a cell, in twentieths of a point: 1 mm
_RULES = ("top", "bottom", "insideH")
_RUN, _TEXT = qn("w:r"), qn("w:t")


def write_table(
    document: Any, headings: Sequence[str], rows: Sequence[Sequence[str]], is_number: Sequence[bool]
) -> None:
    """Write a table at the end of a document.

    Args:
        document: a document of ``document_styles.empty_document``.
        headings: the heading of each column.
        rows: the cells as texts.
        is_number: for each column, whether it is right-aligned.
    """
    wanted, least = column_widths(headings, rows, is_number)
    is_small = sum(wanted) > LINE
    cell_style = styles.style_id(styles.SMALL_CELL if is_small else styles.CELL)
    heading_style = styles.style_id(styles.SMALL_HEADING if is_small else styles.CELL_HEADING)
    shares = fit_widths(wanted, least, SMALL_LINE if is_small else LINE)
    table = document.add_table(rows=0, cols=len(headings))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _draw_rules(table)
    widths = [Mm(styles.TEXT_WIDTH_MM * share) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _write_rows(table, [headings], _empty_row(table, widths, is_number, heading_style, is_heading=True))
    _write_rows(table, rows, _empty_row(table, widths, is_number, cell_style, is_heading=False))
    styles.add_paragraph(document, "", styles.AFTER_TABLE)  # two tables with nothing between them would be one


def _empty_row(table: Any, widths: Sequence[Any], is_number: Sequence[bool], style: str, *, is_heading: bool) -> Any:
    """Return a row without texts, to be copied: the library is slow to make a row, and copies one quickly.

    Args:
        table: the table.
        widths: the width of each column.
        is_number: for each column, whether it is right-aligned.
        style: the id of the style of the texts.
        is_heading: whether it is repeated on each page.
    """
    row = table.add_row()
    _keep_on_page(row, is_heading=is_heading)
    element = row._tr  # noqa: SLF001 — its cells are asked for their places in the table
    for cell, is_right, width in zip(element.tc_lst, is_number, widths, strict=True):
        cell.width = width
        (paragraph,) = cell.p_lst
        paragraph.style = style  # by its id
        if is_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table._tbl.remove(element)  # noqa: SLF001 — the library has no other way
    return element


def _write_rows(table: Any, rows: Sequence[Sequence[str]], empty: Any) -> None:
    """Write texts into copies of an empty row at the end of a table."""
    for texts in rows:
        row = copy.deepcopy(empty)
        table._tbl.append(row)  # noqa: SLF001 — the library has no other way
        for cell, text in zip(row.tc_lst, texts, strict=True):
            (paragraph,) = cell.p_lst
            if not text or text != text.strip() or not text.isprintable():
                Paragraph(paragraph, table).add_run(text)  # spaces, and the ends of lines, have elements of their own
            else:
                SubElement(SubElement(paragraph, _RUN), _TEXT).text = text


def _draw_rules(table: Any) -> None:
    """Draw thin lines above, below and between the rows, none between columns; 1 mm beside each text.

    The order of a table's properties is the schema's, which Word insists on.
    """
    properties = table._tbl.tblPr  # noqa: SLF001 — the library has no other way
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="7F7F7F"/>' for side in _RULES)
    margins = "".join(f'<w:{side} w:w="{_MARGIN}" w:type="dxa"/>' for side in ("left", "right"))
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))
    layout.addnext(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))


def _keep_on_page(row: Any, *, is_heading: bool) -> None:
    """Keep a row on one page; repeat the heading on each."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 — the library has no other way
    for name in ("w:cantSplit", "w:tblHeader")[: 1 + is_heading]:
        element = OxmlElement(name)
        element.set(qn("w:val"), "true")
        properties.append(element)
