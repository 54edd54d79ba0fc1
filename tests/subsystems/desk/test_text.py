"""Sentences of the service desk."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Entity, Finding, Unknown, subsystem_entity
from ntanalytics.findings.judgement import judge_value, not_applicable, unknown
from ntanalytics.findings.threshold import Status
from ntanalytics.subsystems import RULES, word
from tests.subsystems.made import ON


def _finding(code: str, status: Status = "warning", value: float | None = 1.0, **more: Any) -> Finding:
    more.setdefault("entity", subsystem_entity("docexchange"))
    return Finding(rule=RULES[code], status=status, value=value, **more)


def _evidence(finding: Finding) -> str:
    return word(finding).evidence


def test_overdue_tickets_are_told_with_the_open_ones() -> None:
    finding = judge_value(RULES["desk.overdue_tickets"], 3, []).with_figures(open_tickets=12)
    assert _evidence(finding) == "未关闭 12 件，其中逾期 3 件。"
    assert _evidence(judge_value(RULES["desk.overdue_oldest"], 12.4, [])) == "逾期最久的工单已逾期 12 天。"


def test_attendance_is_told_as_present_or_absent_and_why_it_is_unknown() -> None:
    rule = RULES["desk.attendance_rate"]
    assert _evidence(_finding(rule.code, "ok", 1.0)) == "有驻场或备选人员在岗。"
    absent = word(_finding(rule.code, "critical", 0.0, since=ON))
    assert (absent.evidence, absent.since) == ("驻场与备选人员均不在岗。", "11月20日")
    assert absent.limits == "工作日须有驻场或备选人员在岗"
    not_recorded = word(unknown(rule, "not_recorded"))
    assert not_recorded.evidence == "驻场率未知：台账无当日考勤记录。"
    assert not_recorded.advice == "补登当日考勤"
    no_calendar = word(unknown(rule, "no_calendar"))
    assert no_calendar.evidence == "驻场率未知：没有该年度的工作日历，应否到岗未知。"
    assert no_calendar.advice == "在配置中提供工作日历"
    assert word(unknown(rule, "missing")).advice == "检查运维台账与抽取任务"
    assert "非工作日" in _evidence(not_applicable(rule))


def test_manual_checks_are_counted_with_those_dealt_with_on_the_spot() -> None:
    figures = {"checks": 7.0, "critical": 1.0, "warning": 1.0, "open": 2.0}
    assert _evidence(_finding("desk.checks", figures=figures)) == "人工检查 7 项，异常 1 项，关注 1 项。"
    settled = {"checks": 3.0, "critical": 0.0, "warning": 1.0, "open": 0.0}
    assert _evidence(_finding("desk.checks", "ok", 0.0, figures=settled)) == (
        "人工检查 3 项，异常 0 项，关注 1 项，其中 1 项已当场处理。"
    )


@pytest.mark.parametrize(
    ("figures", "value", "evidence"),
    [
        ({"checks": 9.0, "usual": 10.0, "made": 9.0}, 0.9, "通常检查的 10 项中当日检查 9 项。"),
        ({"checks": 3.0, "usual": 0.0, "made": 0.0}, None, "当日检查 3 项。"),
        ({"checks": 0.0, "usual": 10.0, "made": 0.0}, 0.0, "台账无当日检查记录，工作日应有。"),
    ],
)
def test_manual_checks_that_are_usual_are_told(figures: dict[str, float], value: float | None, evidence: str) -> None:
    assert _evidence(_finding("desk.checks_made", value=value, figures=figures)) == evidence


@pytest.mark.parametrize("reason", ["no_calendar", "unread"])
def test_what_is_not_known_of_manual_checks_is_told_with_its_own_reason(reason: Unknown) -> None:
    told = word(unknown(RULES["desk.checks_made"], reason))
    for words in (told.evidence, told.advice):
        assert ("工作日历" in words) == (reason == "no_calendar")
        assert ("未能读取" in words) == (reason == "unread")


def test_a_crash_is_told_with_its_times() -> None:
    details = {"incident": "SJ1", "began": "09:40", "day": None, "is_restored": True}
    broken = _finding("desk.clocks_broken", "critical", figures={"clock_s": 5.5 * 3600}, details=details, since=ON)
    assert _evidence(broken) == "09:40公文交换系统崩溃（SJ1），5 小时 30 分恢复，超过合同约定的 4 小时。"
    lasting = _finding("desk.clocks_broken", "critical", figures={"lasted_s": 5.5 * 3600}, details=details, since=ON)
    lasting = lasting.with_details(is_restored=False, day="2026-11-18")
    assert _evidence(lasting) == (
        "11月18日09:40公文交换系统崩溃（SJ1），已历时 5 小时 30 分尚未恢复，超过合同约定的 4 小时。"
    )
    running = _finding("desk.clock_running", figures={"lasted_s": 3.5 * 3600}, details=details)
    assert _evidence(running) == "09:40公文交换系统崩溃（SJ1），已历时 3 小时 30 分尚未恢复，合同约定 4 小时内恢复。"
    assert _evidence(_finding("desk.clocks_broken", "ok", 0.0, figures={"crashes": 1.0})) == (
        "当期 1 起系统崩溃均未超时。"
    )
    assert _evidence(_finding("desk.clocks_broken", "ok", 0.0)) == "当期没有供应商软件造成的系统崩溃。"


def test_changes_without_confirmation_are_told_with_their_numbers() -> None:
    entity = Entity("changes", "oa", "协同办公变更")
    finding = _finding("desk.unconfirmed_changes", entity=entity, details={"changes": ("BG1", "BG2")})
    finding = finding.since_day(dt.date(2026, 11, 11))
    assert word(finding).sentence == (
        "协同办公变更未取得用户书面确认，自11月11日起。已实施的变更为 BG1、BG2。建议补办用户书面确认。"
    )
    late = finding.with_details(is_confirmed_late=True)
    assert _evidence(late) == "变更 BG1、BG2 已实施，事后才取得用户书面确认。"
    none = _finding("desk.unconfirmed_changes", "ok", 0.0)
    assert _evidence(none) == "没有未经书面确认的流程变更。"
    assert _evidence(none.with_figures(days_back=45.0)) == "近 45 天没有未经书面确认的流程变更。"


def test_reports_backups_and_steps_that_are_missing_are_named() -> None:
    assert _evidence(_finding("desk.unconfirmed_reports", details={"weeks": ("2026-W46",)})) == (
        "2026年第46期已到确认期限，未经用户确认。"
    )
    assert _evidence(_finding("desk.unconfirmed_reports", "ok", details={"weeks": ()})) == "已到期的周期均经用户确认。"
    assert _evidence(_finding("desk.standby", value=0.0)) == "团队名册中没有指定备选驻场人员。"
    assert _evidence(_finding("desk.onboarding", details={"steps": ("培训",)})) == "接入工单中没有培训的记录。"
    concentrated = _finding("desk.concentrated", value=0.45, figures={"tickets": 45.0})
    assert _evidence(concentrated) == "季度内 45 件，占全部工单的 45.0%。"
