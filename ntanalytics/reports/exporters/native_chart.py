"""A native Excel chart of a chart block, drawn from the cells of its sheet."""

from __future__ import annotations

import math
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, ParagraphProperties, RichTextProperties

from ntanalytics.reports.blocks.axis_scale import begins_at_zero
from ntanalytics.reports.formats import excel_format
from ntanalytics.reports.palette import FILLS, INK, LINE, STROKES, office_color
from ntanalytics.reports.record import RecordedBlock

#: Dash of a line as Plotly names it → as Excel does.
_DASHES = {"solid": "solid", "dash": "dash", "dot": "sysDot", "dashdot": "dashDot"}


def native_chart(sheet: Any, block: RecordedBlock, header_row: int) -> Any:
    """Return the chart of a block whose data stand below ``header_row``, its first field in column A.

    Args:
        sheet: the worksheet that holds the data.
        block: a recorded chart.
        header_row: the row of the column headings, which name the series.
    """
    form = block.body["kind"]
    chart = LineChart() if form == "line" else BarChart()
    if isinstance(chart, BarChart):
        chart.type = "bar" if form == "hbar" else "col"
        chart.gapWidth = 50
        if form == "stack":
            chart.grouping, chart.overlap = "stacked", 100
    last = header_row + len(block.rows)
    order = [field.name for field in block.fields]
    for index, name in enumerate(block.body["y"]):
        column = order.index(name) + 1
        values = Reference(sheet, min_col=column, min_row=header_row, max_row=last)
        chart.series.append(_styled(Series(values, title_from_data=True), form, index))
    chart.set_categories(
        Reference(sheet, min_col=order.index(block.body["x"]) + 1, min_row=header_row + 1, max_row=last)
    )
    _set_title(chart, block.title)
    _set_axes(chart, block)
    chart.display_blanks = "gap"
    chart.height, chart.width = 9, 22
    chart.legend.position = "b"
    if len(block.fields) == 2:
        chart.legend = None
    return chart


def _set_title(chart: Any, title: str) -> None:
    chart.title, chart.style = title or None, 2
    if chart.title is not None:
        small = CharacterProperties(sz=1200, b=True, solidFill=office_color(INK))
        for paragraph in chart.title.tx.rich.p:
            paragraph.pPr = ParagraphProperties(defRPr=small)
            for run in paragraph.r or ():
                run.rPr = small


def _set_axes(chart: Any, block: RecordedBlock) -> None:
    form, (x, *ys) = block.body["kind"], block.fields
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.number_format = "mm-dd" if x.format == "date" else excel_format(x.format)
    chart.y_axis.number_format = excel_format(ys[0].format)
    chart.y_axis.title = ys[0].unit or None
    if chart.y_axis.title is not None:  # turned by a quarter, 个 is read as an arrow
        chart.y_axis.title.tx.rich.bodyPr = RichTextProperties(rot=0, vert="horz")
    chart.x_axis.tickLblSkip = max(1, len(block.rows) // 10) if form != "hbar" else 1
    known = [row[y.name] for row in block.rows for y in ys if row[y.name] is not None]
    if begins_at_zero(form, ys) and known and min(known) >= 0:
        chart.y_axis.scaling.min = 0  # Excel would begin just below the smallest of values that are much alike
    if form == "line" and known and ys[0].format.startswith("rate") and min(known) >= 0 and max(known) <= 1:
        # Excel would begin at 0 and end at 120 %.
        chart.y_axis.scaling.min, chart.y_axis.scaling.max = math.floor(min(known) * 20) / 20, 1
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=_line(office_color(LINE), "solid", 6350))
    if form == "hbar":
        chart.x_axis.scaling.orientation = "maxMin"


def _styled(series: Any, form: str, index: int) -> Any:
    if form == "line":
        color, dash = STROKES[index % len(STROKES)]
        series.graphicalProperties = GraphicalProperties(ln=_line(office_color(color), _DASHES[dash], 19050))
        series.smooth = False
        series.marker.symbol = "none"
    else:
        series.graphicalProperties = GraphicalProperties(solidFill=office_color(FILLS[index % len(FILLS)]))
    return series


def _line(color: str, dash: str, width: int) -> Any:
    return LineProperties(solidFill=color, prstDash=dash, w=width)
