"""Findings by detector: status, entity, figures and window of each, and the sentence that is made of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.checks import by_detector
from ntanalytics.checks.by_detector import BurstSearch
from ntanalytics.findings.finding import Comparison, Entity, Finding, Window, subsystem_entity
from ntanalytics.findings.rule import RateNouns, Rule
from ntanalytics.findings.text import word
from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics.rows import Rows
from tests.subsystems.made import ON, daily, days, even, failing, hours

HOUR_S = 3600

SILENCE = Rule(
    "im.silent", "im_messages", Threshold(1199, 3599, "down"), "核查", "a reason", kind="absence", scale="silence"
)
LULL = Rule("im.lull", "im_messages", Threshold(900, 2400, "down"), "核查", "a reason", min_count=30, scale="silence")
FALL = Rule(
    "im.fall",
    "im_messages",
    Threshold(-0.3, -0.6, "up"),
    "核查",
    "a reason",
    min_count=50,
    kind="usual",
    scale="departure",
)
BURST = Rule(
    "identity.method_failures",
    "login_failures",
    Threshold(0.02, 0.1, "down"),
    "核查",
    "a reason",
    count_measure="logins",
    min_count=10,
    label="某时段登录失败",
    kind="burst",
    scale="points of hours",
)
RISE = Rule(
    "sms.failures_rise",
    "failure_rate",
    Threshold(0.03, 0.12, "down"),
    "联系运营商",
    "a reason",
    min_count=15,
    nouns=RateNouns("失败", "已出结果短信", "条"),
    scale="points",
)
UNSIGNED = Rule(
    "docexchange.unsigned",
    "unsigned_share",
    Threshold(0.5, 0.99, "down"),
    "电话催办",
    "a reason",
    min_count=4,
    nouns=RateNouns("未按时签收", "应签收", "件次"),
)
DROP = Rule(
    "oa.unit_active_fall",
    "active",
    Threshold(-0.25, -0.9, "up"),
    "上门了解",
    "a reason",
    min_count=4,
    scale="departure",
)
SLOW = Rule(
    "infra.slow_hours",
    "slow_ratio",
    Threshold(1.5, 10.0, "down"),
    "查看慢路径",
    "a reason",
    min_count=50,
    scale="multiple",
)
UNLIKE = Rule(
    "sms.unlike",
    "delivery_rate",
    Threshold(-0.05, -0.2, "up"),
    "核查",
    "a reason",
    count_measure="submitted",
    min_count=50,
    kind="imbalance",
    scale="peers",
)


def _carrier(row: Any) -> Entity:
    return Entity("carrier", row["carrier"], {"unicom": "中国联通"}.get(row["carrier"], row["carrier"]))


def _unit(row: Any) -> Entity:
    return Entity("unit", row["unit"], row["unit"])


def _evidence(finding: Finding) -> str:
    return word(finding).evidence


def test_a_silence_has_its_window_and_its_length():
    [finding] = by_detector.silence(SILENCE, hours(100, {14: 0}), days(), ON, slot_s=HOUR_S)
    assert (finding.entity, finding.status, finding.value) == (subsystem_entity("im"), "critical", 3600.0)
    assert (finding.window, finding.since) == (Window(ON, 14 * 3600.0, 15 * 3600.0), ON)
    assert (finding.detector, finding.format) == ("silence", "seconds")
    assert _evidence(finding) == "14时至15时 几乎没有消息，同一时段通常有 100 条。"
    assert word(finding).limits == "超过 19 分 59 秒 为关注，超过 59 分 59 秒 为异常"


def test_without_a_silence_all_is_well_and_nothing_has_begun():
    [finding] = by_detector.silence(SILENCE, hours(100), days(), ON, slot_s=HOUR_S)
    assert (finding.status, finding.value, finding.window, finding.since) == ("ok", 0.0, None, None)
    assert _evidence(finding) == "没有中断。"
    assert by_detector.silence(SILENCE, hours(100), days(), ON, slot_s=HOUR_S, violations_only=True) == []


@pytest.mark.parametrize(("calendar", "reason"), [(days(gaps=(ON,)), "missing"), (days(4), "short_history")])
def test_a_silence_that_cannot_be_judged_is_unknown_once(calendar: Rows, reason: str):
    [finding] = by_detector.silence(SILENCE, hours(100), calendar, ON, slot_s=HOUR_S, entity=_carrier)
    assert (finding.entity, finding.status, finding.unknown) == (subsystem_entity("im"), "unknown", reason)
    one = Entity("carrier", "unicom", "中国联通")
    [finding] = by_detector.silence(SILENCE, hours(100), calendar, ON, slot_s=HOUR_S, entity=one)
    assert finding.entity == one
    assert by_detector.silence(SILENCE, hours(100), calendar, ON, slot_s=HOUR_S, violations_only=True) == []


def test_a_volume_gap_tells_the_run_and_the_outage_that_explains_it():
    table = hours(300, {15: 200}, carrier="unicom") + hours(300, carrier="mobile")
    [finding] = by_detector.volume_gap(LULL, table, days(), ON, slot_s=HOUR_S, entity=_carrier)
    assert (finding.entity.key, finding.status, finding.format) == ("unicom", "warning", "seconds")
    assert _evidence(finding).startswith("15时至16时 消息 200 条，同一时段通常有 302 条，相当于中断 20 分")
    [empty] = by_detector.volume_gap(LULL, hours(100, {14: 0, 15: 0}), days(), ON, slot_s=HOUR_S)
    assert (empty.status, empty.window) == ("critical", Window(ON, 14 * 3600.0, 16 * 3600.0))
    assert _evidence(empty) == "14时至16时 消息 0 条，同一时段通常有 201 条。"


def test_a_failure_burst_tells_attempts_failures_and_the_usual_share():
    attempts = hours(100)
    failures = [{**row, "events": 20 if row["day"] == ON and row["slot"] in (10, 11) else 5} for row in hours(100)]
    search = BurstSearch(slot_s=HOUR_S)
    [finding] = by_detector.failure_burst(BURST, failures, attempts, days(), ON, search)
    assert (finding.status, finding.format, finding.since) == ("critical", "rate:1", ON)
    assert finding.window == Window(ON, 36_000.0, 43_200.0)
    assert finding.comparison == Comparison("usual", finding.figures["usual"])
    assert _evidence(finding) == "10时至12时 登录 205 次，登录失败 40 次（占 19.5%，通常为 5.0%）。"
    assert word(finding).limits == "时段内比通常高 2.0 个百分点 为关注，高 10.0 个百分点 为异常"


def test_a_day_without_a_burst_is_ok_once_and_a_gap_is_unknown_once():
    search = BurstSearch(slot_s=HOUR_S)
    by_carrier = hours(5, carrier="unicom"), hours(100, carrier="unicom")
    [finding] = by_detector.failure_burst(BURST, *by_carrier, days(), ON, search, entity=_carrier)
    assert (finding.entity, finding.status, finding.value) == (subsystem_entity("identity"), "ok", None)
    assert _evidence(finding) == "没有失败集中的时段。"
    [gap] = by_detector.failure_burst(BURST, hours(5), hours(100), days(gaps=(ON,)), ON, search)
    assert (gap.status, gap.unknown) == ("unknown", "missing")
    [short] = by_detector.failure_burst(BURST, hours(5), hours(100), days(3), ON, search)
    assert (short.status, short.unknown) == ("unknown", "short_history")


def test_a_failure_rate_rise_is_told_in_the_nouns_of_its_rule():
    table = failing(100, 0.02, {9: 0.3, 10: 0.3, 11: 0.3}, carrier="unicom")
    [finding] = by_detector.failure_rate_rise(RISE, table, days(), ON, slot_s=HOUR_S, entity=_carrier)
    assert (finding.entity.label, finding.status, finding.since) == ("中国联通", "critical", ON)
    assert _evidence(finding) == "9时至12时 已出结果短信 302 条，其中失败 91 条，占 30.1%，通常为 2.0%。"
    day = [{**row, "slot": 0} for row in failing(100, 0.02, dict.fromkeys(range(8, 18), 0.2))]
    [finding] = by_detector.failure_rate_rise(RISE, day, days(), ON, slot_s=86_400)
    assert finding.window is None
    assert _evidence(finding).startswith("已出结果短信 ")


def test_a_group_drop_is_judged_by_its_departure():
    table = [
        {"day": row["day"], "unit": f"单位{unit}", "active": even(30, index + unit)}
        for index, row in enumerate(days())
        if row["is_working_day"]
        for unit in range(20)
    ]
    for row in table:
        if row["unit"] == "单位3" and row["day"] >= ON - dt.timedelta(days=1):
            row["active"] = round(row["active"] / 4)
    [finding] = by_detector.group_drop(DROP, table, days(), ON, entity=_unit)
    assert (finding.entity.key, finding.status, finding.format) == ("单位3", "warning", "+rate:0")
    assert finding.since == ON - dt.timedelta(days=1)
    assert _evidence(finding) == "近 2 个工作日活跃账号日均 8 个，按全市同期推算通常有 29 个，低 74%。"
    assert word(finding).limits == "比通常低 25% 为关注，低 90% 为异常"


def test_a_share_shift_is_judged_by_its_share():
    table = [
        {"day": row["day"], "unit": f"单位{unit}", "events": 5, "hits": 0}
        for row in days()
        if row["is_working_day"]
        for unit in range(30)
    ]
    for row in table:
        if row["unit"] == "单位3" and row["day"] >= ON - dt.timedelta(days=1):
            row["hits"] = 5
    [finding] = by_detector.share_shift(UNSIGNED, table, ON, entity=_unit, together=7)
    assert (finding.entity.key, finding.status, finding.value) == ("单位3", "critical", 1.0)
    assert _evidence(finding) == "近 2 天应签收 10 件次，其中未按时签收 10 件次，占 100%，通常为 0%。"


def test_a_latency_spike_tells_its_hours():
    table = [
        {
            "day": row["day"],
            "hour": hour,
            "answered": 200,
            "answer_p95_ms": 3000.0 if row["day"] == ON and hour in (9, 10, 14) else 500.0,
        }
        for row in days(28)
        for hour in range(8, 18)
    ]
    service = Entity("service", "oa", "oa")
    more = {"measure": "answer_p95_ms", "count": "answered", "entity": service}
    [finding] = by_detector.latency_spike(SLOW, table, days(28), ON, **more)
    assert (finding.status, finding.value, finding.since) == ("warning", pytest.approx(6.0), ON)
    assert finding.details["hours"] == ("9时至11时", "14时至15时")
    assert _evidence(finding) == (
        "9时至11时、14时至15时 响应时间（已应答请求，95%以内）为通常的 6.0 倍，"
        "最慢 9时起一小时 3,000 毫秒，同一时段通常为 500 毫秒。"
    )
    usual = [{**row, "answer_p95_ms": 500.0} for row in table]
    [finding] = by_detector.latency_spike(SLOW, usual, days(28), ON, **more)
    assert (finding.status, finding.window, finding.since) == ("ok", None, None)
    assert _evidence(finding) == "各时段耗时与通常相当（1.0 倍）。"
    nothing = [{**row, "answer_p95_ms": 1.0 if row["day"] == ON else 500.0} for row in table]
    [finding] = by_detector.latency_spike(SLOW, nothing, days(28), ON, **more)
    assert (finding.status, _evidence(finding)) == ("ok", "没有变慢的时段，耗时为通常的 0.0 倍。")


def test_peers_are_held_against_their_median():
    rows = [
        {"carrier": name, "delivery_rate": rate, "submitted": 100}
        for name, rate in (("mobile", 0.97), ("telecom", 0.96), ("unicom", 0.70))
    ]
    findings = by_detector.peer_outlier(UNLIKE, rows, _carrier)
    assert [finding.status for finding in findings] == ["ok", "ok", "critical"]
    assert findings[2].comparison == Comparison("peers", 0.965)
    assert _evidence(findings[2]) == "送达率 70.0%，同类的中位数为 96.5%。"
    assert word(findings[2]).limits == "与同类中位数相差 5.0 个百分点 为关注，相差 20.0 个百分点 为异常"


@pytest.mark.parametrize(("today", "status"), [(1000, "ok"), (600, "warning"), (300, "critical"), (2400, "ok")])
def test_a_fall_below_the_expected_range_is_judged_by_its_depth(today: float, status: str):
    [finding] = by_detector.seasonal_baseline(FALL, daily("im_messages", 1000, today), ON)
    assert (finding.status, finding.value) == (status, float(today))


def test_a_fall_tells_its_range_and_its_departure():
    [finding] = by_detector.seasonal_baseline(FALL, daily("im_messages", 1000, 300), ON)
    assert finding.comparison is not None
    assert finding.comparison.kind == "expected"
    assert (finding.since, finding.format) == (ON, "integer")
    assert _evidence(finding).startswith("消息 300 条，通常 ")
    assert _evidence(finding).endswith("，低 68.4%。")
    assert word(finding).advice == "核查"


def test_a_new_level_is_told():
    rows = [
        row if row["day"] < ON - dt.timedelta(days=13) else {**row, "im_messages": int(row["im_messages"] * 0.4)}
        for row in daily("im_messages", 1000, 1000)
    ]
    [finding] = by_detector.seasonal_baseline(FALL, rows, ON)
    assert (finding.status, finding.details["shifted_on"]) == ("ok", "2026-11-09")
    assert _evidence(finding).endswith("；自11月9日起为新的水平。")


@pytest.mark.parametrize(
    ("rows", "reason", "words"),
    [
        ([{**row, "is_covered": row["day"] < ON} for row in daily("im_messages", 1000, 900)], "missing", "数据缺失"),
        (daily("im_messages", 1000, 900)[-6:], "short_history", "历史不足"),
        (daily("im_messages", 10, 3), "few_expected", "通常只有 10 条，不足 50，不作判断"),
    ],
)
def test_a_day_that_cannot_be_judged_is_unknown_and_says_why(rows: Rows, reason: str, words: str):
    [finding] = by_detector.seasonal_baseline(FALL, rows, ON)
    assert (finding.status, finding.value, finding.unknown) == ("unknown", None, reason)
    assert _evidence(finding) == f"消息未知：{words}。"
    assert by_detector.seasonal_baseline(FALL, rows, ON, violations_only=True) == []


def test_a_rate_of_too_few_events_tells_their_number():
    rule = replace(FALL, code="sms.rate_fall", measure="delivery_rate", count_measure="submitted")
    [finding] = by_detector.seasonal_baseline(rule, daily("delivery_rate", 1, 1, submitted=49), ON)
    assert finding.unknown == "too_few"
    assert _evidence(finding) == "送达率未知：提交量 49 条，不足 50，不作判断。"


def test_of_many_entities_only_violations_are_told():
    rows = [row for unit, today in (("甲", 1000), ("乙", 300)) for row in daily("im_messages", 1000, today, unit=unit)]
    findings = by_detector.seasonal_baseline(FALL, rows, ON, entity=_unit, violations_only=True)
    assert [finding.entity.key for finding in findings] == ["乙"]
    assert len(by_detector.seasonal_baseline(FALL, rows, ON, entity=_unit)) == 2


def test_a_rule_that_is_switched_off_makes_no_finding():
    def off(rule: Rule) -> Rule:
        return replace(rule, enabled=False)

    search = BurstSearch(slot_s=HOUR_S)
    assert by_detector.seasonal_baseline(off(FALL), daily("im_messages", 1000, 0), ON) == []
    assert by_detector.silence(off(SILENCE), hours(100, {14: 0}), days(), ON, slot_s=HOUR_S) == []
    assert by_detector.volume_gap(off(LULL), hours(100, {14: 0, 15: 0}), days(), ON, slot_s=HOUR_S) == []
    assert by_detector.failure_burst(off(BURST), hours(99), hours(100), days(), ON, search) == []
    assert by_detector.peer_outlier(off(UNLIKE), [{"delivery_rate": rate} for rate in (1, 2, 99)], None) == []
