"""Rules of all subsystems as data, and rows judged by them."""

from __future__ import annotations

import pytest

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Entity
from ntanalytics.findings.judgement import evaluate_rules, judge_row, judge_value, settle_worst, unknown
from ntanalytics.findings.rule import KINDS, Rule
from ntanalytics.findings.text import word
from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import NO_FIGURES, case_list
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems import SUBSYSTEMS as SLICES
from tests.subsystems.made import view

FAILURES = Rule(
    "identity.login_failure_rate", "login_failure_rate", Threshold(0.1, 0.3, "down"), "核查认证服务", "a reason",
    count_measure="logins", min_count=50,
)  # fmt: skip
OVERDUE = Rule(
    "docexchange.overdue_deliveries", "overdue_deliveries", Threshold(4, 19, "down"), "电话催办", "a reason",
    label="逾期未签收",
)  # fmt: skip
MESSAGES = Rule("im.im_messages", "im_messages", Threshold(1, 0, "up"), "核查消息服务", "a reason")
FAILED = Rule(
    "infra.failed_backups", "failed_backups", Threshold(4, 19, "down"), "排查", "a reason",
)  # fmt: skip
UNTRAINED = Rule("desk.untrained", "untrained_days", Threshold(60, 120, "down"), "落实", "a reason")
UNIT = Entity("unit", "甲局", "甲局")

#: Rules that one report alone judges, which has the history of every unit at hand.
OF_A_REPORT = ("oa.low_weeks",)


def _logins(rate: float | None, count: int, *, is_complete: bool = True) -> FigureRow:
    return FigureRow({"login_failure_rate": rate, "logins": count}, is_complete=is_complete)


def test_a_value_on_its_limit_keeps_it_and_one_beyond_breaks_it() -> None:
    rows = [{"login_failure_rate": rate, "logins": 100} for rate in (0.1, 0.1001, 0.31)]
    on, beyond, far = evaluate_rules([FAILURES], case_list(rows))
    assert [finding.status for finding in (on, beyond, far)] == ["ok", "warning", "critical"]
    assert (far.entity.identity, far.value, far.figures["count"]) == ("subsystem/identity", 0.31, 100.0)
    assert [word(finding).advice for finding in (on, beyond)] == ["", "核查认证服务"]


def test_a_broken_limit_is_told() -> None:
    wording = word(judge_row(FAILURES, _logins(0.31, 100)))
    assert "31.00%" in wording.evidence
    assert (wording.entity, wording.limits) == ("统一身份认证", "超过 10.00% 为关注，超过 30.00% 为异常")
    few = word(judge_row(FAILURES, _logins(1.0, 49)))
    assert few.evidence == "登录失败率未知：登录 49 次，不足 50，不作判断。"
    gap = word(judge_row(FAILURES, _logins(0.9, 999, is_complete=False)))
    assert gap.evidence == "登录失败率未知：数据不完整。"
    assert word(unknown(RULES["im.source"], "no_source")).evidence == "数据未知：没有配置数据源。"


def test_few_events_say_nothing() -> None:
    few = judge_row(FAILURES, _logins(1.0, 49))
    assert (few.status, few.unknown, few.value, few.figures["count"]) == ("unknown", "too_few", None, 49.0)


def test_over_a_gap_a_rate_is_unknown() -> None:
    rate = judge_row(FAILURES, _logins(0.9, 999, is_complete=False))
    assert (rate.status, rate.unknown, rate.value) == ("unknown", "incomplete", None)


@pytest.mark.parametrize(
    ("rule", "value", "status"),
    [
        (FAILED, 28, "critical"),
        (FAILED, 0, "unknown"),
        (MESSAGES, 0, "unknown"),
        (MESSAGES, 1, "ok"),
        (UNTRAINED, 59, "ok"),  # an upper bound: a session on the missing day makes it fewer days
        (UNTRAINED, 130, "unknown"),
        (OVERDUE, 28, "unknown"),  # neither: they may have been signed for on the missing day
        (OVERDUE, 0, "unknown"),
    ],
)
def test_over_a_gap_a_bound_is_judged_where_it_settles_the_status(rule: Rule, value: int, status: str) -> None:
    finding = judge_row(rule, FigureRow({rule.measure: value}, is_complete=False))
    assert (finding.status, finding.unknown) == (status, "incomplete" if status == "unknown" else "")
    assert finding.value == (None if status == "unknown" else value)


def test_a_value_that_a_check_worked_out_knows_the_gaps_of_its_datasets() -> None:
    statuses = [judge_value(FAILED, 0, [view([], is_complete=whole), view([])]).status for whole in (True, False)]
    assert statuses == ["ok", "unknown"]


@pytest.mark.parametrize(("rate", "status"), [(0.4, "critical"), (0.05, "unknown")])
def test_the_worst_of_some_days_is_good_only_where_no_day_is_missing(rate: float, status: str) -> None:
    worst = judge_row(FAILURES, _logins(rate, 100))
    day = {"is_covered": True, FAILURES.measure: 0.01}
    assert settle_worst(worst, [day, day]) == worst
    assert settle_worst(worst, [day, {**day, "is_covered": False}]).status == status


def test_a_day_without_a_value_may_be_as_bad_as_the_worst() -> None:
    worst = judge_row(FAILURES, _logins(0.4, 100))
    day = {"is_covered": True, FAILURES.measure: 0.01}
    wholes = [settle_worst(worst, [day, {**day, FAILURES.measure: value}]) for value in (0.0, None)]
    assert [finding.details["is_whole"] for finding in wholes] == [True, False]


@pytest.mark.parametrize("value", [None, float("nan")])
@pytest.mark.parametrize("is_complete", [True, False])
def test_a_figure_that_cannot_be_computed_is_unknown(value: float | None, is_complete: bool) -> None:
    messages = FigureRow({"im_messages": value}, is_complete=is_complete)
    for finding in (judge_row(FAILURES, _logins(value, 80, is_complete=is_complete)), judge_row(MESSAGES, messages)):
        assert (finding.status, finding.unknown) == ("unknown", "no_value" if is_complete else "incomplete")


def test_each_row_has_its_entity_and_a_check_its_own_label() -> None:
    rows = [{"overdue_deliveries": 5, "receiver_unit": "甲局"}, {"overdue_deliveries": 1, "receiver_unit": "乙局"}]
    findings = evaluate_rules(
        [OVERDUE], case_list(rows), lambda row: Entity("unit", str(row["receiver_unit"]), str(row["receiver_unit"]))
    )
    assert [(finding.entity.identity, finding.rule.check, finding.status) for finding in findings] == [
        ("unit/甲局", "逾期未签收", "warning"),
        ("unit/乙局", "逾期未签收", "ok"),
    ]
    assert evaluate_rules([OVERDUE], NO_FIGURES) == []


def test_every_rule_has_its_measures_its_subsystem_its_advice_and_its_reason() -> None:
    for code, rule in RULES.items():
        assert code == rule.code
        assert rule.subsystem in (*SUBSYSTEMS, "data")
        assert {rule.measure, rule.count_measure or rule.measure} <= set(MEASURES)
        assert rule.kind in KINDS
        assert rule.advice
        assert rule.reason.endswith((".", ")", "?"))
        assert rule.min_count or not rule.count_measure


def test_every_rule_has_one_check_and_every_sentence_a_rule() -> None:
    for subsystem in SLICES:
        codes = [rule.code for rule in subsystem.rules]
        checked = [check.rule for check in subsystem.checks]
        assert len(set(checked)) == len(checked)
        assert set(codes) - set(checked) <= {f"{subsystem.id}.source", *OF_A_REPORT}
        assert set(checked) | set(subsystem.texts) <= set(codes)
        for check in subsystem.checks:
            assert set(check.optional) <= set(check.reads)
            assert {code for item in check.suppressed_by for code in item.codes} <= set(RULES)


def test_every_rule_fires_beyond_and_keeps_silent_within() -> None:
    for rule in RULES.values():
        enough = {rule.count_measure: 10_000} if rule.count_measure else {}
        sign = 1 if rule.threshold.good == "up" else -1
        beyond = rule.threshold.critical - sign * abs(rule.threshold.critical or 1) * 0.01 - sign * 1e-9
        assert judge_row(rule, FigureRow({rule.measure: beyond, **enough}), UNIT).status == "critical", rule.code
        assert judge_row(rule, FigureRow({rule.measure: rule.threshold.warning, **enough}), UNIT).status == "ok", (
            rule.code
        )


def test_a_check_without_a_source_is_unknown() -> None:
    finding = unknown(RULES["im.source"], "no_source")
    assert (finding.subsystem, finding.status, finding.entity.identity) == ("im", "unknown", "subsystem/im")
