"""Stretches of a day in which more failed than does: small cases worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rule import Rule

#: A Friday.
ON = date(2026, 11, 20)
RULE = Rule(
    "identity.method_failures", "login_failures", Threshold(0.02, 0.1, "down"), "核查", "a reason", of="logins",
    min_count=10, check="某时段登录失败", kind="burst",
)  # fmt: skip
DAYS = [
    {"day": ON - timedelta(days=back), "is_covered": True, "is_working_day": (ON - timedelta(days=back)).weekday() < 5}
    for back in range(29)
]
HOUR_S = 3600


def _events(each: float, *, today: dict[int, float] | None = None, **more: Any) -> list[dict[str, Any]]:
    """``each`` events an hour from 9 to 17 on every working day before; on the day those given, else as before."""
    hours = range(9, 17)
    before = [
        {"day": row["day"], "slot": hour, "events": each, **more}
        for row in DAYS
        if row["day"] < ON and row["is_working_day"]
        for hour in hours
    ]
    now = {**dict.fromkeys(hours, each), **(today or {})}
    return before + [{"day": ON, "slot": hour, "events": events, **more} for hour, events in now.items()]


def _spells(failures: list[dict[str, Any]], attempts: list[dict[str, Any]], **more: Any) -> list[Any]:
    return failure_burst(more.pop("rule", RULE), failures, attempts, more.pop("days", DAYS), ON, slot_s=HOUR_S, **more)


def test_two_hours_in_which_a_fifth_fails_are_one_stretch():
    [found] = _spells(_events(5, today={10: 20, 11: 20}), _events(100))
    assert (found.state, found.value, found.since) == ("critical", 0.2, "11月20日")
    assert found.evidence == "10:00—12:00 登录 200 次，登录失败 40 次（20.0%），通常 5.0%。"
    assert (found.figures["from_s"], found.figures["until_s"]) == (36_000.0, 43_200.0)
    assert found.advice == "核查"


def test_a_day_like_the_others_is_in_order_and_says_so_once():
    [found] = _spells(_events(5), _events(100))
    assert (found.state, found.evidence) == ("ok", "没有失败集中的时段。")


def test_what_chance_explains_is_no_stretch():
    # twelve of a hundred where five are usual: chance makes that once in some hundred hours
    [found] = _spells(_events(5, today={10: 12}), _events(100))
    assert found.state == "ok"


def test_few_failures_are_told_where_nearly_none_are_usual():
    rule = replace(RULE, min_count=4)
    few = [row for row in _events(1) if row["day"] == ON and row["slot"] == 10]
    few = [{**row, "events": 5} for row in few]
    [found] = _spells(few, _events(15), rule=rule, chance=5e-5)
    assert found.state == "critical"
    assert found.evidence.startswith("10:00—11:00 登录 15 次，登录失败 5 次（33.3%）")
    # a third more of usual failures takes more failures to be told
    assert _spells(few, _events(1000), rule=rule, chance=5e-5)[0].state == "ok"


def test_a_reason_is_held_against_everything_that_was_tried():
    of_reason = [{**row, "reason": "pin"} for row in _events(1, today={10: 60})]
    [found] = _spells(of_reason, _events(100), subject=lambda row: f"原因 {row['reason']}", is_of_all=True)
    assert (found.subject, found.value) == ("原因 pin", 0.6)


def test_bunches_are_no_stretch_where_they_are_usual():
    # each day one hour fails twelve times, another than the day before, the others not at all
    working = [row["day"] for row in DAYS if row["is_working_day"] and row["day"] < ON]
    bunched = [{"day": day, "slot": 9 + number % 8, "events": 12} for number, day in enumerate(working)]
    bunched += [{"day": ON, "slot": 11, "events": 14}]
    assert _spells(bunched, _events(40))[0].state == "ok"
    spread = _events(1.5, today={11: 14})
    assert _spells(spread, _events(40))[0].state == "critical"


def test_what_is_told_already_is_not_told_again():
    failures = _events(5, today={10: 80})
    assert _spells(failures, _events(100))[0].state == "critical"
    [found] = _spells(failures, _events(100), without=(36_500.0, 38_000.0))
    assert found.state == "ok"


def test_a_sunday_is_held_against_days_that_are_not_worked():
    sunday = ON + timedelta(days=2)
    days = [*DAYS, {"day": sunday, "is_covered": True, "is_working_day": False}]
    failures, attempts = (
        [
            {"day": row["day"], "slot": 10, "events": events}
            for row in days
            if not row["is_working_day"]
            for events in [usual]
        ]
        for usual in (6, 10)
    )
    [found] = failure_burst(RULE, failures, attempts, days, sunday, slot_s=HOUR_S)
    assert found.state == "ok"


def test_a_hole_and_a_short_history_are_unknown_and_a_rule_that_is_off_is_silent():
    holed = [row if row["day"] < ON else {**row, "is_covered": False} for row in DAYS]
    [found] = _spells(_events(5), _events(100), days=holed)
    assert (found.state, "数据缺失" in found.evidence) == ("unknown", True)
    [found] = _spells(_events(5), _events(100), days=DAYS[:5])
    assert (found.state, "历史不足" in found.evidence) == ("unknown", True)
    assert _spells(_events(99), _events(100), rule=replace(RULE, is_off=True)) == []
