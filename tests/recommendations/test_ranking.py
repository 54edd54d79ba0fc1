"""Recommendations: merged by cause, ranked by declared weights; every score worked out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from ntanalytics.findings.finding import Finding, State
from ntanalytics.metrics import MEASURES
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.recommendations.quarter_checks import concentrated, failed_patches, repeated, seldom_used
from ntanalytics.recommendations.ranking import Cause, recommend, score
from ntanalytics.recommendations.text import busiest_month, first_steps, looked_back, overview, trend
from ntanalytics.subsystems import RULES

OVERDUE = Cause(
    "overdue", ("docexchange.overdue",), "running", "公文逾期未签收", "延误", "催办", "week", "运维团队", 3, "a reason"
)
DISK = Cause("disk", ("infra.disk",), "hazard", "磁盘将写满", "中断", "扩容", "vendor", "厂商", 5, "a reason")


def finding(code: str, state: State, subject: str) -> Finding:
    return Finding(
        code, code.partition(".")[0], subject, "逾期未签收", state, 28.0, "integer", "高于 4", f"{subject}的依据。"
    )


def test_ten_units_with_the_same_obstacle_are_one_recommendation():
    units = [finding("docexchange.overdue", "warning", f"单位{each}") for each in range(9)]
    [made] = recommend([*units, finding("docexchange.overdue", "critical", "甲局")], [OVERDUE], {})
    assert (made.problem, len(made.findings)) == ("公文逾期未签收", 10)
    assert made.evidence == "10 项：甲局、单位0、单位1等；最重为甲局：甲局的依据。"
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.score = 1.0  # type: ignore[misc]


def test_the_score_is_effect_times_confidence_by_effort():
    assert score(5, "critical", 1.0, "day") == pytest.approx(5.0)
    assert score(3, "warning", 0.5, "week") == pytest.approx(3 * 0.6 * 0.5 / 2)
    assert score(5, "critical", 0.8, "vendor") == pytest.approx(1.0)


def test_the_highest_score_is_first_and_what_is_less_sure_sinks():
    found = [finding("docexchange.overdue", "warning", "甲局"), finding("infra.disk", "critical", "db-1 /data")]
    made = recommend(found, [OVERDUE, DISK], {})
    # 5 × 1 ÷ 4 = 1.25 against 3 × 0.6 ÷ 2 = 0.9
    assert [(each.code, round(each.score, 3)) for each in made] == [("disk", 1.25), ("overdue", 0.9)]
    # with half of the quarter: 0.625
    made = recommend(found, [OVERDUE, DISK], {"infra": 0.5})
    assert [(each.code, round(each.score, 3)) for each in made] == [("overdue", 0.9), ("disk", 0.625)]


@pytest.mark.parametrize("state", ["ok", "unknown"])
def test_what_is_in_order_or_unknown_recommends_nothing(state: State):
    assert recommend([finding("infra.disk", state, "db-1")], [DISK], {}) == []


def test_every_cause_speaks_of_rules_that_there_are_and_no_finding_has_two_causes():
    elsewhere = {
        "sms.worst_delivery_rate",
        "oa.seldom_used",
        "desk.concentrated",
        "infra.repeated_problems",
        "infra.failed_patches",
    }
    known = {*RULES, *elsewhere}
    codes = [code for cause in CAUSES for code in cause.findings]
    assert set(codes) <= known
    assert len(codes) == len(set(codes))
    assert len({cause.code for cause in CAUSES}) == len(CAUSES)
    assert {cause.kind for cause in CAUSES} == {"running", "hazard", "efficiency", "function"}
    assert all(1 <= cause.weight <= 5 and cause.reason for cause in CAUSES)


def test_a_module_that_one_in_a_hundred_uses_is_idle():
    used = [
        {"module": "documents", "active": 1000},
        {"module": "cars", "active": 10},
        {"module": "mail", "active": 20},
        {"module": "supplies", "active": 1},
        {"module": "other", "active": 5000},
    ]
    found = {each.subject: each for each in seldom_used(used)}
    assert {name: each.state for name, each in found.items()} == {"用车管理": "warning", "耗材管理": "critical"}
    assert found["用车管理"].evidence == "季度内 10 人使用，为使用最多模块的 1.0%。"
    assert seldom_used([]) == []


def test_a_category_with_more_than_two_fifths_of_the_tickets_has_a_root_of_its_own():
    flow = [
        {"category": "account", "opened_tickets": 50},
        {"category": "fault", "opened_tickets": 40},
        {"category": "other", "opened_tickets": 10},
    ]
    [found] = concentrated(flow)
    assert (found.subject, found.value, found.state) == ("账号权限工单", 0.5, "warning")
    assert concentrated([{"category": "account", "opened_tickets": 49}]) == []


def test_an_alarm_that_comes_a_third_time_is_repeated_and_information_is_no_alarm():
    def raised(count: int, severity: str, host: str) -> list[dict[str, str]]:
        return [{"host": host, "problem": "磁盘低", "severity": severity}] * count

    found = repeated([*raised(3, "warning", "a"), *raised(2, "high", "b"), *raised(30, "information", "c")])
    assert [(each.subject, each.value, each.state) for each in found] == [("a", 3.0, "warning")]


def test_a_patch_that_was_applied_later_did_not_fail():
    patches = [
        {"patched_on": "2026-11-04", "host": "a", "patch": "P1", "outcome": "failure"},
        {"patched_on": "2026-11-06", "host": "a", "patch": "P1", "outcome": "success"},
        {"patched_on": "2026-11-04", "host": "b", "patch": "P1", "outcome": "failure"},
    ]
    [found] = failed_patches(patches)
    assert (found.subject, found.evidence) == ("b", "补丁失败 1 个，高于关注阈值 0 个。")


def test_the_reader_is_told_how_many_what_first_and_what_it_rests_on():
    assert overview([]) == "本期没有超过阈值的检查，不提出建议。"
    made = recommend(
        [finding("docexchange.overdue", "critical", "甲局"), finding("infra.disk", "critical", "db")],
        [OVERDUE, DISK],
        {},
    )
    assert overview(made) == "共 2 项建议：运行问题 1 项，存在隐患 1 项。"
    assert first_steps(made)[0] == "公文逾期未签收。甲局：甲局的依据。建议催办（1 周内，运维团队）。"
    assert looked_back(90, 70) == "回看 90 天，其中 70 天数据完整；置信度按完整天数折算。"
    assert looked_back(90, 90) == "回看 90 天，数据完整。"


def test_a_trend_says_its_worst_day():
    days = [{"day": dt.date(2026, 11, each), "disk_used": value} for each, value in ((1, 0.5), (2, 0.92), (3, None))]
    assert trend("磁盘将写满", days, MEASURES["disk_used"]) == "磁盘将写满：近 2 天当前使用率最高为 92.0%（11月2日）"
    assert trend("磁盘将写满", [], MEASURES["disk_used"]) == "磁盘将写满：没有数据可画"


def test_the_busiest_month_of_renewals_is_said():
    months = [{"renewal_month": dt.date(2026, each, 1), "renewals": count} for each, count in ((11, 41), (12, 1417))]
    assert busiest_month(months) == "证书更新最多的是 2026 年 12 月，1,417 张"
    assert busiest_month([]) == "没有待更新的证书"
