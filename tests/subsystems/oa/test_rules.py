"""Each rule over the OA that asks of a day: one case that fires it, and some that must not."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.subsystems import RULES
from tests.subsystems.made import ON, daily, days, hours

HOUR = 3600
SUNDAY = ON - dt.timedelta(days=5)


def usual(code, amount, today, on=ON, **more):
    measure = RULES[code].measure
    found = seasonal_baseline(RULES[code], daily(measure, amount, today, **more), on, subject="全市")
    return [each.state for each in found]


@pytest.mark.parametrize(
    ("code", "amount", "today", "more", "state"),
    [
        ("oa.active_fall", 2000, 1500, {}, "warning"),
        ("oa.active_fall", 2000, 1100, {}, "critical"),
        ("oa.active_fall", 2000, 1750, {}, "ok"),
        ("oa.active_fall", 2000, 2600, {}, "ok"),
        ("oa.active_fall", 30, 2, {}, "unknown"),
        ("oa.overdue_rise", 60, 130, {}, "warning"),
        ("oa.overdue_rise", 60, 75, {}, "ok"),
        ("oa.overdue_rise", 60, 5, {}, "ok"),
        ("oa.handling_rise", 28_800, 60_000, {"tasks": 500}, "warning"),
        ("oa.handling_rise", 28_800, 30_000, {"tasks": 500}, "ok"),
        ("oa.handling_rise", 28_800, 60_000, {"tasks": 40}, "unknown"),
    ],
)
def test_a_day_against_its_like(code, amount, today, more, state):
    assert usual(code, amount, today, **more) == [state]


def test_the_share_that_uses_a_telephone_is_a_habit():
    rule = RULES["oa.mobile_fall"]

    def judged(share, active=500):
        table = [
            {**row, "mobile_share": 0.4 + 0.01 * (place % 3), "active": active} for place, row in enumerate(days())
        ]
        table[-1]["mobile_share"] = share
        return seasonal_baseline(rule, table, ON, subject="企业微信版")[0].state

    assert [judged(share) for share in (0.41, 0.35, 0.22, 0.05)] == ["ok", "ok", "warning", "critical"]
    assert judged(0.05, active=20) == "unknown"


@pytest.mark.parametrize(
    ("code", "amount", "today", "state"),
    [
        ("oa.lull", 200, {14: 0, 15: 0, 16: 20}, "critical"),
        ("oa.lull", 200, {15: 110}, "warning"),
        ("oa.lull", 200, {15: 180}, None),
        ("oa.module_lull", 12, dict.fromkeys(range(8, 18), 0), "warning"),
        ("oa.module_lull", 20, {14: 0, 15: 0, 16: 0, 17: 0}, "warning"),
        ("oa.module_lull", 12, {10: 0}, None),
        ("oa.module_lull", 1, dict.fromkeys(range(8, 18), 0), None),
        ("oa.task_lull", 5, dict.fromkeys(range(8, 18), 0), "warning"),
        ("oa.task_lull", 5, {9: 0, 10: 0}, None),
        ("oa.task_lull", 1, dict.fromkeys(range(8, 18), 0), None),
    ],
)
def test_hours_without_anything(code, amount, today, state):
    found = volume_gap(RULES[code], hours(amount, today), days(), ON, slot_s=HOUR, subject="某处")
    assert [each.state for each in found] == ([state] if state else [])


def test_a_sunday_is_no_module_that_stopped():
    table = hours(50)
    assert volume_gap(RULES["oa.module_lull"], table, days(), SUNDAY, slot_s=HOUR, subject="某处") == []


def test_an_account_that_acts_like_a_program():
    rule = RULES["oa.busiest"]
    assert [rule.judge({"busiest_actions": seen}, "单个账号").state for seen in (300, 1500, 1501, 7000)] == [
        "ok",
        "ok",
        "warning",
        "critical",
    ]
