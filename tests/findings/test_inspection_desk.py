from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings import inspection_desk as desk

ON = dt.date(2026, 11, 18)


def _days(*, is_covered: bool = True, is_working_day: bool | None = True) -> list[dict[str, Any]]:
    earlier = {"day": ON - dt.timedelta(days=1), "is_covered": True, "is_working_day": True}
    return [earlier, {"day": ON, "is_covered": is_covered, "is_working_day": is_working_day}]


def _backlog(open_tickets: int, overdue: int, **more: Any) -> list[dict[str, Any]]:
    due = dt.datetime(2026, 11, 15, 17, tzinfo=dt.UTC) if overdue else None
    return [{"open_tickets": open_tickets, "overdue_tickets": overdue, "oldest_due_at": due, **more}]


@pytest.mark.parametrize(("overdue", "state"), [(0, "ok"), (1, "watch"), (5, "watch"), (6, "bad")])
def test_overdue_tickets_are_judged(overdue: int, state: str) -> None:
    [found] = desk.tickets(_backlog(12, overdue), _days(), ON, 8)
    assert (found.state, found.value) == (state, overdue)
    assert found.evidence == f"未关闭 12 件，其中逾期 {overdue} 件。"


def test_overdue_tickets_are_dated_by_the_local_day_of_the_oldest() -> None:
    [found] = desk.tickets(_backlog(12, 3, subsystem="oa"), _days(), ON, 8)
    assert (found.subsystem, found.subject, found.since) == ("oa", "协同办公工单", "11月16日")


def _attendance(working: int, recorded: int, attended: int) -> list[dict[str, Any]]:
    return [{"working_days": working, "recorded_days": recorded, "attended_days": attended}]


@pytest.mark.parametrize(
    ("row", "is_working_day", "state"),
    [
        (_attendance(1, 1, 1), True, "ok"),
        (_attendance(1, 1, 0), True, "bad"),
        (_attendance(1, 0, 0), True, "unknown"),
        (_attendance(0, 0, 0), False, "ok"),
        (_attendance(0, 0, 0), None, "unknown"),
    ],
)
def test_attendance_is_due_on_working_days(row: Any, is_working_day: bool | None, state: str) -> None:
    [found] = desk.attendance(row, _days(is_working_day=is_working_day), ON)
    assert found.state == state
    assert ("非工作日" in found.evidence) == (is_working_day is False)


def _checks(subsystem: str, ok: int, watch: int, bad: int) -> dict[str, Any]:
    return {
        "subsystem": subsystem, "checks": ok + watch + bad, "checks_ok": ok, "checks_watch": watch, "checks_bad": bad,
    }  # fmt: skip


def test_manual_checks_are_as_bad_as_their_worst_result() -> None:
    found = desk.checks([_checks("infra", 5, 1, 1), _checks("sms", 2, 1, 0), _checks("oa", 1, 0, 0)], _days(), ON)
    assert [(each.subject, each.state, each.value) for each in found] == [
        ("软硬件环境", "bad", 2.0), ("短信平台", "watch", 1.0), ("协同办公", "ok", 0.0),
    ]  # fmt: skip
    assert found[0].evidence == "人工检查 7 项，异常 1 项，关注 1 项。"


@pytest.mark.parametrize(("is_working_day", "state"), [(True, "watch"), (False, "ok"), (None, "unknown")])
def test_no_manual_check_on_a_working_day_is_watched(is_working_day: bool | None, state: str) -> None:
    [found] = desk.checks([], _days(is_working_day=is_working_day), ON)
    assert (found.state, found.value) == (state, None)


def test_a_ledger_that_was_not_read_is_unknown() -> None:
    days = _days(is_covered=False)
    found = [
        *desk.tickets(_backlog(0, 0), days, ON, 8),
        *desk.attendance(_attendance(1, 0, 0), days, ON),
        *desk.checks([], days, ON),
    ]
    assert [(each.state, each.value, each.since) for each in found] == [("unknown", None, "11月18日")] * 3
