"""A table of the Word document: ruled thinly, its head repeated on each page, no row cut, columns as wide as needed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from ntanalytics.reports.exporters import document_styles as styles
from ntanalytics.reports.formats import wide

#: So many Latin characters stand on a line of the type area, in cells of 10.5 and of 9 pt.
_LINE, _SMALL_LINE = 84, 98
_GAP = 2  #: what a cell's own margins take of it
_WHOLE = 6  #: a Chinese text no wider is not broken; of another, one of 16

_MARKS = frozenset("■▲▼○●")
_MARGIN = 57  #: left and right in a cell, in twentieths of a point: 1 mm
_RULES = ("top", "bottom", "insideH")


def write_table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], is_number: Sequence[bool]) -> None:
    """Write a table at the end of a document.

    Args:
        document: as ``document_styles.blank`` made it.
        heads: the head of each column.
        rows: the cells as texts.
        is_number: which columns stand right.
    """
    wanted, least = widths(heads, rows, is_number)
    is_small = sum(wanted) > _LINE
    cell_style, head_style = (styles.SMALL_CELL, styles.SMALL_HEAD) if is_small else (styles.CELL, styles.CELL_HEAD)
    shares = fitted(wanted, least, _SMALL_LINE if is_small else _LINE)
    table = document.add_table(rows=0, cols=len(heads))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _rule(table)
    lengths = [Mm(styles.TEXT_WIDTH_MM * share) for share in shares]
    for column, length in zip(table.columns, lengths, strict=True):
        column.width = length
    for number, texts in enumerate((heads, *rows)):
        row = table.add_row()
        _never_cut(row, is_head=not number)
        cells = row.cells
        for cell, text, right, length in zip(cells, texts, is_number, lengths, strict=True):
            cell.width = length
            paragraph = cell.paragraphs[0]
            paragraph.style = head_style if not number else cell_style
            paragraph.add_run(text)
            if right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("", styles.GAP)  # two tables with nothing between them would be one


def widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], is_number: Sequence[bool]
) -> tuple[list[int], list[int]]:
    """How wide each column would be unbroken, and at least, in Latin characters, its margins included.

    A long head may stand on two lines. Figures, times and short words are not broken; Chinese breaks
    anywhere. A figure is given a little more, for faces whose figures are wide.
    """
    wanted, least = [], []
    for right, (head, *cells) in zip(is_number, zip(*(heads, *rows), strict=True), strict=True):
        title = wide(head) if wide(head) <= _WHOLE else (wide(head) + 3) // 2
        wanted.append(max([title, *map(wide, cells)]) + _GAP + right)
        whole = wide if right else _unbroken
        least.append(max([min(title, _WHOLE), *map(whole, cells)]) + _GAP + right)
    return wanted, least


def _unbroken(text: str) -> int:
    """How wide the widest part of a text is that must not be broken."""
    if text[:1] in _MARKS and wide(text) <= _WHOLE + 4:
        return wide(text) + 1  # most faces have a mark as wide as a Chinese character
    if wide(text) <= _WHOLE or (len(text) == wide(text) <= _WHOLE + 10):
        return wide(text)
    return min(max(map(len, re.findall(r"[!-~]+", text)), default=0), _WHOLE + 10)


def fitted(wanted: Sequence[int], least: Sequence[int], line: int) -> list[float]:
    """The share of the line that each column is given.

    Where all fit, all grow alike. Else each is given the root of what it would need, which keeps the rows low, but no
    less than its least.
    """
    given: Sequence[float] = wanted
    if sum(wanted) > line:
        low, high = 0.0, float(line)
        for _ in range(40):
            level = (low + high) / 2
            given = [
                max(small, min(whole, level * math.sqrt(whole))) for whole, small in zip(wanted, least, strict=True)
            ]
            low, high = (level, high) if sum(given) < line else (low, level)
    return [each / sum(given) for each in given]


def _rule(table: Any) -> None:
    """Thin lines above, below and between the rows, none between columns; 1 mm beside each text.

    The order of a table's properties is the schema's, which Word insists on.
    """
    properties = table._tbl.tblPr  # noqa: SLF001 — the library has no other way
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="7F7F7F"/>' for side in _RULES)
    margins = "".join(f'<w:{side} w:w="{_MARGIN}" w:type="dxa"/>' for side in ("left", "right"))
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))
    layout.addnext(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))


def _never_cut(row: Any, *, is_head: bool) -> None:
    """Keep a row on one page; repeat the head on each."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 — the library has no other way
    for name in ("w:cantSplit", "w:tblHeader")[: 1 + is_head]:
        each = OxmlElement(name)
        each.set(qn("w:val"), "true")
        properties.append(each)
