"""The contract's duties on a day: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.desk import obligation_checks as duties

#: A Friday.
ON = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)
Row = dict[str, Any]


def _at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A local time, in UTC."""
    local = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    return local.astimezone(dt.UTC)


def _clock(clock: str, hours: float, *, is_over: bool = True) -> Row:
    began = _at(ON, 9, 40)
    restored = began + dt.timedelta(hours=hours) if is_over else None
    return {
        "incident_no": "SJ1",
        "subsystem": "docexchange",
        "clock": clock,
        "began_at": began,
        "restored_at": restored,
        "clock_s": hours * 3600,
    }


def test_a_crash_that_was_restored_too_late_is_said_with_its_times():
    [found] = duties.clocks(RULES, [_clock("broken", 5.5), _clock("support", 30)], 8)
    assert (found.code, found.subject, found.state, found.since) == (
        "desk.clocks_broken",
        "公文交换",
        "critical",
        "11月20日",
    )
    assert found.evidence == "公文交换崩溃（SJ1）09:40 发生，5 小时 30 分恢复，超过 4 小时承诺。"


@pytest.mark.parametrize(("hours", "state"), [(2.9, "ok"), (3.5, "warning")])
def test_a_clock_that_runs_past_three_of_its_four_hours_is_told(hours: float, state: str):
    found = duties.clocks(RULES, [_clock("running", hours, is_over=False)], 8)
    assert [each.state for each in found] == [state]


def test_a_crash_that_was_kept_and_one_of_another_cause_are_in_order():
    [found] = duties.clocks(RULES, [_clock("kept", 1), _clock("support", 30)], 8)
    assert (found.state, found.evidence) == ("ok", "当日 1 起系统崩溃均未超时。")


def _change(number: str, back: int, confirmed: dt.datetime | None = None) -> Row:
    return {
        "change_no": number,
        "subsystem": "oa",
        "unit": None,
        "finished_at": _at(ON - back * DAY, 16),
        "confirmed_at": confirmed,
    }


def test_a_workflow_changed_without_confirmation_is_told_until_it_is_confirmed():
    rule = RULES["desk.unconfirmed_changes"]
    [found] = duties.unconfirmed(rule, [_change("BG1", 9), _change("BG2", 0)], 8)
    assert (found.subject, found.state, found.since) == ("协同办公变更", "warning", "11月11日")
    assert found.evidence == "BG1、BG2 已实施，未取得用户书面确认。"
    [late] = duties.unconfirmed(rule, [_change("BG3", 0, _at(ON, 17))], 8)
    assert late.evidence == "BG3 已实施，事后才取得用户书面确认。"
    assert [each.state for each in duties.unconfirmed(rule, [], 8)] == ["ok"]


def _team(team: int, standbys: int) -> list[Row]:
    return [{"team": team, "standbys": standbys}]


def test_a_team_has_six_and_a_named_backup():
    found = duties.team(RULES, _team(8, 1), _team(8, 1), ON)
    assert [(each.code, each.state) for each in found] == [("desk.team", "ok"), ("desk.standby", "ok")]
    few = duties.team(RULES, _team(4, 0), _team(8, 1), ON)
    assert [each.state for each in few] == ["critical", "warning"]
    assert few[1].evidence == "团队名册中没有指定备选驻场人员。"


def test_the_roster_of_the_month_before_stands_for_the_first_ten_days():
    first, later = dt.date(2026, 12, 10), dt.date(2026, 12, 11)
    assert [each.state for each in duties.team(RULES, _team(0, 0), _team(8, 1), first)] == ["ok", "ok"]
    assert [each.state for each in duties.team(RULES, _team(0, 0), _team(8, 1), later)] == ["unknown"]


WORKED = [ON - back * DAY for back in range(80) if (ON - back * DAY).weekday() < 5]


def _signed(*weeks: int) -> list[Row]:
    return [
        {
            "report": "weekly_service_report",
            "period": f"2026-W{week}",
            "signed_on": dt.date.fromisocalendar(2026, week, 1) + 9 * DAY,
        }
        for week in weeks
    ]


def _unsigned(weeks: list[Row], on: dt.date, worked: list[dt.date] = WORKED) -> list[Any]:
    return duties.unsigned(RULES["desk.unconfirmed_reports"], weeks, worked, on)


def test_a_report_that_nobody_confirmed_by_thursday_is_told_on_thursday():
    weeks = _signed(40, 41, 42, 44, 45)  # 46 ended on Sunday 15 November
    wednesday, thursday = dt.date(2026, 11, 18), dt.date(2026, 11, 19)
    assert [each.evidence for each in _unsigned(weeks, wednesday)] == ["已到期的周期均经用户确认。"]
    [found] = _unsigned(weeks, thursday)
    assert (found.subject, found.state, found.since) == ("服务周报", "warning", "11月16日")
    assert found.evidence == "2026-W46 已到确认期限，未经用户确认。"


def test_a_holiday_gives_more_time_and_a_confirmation_of_later_is_not_known_yet():
    weeks = _signed(41, 42, 43, 44, 45)
    worked = [day for day in WORKED if day != dt.date(2026, 11, 17)]
    assert [each.state for each in _unsigned(weeks, dt.date(2026, 11, 19), worked)] == ["ok"]
    assert [each.state for each in _unsigned(weeks, dt.date(2026, 11, 20), worked)] == ["warning"]
    signed_tomorrow = [*weeks, {"report": "weekly_service_report", "period": "2026-W46", "signed_on": ON + DAY}]
    assert [each.state for each in _unsigned(signed_tomorrow, ON)] == ["warning"]


def test_a_report_that_is_not_regularly_confirmed_waits_for_nobody():
    assert _unsigned(_signed(44), ON) == []
    assert _unsigned([{"report": "x", "period": "2026-10", "signed_on": ON}] * 9, ON) == []


def _patched(host: str, days: int | None) -> Row:
    return {"host": host, "unpatched_days": days}


def test_a_patch_that_failed_and_hosts_that_were_not_patched_for_a_quarter():
    waiting = [{"host": "sms-app-1", "waiting_patches": 1, "patch": "K1", "since_on": ON - 16 * DAY}]
    found = duties.patches(RULES, waiting, [_patched("a", 91), _patched("b", 90), _patched("c", None)], 200)
    assert [(each.code, each.subject, each.state, each.evidence) for each in found] == [
        ("infra.failed_patches", "sms-app-1", "warning", "补丁 K1 安装失败，尚未复装。"),
        ("infra.unpatched", "全部主机", "critical", "2 台主机超过 90 天没有补丁记录，最久 200 天：c、a。"),
    ]
    assert found[0].since == "11月4日"


def test_of_a_host_without_a_patch_in_a_short_book_nothing_is_said():
    [found] = duties.patches(RULES, [], [_patched("a", None)], 60)
    assert (found.state, found.evidence) == ("ok", "没有安装失败待复装的补丁。")


def test_a_unit_that_was_connected_without_a_step_is_named_with_it():
    steps = {"has_account": True, "has_permission": True, "has_seal": True, "has_training": True}
    whole = {"unit": "甲局", "begun_on": ON - 30 * DAY, "missing_steps": 0, **steps}
    lacking = {**whole, "unit": "乙局", "missing_steps": 1, "has_training": False}
    asked = {**whole, "unit": "丙局", "missing_steps": 2, "has_seal": False, "has_training": False}
    [found] = duties.onboarding(RULES["desk.onboarding"], [whole, lacking, asked])
    assert (found.subject, found.state, found.evidence) == ("乙局", "warning", "接入工单中没有培训的记录。")


@pytest.mark.parametrize(
    ("code", "row", "state"),
    [
        ("desk.late_responses", {"late_responses": 0}, "ok"),
        ("desk.late_responses", {"late_responses": 1}, "warning"),
        ("desk.untrained", {"untrained_days": 60}, "ok"),
        ("desk.untrained", {"untrained_days": 61}, "warning"),
    ],
)
def test_what_is_due_is_judged(code: str, row: Row, state: str):
    assert [each.state for each in evaluate_rules([RULES[code]], [row], "某处")] == [state]
