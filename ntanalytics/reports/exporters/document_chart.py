"""A chart of a block in a Word document: drawn by Word itself, from values that stand within the chart."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm
from openpyxl import Workbook
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumVal, StrData, StrVal
from openpyxl.chart.series import SeriesLabel
from openpyxl.xml.functions import tostring

from ntanalytics.reports import labels
from ntanalytics.reports.data import clean_text
from ntanalytics.reports.exporters.native_chart import native_chart
from ntanalytics.reports.formats import excel_format
from ntanalytics.reports.record import RecordedBlock

#: Size on the page: the width of the text, and a third of its height.
_WIDTH, _HEIGHT = Mm(156), Mm(72)

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = (
    '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
    '<wp:docPr id="{number}" name="chart{number}" descr=""/><wp:cNvGraphicFramePr/>'
    f'<a:graphic><a:graphicData uri="{_CHART}"><c:chart xmlns:c="{_CHART}" r:id="{{relation}}"/>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing>"
)


def add_chart(document: Any, paragraph: Any, block: RecordedBlock, zone: ZoneInfo, number: int) -> None:
    """Add the chart of a block to a paragraph.

    Args:
        document: the document.
        paragraph: an empty paragraph of it.
        block: a recorded chart with data.
        zone: the site's time zone.
        number: the number of the chart in the document, from 1.
    """
    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, CONTENT_TYPE.DML_CHART, chart_xml(block, zone), document.part.package)
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    drawing = parse_xml(_DRAWING.format(width=_WIDTH, height=_HEIGHT, number=number, relation=relation))
    [words] = drawing.xpath("//wp:docPr")
    words.set("descr", clean_text(block.title or block.body["subject"]))
    paragraph.paragraph_format.line_spacing = 1.0  # a fixed line would cut the chart off
    paragraph.paragraph_format.keep_with_next = False
    paragraph.add_run().element.append(drawing)


def chart_xml(block: RecordedBlock, zone: ZoneInfo) -> bytes:
    """Return a chart part without a workbook behind it: names, categories and values stand in it as literals."""
    chart = native_chart(Workbook().active, block, 1)
    chart.title = None  # the heading above has it
    fields = {field.name: field for field in block.fields}
    x = fields[block.body["x"]]
    texts = [clean_text(labels.cell_text(block, row, x, zone)) for row in block.rows]
    if x.format == "date":
        texts = [text[5:] for text in texts]  # without the year
    for series, name in zip(chart.series, block.body["y"], strict=True):
        values = [(place, row[name]) for place, row in enumerate(block.rows) if row[name] is not None]
        points = [NumVal(idx=place, v=repr(float(value))) for place, value in values]
        form = excel_format(fields[name].format)
        series.val = NumDataSource(numLit=NumData(formatCode=form, ptCount=len(texts), pt=points))
        names = [StrVal(idx=place, v=text) for place, text in enumerate(texts)]
        series.cat = AxDataSource(strLit=StrData(ptCount=len(texts), pt=names))
        series.tx = SeriesLabel(v=clean_text(labels.column_title(fields[name])[0]))
    tree: bytes = tostring(chart._write())  # noqa: SLF001
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + tree
