"""Presence on site and manual checks: what breaks a rule, and what must not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems import word
from ntanalytics.subsystems.desk import SUBSYSTEM
from tests.subsystems import made
from tests.subsystems.made import ON, Row, days, judge, statuses

DAY = dt.timedelta(days=1)
SATURDAY = ON - 6 * DAY


@pytest.fixture
def without_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the working days of the year unknown."""
    rows = [{**row, "is_working_day": None} for row in days()]
    monkeypatch.setattr(made, "days", lambda **_gaps: rows)


def _attendance(*present: bool, on: dt.date = ON, **more: Any) -> Finding:
    rows = [
        {"attended_on": on, "day": on, "person": str(number), "role": "engineer", "is_present": is_present}
        for number, is_present in enumerate(present)
    ]
    more.setdefault("period", Period.day(on))
    [finding] = judge(SUBSYSTEM, ["desk.attendance_rate"], {"desk.attendance": rows}, **more)
    assert finding.entity.identity == "post/on_site"
    return finding


@pytest.mark.parametrize(("present", "status"), [((True,), "ok"), ((False, True), "ok"), ((False,), "critical")])
def test_somebody_is_on_site_on_a_working_day(present: tuple[bool, ...], status: str) -> None:
    finding = _attendance(*present)
    assert (finding.status, finding.value) == (status, float(any(present)))
    assert finding.since == (ON if status == "critical" else None)


def test_attendance_that_nobody_recorded_is_unknown() -> None:
    finding = _attendance()
    assert (finding.status, finding.unknown, finding.since) == ("unknown", "not_recorded", ON)


def test_attendance_is_not_due_on_a_day_off() -> None:
    finding = _attendance(on=SATURDAY)
    assert (finding.status, finding.is_applicable) == ("ok", False)


@pytest.mark.usefixtures("without_calendar")
def test_without_a_calendar_nobody_knows_whether_attendance_is_due() -> None:
    finding = _attendance()
    assert (finding.status, finding.unknown, finding.since) == ("unknown", "no_calendar", ON)


def test_attendance_of_a_week_is_the_share_of_its_working_days() -> None:
    finding = _attendance(True, period=Period.week(ON))
    assert (finding.status, finding.value, finding.format) == ("critical", 0.2, "rate:1")
    gap = _attendance(True, period=Period.week(ON), gaps=(ON - DAY,))
    assert (gap.status, gap.unknown) == ("unknown", "incomplete")


def _seen(subsystem: str, ok: int, watch: int, bad: int, remark: str | None = None) -> list[Row]:
    results = ["ok"] * ok + ["watch"] * watch + ["bad"] * bad
    return [
        {"checked_on": ON, "subsystem": subsystem, "item": str(number), "result": result, "remark": remark}
        for number, result in enumerate(results)
    ]


def _checks(*rows: Row, **more: Any) -> list[Finding]:
    return judge(SUBSYSTEM, ["desk.checks"], {"desk.checks": rows}, **more)


def test_manual_checks_are_as_bad_as_their_worst_result() -> None:
    findings = _checks(*_seen("infra", 5, 1, 1), *_seen("sms", 2, 1, 0), *_seen("oa", 1, 0, 0))
    assert {finding.entity.identity: (finding.status, finding.value) for finding in findings} == {
        "subsystem/infra": ("critical", 2.0),
        "subsystem/sms": ("warning", 1.0),
        "subsystem/oa": ("ok", 0.0),
    }
    infra = next(finding for finding in findings if finding.entity.key == "infra")
    assert dict(infra.figures) == {"checks": 7, "critical": 1, "warning": 1, "open": 2}
    assert infra.since == ON


def test_what_was_dealt_with_on_the_spot_is_ok_but_what_was_bad_is_not() -> None:
    findings = _checks(*_seen("sms", 2, 1, 0, "已处理"), *_seen("oa", 0, 0, 1, "已处理"))
    critical, settled = sorted(findings, key=lambda finding: finding.status)
    assert (settled.entity.key, settled.status) == ("sms", "ok")
    assert dict(settled.figures) == {"checks": 3, "critical": 0, "warning": 1, "open": 0}
    assert (critical.entity.key, critical.status) == ("oa", "critical")


def _made(*, usual: int, today: int, on: dt.date = ON, **more: Any) -> list[Finding]:
    """Return the findings of items that are checked on every working day, of which some are today."""
    past = [row["day"] for row in days(28) if row["is_working_day"] and row["day"] < on]
    checked = [(day, number) for day in past for number in range(usual)] + [(on, number) for number in range(today)]
    rows = [
        {"checked_on": day, "day": day, "subsystem": "infra", "item": str(number), "result": "ok"}
        for day, number in checked
    ]
    return judge(SUBSYSTEM, ["desk.checks_made"], {"desk.checks": rows}, period=Period.day(on), **more)


@pytest.mark.parametrize(
    ("today", "status", "rate"), [(10, "ok", 1.0), (9, "warning", 0.9), (4, "critical", 0.4), (0, "warning", 0.0)]
)
def test_what_is_usually_checked_is_checked(today: int, status: str, rate: float) -> None:
    [finding] = _made(usual=10, today=today)
    assert (finding.entity.identity, finding.status, finding.value) == ("systems/all", status, rate)
    assert dict(finding.figures) == {"checks": today, "usual": 10, "made": today}
    assert finding.since == (None if status == "ok" else ON)


def test_the_items_that_were_not_checked_are_named() -> None:
    [finding] = _made(usual=10, today=8)
    assert finding.details["items"] == ("8", "9")
    assert word(finding).evidence.endswith("未检查：8、9。")


@pytest.mark.parametrize(("left_off", "is_told"), [(1, True), (6, True), (16, True), (17, False)])
def test_an_item_that_was_left_off_is_told_until_nobody_remembers_it(left_off: int, is_told: bool) -> None:
    worked = [row["day"] for row in days(28) if row["is_working_day"]]
    assert len(worked) == 21  # four of them are left of an item that was left off on the 17th last
    rows = [
        {"checked_on": day, "day": day, "subsystem": "sms", "item": item, "result": "ok"}
        for day in worked
        for item in ("供电", "短信通道")
        if item == "供电" or day < worked[-left_off]
    ]
    [finding] = judge(SUBSYSTEM, ["desk.checks_made"], {"desk.checks": rows})
    assert finding.status == ("warning" if is_told else "ok")
    assert finding.since == (worked[-left_off] if is_told else None)


def test_checks_without_a_past_are_what_they_are() -> None:
    [finding] = _made(usual=0, today=3)
    assert (finding.status, finding.value, finding.figures["checks"]) == ("ok", None, 3.0)


def test_checks_are_not_due_on_a_day_off() -> None:
    [finding] = _made(usual=10, today=0, on=SATURDAY)
    assert (finding.status, finding.is_applicable) == ("ok", False)


@pytest.mark.usefixtures("without_calendar")
def test_without_a_calendar_nobody_knows_whether_checks_are_due() -> None:
    [finding] = _made(usual=10, today=0)
    assert (finding.status, finding.unknown, finding.since) == ("unknown", "no_calendar", ON)


def test_a_ledger_that_was_not_read_is_unknown() -> None:
    attendance = _attendance(True, gaps=(ON,))
    [checks] = _checks(*_seen("oa", 1, 0, 0), gaps=(ON,))
    for finding in (attendance, checks):
        assert (finding.status, finding.unknown, finding.value, finding.since) == ("unknown", "missing", None, ON)
    assert statuses([checks]) == [("systems/all", "unknown")]


@pytest.mark.parametrize("day", [ON, None])
def test_a_rejected_row_may_be_that_of_the_person_on_site(day: dt.date | None) -> None:
    rejected = {"desk.attendance": {day: 1}}
    for present in ((), (False,)):
        finding = _attendance(*present, rejected=rejected)
        assert (finding.status, finding.unknown) == ("unknown", "unread")
    assert _attendance(True, rejected=rejected).status == "ok"
    assert _attendance(False, rejected={"desk.attendance": {ON - DAY: 1}}).status == "critical"
    week = _attendance(True, period=Period.week(ON), rejected={"desk.attendance": {None: 1}})
    assert (week.status, week.unknown) == ("unknown", "incomplete")
    assert _attendance(True, period=Period.week(ON), rejected={"desk.attendance": {ON: 1}}).status == "critical"


@pytest.mark.parametrize(("today", "status"), [(10, "ok"), (9, "unknown"), (0, "unknown")])
def test_a_rejected_row_may_be_the_check_that_was_not_made(today: int, status: str) -> None:
    [finding] = _made(usual=10, today=today, rejected={"desk.checks": {None: 1}})
    assert finding.status == status
