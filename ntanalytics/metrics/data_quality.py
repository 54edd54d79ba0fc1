"""What was taken of the data: the words of the figures that findings of the data themselves are about."""

from __future__ import annotations

from ntanalytics.metrics.measure import Measure, catalogue

TAKEN = (
    Measure(
        "missing_days", "缺失天数", "天", good="down", is_additive=True,
        definition="Days of the period that were not taken whole from a source (docs/domain.md, Rows: missing days).",
    ),
    Measure(
        "rejected_share", "剔除率", format="rate:2", good="down",
        definition="Rows set aside / rows read, of a source; null where none was read.",
    ),
    Measure(
        "source_rows", "数据行数", "行", is_additive=True,
        definition="Rows or lines of a source that went to the lake, of a day.",
    ),
    Measure(
        "silent_days", "无数据天数", "天", good="down", is_additive=True,
        definition="Days up to this one that were taken whole and had no row, where such days always have.",
    ),
)  # fmt: skip

MEASURES = catalogue(TAKEN)
