from __future__ import annotations

import pytest

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rule import Rule, evaluate_rules, unknown
from ntanalytics.metrics import MEASURES
from ntanalytics.subsystems import RULES

FAILURES = Rule(
    "identity.login_failure_rate", "login_failure_rate", Threshold(0.1, 0.3, "down"), "核查认证服务", "a reason",
    of="logins", min_count=50,
)  # fmt: skip
OVERDUE = Rule(
    "docexchange.overdue_deliveries", "overdue_deliveries", Threshold(4, 19, "down"), "电话催办", "a reason",
    check="逾期未签收",
)  # fmt: skip


def test_a_value_on_its_threshold_keeps_it_and_one_beyond_is_said_with_its_advice():
    on, beyond, far = evaluate_rules(
        [FAILURES], [{"login_failure_rate": rate, "logins": 100} for rate in (0.1, 0.1001, 0.31)]
    )
    assert [each.state for each in (on, beyond, far)] == ["ok", "warning", "critical"]
    assert (on.advice, beyond.advice) == ("", "核查认证服务")
    assert far.evidence == "登录失败率 31.00%，高于异常阈值 30.00%。"
    assert (far.subject, far.threshold) == ("统一身份认证", "高于 10.00% 关注，30.00% 异常")


def test_few_events_say_nothing():
    [few] = evaluate_rules([FAILURES], [{"login_failure_rate": 1.0, "logins": 49}])
    assert (few.state, few.value) == ("unknown", None)
    assert few.evidence == "登录失败率未知：登录 49 次，不足 50，不作判断。"


def test_over_a_hole_a_rate_is_unknown_and_a_count_is_enough_to_say_too_much_only():
    [rate] = evaluate_rules([FAILURES], [{"login_failure_rate": 0.9, "logins": 999}], is_complete=False)
    assert (rate.state, rate.evidence) == ("unknown", "登录失败率未知：数据不完整。")
    much, few = evaluate_rules(
        [OVERDUE], [{"overdue_deliveries": 28}, {"overdue_deliveries": 0}], lambda row: "某局", is_complete=False
    )
    assert (much.state, few.state) == ("critical", "unknown")


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_cannot_be_computed_is_unknown_and_never_in_order(value: float | None):
    [found] = evaluate_rules([FAILURES], [{"login_failure_rate": value, "logins": 80}])
    assert found.state == "unknown"


def test_each_row_has_its_subject_and_a_check_its_own_words():
    rows = [{"overdue_deliveries": 5, "receiver_unit": "甲局"}, {"overdue_deliveries": 1, "receiver_unit": "乙局"}]
    found = evaluate_rules([OVERDUE], rows, lambda row: str(row["receiver_unit"]))
    assert [(each.subject, each.check, each.state) for each in found] == [
        ("甲局", "逾期未签收", "warning"),
        ("乙局", "逾期未签收", "ok"),
    ]
    assert evaluate_rules([OVERDUE], []) == []


def test_every_rule_has_its_measures_its_subsystem_its_advice_and_its_reason():
    for code, rule in RULES.items():
        assert code == rule.code
        assert rule.subsystem in (*SUBSYSTEMS, "data")
        assert {rule.measure, rule.of or rule.measure} <= set(MEASURES)
        assert rule.advice
        assert rule.reason.endswith((".", ")", "?"))
        assert rule.min_count or not rule.of


def test_every_rule_fires_beyond_and_keeps_silent_within():
    for rule in RULES.values():
        enough = {rule.of: 10_000} if rule.of else {}
        sign = 1 if rule.threshold.good == "up" else -1
        beyond = rule.threshold.critical - sign * abs(rule.threshold.critical or 1) * 0.01 - sign * 1e-9
        assert rule.judge({rule.measure: beyond, **enough}, "某处").state == "critical", rule.code
        assert rule.judge({rule.measure: rule.threshold.warning, **enough}, "某处").state == "ok", rule.code


def test_what_could_not_be_looked_at_says_why():
    found = unknown("im.source", "即时通讯", "数据", "没有配置数据源")
    assert (found.subsystem, found.state, found.evidence) == ("im", "unknown", "数据未知：没有配置数据源。")
