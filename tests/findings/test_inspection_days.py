"""Use against its weekday, since when, hosts and problems: by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.inspection_hosts import problems, reachable
from ntanalytics.findings.inspection_since import by_day, from_moment
from ntanalytics.findings.inspection_usual import against_weekday, usual
from ntanalytics.findings.rules import Rule, judged, not_due

ON = dt.date(2026, 11, 20)  # a Friday
USE = Rule("oa.active_change_rate", "active_change_rate", Threshold(-0.1, -0.3, "up"), "核查", "a reason", fewest=50)
FAILING = Rule(
    "identity.login_failure_rate", "login_failure_rate", Threshold(0.1, 0.3, "down"), "核查", "a reason",
    of="logins", fewest=50,
)  # fmt: skip


def used(of: dict[dt.date, int | None], days: int = 56) -> list[dict[str, Any]]:
    """500 on working days, 100 at weekends, but for the days given; None is a hole."""
    found = []
    for back in range(days):
        day = ON - dt.timedelta(days=back)
        is_working = day.weekday() < 5
        value = of.get(day, 500 if is_working else 100)
        found.append({"day": day, "is_covered": value is not None, "is_working_day": is_working, "active": value})
    return found


def test_a_day_is_held_against_the_same_weekday_and_a_weekend_is_no_fall():
    [found] = against_weekday(USE, used({}), ON, measure="active")
    assert (found.state, found.value, found.since) == ("ok", 0.0, None)
    saturday = dt.date(2026, 11, 14)
    [found] = against_weekday(USE, used({saturday: 97}), saturday, measure="active")
    assert found.state == "ok"  # 3 % below the other Saturdays, though 80 % below the Friday


def test_a_fall_is_said_with_what_is_usual_and_since_when_over_the_weekend():
    fallen = {dt.date(2026, 11, day): 125 for day in (18, 19, 20)}
    [found] = against_weekday(USE, used(fallen), ON, measure="active", subject="甲局")
    assert (found.state, found.value, found.since, found.subject) == ("bad", -0.75, "11月18日", "甲局")
    assert found.evidence == "活跃账号 125 个，较近四周同一星期几的中位数 500 个低 75.0%。"
    fallen = {dt.date(2026, 11, day): 125 for day in (13, 16, 17, 18, 19, 20)}
    [found] = against_weekday(USE, used(fallen), ON, measure="active")
    assert found.since == "11月13日"  # the weekend neither begins nor ends it


def test_a_working_day_is_held_against_worked_days_only():
    rows = used({})
    rows[7] |= {"is_working_day": False, "active": 40}  # a holiday on last Friday
    assert usual(rows, ON, "active") == 500
    for place in (14, 21):
        rows[place] |= {"is_working_day": False}
    assert usual(rows, ON, "active") is None  # one comparable day is no median


@pytest.mark.parametrize(("rows", "why"), [
    (used({ON: None}), "数据缺失"),
    (used({}, days=8), "可比的同一星期几不足"),
    ([{**row, "active": row["active"] // 20} for row in used({})], "通常只有 25 个，不足 50"),
])  # fmt: skip
def test_what_cannot_be_judged_is_unknown(rows: list[dict[str, Any]], why: str):
    [found] = against_weekday(USE, rows, ON, measure="active")
    assert (found.state, found.value) == ("unknown", None)
    assert why in found.evidence


def failing(*rates: float | None, logins: int = 100) -> list[dict[str, Any]]:
    return [
        {"day": ON - dt.timedelta(days=len(rates) - 1 - place), "is_covered": rate is not None, "logins": logins,
         "login_failure_rate": rate}
        for place, rate in enumerate(rates)
    ]  # fmt: skip


def test_since_when_is_read_from_the_days_and_only_where_something_is_wrong():
    [bad] = by_day(judged([FAILING], failing(0.4)[-1:]), FAILING, failing(0.05, 0.2, 0.4), ON)
    assert bad.since == "11月19日"
    [fine] = by_day(judged([FAILING], failing(0.05)[-1:]), FAILING, object(), ON)  # type: ignore[arg-type]
    assert fine.since is None  # the days were not even read
    quiet = failing(0.05, 0.2, 0.9, 0.4)
    quiet[2]["logins"] = 3  # a day of three logins says nothing
    [bad] = by_day(judged([FAILING], failing(0.4)[-1:]), FAILING, quiet, ON)
    assert bad.since == "11月18日"


def test_since_when_is_told_by_a_moment_in_local_time():
    found = judged([FAILING], failing(0.4))
    late = dt.datetime(2026, 11, 18, 17, tzinfo=dt.UTC)
    assert from_moment(found, FAILING.code, {"统一身份认证": late}, 8)[0].since == "11月19日"
    assert from_moment(found, FAILING.code, {"另一个": late}, 8)[0].since is None


def test_a_host_answers_or_does_not_or_nobody_knows():
    rows = [
        {"host": "a", "is_monitored": True, "is_available": True},
        {"host": "b", "is_monitored": True, "is_available": False},
        {"host": "c", "is_monitored": True, "is_available": None},
        {"host": "d", "is_monitored": False, "is_available": False},
    ]
    assert [(each.subject, each.state) for each in reachable(rows)] == [("a", "ok"), ("b", "bad"), ("c", "unknown")]
    assert [each.state for each in reachable([], is_complete=False)] == ["unknown"]


def test_what_monitoring_has_not_ended_is_wrong_by_its_severity():
    at = dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)

    def row(severity: str, hours: int, ended: int | None = None) -> dict[str, Any]:
        ends = None if ended is None else at - dt.timedelta(hours=ended)
        began = at - dt.timedelta(hours=hours)
        return {"host": "a", "problem": "磁盘低", "severity": severity, "started_at": began, "ended_at": ends}

    found = problems([row("warning", 30), row("high", 2), row("high", 9, ended=1), row("information", 9)], at, 8)
    assert [(each.state, each.since) for each in found] == [("bad", "11月20日"), ("watch", "11月19日")]
    assert [each.state for each in problems([row("high", 9, ended=1)], at, 8)] == ["ok"]
    assert [each.state for each in problems([], at, 8, is_complete=False)] == ["unknown"]
    # after the inspected day it ended, but on that day it lasted
    assert [each.state for each in problems([row("high", 9, ended=-1)], at, 8)] == ["bad"]


def test_what_is_not_due_is_in_order_and_says_why():
    found = not_due("im.im_messages", "即时通讯", "消息")
    assert (found.state, found.evidence) == ("ok", "非工作日，不作判断。")
