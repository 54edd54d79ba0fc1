"""The contract's obligations on a day and over a week: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES, word
from ntanalytics.subsystems.desk import SUBSYSTEM
from ntanalytics.subsystems.desk.obligation_checks import unsigned_reports
from tests.subsystems.made import ON, Row, at, judge, statuses, view

DAY = dt.timedelta(days=1)
FRIDAY, WEEK = Period.day(ON), Period.week(ON)
CLOCKS = ["desk.clocks_broken", "desk.clock_running"]


def _crash(begin: float, hours: float | None, **more: object) -> Row:
    """Return a crash that began at a local hour of the day; one that lasts without its hours."""
    began = at(ON, begin)
    restored = None if hours is None else began + dt.timedelta(hours=hours)
    crash = {"incident_no": "SJ1", "subsystem": "docexchange", "cause": "vendor_software", "is_crash": True}
    return {**crash, "began_at": began, "restored_at": restored, "changed_at": began, **more}


def _clocks(*crashes: Row, period: Period = FRIDAY, **more: Any) -> list[Finding]:
    return judge(SUBSYSTEM, CLOCKS, {"desk.incidents": crashes}, period=period, **more)


@pytest.mark.parametrize(("period", "day"), [(Period.day(ON), None), (WEEK, "2026-11-20")])
def test_a_crash_that_was_restored_too_late_is_told_with_its_times(period: Period, day: str | None) -> None:
    hardware = _crash(1, 12, incident_no="SJ2", cause="hardware")
    [finding] = _clocks(_crash(9 + 40 / 60, 5.5), hardware, period=period)
    assert (finding.code, finding.entity.identity) == ("desk.clocks_broken", "subsystem/docexchange")
    assert (finding.status, finding.value, finding.since) == ("critical", 1.0, ON)
    assert finding.figures["clock_s"] == 5.5 * 3600
    assert dict(finding.details) == {"incident": "SJ1", "began": "9时40分", "day": day, "is_restored": True}


def test_an_incident_that_could_not_be_read_may_be_a_crash() -> None:
    rejected = {"desk.incidents": {None: 1}}
    [unread] = _clocks(rejected=rejected)
    assert (unread.status, unread.unknown) == ("unknown", "incomplete")
    [late] = _clocks(_crash(0, 5), rejected=rejected)
    assert (late.status, late.value) == ("critical", 1.0)


def test_two_crashes_of_a_subsystem_are_one_finding_with_the_longest() -> None:
    [finding] = _clocks(_crash(0, 5), _crash(6, 7, incident_no="SJ2"))
    assert (finding.value, finding.details["incident"]) == (2.0, "SJ2")


@pytest.mark.parametrize(("hours", "status"), [(2.9, None), (3.5, "warning")])
def test_a_clock_that_runs_past_three_of_its_four_hours_is_told(hours: float, status: str | None) -> None:
    kept, *running = _clocks(_crash(24 - hours, None))
    assert (kept.code, kept.status) == ("desk.clocks_broken", "ok")
    assert statuses(running) == ([("subsystem/docexchange", status)] if status else [])
    assert [finding.code for finding in running] == CLOCKS[1:][: len(running)]


def test_a_crash_that_was_kept_and_one_of_another_cause_are_ok() -> None:
    [finding] = _clocks(_crash(9, 1), _crash(9, 12, incident_no="SJ2", cause="hardware"))
    assert (finding.entity.identity, finding.status, finding.figures["crashes"]) == ("subsystem/desk", "ok", 1.0)
    [none] = _clocks()
    assert (none.status, none.figures["crashes"]) == ("ok", 0.0)


def _change(number: str, back: int, confirmed: dt.datetime | None = None, kind: str = "workflow") -> Row:
    finished = at(ON - back * DAY, 16)
    return {
        "change_no": number,
        "subsystem": "oa",
        "kind": kind,
        "planned_at": finished,
        "finished_at": finished,
        "confirmed_at": confirmed,
        "changed_at": finished,
    }


def _unconfirmed(*changes: Row, period: Period = FRIDAY, **more: Any) -> Finding:
    [finding] = judge(SUBSYSTEM, ["desk.unconfirmed_changes"], {"desk.changes": changes}, period=period, **more)
    return finding


@pytest.mark.parametrize(("day", "status"), [(None, "unknown"), (ON - 44 * DAY, "unknown"), (ON - 45 * DAY, "ok")])
def test_a_change_that_could_not_be_read_may_be_one_without_confirmation(day: dt.date | None, status: str) -> None:
    rejected = {"desk.changes": {day: 1}}
    assert _unconfirmed(rejected=rejected).status == status
    told = _unconfirmed(_change("BG2", 0), rejected=rejected)
    assert (told.status, told.value) == ("warning", 1.0)


@pytest.mark.parametrize("period", [Period.day(ON), WEEK])
def test_a_workflow_changed_without_confirmation_is_told_until_it_is_confirmed(period: Period) -> None:
    finding = _unconfirmed(_change("BG2", 0), _change("BG1", 9), _change("BG3", 60), period=period)
    assert (finding.entity.identity, finding.status, finding.value) == ("changes/oa", "warning", 2.0)
    assert (finding.since, finding.details["changes"]) == (ON - 9 * DAY, ("BG1", "BG2"))
    assert finding.details["is_confirmed_late"] is False


@pytest.mark.parametrize("period", [Period.day(ON), WEEK])
def test_none_is_said_of_the_days_that_are_looked_at_alone(period: Period) -> None:
    finding = _unconfirmed(_change("BG3", 60), period=period)
    assert (finding.entity.identity, finding.status, finding.figures["days_back"]) == ("changes/all", "ok", 45.0)


def test_a_change_that_was_confirmed_late_is_told_on_its_day_alone() -> None:
    late = _unconfirmed(_change("BG3", 0, at(ON, 17)))
    assert (late.status, late.details["is_confirmed_late"]) == ("warning", True)
    assert _unconfirmed(_change("BG3", 2, at(ON, 17))).status == "ok"


def test_changes_of_another_kind_and_none_are_ok() -> None:
    finding = _unconfirmed(_change("BG1", 0, kind="fix"))
    assert (finding.entity.identity, finding.status, finding.value) == ("changes/all", "ok", 0.0)


def _planned_change(ended: dt.datetime | None, **more: object) -> Row:
    """Return a change of Thursday evening, planned from 22:00 to 23:00."""
    evening = at(ON - DAY, 22)
    times = {"planned_at": evening, "planned_until_at": at(ON - DAY, 23), "started_at": evening}
    return {
        **_change("BG5", 1, kind="maintenance"),
        "confirmed_at": at(ON - DAY, 9),
        **times,
        "finished_at": ended,
        **more,
    }


def _overran(*changes: Row, **more: Any) -> list[Finding]:
    return judge(SUBSYSTEM, ["desk.overrun_changes"], {"desk.changes": changes}, period=FRIDAY, **more)


def test_a_change_that_ended_in_the_morning_is_told_with_what_was_planned() -> None:
    [finding] = _overran(_planned_change(at(ON, 9)))
    assert (finding.entity.identity, finding.status, finding.value) == ("change/BG5", "critical", 10 * 3600.0)
    assert (finding.since, finding.details["planned"], finding.details["is_over"]) == (ON - DAY, "23时", True)
    assert "超出 10 小时" in word(finding).evidence
    [finding] = _overran(_planned_change(at(ON, 0.5)))
    assert (finding.status, finding.value) == ("warning", 1.5 * 3600.0)


def test_a_change_without_an_end_is_a_warning_until_nobody_asks_any_more() -> None:
    [finding] = _overran(_planned_change(None))
    assert (finding.status, finding.value, finding.details["is_over"]) == ("warning", 25 * 3600.0, False)
    back = {name: at(ON - 46 * DAY, hour) for name, hour in (("planned_at", 22), ("planned_until_at", 23))}
    assert _overran(_planned_change(None, **back)) == []


@pytest.mark.parametrize(
    "change",
    [
        _planned_change(at(ON, 0)),  # an hour is no more than the limit
        _planned_change(at(ON - DAY, 23.5)),  # before the day
        _planned_change(at(ON, 9), result="cancelled"),
        _planned_change(at(ON, 9), started_at=None),
        _planned_change(at(ON, 9), planned_at=at(ON - 3 * DAY, 9)),  # of days
        _planned_change(at(ON, 9), planned_at=None),
        _planned_change(at(ON, 9), planned_until_at=None),
    ],
)
def test_a_change_within_its_time_or_without_one_is_not_told(change: Row) -> None:
    assert _overran(change) == []


def _team(members: int, standbys: int, on: dt.date = ON) -> list[Finding]:
    roster = [
        {"month_on": ON.replace(day=1), "person": str(number), "role": "backup" if number < standbys else "engineer"}
        for number in range(members)
    ]
    return judge(SUBSYSTEM, ["desk.team", "desk.standby"], {"desk.roster": roster}, period=Period.day(on))


def _by_code(findings: list[Finding]) -> dict[str, str]:
    assert {finding.entity.identity for finding in findings} <= {"team/team"}
    return {finding.code: finding.status for finding in findings}


def test_a_team_has_six_and_a_named_backup() -> None:
    assert _by_code(_team(8, 1)) == {"desk.team": "ok", "desk.standby": "ok"}
    assert _by_code(_team(4, 0)) == {"desk.team": "critical", "desk.standby": "warning"}


def test_the_roster_of_the_month_before_stands_for_the_first_ten_days() -> None:
    first, later = dt.date(2026, 12, 10), dt.date(2026, 12, 11)
    assert _by_code(_team(8, 1, first)) == {"desk.team": "ok", "desk.standby": "ok"}
    assert _by_code(_team(8, 1, later)) == {"desk.team": "unknown"}


def _signed(*weeks: int) -> list[Row]:
    return [
        {
            "report": "weekly_service_report",
            "period": f"2026-W{week}",
            "signed_on": dt.date.fromisocalendar(2026, week, 1) + 9 * DAY,
        }
        for week in weeks
    ]


def _unsigned(signoffs: list[Row], on: dt.date = ON) -> list[Finding]:
    return judge(SUBSYSTEM, ["desk.unconfirmed_reports"], {"desk.signoffs": signoffs}, period=Period.day(on))


def test_a_report_that_nobody_confirmed_by_thursday_is_told_on_thursday() -> None:
    weeks = _signed(40, 41, 42, 44, 45)  # 46 ended on Sunday 15 November
    [wednesday] = _unsigned(weeks, dt.date(2026, 11, 18))
    assert (wednesday.status, wednesday.details["weeks"]) == ("ok", ())
    [finding] = _unsigned(weeks, dt.date(2026, 11, 19))
    assert (finding.entity.identity, finding.status) == ("report/weekly_service_report", "warning")
    assert (finding.value, finding.since) == (1.0, dt.date(2026, 11, 16))
    assert finding.details["weeks"] == ("2026-W46",)


def test_a_holiday_gives_more_time() -> None:
    rule, weeks = RULES["desk.unconfirmed_reports"], _signed(41, 42, 43, 44, 45)
    span = (ON - back * DAY for back in range(80))
    worked = [day for day in span if day.weekday() < 5 and day != dt.date(2026, 11, 17)]
    for day, status in ((dt.date(2026, 11, 19), "ok"), (ON, "warning")):
        assert [finding.status for finding in unsigned_reports(rule, view(weeks), worked, day)] == [status]


def test_a_confirmation_of_later_is_not_known_yet() -> None:
    later = {"report": "weekly_service_report", "period": "2026-W46", "signed_on": ON + DAY}
    assert [finding.status for finding in _unsigned([*_signed(41, 42, 43, 44, 45), later])] == ["warning"]


def test_a_report_that_is_not_regularly_confirmed_waits_for_nobody() -> None:
    assert _unsigned(_signed(44)) == []
    assert _unsigned([{"report": "x", "period": "2026-10", "signed_on": ON}] * 9) == []


@pytest.mark.parametrize(("days", "status"), [(60, "ok"), (61, "warning"), (121, "critical"), (None, None)])
def test_two_months_without_a_training_are_told(days: int | None, status: str | None) -> None:
    held = [] if days is None else [{"held_on": ON - days * DAY, "topic": "公文", "attended": 5}]
    findings = judge(SUBSYSTEM, ["desk.untrained"], {"desk.trainings": held})
    assert statuses(findings) == ([("trainings/all", status)] if status else [])


def _planned(report: str, period: str, due: dt.date, delivered: dt.date | None) -> Row:
    noted = at(dt.date(2025, 12, 20), 10)
    return {
        "report": report, "period": period, "noted_at": noted, "due_on": due, "delivered_on": delivered,
        "changed_at": at(delivered or noted.date(), 0), "day": noted.date(),
    }  # fmt: skip


def _undelivered(*plan: Row, on: dt.date = ON, gaps: tuple[dt.date, ...] = ()) -> list[Finding]:
    data, codes = {"desk.report_plan": plan}, ["desk.undelivered_reports"]
    return judge(SUBSYSTEM, codes, data, period=Period.day(on), gaps=gaps)


def test_a_report_is_late_from_the_day_after_its_last_one() -> None:
    monday = dt.date(2026, 11, 16)
    weekly = [_planned("weekly_service_report", f"2026-W{week}", monday, None) for week in (45, 46)]
    later = _planned("sms_volume", "2026-11", dt.date(2026, 12, 5), None)
    [finding] = _undelivered(*weekly, later, on=monday + DAY)
    assert (finding.entity.identity, finding.status, finding.value) == ("report/weekly_service_report", "warning", 2.0)
    assert (finding.since, finding.details["periods"]) == (monday + DAY, ("2026-W45", "2026-W46"))
    on_time = _undelivered(*weekly, later, on=monday)
    assert [(item.entity.identity, item.status) for item in on_time] == [("reports/plan", "ok")]


def test_a_report_that_is_delivered_late_is_told_until_then() -> None:
    late = _planned("weekly_service_report", "2026-W46", dt.date(2026, 11, 16), dt.date(2026, 11, 18))
    told = [_undelivered(late, on=dt.date(2026, 11, day))[0].status for day in (16, 17, 18, 19)]
    assert told == ["ok", "warning", "ok", "ok"]


def test_a_plan_that_was_not_read_may_hold_what_is_due() -> None:
    delivered = _planned("weekly_service_report", "2026-W46", dt.date(2026, 11, 16), dt.date(2026, 11, 16))
    [finding] = _undelivered(delivered, gaps=(ON,))
    assert (finding.entity.identity, finding.status, finding.unknown) == ("reports/plan", "unknown", "incomplete")


def test_without_a_plan_nobody_knows_whether_reports_were_delivered() -> None:
    [finding] = _undelivered()
    assert (finding.entity.identity, finding.status, finding.unknown) == ("reports/plan", "unknown", "not_recorded")


def _right(removed: dt.datetime | None, used: dt.date | None, **more: object) -> Row:
    """Return a right of one subsystem, with its removal and its last use."""
    granted = at(ON - 90 * DAY, 10)
    return {
        "grant_no": "QX1", "subsystem": "docexchange", "permission": "单位收发管理", "unit": "甲局",
        "granted_at": granted, "removed_at": removed, "last_used_on": used, "changed_at": granted,
        "day": granted.date(), **more,
    }  # fmt: skip


def _removed(*grants: Row) -> list[Finding]:
    return judge(SUBSYSTEM, ["desk.removed_rights"], {"desk.access_grants": grants})


def test_a_right_that_is_used_after_its_removal_is_told_since_its_first_such_use() -> None:
    removed = at(ON - 30 * DAY, 17)
    others = [_right(removed, ON - 2 * DAY, grant_no="QX2"), _right(removed, ON, grant_no="QX3", subsystem="sms")]
    found = {finding.entity.key: finding for finding in _removed(_right(removed, ON - DAY), *others)}
    assert {key: (finding.status, finding.value) for key, finding in found.items()} == {
        "docexchange": ("warning", 2.0),
        "sms": ("warning", 1.0),
    }
    first = found["docexchange"]
    assert (first.since, first.details["grants"]) == (ON - 2 * DAY, ("QX2", "QX1"))
    assert "甲局 单位收发管理已于10月21日撤销，11月18日仍有使用" in word(first).sentence


@pytest.mark.parametrize(
    "grant",
    [
        _right(None, ON),  # it holds
        _right(at(ON - 30 * DAY, 0.5), ON - 30 * DAY),  # on its last day, which began in Nantong
        _right(at(ON - 30 * DAY, 17), None),  # not recorded
        _right(at(ON - 30 * DAY, 17), ON + DAY),  # of tomorrow
        _right(at(ON - 30 * DAY, 17), ON - DAY, reviewed_on=ON - DAY),
    ],
)
def test_a_right_that_holds_and_one_that_was_reviewed_since_is_not_told(grant: Row) -> None:
    assert _removed(grant) == []
