"""Sentences of the data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.text import Wording, word
from ntanalytics.reports.blocks.head import AsOf, SnapshotLoss
from ntanalytics.subsystems.data.completeness import completeness_finding, rejected_finding
from ntanalytics.subsystems.data.row_counts import fallen_findings, silent_findings
from ntanalytics.subsystems.data.standstill import still_findings
from ntanalytics.subsystems.data.text import TEXTS
from tests.subsystems.data.given import RULES, counts, still
from tests.subsystems.made import ON, view

OTHER_DAY = ON - dt.timedelta(days=2)


def _worded(finding: Finding | None) -> Wording:
    assert finding is not None
    return word(finding, TEXTS)


def _complete(**more: Any) -> Wording:
    given = AsOf(source="sms", dataset="sms.messages", label="短信", rows=1000, **more)
    return _worded(completeness_finding(RULES["data.completeness"], given, ON))


def test_completeness_tells_gaps_and_errors() -> None:
    whole = _complete()
    assert (whole.entity, whole.evidence, whole.limits, whole.advice) == ("短信（sms）", "数据完整。", "无缺失", "")
    assert _complete(missing_days=(OTHER_DAY,)).evidence == "缺 1 天数据（最近为11月18日），有关合计为下限。"
    failed = _complete(missing_days=(ON,), error="no route")
    assert failed.evidence == "数据完整性未知：数据缺失，数据源报错“no route”。"
    partial = completeness_finding(
        RULES["data.completeness"],
        AsOf(source="sms", dataset="sms.messages", label="短信", rows=1000),
        ON,
        is_damaged=True,
    )
    assert _worded(partial).evidence == "数据完整性未知：当日数据只取到一部分。"
    assert (failed.since, failed.advice) == ("11月20日", "检查数据源后补采缺失日期")


def test_a_damaged_snapshot_is_told_with_what_it_lost_and_what_stands_in_its_place() -> None:
    loss = SnapshotLoss(day=ON, rows=7354, rows_read=12, whole_on=OTHER_DAY, stands_on=OTHER_DAY)
    assert _complete(loss=loss).evidence == (
        "11月20日的快照比11月18日少 7,354 行，疑未取全，按缺数据处理，期末状态取自11月18日的快照。"
    )
    alone = _complete(missing_days=(ON,), loss=replace(loss, stands_on=None))
    assert alone.evidence == "数据完整性未知：数据缺失，11月20日的快照比11月18日少 7,354 行。"
    assert alone.advice.endswith("重新抽取")


def test_rejected_rows_are_told_with_their_number() -> None:
    given = AsOf(source="sms", dataset="sms.messages", label="短信", rows=980, rejected=20)
    wording = _worded(rejected_finding(RULES["data.rejected_share"], given))
    assert wording.evidence == "剔除率 2.00%，共剔除 20 行。"
    assert wording.limits == "超过 0.10% 为关注，超过 1.00% 为异常"


def test_missing_rows_are_told_with_what_is_usual() -> None:
    [silent] = silent_findings(RULES["data.silent_days"], [counts(0)], ON)
    assert _worded(silent).evidence == "连续 1 天没有数据，通常同样的日子共有 1,000 行。"
    bills = counts(0, dataset="sms.bills", label="账单")
    [both] = silent_findings(RULES["data.silent_days"], [counts(0), bills], ON)
    assert _worded(both).entity == "数据源 sms"
    assert _worded(both).evidence == "短信、账单均有缺少，如短信（sms）连续 1 天没有数据，通常同样的日子共有 1,000 行。"
    [fallen] = fallen_findings(RULES["data.rows_fall"], [counts(180)], ON)
    assert _worded(fallen).evidence.startswith("数据行数 180 行，通常 ")


def test_a_standstill_is_named_by_metric_host_or_source() -> None:
    [finding] = still_findings(RULES["data.stood_still"], [still("a", 1), still("b", 0)], view([]))
    assert _worded(finding).entity == "a 处理器使用率"
    assert _worded(finding).evidence == "全天为同一数值，此前每天都有变化。"
    [host] = still_findings(RULES["data.stood_still"], [still("a", 2), still("b", 0)], view([]))
    assert _worded(host).evidence == "处理器使用率等 2 项指标全天为同一数值，此前每天都有变化。"
    [half] = still_findings(RULES["data.stood_still"], [still("a", 1) | {"still_hours": 12}, still("b", 0)], view([]))
    assert _worded(half).evidence == "有 12 小时为同一数值，此前每天都有变化。"
    [whole] = still_findings(RULES["data.stood_still"], [still("a", 3), still("b", 4)], view([]))
    assert (_worded(whole).entity, _worded(whole).limits) == ("主机指标（zabbix）", "出现即为关注，超过 5 项 为异常")
    assert _worded(whole).evidence == "全部 2 台主机的 7 项指标全天为同一数值。"
    [metric] = still_findings(RULES["data.stood_still"], [still("a", 1), still("b", 1)], view([]))
    assert (_worded(metric).entity, _worded(metric).evidence[:10]) == ("主机指标 处理器使用率", "全部 2 台主机的该")
