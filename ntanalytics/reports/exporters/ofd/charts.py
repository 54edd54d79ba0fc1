"""Charts of the OFD file as vector paths, drawn from the recorded figure: its traces, bands, remarks and labels."""

from __future__ import annotations

import html
from dataclasses import replace

from ntanalytics.reports.exporters.ofd import chart_scales as scales
from ntanalytics.reports.exporters.ofd import styles
from ntanalytics.reports.exporters.ofd.chart_marks import draw_traces, is_bar
from ntanalytics.reports.exporters.ofd.chart_plot import STYLE, Plot
from ntanalytics.reports.exporters.ofd.chart_scales import AxisScale
from ntanalytics.reports.exporters.ofd.elements import polyline, rectangle, widths
from ntanalytics.reports.exporters.ofd.flow import PageFlow, baseline_in_line
from ntanalytics.reports.exporters.ofd.line_breaking import break_lines
from ntanalytics.reports.palette import INK, LINE, SOFT
from ntanalytics.reports.record import RecordedBlock

_PIXEL = 0.22  #: a pixel of the page in millimetres: the page's 700 pixels are as wide as the type area
_LINE_HEIGHT = STYLE.line * styles.POINT
_TICK, _GAP = 1.2, 0.8
_WIDEST_NAME = 50.0  #: names at the left of horizontal bars
_MOST_NAME_LINES = 2
_HAIR = 0.15


def draw_chart(flow: PageFlow, block: RecordedBlock) -> None:
    """Draw a chart that has values at the cursor."""
    layout = (block.figure or {})["layout"]
    height = layout["height"] * _PIXEL
    legend = (
        [
            (field.title, trace["marker"]["color"])
            for field, trace in zip(block.fields[1:], (block.figure or {})["data"], strict=True)
        ]
        if layout["showlegend"]
        else []
    )
    above = layout["margin"]["t"] * _PIXEL
    flow.need(chart_height(block))
    plot = _plot(flow, block, height, above)
    _draw_bands(plot)
    _draw_value_axis(plot)
    draw_traces(plot)
    below = _draw_place_axis(plot)
    _draw_remarks(plot)
    _draw_legend(plot, legend)
    flow.top = plot.top + plot.height + below + _LINE_HEIGHT


def chart_height(block: RecordedBlock) -> float:
    """Return the height of a chart with the texts above and below it, in millimetres."""
    layout = (block.figure or {})["layout"]
    return float((layout["height"] + layout["margin"]["t"]) * _PIXEL) + _LINE_HEIGHT


def _plot(flow: PageFlow, block: RecordedBlock, height: float, above: float) -> Plot:
    """Return the area between the axes, with room for the texts beside them."""
    x, *ys = block.fields
    layout = (block.figure or {})["layout"]
    is_horizontal = block.body["kind"] == "hbar"
    known = _extremes(block)
    low, high, step = scales.value_ends(known, from_zero=is_bar(block))
    texts = [scales.value_text(value, step, ys[0].format) for value in scales.value_marks(low, high, step)]
    names = [str(row[x.name]) for row in block.rows] if is_horizontal else texts
    beside = min(_WIDEST_NAME, max(sum(widths(name, STYLE.face, STYLE.size)) for name in names)) + _TICK + _GAP
    left = styles.LEFT + max(beside, 8.0)
    right = styles.RIGHT - layout["margin"]["r"] * _PIXEL
    top, bottom = flow.top + above, flow.top + height - layout["margin"]["b"] * _PIXEL
    along, upright = (left, right), (bottom, top)
    ends = _place_ends(block)
    places = AxisScale(*ends, *((top, bottom) if is_horizontal else along))
    values = AxisScale(low, high, *(along if is_horizontal else upright))
    return Plot(
        flow=flow,
        block=block,
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
        places=places,
        values=values,
        step=step,
    )


def _extremes(block: RecordedBlock) -> list[float]:
    """Return the values that the value axis must hold; of bars on each other, their sums."""
    names = block.body["y"]
    if block.body["kind"] == "stack":
        return [sum(row[name] or 0.0 for name in names) for row in block.rows]
    return [float(row[name]) for row in block.rows for name in names if row[name] is not None]


def _place_ends(block: RecordedBlock) -> tuple[float, float]:
    x = block.fields[0]
    if x.type != "date":
        return 0.0, float(len(block.rows))
    days = [scales.day_number(row[x.name]) for row in block.rows]
    beside = 15.0 if x.format == "month" else 0.5
    if is_bar(block) or days[0] == days[-1]:
        return days[0] - beside, days[-1] + beside
    return days[0], days[-1]


def _draw_bands(plot: Plot) -> None:
    for band in plot.figure["layout"]["shapes"]:
        start, end = (min(max(plot.place_of(band[name]), plot.left), plot.left + plot.width) for name in ("x0", "x1"))
        if end > start:
            plot.flow.page.body.append(
                rectangle(start, plot.top, end - start, plot.height, fill=band["fillcolor"], binding=plot.axis)
            )


def _draw_value_axis(plot: Plot) -> None:
    form = plot.block.fields[1].format
    for value in scales.value_marks(plot.values.low, plot.values.high, plot.step):
        place = plot.values.place(value)
        line = [(plot.left, place), (plot.left + plot.width, place)]
        if plot.is_horizontal:
            line = [(place, plot.top), (place, plot.top + plot.height)]
        plot.flow.page.body.append(polyline(line, stroke=LINE, line=_HAIR, binding=plot.axis))
        text = scales.value_text(value, plot.step, form)
        if plot.is_horizontal:
            plot.say(text, place, plot.top + plot.height + _LINE_HEIGHT, anchor=0.5)
        else:
            plot.say(text, plot.left - _GAP, place + STYLE.size * 0.35, anchor=1.0)


def _draw_place_axis(plot: Plot) -> float:
    """Draw the axis of days or names; return the height of what stands below the plot."""
    bottom = plot.top + plot.height
    if plot.is_horizontal:
        for row in plot.block.rows:
            place = row[plot.block.fields[0].name]
            _say_lines(plot, str(place), plot.left - _GAP, plot.place_of(place), _WIDEST_NAME, anchor=1.0)
        title = str(plot.figure["layout"]["xaxis"].get("title", {}).get("text", ""))
        if title:
            plot.say(html.unescape(title), plot.left + plot.width, bottom + 2 * _LINE_HEIGHT, anchor=1.0)
        return 2 * _LINE_HEIGHT
    line = [(plot.left, bottom), (plot.left + plot.width, bottom)]
    plot.flow.page.body.append(polyline(line, stroke=SOFT, line=_HAIR, binding=plot.axis))
    x = plot.block.fields[0]
    names = [str(row[x.name]) for row in plot.block.rows]
    if plot.is_days:
        for day, text in scales.day_marks(names, x.format):
            plot.say(text, plot.places.place(day), bottom + _TICK + STYLE.size, anchor=0.5)
        return _LINE_HEIGHT + _TICK
    room = plot.width / max(1, len(names)) - _GAP
    lines = [_name_lines(name, room) for name in names]
    for row, parts in zip(plot.block.rows, lines, strict=True):
        for index, part in enumerate(parts):
            baseline = bottom + _TICK + STYLE.size + index * _LINE_HEIGHT
            plot.say(part, plot.place_of(row[x.name]), baseline, anchor=0.5)
    return max(map(len, lines)) * _LINE_HEIGHT + _TICK


def _say_lines(plot: Plot, name: str, x: float, middle: float, room: float, anchor: float) -> None:
    parts = _name_lines(name, room)
    for index, part in enumerate(parts):
        baseline = middle + STYLE.size * 0.35 + (index - (len(parts) - 1) / 2) * _LINE_HEIGHT * 0.9
        plot.say(part, x, baseline, anchor=anchor, color=INK)


def _name_lines(name: str, room: float) -> list[str]:
    """Return a name in at most two lines; the table or the page has the rest of a longer one."""
    parts = break_lines(name, widths(name, STYLE.face, STYLE.size), room)
    lines = [name[start:end].strip() for start, end in parts]
    return lines if len(lines) <= _MOST_NAME_LINES else [lines[0], f"{lines[1][:-1]}…"]


def _draw_remarks(plot: Plot) -> None:
    """Write the unit, the remarks above the plot, and the names of lines at their ends."""
    for note in plot.figure["layout"]["annotations"]:
        text, color = html.unescape(note["text"]), note["font"]["color"]
        shift = (note.get("xshift", 0) * _PIXEL, note.get("yshift", 0) * _PIXEL)
        if note.get("xref") == "paper":
            plot.say(text, plot.left - _GAP, plot.top - 1.5, anchor=1.0, color=color)
        elif note.get("yref") == "paper":
            above = plot.top + baseline_in_line(STYLE) if note["yanchor"] == "top" else plot.top - 1.0
            plot.say(text, plot.place_of(note["x"]), above, anchor=0.5, color=color)
        else:
            height = plot.values.place(note["y"]) + STYLE.size * 0.35 - shift[1]
            plot.say(text, plot.place_of(note["x"]) + shift[0], height, color=color)


def _draw_legend(plot: Plot, entries: list[tuple[str, str]]) -> None:
    left = plot.left
    for title, color in entries:
        baseline = plot.top - 2.0
        square = (left, baseline - STYLE.size * 0.75, STYLE.size * 0.8, STYLE.size * 0.8)
        plot.flow.page.body.append(rectangle(*square, fill=color, binding=replace(plot.axis, label=title)))
        plot.say(title, left + STYLE.size * 1.1, baseline, color=INK)
        left += STYLE.size * 2.2 + sum(widths(title, STYLE.face, STYLE.size))
