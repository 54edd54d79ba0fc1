"""Each rule over instant messaging that asks of a day; clients gone back are in test_old_clients."""

from __future__ import annotations

import pytest

from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.subsystems import RULES
from tests.subsystems.made import ON, daily, days, hours


@pytest.mark.parametrize(
    ("code", "today", "state"),
    [
        ("im.messages_fall", 5000, "warning"),
        ("im.messages_fall", 2500, "critical"),
        ("im.messages_fall", 7000, "ok"),
        ("im.messages_fall", 12_000, "ok"),
        ("im.messages_rise", 14_000, "warning"),
        ("im.messages_rise", 30_000, "critical"),
        ("im.messages_rise", 9000, "ok"),
        ("im.files_rise", 18_000, "warning"),
        ("im.files_rise", 60_000, "critical"),
        ("im.files_rise", 11_000, "ok"),
    ],
)
def test_a_day_against_its_like(code, today, state):
    rule = RULES[code]
    [found] = seasonal_baseline(rule, daily(rule.measure, 8000, today), ON)
    assert found.state == state


def test_before_a_source_began_there_is_no_history_of_zeros():
    rule = RULES["im.messages_rise"]
    table = daily(rule.measure, 8000, 8000)
    for row in table[:40]:
        row[rule.measure] = 0
    [found] = seasonal_baseline(rule, table, ON)
    assert found.state == "ok"
    for row in table[:-5]:
        row[rule.measure] = 0
    [found] = seasonal_baseline(rule, table, ON)
    assert (found.state, "历史不足" in found.evidence) == ("unknown", True)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ({15: 0, 16: 300}, "critical"),
        ({15: 700}, "warning"),
        ({15: 850}, None),
        ({}, None),
    ],
)
def test_messages_that_stop(today, state):
    found = volume_gap(RULES["im.lull"], hours(900, today), days(), ON, slot_s=3600)
    assert [each.state for each in found] == ([state] if state else [])


def test_a_day_of_work_without_a_message_and_an_account_that_writes_like_a_program():
    rules = RULES["im.im_messages"], RULES["im.busiest"]
    assert [rules[0].judge({"im_messages": seen}, "即时通讯").state for seen in (0, 1)] == ["warning", "ok"]
    assert [rules[1].judge({"busiest_messages": seen}, "单个账号").state for seen in (90, 601, 4000)] == [
        "ok",
        "warning",
        "critical",
    ]
