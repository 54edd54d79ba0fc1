"""Sentences of document exchange."""

from __future__ import annotations

from ntanalytics.findings.finding import Entity
from ntanalytics.findings.judgement import judge_row, judge_value
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.subsystems import RULES, word
from tests.subsystems.made import ON


def test_the_share_that_is_signed_in_time_is_told_with_its_days_of_a_day_only() -> None:
    rule = RULES["docexchange.signed_in_time_rate"]
    finding = judge_row(rule, FigureRow({"signed_in_time_rate": 0.85, "deliveries": 100}))
    assert word(finding).evidence == "按时签收率 85.0%。"
    assert word(finding.with_figures(days=7.0)).evidence == "近 7 天按时签收率 85.0%。"


def test_overdue_deliveries_are_named_by_their_unit() -> None:
    unit = Entity("unit", "甲局", "甲局")
    finding = judge_value(RULES["docexchange.overdue_deliveries"], 20, [], unit)
    assert word(finding.since_day(ON)).sentence == (
        "甲局逾期未签收 20 件次，自11月20日起。建议电话催办，核实收文员是否变动。"
    )
