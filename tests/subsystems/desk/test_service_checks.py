from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.desk import service_checks as desk

ON = dt.date(2026, 11, 18)


def _days(*, is_covered: bool = True, is_working_day: bool | None = True) -> list[dict[str, Any]]:
    earlier = {"day": ON - dt.timedelta(days=1), "is_covered": True, "is_working_day": True}
    return [earlier, {"day": ON, "is_covered": is_covered, "is_working_day": is_working_day}]


def _backlog(open_tickets: int, overdue: int, **more: Any) -> list[dict[str, Any]]:
    due = dt.datetime(2026, 11, 15, 17, tzinfo=dt.UTC) if overdue else None
    return [{"open_tickets": open_tickets, "overdue_tickets": overdue, "oldest_due_at": due, **more}]


@pytest.mark.parametrize(
    ("overdue", "state"), [(0, "ok"), (1, "ok"), (2, "warning"), (10, "warning"), (11, "critical")]
)
def test_overdue_tickets_are_judged(overdue: int, state: str) -> None:
    [found] = desk.tickets(_backlog(12, overdue), _days(), ON, 8, RULES)
    assert (found.state, found.value) == (state, overdue)
    assert found.evidence == f"未关闭 12 件，其中逾期 {overdue} 件。"


def test_overdue_tickets_are_dated_by_the_local_day_of_the_oldest() -> None:
    [found] = desk.tickets(_backlog(12, 3, subsystem="oa"), _days(), ON, 8, RULES)
    assert (found.subsystem, found.subject, found.since) == ("oa", "协同办公工单", "11月16日")


def test_one_ticket_is_no_matter_until_it_was_forgotten() -> None:
    [few] = desk.tickets(_backlog(3, 1, overdue_days=9.0), _days(), ON, 8, RULES)
    late, oldest = desk.tickets(_backlog(3, 1, overdue_days=12.4), _days(), ON, 8, RULES)
    assert (few.state, late.state, oldest.state) == ("ok", "ok", "warning")
    assert (oldest.code, oldest.evidence) == ("desk.overdue_oldest", "逾期最久的工单已逾期 12 天。")


def _attendance(working: int, recorded: int, attended: int) -> list[dict[str, Any]]:
    return [{"working_days": working, "recorded_days": recorded, "attended_days": attended}]


@pytest.mark.parametrize(
    ("row", "is_working_day", "state"),
    [
        (_attendance(1, 1, 1), True, "ok"),
        (_attendance(1, 1, 0), True, "critical"),
        (_attendance(1, 0, 0), True, "unknown"),
        (_attendance(0, 0, 0), False, "ok"),
        (_attendance(0, 0, 0), None, "unknown"),
    ],
)
def test_attendance_is_due_on_working_days(row: Any, is_working_day: bool | None, state: str) -> None:
    [found] = desk.attendance(row, _days(is_working_day=is_working_day), ON, RULES["desk.attendance_rate"])
    assert found.state == state
    assert ("非工作日" in found.evidence) == (is_working_day is False)


def _checks(subsystem: str, ok: int, warning: int, critical: int, settled: int = 0) -> dict[str, Any]:
    return {
        "subsystem": subsystem,
        "checks": ok + warning + critical,
        "checks_ok": ok,
        "checks_watch": warning,
        "checks_bad": critical,
        "checks_open": warning + critical - settled,
    }


def test_manual_checks_are_as_bad_as_their_worst_result() -> None:
    found = desk.checks(
        [_checks("infra", 5, 1, 1), _checks("sms", 2, 1, 0), _checks("oa", 1, 0, 0)], _days(), ON, RULES["desk.checks"]
    )
    assert [(each.subject, each.state, each.value) for each in found] == [
        ("软硬件环境", "critical", 2.0),
        ("短信平台", "warning", 1.0),
        ("协同办公", "ok", 0.0),
    ]
    assert found[0].evidence == "人工检查 7 项，异常 1 项，关注 1 项。"


def test_what_was_dealt_with_on_the_spot_is_no_matter_but_what_was_bad_is() -> None:
    settled, critical = desk.checks(
        [_checks("sms", 2, 1, 0, settled=1), _checks("oa", 0, 0, 1)], _days(), ON, RULES["desk.checks"]
    )
    assert (settled.state, settled.evidence) == ("ok", "人工检查 3 项，异常 0 项，关注 1 项，其中 1 项已当场处理。")
    assert critical.state == "critical"


def _made(usual: int, made: int) -> list[dict[str, Any]]:
    return [{"usual_items": usual, "made_items": made, "made_rate": made / usual if usual else None}]


@pytest.mark.parametrize(("is_working_day", "state"), [(True, "warning"), (False, "ok"), (None, "unknown")])
def test_no_manual_check_on_a_working_day_is_watched(is_working_day: bool | None, state: str) -> None:
    [found] = desk.made(_made(10, 0), _days(is_working_day=is_working_day), ON, RULES["desk.checks_made"])
    assert found.state == state


@pytest.mark.parametrize(("made", "state"), [(10, "ok"), (9, "warning"), (4, "critical")])
def test_what_is_usually_checked_is_checked(made: int, state: str) -> None:
    [found] = desk.made(_made(10, made), _days(), ON, RULES["desk.checks_made"], count=made)
    assert (found.state, found.evidence) == (state, f"通常检查的 10 项中当日检查 {made} 项。")


def test_checks_without_a_past_are_what_they_are() -> None:
    [found] = desk.made(_made(0, 0), _days(), ON, RULES["desk.checks_made"], count=3)
    assert (found.state, found.evidence) == ("ok", "当日检查 3 项。")


def test_a_ledger_that_was_not_read_is_unknown() -> None:
    days = _days(is_covered=False)
    found = [
        *desk.tickets(_backlog(0, 0), days, ON, 8, RULES),
        *desk.attendance(_attendance(1, 0, 0), days, ON, RULES["desk.attendance_rate"]),
        *desk.checks([], days, ON, RULES["desk.checks"]),
    ]
    assert [(each.state, each.value, each.since) for each in found] == [("unknown", None, "11月18日")] * 3
