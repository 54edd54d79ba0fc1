"""What was taken of the data: the words of the figures that findings of the data themselves are about."""

from __future__ import annotations

from ntanalytics.metrics.measure import catalogue, count, rate

TAKEN = (
    count(
        "missing_days",
        "缺失天数",
        "天",
        "Days of the period that were not taken whole from a source (docs/domain.md, Rows: missing days).",
        good="down",
    ),
    rate(
        "rejected_share",
        "剔除率",
        "Rows set aside / rows read, of a source; null where none was read.",
        good="down",
        digits=2,
    ),
    count("source_rows", "数据行数", "行", "Rows or lines of a source that went to the lake, of a day."),
    count(
        "silent_days",
        "无数据天数",
        "天",
        "Days up to this one that were taken whole and had no row, where such days always have.",
        good="down",
    ),
)

MEASURES = catalogue(TAKEN)
