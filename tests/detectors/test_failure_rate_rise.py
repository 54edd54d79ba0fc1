"""Hours in which more went wrong: by hand, with ten even hours a working day of which two in a hundred go wrong."""

from __future__ import annotations

import datetime as dt

from ntanalytics.detectors.failure_rate_rise import RateWords, failure_rate_rise
from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rule import Rule
from tests.subsystems.made import ON, days, failing

RULE = Rule("sms.failures_rise", "failure_rate", Threshold(0.03, 0.12, "down"), "联系运营商", "a reason", min_count=15)
WORDS = RateWords("失败", "已出结果短信", "条")


def found(table, calendar=None):
    return failure_rate_rise(RULE, table, calendar or days(), ON, WORDS, slot_s=3600, subject=lambda row: "中国联通")


def test_three_hours_in_which_three_of_ten_fail_are_found_with_their_hours():
    [spell] = found(failing(100, 0.02, {9: 0.3, 10: 0.3, 11: 0.3}))
    assert (spell.state, spell.since) == ("critical", "11月20日")
    assert spell.evidence == "09:00—12:00 已出结果短信 302 条，其中失败 91 条，占 30.1%，通常为 2.0%。"
    assert (spell.figures["from_s"], spell.figures["until_s"]) == (9 * 3600, 12 * 3600)


def test_eight_in_a_hundred_for_four_hours_are_barely_visible_and_seen():
    [spell] = found(failing(200, 0.02, dict.fromkeys((13, 14, 15, 16), 0.08)))
    assert spell.state == "warning"


def test_what_comes_and_goes_all_day_is_found_as_one():
    [spell] = found(failing(100, 0.02, dict.fromkeys((8, 10, 12, 14, 16), 0.3)))
    assert spell.evidence.startswith("08:00—17:00")


def test_chance_few_events_and_an_ordinary_day_are_none():
    assert found(failing(100, 0.02, {})) == []
    assert found(failing(100, 0.02, {9: 0.06})) == []
    assert found(failing(10, 0.0, {9: 0.4})) == []


def test_a_subject_that_always_fails_more_is_usual():
    assert found(failing(100, 0.1, {9: 0.12})) == []


def test_what_lasts_for_days_is_told_since_its_first_day_and_does_not_become_usual():
    tuesday = dt.date(2026, 11, 10)
    [spell] = found(failing(100, 0.02, dict.fromkeys(range(8, 18), 0.2), since=tuesday))
    assert (spell.state, spell.since) == ("critical", "11月10日")


def test_a_hole_and_a_short_history_say_nothing():
    table = failing(100, 0.02, {9: 0.9})
    assert found(table, days(gaps=(ON,))) == []
    assert found([row for row in table if row["day"] > ON - dt.timedelta(days=4)], days(4)) == []
