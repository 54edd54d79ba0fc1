"""Sentences of electronic seals."""

from __future__ import annotations

from dataclasses import replace

from ntanalytics.findings.finding import Entity
from ntanalytics.findings.judgement import judge_value
from ntanalytics.subsystems import RULES, word


def test_seals_that_wait_to_be_made_are_told_with_their_units() -> None:
    entity = Entity("seals", "unmade", "待制作印章")
    finding = judge_value(RULES["seal.making_days"], 31, [], entity)
    late = finding.with_details(units=("甲局", "乙局"), first_on="2026-10-21")
    assert word(late).evidence == "2 枚印章申请后逾 30 天未制作，最早申请于10月21日：甲局、乙局。"
    fine = judge_value(RULES["seal.making_days"], 3, [], entity)
    assert word(fine).evidence == "申请后待制作 3 天。"


def test_seals_that_wait_to_be_tested_are_counted() -> None:
    entity = Entity("seals", "untested", "待测试印章")
    finding = judge_value(RULES["seal.testing_days"], 22, [], entity)
    assert word(finding.with_figures(late=3.0, overdue=0.0)).evidence == "制作后待测试 22 天，逾 21 天共 3 枚。"


def test_over_a_damaged_list_of_seals_each_count_is_a_bound() -> None:
    finding = judge_value(RULES["seal.testing_days"], 91, [], Entity("seals", "untested", "待测试印章"))
    known = replace(finding.with_figures(late=3.0, overdue=2.0), certainty="lower_bound")
    assert word(known).evidence == "制作后待测试 ≥ 91 天，逾 21 天共 ≥ 3 枚，其中逾期（90 天）≥ 2 枚。"
    assert word(known).event.what.startswith("≥ 3 枚印章")


def test_only_a_seal_beyond_the_time_of_the_contract_is_overdue() -> None:
    entity = Entity("seals", "untested", "待测试印章")
    within, beyond = (
        word(judge_value(RULES["seal.testing_days"], days, [], entity).with_figures(late=3.0, overdue=overdue)).evidence
        for days, overdue in ((90, 0.0), (91, 2.0))
    )
    assert "逾期" not in within
    assert beyond == "制作后待测试 91 天，逾 21 天共 3 枚，其中逾期（90 天）2 枚。"
