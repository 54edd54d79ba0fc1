"""Rules of the data themselves: whether they came, complete and in the usual amount."""

from __future__ import annotations

from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics.data_quality import LOST_SHARE

RULES: tuple[Rule, ...] = (
    Rule(
        "data.completeness", "missing_days", Threshold(0, 100, "down"), "检查数据源后补采缺失日期",
        "Over a gap nothing is known to be in order.", kind="absence", label="数据完整性", cause="data",
    ),
    Rule(
        "data.rejected_share", "rejected_share", Threshold(0.001, LOST_SHARE, "down"), "查看剔除原因，修正映射或源数据",
        "A broken line in some thousands is usual; one in a hundred is a change of the source.", label="剔除率",
        cause="data",
    ),
    Rule(
        "data.rows_fall", "source_rows", Threshold(-0.8, -0.95, "up"), "核对数据源是否缺少部分数据，必要时重新抽取",
        "A day that came with a fifth of its rows is no whole day, whatever the source says.", kind="usual",
        scale="departure",
        min_count=200, label="数据行数", cause="data",
    ),
    Rule(
        "data.silent_days", "silent_days", Threshold(0, 2, "down"), "检查数据源与映射，核实是否停止写入",
        "A source that always has rows and has none was moved, emptied or stopped.", kind="absence",
        label="数据源无数据", cause="data",
    ),
    Rule(
        "data.clock_offset", "clock_offset_s", Threshold(1, 1800, "down"),
        "核对该数据源（通道）的时钟与时区设置，校时后重新抽取",
        "Moments are stored by the second; half an hour is no drift but a time zone (docs/domain.md, Clocks).",
        kind="change", label="时钟偏差", cause="data",
    ),
    Rule(
        "data.unmatched_ids", "unmatched_share", Threshold(0.5, 0.95, "down"),
        "核对两处编号的写法与映射（大小写、前缀、内部编号或登录名），修正后重新抽取",
        "What is joined by unmatched identifiers is counted as none (docs/domain.md, Rows: references).",
        min_count=20, label="登记外编号", cause="data",
    ),
    Rule(
        "data.copied_rows", "copied_share", Threshold(0, 0.2, "down"),
        "核对数据源是否重复写入或重复导入，去重后重新抽取；有关数量偏高",
        "Rows that agree in all but their number are one event that was written twice (docs/domain.md, Rows: Copies).",
        min_count=5, kind="hygiene", label="重复记录", cause="data",
    ),
    Rule(
        "data.stood_still", "still_series", Threshold(0, 5, "down"), "检查监控代理与采集项",
        "What always moves and has one value all day is no longer measured.", kind="absence", label="指标停滞",
        cause="stalled",
    ),
)  # fmt: skip
