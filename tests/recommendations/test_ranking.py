"""Recommendations: merged by cause, ranked by declared weights; every score worked out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from ntanalytics.findings.finding import Entity
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import NO_FIGURES, figures
from ntanalytics.periods import PeriodKind
from ntanalytics.recommendations import trends
from ntanalytics.recommendations.causes import CAUSES, CAUSES_BY_CODE
from ntanalytics.recommendations.ranking import recommend, score
from ntanalytics.recommendations.text import busiest_month, first_steps, looked_back, overview, trend
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.report_content.contents import content_of, spans_of
from ntanalytics.subsystems import RULES, SUBSYSTEMS
from tests.recommendations.given import finding

#: Weight 3, a week.
OVERDUE = CAUSES_BY_CODE["overdue"]
#: Weight 5, a vendor's plan.
DISK = dataclasses.replace(CAUSES_BY_CODE["capacity"], effort="vendor")


def test_ten_units_with_the_same_obstacle_are_one_recommendation() -> None:
    units = [finding("docexchange.overdue_deliveries", "warning", f"单位{number}") for number in range(9)]
    [advice] = recommend([*units, finding("docexchange.overdue_deliveries", "critical", "甲局")], [OVERDUE], {})
    assert (advice.code, advice.findings[0].entity.key, len(advice.findings)) == ("overdue", "甲局", 10)
    assert advice.evidence.startswith("10 项：甲局、单位0、单位1等；其中最严重的是甲局：逾期未签收 28 件次")
    with pytest.raises(dataclasses.FrozenInstanceError):
        advice.score = 1.0  # type: ignore[misc]


def test_the_score_is_effect_times_confidence_by_effort() -> None:
    assert score(5, "critical", 1.0, "day") == pytest.approx(5.0)
    assert score(3, "warning", 0.5, "week") == pytest.approx(3 * 0.6 * 0.5 / 2)
    assert score(5, "critical", 0.8, "vendor") == pytest.approx(1.0)


def test_the_highest_score_is_first_and_what_is_less_sure_sinks() -> None:
    findings = [
        finding("docexchange.overdue_deliveries", "warning", "甲局"),
        finding("infra.disk_used", "critical", "db-1 /data"),
    ]
    # 5 × 1 ÷ 4 = 1.25 against 3 × 0.6 ÷ 2 = 0.9
    advice = recommend(findings, [OVERDUE, DISK], {})
    assert [(item.code, round(item.score, 3)) for item in advice] == [("capacity", 1.25), ("overdue", 0.9)]
    # with half of the quarter: 0.625
    advice = recommend(findings, [OVERDUE, DISK], {"infra.disk_used": 0.5, "infra.tls_days": 0.1})
    assert [(item.code, round(item.score, 3)) for item in advice] == [("overdue", 0.9), ("capacity", 0.625)]


@pytest.mark.parametrize("status", ["ok", "unknown"])
def test_what_is_in_order_or_unknown_recommends_nothing(status: Status) -> None:
    assert recommend([finding("infra.disk_used", status, "db-1")], [DISK], {}) == []


@pytest.mark.parametrize("code", ["infra.checks_gap", "data.stood_still", "sso.unprobed_apps"])
def test_only_a_gap_of_the_checks_is_an_interruption_of_monitoring(code: str) -> None:
    [advice] = recommend([finding(code, "critical", "x").with_details(metric="cpu")], CAUSES, {})
    texts = (advice.cause.problem, advice.cause.action, advice.cause.success)
    assert any("中断" in text for text in texts) == (code == "infra.checks_gap")


@pytest.mark.parametrize(
    ("code", "unshown"),
    [
        ("seal.testing_days", "失败"), ("seal.signing_failure_rate", "测试"), ("seal.night_signings", "测试"),
        ("ca.expired_tried", "集中到期"), ("ca.expiring_30d", "过期"), ("ca.revoked_tried", "到期"),
        ("ca.login_silence", "单点登录"), ("identity.login_silence", "减少"), ("identity.shared_accounts", "离岗"),
        ("docexchange.recalled", "中断"), ("docexchange.undelivered", "中断"), ("docexchange.unknown_caller", "口令"),
        ("sso.access_failure_rate", "收发文"), ("sso.accesses", "变慢"), ("sms.receipt_latency_p95_s", "或积压"),
        ("desk.same_incident", "四小时"), ("desk.attendance_rate", "缺少"), ("desk.removed_rights", "验收"),
        ("infra.disk_used", "增速"), ("oa.unusual_endings", "拉长"), ("oa.active_change_rate", "单位"),
    ],
)  # fmt: skip
def test_a_recommendation_claims_nothing_that_its_finding_does_not_show(code: str, unshown: str) -> None:
    cause = CAUSES_BY_CODE[RULES[code].cause]
    assert unshown not in f"{cause.problem}{cause.effect}"


@pytest.mark.parametrize("code", ["identity.dormant_accounts", "infra.failed_patches"])
def test_what_stands_at_the_end_of_a_week_is_judged_by_its_weekly_and_its_recommendations_alike(code: str) -> None:
    [check] = [check for subsystem in SUBSYSTEMS for check in subsystem.checks if check.rule == code]
    for report in ("weekly_service_report", "optimization_recommendations"):
        assert set(spans_of(content_of(report), PeriodKind.WEEK)) & set(check.every)


def test_every_cause_has_a_rule_and_every_cause_of_a_rule_exists() -> None:
    named = {rule.cause for rule in RULES.values() if rule.cause}
    assert named == set(CAUSES_BY_CODE)
    assert len(CAUSES_BY_CODE) == len(CAUSES)
    assert {cause.kind for cause in CAUSES} == {"running", "hazard", "efficiency", "function"}
    assert all(1 <= cause.weight <= 5 and cause.reason for cause in CAUSES)


def test_a_violation_is_worded_with_effect_owner_and_effort_of_its_cause() -> None:
    broken, kept = worded(
        [finding("docexchange.overdue_deliveries", status, "甲局") for status in ("critical", "ok")]  # type: ignore[arg-type]
    )
    assert (broken.effect, broken.owner, broken.effort) == (OVERDUE.effect, OVERDUE.owner, "1 周内")
    assert (kept.effect, kept.owner, kept.effort) == ("", "", "")


def test_the_reader_is_told_how_many_what_first_and_what_it_rests_on() -> None:
    assert overview([]) == "回看期内各项检查未见问题，不提出建议。"
    assert overview([], unknown=2) == "已知的检查没有超过阈值的，不提出建议；2 项检查未知，未据以提出建议。"
    findings = [
        finding("docexchange.overdue_deliveries", "critical", "甲局"),
        finding("infra.disk_used", "critical", "db", 0.95),
    ]
    advice = recommend(findings, [OVERDUE, DISK], {})
    assert overview(advice) == "共 2 项建议：运行问题 1 项，存在隐患 1 项。"
    assert overview(advice, 3) == "共 2 项建议：运行问题 1 项，存在隐患 1 项；3 项检查未知，未据以提出建议。"
    young = overview(advice, 3, dt.date(2026, 10, 19))
    assert young == "共 2 项建议：运行问题 1 项，存在隐患 1 项；数据自10月19日起，历史尚短，3 项检查未知。"
    assert first_steps(advice)[0] == (
        f"{OVERDUE.problem}。甲局：逾期未签收 28 件次。建议{OVERDUE.action}（1 周内，{OVERDUE.owner}）。"
    )
    assert looked_back(90, 70) == "回看 90 天，其中 70 天数据完整；置信度按完整天数折算。"
    assert looked_back(90, 90) == "回看 90 天，数据完整。"


def test_a_trend_tells_its_worst_day() -> None:
    days = [{"day": dt.date(2026, 11, day), "disk_used": value} for day, value in ((1, 0.5), (2, 0.92), (3, None))]
    assert (
        trend("磁盘将写满", figures(days), MEASURES["disk_used"])
        == "磁盘将写满：近 3 天中有数据的 2 天，当前使用率最高为 92.0%（11月2日）"
    )
    assert trend("磁盘将写满", figures(days[:2]), MEASURES["disk_used"]).startswith("磁盘将写满：近 2 天当前使用率最高")
    assert trend("磁盘将写满", NO_FIGURES, MEASURES["disk_used"]) == "磁盘将写满：没有数据可画"


def test_a_day_of_which_one_series_has_a_gap_is_counted_once() -> None:
    rows = [
        {
            "day": dt.date(2026, 11, day),
            "host": host,
            "disk_used": 0.5 + day / 100,
            "is_complete": (day, host) != (2, "b"),
        }
        for day in (1, 2, 3)
        for host in ("a", "b")
    ]
    told = trend("磁盘将写满", figures(rows), MEASURES["disk_used"])
    assert told == "磁盘将写满：近 3 天中有数据的 2 天，当前使用率最高为 53.0%（11月3日）"


def test_the_disks_that_are_drawn_are_those_that_are_told_of_however_full_they_are() -> None:
    on = dt.date(2026, 11, 1)
    days = [{"day": on, "host": host, "disk_used": used} for host, used in (("db-1", 0.5), ("db-2", 0.9))]
    filling = dataclasses.replace(
        finding("infra.days_until_full", "warning", ""), entity=Entity("disk", "db-1/data", "db-1 /data")
    )
    drawn = trends.FULLEST_DISKS.of_findings(figures(days), [filling])
    assert [(row["host"], row["disk_used"]) for row in drawn] == [("db-1", 0.5)]
    assert trends.DELIVERY.of_findings(figures(days), [filling]) == figures(days)


def test_the_busiest_month_of_renewals_is_told() -> None:
    months = [{"renewal_month": dt.date(2026, month, 1), "renewals": count} for month, count in ((11, 41), (12, 1417))]
    assert busiest_month(figures(months)) == "证书更新最多的是 2026 年 12 月，1,417 张"
    assert busiest_month(figures([])) == "没有待更新的证书"
    assert busiest_month(NO_FIGURES) == "待更新的证书：数据不完整"
