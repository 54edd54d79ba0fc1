"""A chart's figure as Plotly's JSON: plain lists, colours of the palette, direct labels, nothing random.

It is built of plain mappings: Plotly's own classes add a template of 8 kB to each figure and encode lists as binary,
which no reader of the record could compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ntanalytics.metrics.number_format import format_number, parse_format
from ntanalytics.reports.blocks.axis_scale import LARGER, begins_at_zero, scale_of, scaled_ticks
from ntanalytics.reports.palette import FILLS, INK, LINE, SOFT, STATUS_COLORS, STROKE_NAMES, STROKES
from ntanalytics.reports.record import Field

#: First day, last day and kind of shaded days.
Band = tuple[str, str, str]
#: Place along the x axis and its remark.
Mark = tuple[Any, str]
Rows = Sequence[Mapping[str, Any]]
#: A part of a Plotly figure.
Json = dict[str, Any]

FONT = '"Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif'

_SHADE = "rgba(111,155,209,0.25)"  #: fill between the lines of an interval
_HEIGHT, _ROW_HEIGHT = 250, 24
_LABEL_GAP = 15  #: pixels between two direct labels
_AXIS_TITLE_FONT = {"size": 12, "color": SOFT}


def plotly_figure(
    form: str,
    fields: Sequence[Field],
    rows: Rows,
    bands: Sequence[Band],
    marks: Sequence[Mark],
    interval: tuple[str, str] | None = None,
) -> Json:
    """Return the figure of a chart.

    Args:
        form: line, bar, stack or hbar.
        fields: the column along the x axis, then one for each line or set of bars.
        rows: the data, one mapping for each place.
        bands: shaded days, each (first, last, kind).
        marks: remarks, each (place, text).
        interval: the names of two neighbouring lines, lower and upper; the area between them is shaded.

    Returns:
        ``{"data": [...], "layout": {...}}`` of plain lists.
    """
    x, *ys = fields
    places = [row[x.name] for row in rows]
    traces = [_trace(form, index, y, places, [row[y.name] for row in rows]) for index, y in enumerate(ys)]
    for trace, y in zip(traces, ys, strict=True):
        if interval and y.name in interval:
            trace.update({"mode": "lines", "line": {**trace["line"], "width": 1}})
            if y.name == interval[1]:
                trace.update({"fill": "tonexty", "fillcolor": _SHADE})
    layout = _layout(form, x, ys, rows)
    layout["shapes"] = [_band(band) for band in bands]
    annotations = [_band_label(band, places) for band in bands if band[2] == "缺数据"] + [_mark(mark) for mark in marks]
    if ys and form != "hbar" and parse_format(ys[0].format).kind not in ("rate", "points"):  # their ticks carry a %
        annotations.append(_unit(scale_of(ys, rows).title))
    if _has_direct_labels(form, ys):
        annotations += _labels(ys, rows, x.name)
    layout["annotations"] = annotations
    return {"data": traces, "layout": layout}


def _has_direct_labels(form: str, ys: Sequence[Field]) -> bool:
    """Return whether the names of lines stand at their ends; bars have a legend above them."""
    return form == "line" and len(ys) > 1


def _layout(form: str, x: Field, ys: Sequence[Field], rows: Rows) -> Json:
    is_horizontal, has_labels = form == "hbar", _has_direct_labels(form, ys)
    value_axis, place_axis = _value_axis(form, ys, rows), _place_axis(form, x, [row[x.name] for row in rows])
    return {
        "height": max(120, 60 + _ROW_HEIGHT * len(rows)) if is_horizontal else _HEIGHT,
        "margin": {
            "l": 48,
            "r": _label_room(ys) if has_labels else 16,
            "t": 8 if is_horizontal and len(ys) == 1 else 26,
            "b": 34,
        },
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "separators": ".,",
        "hovermode": "closest" if is_horizontal else "x unified",
        "xaxis": value_axis if is_horizontal else place_axis,
        "yaxis": place_axis if is_horizontal else value_axis,
        "showlegend": len(ys) > 1 and not has_labels,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "barmode": "stack" if form == "stack" else "group",
        "bargap": 0.3,
    }


def _value_axis(form: str, ys: Sequence[Field], rows: Rows) -> Json:
    scale = scale_of(ys, rows)
    axis: Json = {
        "tickformat": _tick_format(ys[0].format) if ys else "",
        "gridcolor": LINE,
        "zeroline": False,
        "automargin": True,
        "rangemode": "tozero" if begins_at_zero(form, ys) else "normal",
        "fixedrange": True,
        **scaled_ticks(ys, rows, scale),
    }
    if form == "hbar":
        axis["title"] = {"text": scale.title, "font": _AXIS_TITLE_FONT, "standoff": 8}
    return axis


def _place_axis(form: str, x: Field, places: list[Any]) -> Json:
    axis: Json = {"showgrid": False, "linecolor": SOFT, "automargin": True, "fixedrange": True, "ticks": "outside"}
    if x.type == "date":
        axis |= {"type": "date", "tickformat": "%Y-%m" if x.format == "month" else "%m-%d"}
        axis["hoverformat"] = "%Y-%m" if x.format == "month" else "%Y-%m-%d"
        if places and form == "line":
            axis["range"] = [places[0], places[-1]]
    else:
        # Plotly reads HTML tags in the names of places, which come from outside: each is written out, made safe.
        names = [_safe(str(place)) for place in places]
        axis |= {"type": "category", "title": {"text": x.title, "font": _AXIS_TITLE_FONT}}
        axis |= {"tickmode": "array", "tickvals": places, "ticktext": names}
    if form == "hbar":
        axis |= {"autorange": "reversed", "title": {"text": ""}, "ticks": ""}
    return axis


def _tick_format(form: str) -> str:
    kind, digits, _ = parse_format(form)
    if kind in ("rate", "points"):
        return f".{digits}%"
    return f",.{digits}f" if kind == "number" else "" if kind in ("seconds", "hours", "bytes") else ","


def _trace(form: str, index: int, field: Field, places: list[Any], values: list[Any]) -> Json:
    formats = {"integer": ",.0f", "yuan": ",.2f"}
    kind = parse_format(field.format).kind
    hover = formats.get(kind, _tick_format(field.format) or ",.1f")
    is_horizontal = form == "hbar"
    trace: Json = {
        "name": _safe(field.title),
        "x": values if is_horizontal else places,
        "y": places if is_horizontal else values,
        "hovertemplate": f"%{{{'x' if is_horizontal else 'y'}:{hover}}}",
    }
    if kind in LARGER:  # in words, as everywhere else
        trace["customdata"] = ["" if value is None else format_number(value, field.format) for value in values]
        trace["hovertemplate"] = "%{customdata}"
    if form == "line":
        color, dash = STROKES[index % len(STROKES)]
        return trace | {
            "type": "scatter",
            "mode": "lines+markers",
            "connectgaps": False,
            "cliponaxis": False,
            "line": {"color": color, "width": 1.8, "dash": dash},
            "marker": {"size": 4, "color": color},
        }
    return trace | {
        "type": "bar",
        "orientation": "h" if is_horizontal else "v",
        "marker": {"color": FILLS[index % len(FILLS)]},
    }


def _label_room(ys: Sequence[Field]) -> int:
    """Return the width for the names of lines, in pixels: a CJK character takes 12."""
    return 16 + min(170, max(sum(12 if character > "ÿ" else 7 for character in field.title) for field in ys))


def _labels(ys: Sequence[Field], rows: Rows, x: str) -> list[Json]:
    """Return the name of each line at its last point; names that would overlap are moved apart."""
    values = [row[y.name] for row in rows for y in ys if row[y.name] is not None]
    if not values:
        return []
    low = min(0, *values) if begins_at_zero("line", ys) else min(values)
    span = (max(values) - low) or 1
    height = _HEIGHT - 60
    ends = []
    for index, y in enumerate(ys):
        known = [row[y.name] for row in rows if row[y.name] is not None]
        if known:
            ends.append((known[-1], index, y.title))
    labels, floor = [], float("-inf")
    for value, index, title in sorted(ends, key=lambda end: (end[0], end[1])):
        wanted = (value - low) / span * height
        floor = max(wanted, floor + _LABEL_GAP)
        labels.append(
            {
                "x": rows[-1][x],
                "y": value,
                "text": _safe(title),
                "showarrow": False,
                "xanchor": "left",
                "xshift": 8,
                "yshift": round(floor - wanted),
                "font": {"size": 12, "color": STROKE_NAMES[index % len(STROKE_NAMES)]},
            }
        )
    return labels


def _unit(text: str) -> Json:
    """Return the unit of the upright axis, written level above its numbers."""
    return {
        "x": 0,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "text": _safe(text),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
        "xshift": -4,
        "yshift": 4,
        "font": {"size": 12, "color": SOFT},
    }


def _band(band: Band) -> Json:
    # A day is drawn at its midnight: its band reaches half a day to either side.
    first, last = (date.fromisoformat(day) for day in band[:2])
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": f"{first - timedelta(days=1)}T12:00:00",
        "x1": f"{last}T12:00:00",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": "#f1e3c6" if band[2] == "缺数据" else "#f0f3f7",
    }


def _band_label(band: Band, places: Sequence[Any]) -> Json:
    """Return the label of days without data, within the plot: at its edges it does not reach over the axis."""
    label = _text_at(band[0], "缺数据", "top", {"size": 11, "color": SOFT})
    if places and band[0] <= str(places[0]):
        return label | {"x": places[0], "xanchor": "left"}
    return label | {"x": band[1], "xanchor": "right"} if places and band[1] >= str(places[-1]) else label


def _mark(mark: Mark) -> Json:
    place, text = mark
    return _text_at(place, f"▼ {_safe(text)}", "bottom", {"size": 12, "color": STATUS_COLORS["critical"]})


def _text_at(place: Any, text: str, anchor: str, font: Json) -> Json:
    """Return a text at the top of the plot, at a place along the x axis."""
    return {
        "x": place,
        "y": 1,
        "yref": "paper",
        "text": text,
        "showarrow": False,
        "yanchor": anchor,
        "xanchor": "center",
        "font": font,
    }


def _safe(text: str) -> str:
    """Return text for Plotly, which reads a few HTML tags in labels, and asks for MathJax at two dollar signs."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("$", "&#36;")
