from __future__ import annotations

from dataclasses import replace
from datetime import date

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.quantity import Quantity, quantity
from ntanalytics.report_content import weekly_text as said
from ntanalytics.subsystems import RULES

TOTAL = {"active": 9_477, "active_change": 291, "active_change_rate": 0.0317}


ON = date(2026, 11, 22)


def editions(**changes: int | None) -> Figures:
    return figures([{"edition": name, "active_change": change} for name, change in changes.items()])


def test_adoption_names_the_edition_that_made_most_of_the_change():
    changes = editions(wecom=211, party=90, general=-10)
    assert said.adoption(FigureRow(TOTAL), changes) == (
        "协同办公活跃账号 9,477 个，较前一期增加 3.2%（+291 个），主要来自企业微信版（+211 个）。"
    )


def test_no_edition_is_named_that_made_less_than_half_or_moved_the_other_way():
    assert "主要来自" not in said.adoption(FigureRow(TOTAL), editions(wecom=100, party=99, general=92))
    assert "主要来自" not in said.adoption(FigureRow(TOTAL), editions(wecom=-500, party=None))


def test_adoption_without_a_period_before_is_said_without_a_change():
    assert said.adoption(FigureRow({"active": 5, "active_change": None}), editions()) == "协同办公活跃账号 5 个。"
    same = FigureRow({"active": 5, "active_change": 0, "active_change_rate": 0.0})
    assert said.adoption(same, editions()) == "协同办公活跃账号 5 个，与前一期持平。"


def test_adoption_over_a_gap_is_a_bound_without_a_change():
    bound = FigureRow({**TOTAL, "active": 5}, is_complete=False)
    assert said.adoption(bound, editions()) == "协同办公活跃账号 ≥ 5 个。"
    assert said.adoption(FigureRow({}), editions()) == "协同办公活跃账号未知。"


def test_documents_name_the_unit_with_most_overdue():
    rows = [{"receiver_unit": "甲局", "overdue_deliveries": 3}, {"receiver_unit": "乙局", "overdue_deliveries": 28}]
    assert (
        said.documents(late(135), figures(rows), ON) == "截至11月22日，全市逾期未签收公文 135 件次，其中乙局 28 件次。"
    )
    assert said.documents(late(0), editions(), ON) == "截至11月22日，全市没有逾期未签收的公文。"


def test_documents_over_a_gap_are_never_said_to_be_none_overdue():
    assert said.documents(late(0, is_complete=False), editions(), ON) == "截至11月22日，全市逾期未签收公文未知。"
    assert said.documents(late(3, is_complete=False), editions(), ON) == "截至11月22日，全市逾期未签收公文未知。"
    assert said.documents(late(None), editions(), ON) == "截至11月22日，全市逾期未签收公文未知。"


def late(value: int | None, *, is_complete: bool = True) -> Quantity:
    return quantity(MEASURES["overdue_deliveries"], value, is_complete=is_complete)


def finding(code: str, status: Status, value: float = 6.0) -> Finding:
    rule = RULES[code]
    place = Entity("unit", "somewhere", "某处")
    return Finding(rule=rule, entity=place, status=status, value=value, format=MEASURES[rule.measure].format)


def test_what_is_to_be_decided_comes_worst_first_and_one_of_a_kind():
    found = [
        finding("ca.expiring_30d", "warning", 605),
        finding("sms.delivery_rate", "critical", 0.8),
        finding("sms.delivery_rate", "critical", 0.9),
        finding("docexchange.overdue_deliveries", "ok"),
    ]
    assert said.decisions(found) == [
        "某处单日送达率最低 80.0%，拟启用备用通道，妥否，请审定。",
        "30 天内到期证书 605 张，拟组织集中更新，妥否，请审定。",
    ]


def _in_full(found: Finding) -> Finding:
    """Return a finding with what checks tell of disks and seals beside the value."""
    return found.with_details(full_on="2026-11-29").with_figures(late=2.0)


def test_no_confirmation_is_asked_for_that_is_there():
    found = finding("desk.unconfirmed_changes", "warning", 3)
    late, lacking = (found.with_figures(unconfirmed=count) for count in (0.0, 2.0))
    assert said.decisions([late]) == ["没有需要审定的事项。"]
    assert said.decisions([late, lacking]) == ["2 项流程变更尚未取得书面确认，请补签。"]


def test_no_more_than_three_decisions_at_once_the_others_are_counted_and_none_is_said():
    codes = ["ca.expiring_30d", "infra.tls_days", "seal.testing_days", "sms.delivery_rate", "infra.days_until_full"]
    critical = [_in_full(finding(code, "critical")) for code in codes]
    assert len(said.decisions(critical[:3])) == 3
    assert said.decisions(critical)[3:] == ["另有 2 类事项，详见检查与建议。"]
    assert said.decisions([finding("infra.disk_used", "critical")]) == ["没有需要审定的事项。"]


def test_of_a_week_with_a_gap_a_decision_tells_the_worst_day_that_is_known():
    worst = finding("sms.delivery_rate", "critical", 0.883)
    [whole], [known] = (said.decisions([worst.with_details(is_whole=is_whole)]) for is_whole in (True, False))
    assert "已知" not in whole
    assert "已知单日送达率最低 88.3%" in known


def test_beside_unknown_checks_the_count_of_other_decisions_is_a_lower_bound():
    codes = ["ca.expiring_30d", "infra.tls_days", "seal.testing_days", "sms.delivery_rate"]
    found = [*(_in_full(finding(code, "critical")) for code in codes), finding("infra.days_until_full", "unknown")]
    assert said.decisions(found)[3:] == ["另有 ≥ 1 类事项，详见检查与建议。", "另有 1 类事项因数据不全未知。"]


def test_a_decision_of_a_subsystem_without_a_source_is_unknown():
    assert said.decisions([finding("sms.source", "unknown")]) == ["已知的检查中没有需要审定的事项，另有 1 类未知。"]


def test_too_few_events_to_judge_are_no_missing_data():
    few = replace(finding("sms.delivery_rate", "unknown"), unknown="too_few")
    assert said.decisions([few]) == ["没有需要审定的事项。"]
    [_, untold] = said.decisions(
        [few, _in_full(finding("infra.tls_days", "critical")), finding("ca.source", "unknown")]
    )
    assert untold == "另有 1 类事项因数据不全未知。"


def test_over_unknown_checks_it_is_not_said_that_nothing_is_to_be_decided():
    assert said.decisions([finding("infra.tls_days", "unknown")]) == ["已知的检查中没有需要审定的事项，另有 1 类未知。"]
