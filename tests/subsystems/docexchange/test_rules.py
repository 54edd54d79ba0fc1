"""Each rule over document exchange that asks of a day; units are in test_shares."""

from __future__ import annotations

import pytest

from ntanalytics.detectors.failure_rate_rise import RateWords, failure_rate_rise
from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.subsystems import RULES
from tests.subsystems.made import ON, daily, days, failing, hours


@pytest.mark.parametrize(
    ("code", "today", "state"),
    [
        ("docexchange.documents_fall", 30, "warning"),
        ("docexchange.documents_fall", 5, "critical"),
        ("docexchange.documents_fall", 85, "ok"),
        ("docexchange.documents_rise", 220, "warning"),
        ("docexchange.documents_rise", 500, "critical"),
        ("docexchange.documents_rise", 115, "ok"),
    ],
)
def test_documents_of_a_day_against_its_like(code, today, state):
    [found] = seasonal_baseline(RULES[code], daily("documents_sent", 90, today), ON)
    assert found.state == state


def test_more_documents_at_a_months_end_are_usual():
    """The last two working days of a month have two fifths more: the same on the next month's is no rise."""
    rule = RULES["docexchange.documents_rise"]
    table = daily("documents_sent", 90, 90)
    ends = {row["day"] for row in table if (row["day"].month, row["day"].day) in ((9, 29), (9, 30), (10, 29), (10, 30))}
    for row in table:
        row["documents_sent"] = round(row["documents_sent"] * 1.4) if row["day"] in ends else row["documents_sent"]
    end = max(ends)
    [found] = seasonal_baseline(rule, [row for row in table if row["day"] <= end], end)
    assert found.state == "ok"


@pytest.mark.parametrize(
    ("today", "calls", "state"),
    [
        (1200, 1000, "warning"),
        (3000, 1000, "critical"),
        (520, 1000, "ok"),
        (3000, 50, "unknown"),
    ],
)
def test_calls_that_take_longer(today, calls, state):
    rule = RULES["docexchange.calls_slow"]
    [found] = seasonal_baseline(rule, daily("call_p95_ms", 500, today, weekend=1.0, timed_calls=calls), ON)
    assert found.state == state


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ({10: 0.5, 11: 0.5, 12: 0.5}, "critical"),
        (dict.fromkeys((9, 11, 13, 15), 0.4), "critical"),
        (dict.fromkeys(range(9, 12), 0.1), "warning"),
        ({10: 0.03}, None),
        ({}, None),
    ],
)
def test_a_caller_whose_calls_fail(today, state):
    found = failure_rate_rise(
        RULES["docexchange.calls_failing"],
        failing(60, 0.005, today),
        days(),
        ON,
        RateWords("失败", "接口调用", "次"),
        slot_s=3600,
        subject="政务服务网",
    )
    assert [each.state for each in found] == ([state] if state else [])


@pytest.mark.parametrize(
    ("amount", "today", "state"),
    [
        (40, {13: 0, 14: 0, 15: 0}, "warning"),
        (40, {13: 0}, None),
        (1, {13: 0, 14: 0, 15: 0}, None),
    ],
)
def test_a_caller_that_is_silent(amount, today, state):
    found = volume_gap(
        RULES["docexchange.caller_lull"], hours(amount, today), days(), ON, slot_s=3600, subject="电子档案系统"
    )
    assert [each.state for each in found] == ([state] if state else [])


@pytest.mark.parametrize(("hits", "state"), [(60, "warning"), (200, "critical"), (2, None)])
def test_what_has_not_arrived_after_a_day(hits, state):
    table = [{"day": row["day"], "slot": 0, "events": 1500, "hits": 1} for row in days()]
    table[-1]["hits"] = hits
    found = failure_rate_rise(
        RULES["docexchange.undelivered"], table, days(), ON, RateWords("仍未送达", "送达件次", "件次"), slot_s=86_400
    )
    assert [each.state for each in found] == ([state] if state else [])
