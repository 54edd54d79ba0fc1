"""The marks of a chart: lines with their points, and bars beside or on each other; a gap in the data is a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ntanalytics.reports.exporters.ofd.chart_plot import Plot
from ntanalytics.reports.exporters.ofd.elements import Binding, Shape, number, outline
from ntanalytics.reports.record import RecordedBlock

#: Plotly's name of a dash → lengths in millimetres.
_DASHES: Mapping[str, Sequence[float]] = {
    "solid": (),
    "dash": (2.0, 1.2),
    "dot": (0.5, 0.8),
    "dashdot": (2.0, 0.8, 0.5, 0.8),
}
_LINE, _THIN_LINE = 0.42, 0.22
_POINT_RADIUS = 0.45
_BAR_SHARE = 0.7  #: part of a place that its bars take

Point = tuple[float, float]


def is_bar(block: RecordedBlock) -> bool:
    """Return whether a chart has bars, whose axis begins at zero."""
    return bool(block.body["kind"] != "line")


def draw_traces(plot: Plot) -> None:
    """Draw each line or set of bars; each is one path, bound to its values."""
    traces = plot.figure["data"]
    intervals = [index for index, trace in enumerate(traces) if trace.get("fill") == "tonexty"]
    for index in intervals:
        _draw_interval(plot, index, traces[index]["fillcolor"])
    floors = [0.0] * len(plot.block.rows)
    for index, trace in enumerate(traces):
        if is_bar(plot.block):
            _draw_bars(plot, index, trace["marker"]["color"], floors)
        else:
            _draw_line(plot, index, trace)


def _binding(plot: Plot, index: int) -> Binding:
    field = plot.block.fields[1 + index]
    values = [row[field.name] for row in plot.block.rows]
    return Binding(
        block=plot.block.id, label=field.title, metric=field.name, unit=field.unit, value=values, format=field.format
    )


def _points(plot: Plot, index: int) -> list[list[Point]]:
    """Return the points of a line in runs: no line bridges a gap."""
    x, y = plot.block.fields[0].name, plot.block.fields[1 + index].name
    runs = []
    for is_known, rows in groupby(plot.block.rows, key=lambda row: row[y] is not None):
        if is_known:
            runs.append([(plot.place_of(row[x]), plot.values.place(row[y])) for row in rows])
    return runs


def _draw_line(plot: Plot, index: int, trace: Mapping[str, Any]) -> None:
    runs, stroke, binding = _points(plot, index), trace["line"], _binding(plot, index)
    if lines := [run for run in runs if len(run) > 1]:
        width = _THIN_LINE if stroke["width"] <= 1 else _LINE
        dash = _DASHES[stroke["dash"]]
        shape = outline(lines, is_closed=False, stroke=stroke["color"], line=width, dash=dash, binding=binding)
        plot.flow.page.body.append(shape)
    if points := [point for run in runs for point in run] if "markers" in trace["mode"] else []:
        plot.flow.page.body.append(_discs(points, trace["marker"]["color"], binding))


def _discs(points: Sequence[Point], color: str, binding: Binding) -> Shape:
    radius = _POINT_RADIUS
    left, top = min(x for x, _ in points) - radius, min(y for _, y in points) - radius
    width, height = (max(point[axis] for point in points) + radius - (left, top)[axis] for axis in (0, 1))
    path, size = [], number(radius)
    for x, y in points:
        ends = [f"{number(x + side * radius - left)} {number(y - top)}" for side in (-1, 1)]
        path.append(f"M {ends[0]} A {size} {size} 0 1 1 {ends[1]} A {size} {size} 0 1 1 {ends[0]} C")
    return Shape(box=(left, top, width, height), path=" ".join(path), fill=color, binding=binding)


def _draw_interval(plot: Plot, upper: int, color: str) -> None:
    """Shade the area between two neighbouring lines; Plotly's ``rgba`` stands for its colour on white."""
    red, green, blue, alpha = (float(part) for part in color[5:-1].split(","))
    shade = "#" + "".join(f"{round(255 - (255 - part) * alpha):02x}" for part in (red, green, blue))
    for low, high in zip(_points(plot, upper - 1), _points(plot, upper), strict=False):
        if len(low) > 1:
            plot.flow.page.body.append(
                outline([[*low, *reversed(high)]], is_closed=True, fill=shade, binding=plot.axis)
            )


def _draw_bars(plot: Plot, index: int, color: str, floors: list[float]) -> None:
    """Draw the bars of one field; ``floors`` holds the heights of those on each other, and is raised."""
    x, y = plot.block.fields[0].name, plot.block.fields[1 + index].name
    is_stack, count = plot.block.body["kind"] == "stack", len(plot.block.fields) - 1
    slot = _BAR_SHARE * abs(plot.places.end - plot.places.start) / max(1, len(plot.block.rows))
    width = slot if is_stack else slot / count
    runs: list[list[Point]] = []
    for number_, row in enumerate(plot.block.rows):
        if row[y] is None:
            continue
        base = floors[number_] if is_stack else 0.0
        start = plot.place_of(row[x]) - slot / 2 + (0 if is_stack else index * width)
        ends = plot.values.place(base), plot.values.place(base + row[y])
        floors[number_] = base + row[y]
        corners = [(start, ends[0]), (start + width, ends[0]), (start + width, ends[1]), (start, ends[1])]
        runs.append([(b, a) for a, b in corners] if plot.is_horizontal else corners)
    if runs:
        plot.flow.page.body.append(outline(runs, is_closed=True, fill=color, binding=_binding(plot, index)))
