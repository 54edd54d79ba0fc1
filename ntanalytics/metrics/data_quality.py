"""Measures of the data themselves: missing days, rejected rows, days without rows, unmatched identifiers, copies."""

from __future__ import annotations

from ntanalytics.metrics.measure import catalogue, count, rate

#: Share of the rows from which what was lost may be what a figure is about (docs/domain.md, Gaps).
LOST_SHARE = 0.01

DATA_QUALITY = (
    count(
        "missing_days",
        "缺失天数",
        "天",
        "Days of the period with a gap in the data of a source (docs/domain.md, Rows: missing days).",
        good="down",
    ),
    rate(
        "rejected_share",
        "剔除率",
        "Rejected rows / rows read, of a source; null where none was read.",
        good="down",
        digits=2,
    ),
    count("source_rows", "数据行数", "行", "Rows or lines of a source that were stored in the lake for a day."),
    count(
        "silent_days",
        "无数据天数",
        "天",
        "Days without a gap and without a row, up to this one, where such days always have rows.",
        good="down",
    ),
)

REFERENCES = (
    count("ids", "编号数", "个", "Distinct identifiers of a source in the period (docs/domain.md, Rows: references)."),
    count("unmatched", "登记外编号", "个", "Of these, those that the dataset which describes them lacks.", good="down"),
    rate("unmatched_share", "登记外占比", "unmatched / ids.", good="down"),
)

COPIES = (
    count(
        "copied_rows",
        "重复行数",
        "行",
        "Rows of a source and day that agree with an earlier one in all but the number (docs/domain.md, Rows: Copies).",
        good="down",
    ),
    rate("copied_share", "重复占比", "copied_rows / rows of the source and day.", good="down"),
)

MEASURES = catalogue((*DATA_QUALITY, *REFERENCES, *COPIES))
