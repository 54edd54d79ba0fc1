"""A chart of a forecast: shaded between its lower and its upper line, and nowhere else."""

from __future__ import annotations

import plotly.graph_objects as go

from ntanalytics.reports import Chart
from ntanalytics.reports.record import FIGURE, Field

FIELDS = (
    Field("day", "date", "日期", format="date"),
    *(
        Field(name, "number", title, format="rate:0")
        for name, title in (("used", "峰值"), ("low", "低"), ("high", "高"))
    ),
)
ROWS = (
    {"day": "2026-11-01", "used": 0.5, "low": None, "high": None},
    {"day": "2026-11-02", "used": 0.6, "low": 0.6, "high": 0.6},
    {"day": "2026-11-03", "used": None, "low": 0.7, "high": 0.9},
)  # fmt: skip


def test_between_the_two_lines_it_is_shaded() -> None:
    made = Chart("c", "磁盘", form="line", fields=FIELDS, rows=ROWS, interval=("low", "high"))
    figure = made._repr_mimebundle_()[FIGURE]
    used, low, high = figure["data"]
    assert (used.get("fill"), low.get("fill"), high["fill"]) == (None, None, "tonexty")
    assert (used["mode"], low["mode"], high["mode"]) == ("lines+markers", "lines", "lines")
    go.Figure(figure)
    assert "fill" not in str(
        Chart("c", "磁盘", form="line", fields=FIELDS, rows=ROWS)._repr_mimebundle_()[FIGURE]["data"]
    )
