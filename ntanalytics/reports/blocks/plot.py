"""A chart's figure as Plotly's JSON: plain lists, our palette, direct labels, nothing random.

It is built as plain mappings: Plotly's own classes add a template of 8 kB to each figure and encode lists as binary,
which no reader of the record could compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ntanalytics.reports.formats import parts
from ntanalytics.reports.record import Field

Band = tuple[str, str, str]
Mark = tuple[Any, str]

INK, SOFT, RULE, BLUE, BAD = "#1f2933", "#5f6c7b", "#d9dee5", "#1f4e8c", "#b3261e"
FONT = '"Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif'

#: One ink and one blue in different lightness and dash, so that lines differ on a black-and-white printer too.
_STROKES = (
    (BLUE, "solid"),
    (INK, "dash"),
    ("#6f9bd1", "solid"),
    (SOFT, "dot"),
    ("#1f4e8c", "dashdot"),
    ("#9aa5b1", "solid"),
)
#: The colours of the lines' names: those of the lines, darkened where letters would be too pale to read (4.5 : 1).
_NAMES = (BLUE, INK, "#3f6fae", SOFT, BLUE, SOFT)
_FILLS = (BLUE, "#8fb0d6", "#9aa5b1", "#c7d7ea", INK, "#dfe4ea")
#: Between the lines of an interval.
_SHADE = "rgba(111,155,209,0.25)"
_HEIGHT, _ROW = 250, 24
_LABEL_GAP = 15  #: pixels between two direct labels


def plotly_figure(
    form: str,
    fields: Sequence[Field],
    rows: Sequence[Mapping[str, Any]],
    bands: Sequence[Band],
    marks: Sequence[Mark],
    interval: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The figure of a chart.

    Args:
        form: line, bar, stack or hbar.
        fields: the column along which it is drawn, then one for each line or set of bars.
        rows: the data, one mapping for each place.
        bands: shaded days, each (first, last, kind).
        marks: remarks, each (place, text).
        interval: the names of two neighbouring lines, the lower and the upper one, between which it is shaded.

    Returns:
        ``{"data": [...], "layout": {...}}`` of plain lists.
    """
    x, *ys = fields
    lying = form == "hbar"
    places = [row[x.name] for row in rows]
    traces = [_trace(form, number, each, places, [row[each.name] for row in rows]) for number, each in enumerate(ys)]
    for trace, each in zip(traces, ys, strict=True):
        if interval and each.name in interval:
            trace.update({"mode": "lines", "line": {**trace["line"], "width": 1}})
            if each.name == interval[1]:
                trace.update({"fill": "tonexty", "fillcolor": _SHADE})
    value_axis: dict[str, Any] = {
        "tickformat": _tick(ys[0].format) if ys else "",
        "gridcolor": RULE,
        "zeroline": False,
        "automargin": True,
        "rangemode": "normal" if form == "line" else "tozero",
        "fixedrange": True,
    }
    along: dict[str, Any] = {
        "showgrid": False,
        "linecolor": SOFT,
        "automargin": True,
        "fixedrange": True,
        "ticks": "outside",
    }
    if x.type == "date":
        along |= {"type": "date", "tickformat": "%Y-%m" if x.format == "month" else "%m-%d"}
        along["hoverformat"] = "%Y-%m" if x.format == "month" else "%Y-%m-%d"
        if places and form == "line":
            along["range"] = [places[0], places[-1]]
    else:
        # Plotly reads HTML tags in the names of places, which come from outside: each is written out, made safe.
        named = {"tickmode": "array", "tickvals": places, "ticktext": [_safe(str(each)) for each in places]}
        along |= {"type": "category", "title": {"text": x.title, "font": {"size": 12, "color": SOFT}}, **named}
    if lying:
        value_axis["title"] = {
            "text": axis_title(ys[0]) if ys else "",
            "font": {"size": 12, "color": SOFT},
            "standoff": 8,
        }
        along |= {"autorange": "reversed", "title": {"text": ""}, "ticks": ""}
    # The names of lines stand at their ends; bars have a legend above them.
    direct = form == "line" and len(ys) > 1
    layout: dict[str, Any] = {
        "height": max(120, 60 + _ROW * len(rows)) if lying else _HEIGHT,
        "margin": {"l": 48, "r": _right(ys) if direct else 16, "t": 8 if lying and len(ys) == 1 else 26, "b": 34},
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "separators": ".,",
        "hovermode": "closest" if lying else "x unified",
        "xaxis": value_axis if lying else along,
        "yaxis": along if lying else value_axis,
        "showlegend": len(ys) > 1 and not direct,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "barmode": "stack" if form == "stack" else "group",
        "bargap": 0.3,
        "shapes": [_band(each) for each in bands],
        "annotations": [_band_label(each) for each in bands if each[2] == "缺数据"] + [_mark(each) for each in marks],
    }
    if ys and not lying and parts(ys[0].format)[0] not in ("rate", "points"):  # those write % at each number
        layout["annotations"].append(_unit(axis_title(ys[0])))
    if direct:
        layout["annotations"] += _labels(ys, rows, x.name)
    return {"data": traces, "layout": layout}


def axis_title(measure: Field) -> str:
    """The unit of an axis: ``条``, ``%``, ``秒``; else the measure's title."""
    kind = parts(measure.format)[0]
    return measure.unit or {"rate": "%", "points": "百分点", "seconds": "秒", "ms": "ms", "bytes": "B"}.get(
        kind, measure.title
    )


def _tick(format: str) -> str:
    kind, digits, _ = parts(format)
    if kind in ("rate", "points"):
        return f".{digits}%"
    return f",.{digits}f" if kind == "number" else "" if kind in ("seconds", "bytes") else ","


def _trace(form: str, number: int, field: Field, places: list[Any], values: list[Any]) -> dict[str, Any]:
    hover = {"integer": ",.0f", "yuan": ",.2f"}.get(parts(field.format)[0], _tick(field.format) or ",.1f")
    lying = form == "hbar"
    trace: dict[str, Any] = {
        "name": _safe(field.title),
        "x": values if lying else places,
        "y": places if lying else values,
        "hovertemplate": f"%{{{'x' if lying else 'y'}:{hover}}}",
    }
    if form == "line":
        color, dash = _STROKES[number % len(_STROKES)]
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
        "orientation": "h" if lying else "v",
        "marker": {"color": _FILLS[number % len(_FILLS)]},
    }


def _right(ys: Sequence[Field]) -> int:
    """Room for the names of lines: a CJK character is 12 px wide."""
    return 16 + min(170, max(sum(12 if each > "ÿ" else 7 for each in field.title) for field in ys))


def _labels(ys: Sequence[Field], rows: Sequence[Mapping[str, Any]], x: str) -> list[dict[str, Any]]:
    """The name of each line at its last point, moved apart where they would overlap."""
    values = [row[each.name] for row in rows for each in ys if row[each.name] is not None]
    if not values:
        return []
    low, span = min(values), (max(values) - min(values)) or 1
    height = _HEIGHT - 60
    ends = []
    for number, each in enumerate(ys):
        known = [(row[x], row[each.name]) for row in rows if row[each.name] is not None]
        if known:
            ends.append((known[-1][1], number, each.title, rows[-1][x]))
    labels, floor = [], float("-inf")
    for value, number, title, place in sorted(ends, key=lambda end: (end[0], end[1])):
        wanted = (value - low) / span * height
        floor = max(wanted, floor + _LABEL_GAP)
        labels.append(
            {
                "x": place,
                "y": value,
                "text": _safe(title),
                "showarrow": False,
                "xanchor": "left",
                "xshift": 8,
                "yshift": round(floor - wanted),
                "font": {"size": 12, "color": _NAMES[number % len(_NAMES)]},
            }
        )
    return labels


def _unit(text: str) -> dict[str, Any]:
    """The unit of the upright axis, written level above its numbers."""
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


def _band(band: Band) -> dict[str, Any]:
    # A day is drawn at its midnight: its band reaches half a day to either side.
    first, last = (date.fromisoformat(each) for each in band[:2])
    start = f"{first - timedelta(days=1)}T12:00:00"
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": start,
        "x1": f"{last}T12:00:00",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": "#f1e3c6" if band[2] == "缺数据" else "#f0f3f7",
    }


def _band_label(band: Band) -> dict[str, Any]:
    return {
        "x": band[0],
        "y": 1,
        "yref": "paper",
        "text": "缺数据",
        "showarrow": False,
        "yanchor": "top",
        "xanchor": "center",
        "font": {"size": 11, "color": SOFT},
    }


def _mark(mark: Mark) -> dict[str, Any]:
    place, text = mark
    return {
        "x": place,
        "y": 1,
        "yref": "paper",
        "text": f"▼ {_safe(text)}",
        "showarrow": False,
        "yanchor": "bottom",
        "xanchor": "center",
        "font": {"size": 12, "color": BAD},
    }


def _safe(text: str) -> str:
    """Text for Plotly, which reads a few HTML tags in labels, and asks for MathJax where it finds two dollar signs."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("$", "&#36;")
