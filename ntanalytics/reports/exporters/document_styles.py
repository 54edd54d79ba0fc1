"""Styles of the Word document: A4, margins, faces and sizes of GB/T 9704-2012 for official documents.

The standard's sizes (号) are 二号 22 pt, 三号 16 pt, 四号 14 pt; text in tables is smaller, as is usual in annexes.
"""

from __future__ import annotations

from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLE_FACE, TEXT_FACE, HEADING_FACE, SUBHEADING_FACE, NUMBER_FACE = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"
_LATIN = "Times New Roman"

#: The type area is 156 mm wide; margins are 37, 26, 35 and 28 mm, clockwise from the top.
TEXT_WIDTH_MM = 156

#: Leader that draws the line for a signature.
LEADER = WD_TAB_LEADER.LINES

BODY, META, STATUS, NOTE, REMARK, SIGNATURE = "正文段落", "报头", "状态", "附注", "后附说明", "签字"
CELL, CELL_HEADING, SMALL_CELL, SMALL_HEADING, AFTER_TABLE = "表格文字", "表格表头", "表格小字", "表格小字表头", "表后"
TITLE, LONG_TITLE, SECTION, SUBSECTION = "Title", "长标题", "Heading 1", "Heading 2"

#: Width in Latin characters beyond which a title is set in 小二号, so that its last word does not wrap alone.
LONGEST_TITLE = 40


def empty_document() -> Any:
    """Return an empty document on A4 with these styles, and the page's number below each page as ``— 1 —``."""
    document = docx.Document()
    relations = document.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[key]  # a picture of the library's own template
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, (37, 26, 35, 28))
    section.header_distance, section.footer_distance = Mm(20), Mm(25)
    _defaults(document)
    _styles(document)
    _page_number(section.footer.paragraphs[0])
    return document


def style_id(name: str) -> str:
    """Return the id of one of these styles, as the library makes it: it searches long for a name."""
    return name.replace(" ", "")


def add_paragraph(document: Any, text: str, style: str) -> Any:
    """Write a paragraph in one of these styles at the end of a document, and return it."""
    paragraph = document.add_paragraph(text)
    paragraph._p.style = style_id(style)  # noqa: SLF001 — by its id
    return paragraph


def _defaults(document: Any) -> None:
    """Replace the template's default faces, which have no Chinese."""
    style = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    faces = style.find(qn("w:rFonts"))
    for name in list(faces.attrib):
        del faces.attrib[name]
    for name, face in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", TEXT_FACE)):
        faces.set(qn(f"w:{name}"), face)
    language = style.find(qn("w:lang"))
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")


def _styles(document: Any) -> None:
    _style(document, "Normal", TEXT_FACE, 16)
    center, both, left = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT
    _paragraph(_style(document, TITLE, TITLE_FACE, 22), center, line=34, after=6)
    _paragraph(_style(document, LONG_TITLE, TITLE_FACE, 18), center, line=30, after=6)
    _paragraph(_style(document, META, SUBHEADING_FACE, 14), center, line=22, after=2)
    _paragraph(_style(document, STATUS, HEADING_FACE, 14), left, line=22)
    _paragraph(_style(document, BODY, TEXT_FACE, 16), both, line=28, indent=32)
    _paragraph(_style(document, SECTION, HEADING_FACE, 16), left, line=28, before=10, indent=32, keep_with_next=True)
    _paragraph(
        _style(document, SUBSECTION, SUBHEADING_FACE, 16), left, line=28, before=8, indent=32, keep_with_next=True
    )
    _paragraph(_style(document, NOTE, SUBHEADING_FACE, 12), left, line=18, before=2, after=2, keep_with_next=True)
    _paragraph(_style(document, REMARK, SUBHEADING_FACE, 12), left, line=18, before=2, after=2)
    _paragraph(_style(document, SIGNATURE, TEXT_FACE, 16), left, line=34)
    _paragraph(_style(document, AFTER_TABLE, TEXT_FACE, 4), left, line=6)
    for name, face, size in (
        (CELL, TEXT_FACE, 10.5),
        (CELL_HEADING, HEADING_FACE, 10.5),
        (SMALL_CELL, TEXT_FACE, 9),
        (SMALL_HEADING, HEADING_FACE, 9),
    ):
        # the heading of a table stays with its first row
        is_heading = name in (CELL_HEADING, SMALL_HEADING)
        _paragraph(_style(document, name, face, size), left, line=size + 4, keep_with_next=is_heading)


def _style(document: Any, name: str, face: str, size: float) -> Any:
    """Return the style of a name, new or the template's own: one face for Chinese, another for Latin and figures."""
    styles = document.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
    style.font.name = _LATIN
    properties = style.element.get_or_add_rPr()
    for old in (*properties.findall(qn("w:color")), *properties.findall(qn("w:spacing"))):
        properties.remove(old)
    faces = properties.rFonts
    for key in [key for key in faces.attrib if key.endswith("Theme")]:
        del faces.attrib[key]
    for key in ("hAnsi", "cs"):
        faces.set(qn(f"w:{key}"), _LATIN)
    faces.set(qn("w:eastAsia"), face)
    return style


def _paragraph(
    style: Any,
    alignment: Any,
    *,
    line: float,
    before: float = 0,
    after: float = 0,
    indent: float = 0,
    keep_with_next: bool = False,
) -> None:
    """Set alignment and distances of a style's paragraphs; all in points."""
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):  # the template underlines its title
        properties.remove(border)
    form = style.paragraph_format
    form.alignment, form.keep_with_next, form.widow_control = alignment, keep_with_next, True
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    form.space_before, form.space_after, form.first_line_indent = Pt(before), Pt(after), Pt(indent)


def _page_number(paragraph: Any) -> None:
    """Write the page's number between two dashes, in 宋体 of 四号."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text in ("— ", "", " —"):
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(14), NUMBER_FACE
        run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), NUMBER_FACE)  # noqa: SLF001 — the library knows no eastAsia
        if not text:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), "PAGE")
            run._r.addprevious(field)  # noqa: SLF001 — nor fields
            field.append(run._r)  # noqa: SLF001
            run.text = "1"
