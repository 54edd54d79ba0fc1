"""Burden by cause, in counts and in person-hours a week."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.metrics.oa import burden

MONDAY = dt.date(2026, 11, 16)
ENDS_AT = dt.datetime(2026, 11, 22, 16, tzinfo=dt.UTC)


def _at(day: dt.date, clock: str) -> dt.datetime:
    """Return a local time as UTC."""
    return dt.datetime.fromisoformat(f"{day}T{clock}:00+08:00").astimezone(dt.UTC)


def _found(table: ibis.Table) -> dict[str, int]:
    return {row["burden_subject"]: row["burden_count"] for row in table.to_pyarrow().to_pylist()}


@pytest.fixture
def week() -> ibis.Table:
    days = [MONDAY + dt.timedelta(days=number) for number in range(7)]
    return ibis.memtable(pa.table({"day": days, "is_working_day": [day.weekday() < 5 for day in days]}))


def test_messages_outside_the_working_time_by_application_and_half_hour(table: Any, week: ibis.Table) -> None:
    saturday = MONDAY + dt.timedelta(days=5)
    clocks = [(MONDAY, "20:10")] * 6 + [(MONDAY, "20:31")] * 2 + [(MONDAY, "08:29")] * 3 + [(saturday, "10:00")] * 5
    clocks += [(MONDAY, "08:30"), (MONDAY, "12:30"), (MONDAY, "17:59")] * 9  # the lunch break is working time
    shared = {"carrier": "mobile", "segments": 1}
    rows = [
        {"message_id": str(number), "application": "协同办公", "submitted_at": _at(day, clock), "day": day}
        for number, (day, clock) in enumerate(clocks)
    ]
    rows += [{**rows[0], "message_id": f"c{number}", "application": "政务办事"} for number in range(9)]
    found = burden.after_hours(table("sms.messages", rows, **shared), week, ["协同办公"], 8)
    assert _found(found) == {"协同办公 工作日20:00": 6, "协同办公 休息日10:00": 5, "协同办公 其他非工作时段": 5}


def _task(number: object, module: str, **more: Any) -> dict[str, Any]:
    started = _at(MONDAY, "09:00")
    row = {"task_id": str(number), "module": module, "started_at": started, "changed_at": started, "day": MONDAY}
    return {**row, "unit": "甲局", "edition": "government", "is_cancelled": False, **more}


def test_a_matter_that_two_modules_ask_a_unit_for(table: Any) -> None:
    later = {"started_at": _at(MONDAY, "10:00")}
    rows = [_task(f"a{n}", "documents", matter_id=f"文{n}") for n in range(9)]
    rows += [_task(f"b{n}", "countersign", matter_id=f"文{n}", **later) for n in range(5)]
    rows += [_task("again", "documents", matter_id="文0", **later)]  # the same module may ask in two steps
    rows += [_task("other-unit", "countersign", matter_id="文6", unit="乙局", **later)]
    rows += [_task("cancelled", "countersign", matter_id="文7", is_cancelled=True, **later)]
    rows += [_task("nothing", "countersign", **later)]
    tasks = table("oa.tasks", rows)
    assert _found(burden.asked_twice(tasks, MONDAY, MONDAY)) == {"公文管理 → 发文会签": 5}
    assert _found(burden.asked_twice(tasks, MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=6))) == {}


def _waiting(prefix: str, step: str, days: int, count: int) -> list[dict[str, Any]]:
    since = ENDS_AT - dt.timedelta(days=days)
    return [
        _task(f"{prefix}{n}", "supplies", step=step, started_at=since, changed_at=since, day=since.date())
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("days", "count", "found"), [(20, 6, {"政府版·耗材管理“会签”环节": 6}), (20, 4, {}), (5, 6, {})]
)
def test_a_step_at_which_documents_wait_longer_than_at_all_others(
    table: Any, days: int, count: int, found: dict[str, int]
) -> None:
    """Elsewhere they wait two days; three times as long is stuck, and four documents are too few to tell."""
    rows = _waiting("a", "会签", days, count) + _waiting("b", "拟稿", 2, 8)
    done = _task("done", "supplies", step="会签", finished_at=_at(MONDAY, "11:00"))
    assert _found(burden.stuck(table("oa.tasks", [*rows, done]), ENDS_AT)) == found


def test_a_lone_step_is_held_against_a_working_week(table: Any) -> None:
    assert _found(burden.stuck(table("oa.tasks", _waiting("a", "会签", 1, 6)), ENDS_AT)) == {}
    assert _found(burden.stuck(table("oa.tasks", _waiting("a", "会签", 9, 6)), ENDS_AT)) != {}


def _acts(edition: str, module: str, users: int) -> list[dict[str, Any]]:
    shared = {"hour_at": _at(MONDAY, "09:00"), "day": MONDAY, "terminal": "pc", "actions": 1}
    return [{"account_id": f"{edition}{n}", "edition": edition, "module": module, **shared} for n in range(users)]


def test_a_module_that_hardly_anybody_uses_and_none_of_fewer_than_five_accounts(table: Any) -> None:
    rows = _acts("party", "documents", 400) + _acts("party", "cars", 7) + _acts("party", "mail", 4)
    users = burden.module_users(table("oa.activities", [*rows, *_acts("wecom", "documents", 10)]))
    assert _found(burden.unneeded(users)) == {"市委版·用车管理": 7}
    relative = {(row["edition"], row["module"]): row["relative_use"] for row in users.to_pyarrow().to_pylist()}
    assert (relative["party", "cars"], relative["wecom", "cars"]) == (7 / 400, 0.0)


def test_accounts_with_an_outdated_client(table: Any) -> None:
    rows = [
        {"hour_at": _at(MONDAY, f"{9 + hour:02}:00"), "account_id": str(n), "client": client, "day": MONDAY}
        for client, count in (("Spark 2.8.3", 6), ("Spark 3.0.2", 9), ("Pidgin 2.1", 4))
        for n in range(count)
        for hour in range(2)
    ]
    sessions = table("im.sessions", rows)
    assert _found(burden.old_clients(sessions, ["Spark 2.8.3", "Pidgin 2.1"])) == {"Spark 2.8.3": 6}


def _rows(*rows: tuple[str, int]) -> ibis.Table:
    causes, counts = zip(*rows, strict=True)
    return ibis.memtable(pa.table({"burden_cause": causes, "burden_subject": causes, "burden_count": counts}))


def test_events_are_divided_by_the_weeks_and_what_lasts_is_not() -> None:
    made = burden.weigh(_rows(("after_hours", 60), ("stuck", 12)), 4).to_pyarrow().to_pylist()
    hours = {
        row["burden_cause"]: (row["burden_hours_low"], row["burden_hours"], row["burden_hours_high"]) for row in made
    }
    assert hours["after_hours"] == pytest.approx((0.25, 0.5, 1.25))
    assert hours["stuck"] == pytest.approx((1.0, 2.0, 4.0))
    assert [row["burden_cause"] for row in made] == ["stuck", "after_hours"]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(burden.CAUSES)), st.integers(0, 10_000)), min_size=1, max_size=60))
def test_the_interval_holds_the_hours(rows: list[tuple[str, int]]) -> None:
    for row in burden.weigh(_rows(*rows), 1).to_pyarrow().to_pylist():
        assert row["burden_hours_low"] <= row["burden_hours"] <= row["burden_hours_high"]
