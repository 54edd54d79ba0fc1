"""Hours that lack events: by hand, with ten even hours of a hundred events a working day."""

from __future__ import annotations

import datetime as dt

from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rule import Rule
from tests.subsystems.made import ON, days, hours

RULE = Rule("im.lull", "im_messages", Threshold(900, 2400, "down"), "核查消息服务", "a reason", min_count=30)


def found(table, calendar=None, on=ON):
    return volume_gap(RULE, table, calendar or days(), on, slot_s=3600)


def test_two_empty_hours_are_an_outage_of_two_hours():
    [lull] = found(hours(100, {14: 0, 15: 0}))
    assert (lull.state, lull.value, lull.subject, lull.since) == ("critical", 7200.0, "即时通讯", "11月20日")
    assert lull.evidence == "14:00—16:00 消息 0 条，同一时段通常 201 条。"
    assert (lull.figures["from_s"], lull.figures["until_s"]) == (14 * 3600, 16 * 3600)


def test_a_part_of_an_hour_is_told_by_what_is_missing():
    [lull] = found(hours(300, {15: 200}))
    assert lull.state == "warning"
    assert lull.value is not None
    assert 1100 < lull.value < 1300  # a third of an hour
    assert "15:00—16:00 消息 200 条，同一时段通常 302 条，相当于中断" in lull.evidence


def test_hours_that_are_half_empty_beside_it_belong_to_it_and_tell_when_it_began():
    [lull] = found(hours(100, {13: 40, 14: 0, 15: 0}))
    assert lull.evidence.startswith("13:00—16:00 消息 40 条")
    assert abs(lull.figures["from_s"] - (13.4 * 3600)) < 120  # so much of the hour's events had come


def test_an_ordinary_day_and_one_that_is_quiet_altogether_are_none():
    assert found(hours(100)) == []
    assert found(hours(100, lambda slot: 60)) == []
    assert found(hours(100, lambda slot: 130)) == []


def test_a_whole_day_must_be_as_good_as_empty():
    [lull] = found(hours(100, lambda slot: 2))
    assert (lull.state, lull.evidence[:11]) == ("critical", "08:00—18:00")
    assert found(hours(100, lambda slot: 40)) == []


def test_few_events_an_odd_hour_and_few_days_say_nothing():
    assert found(hours(2, {14: 0, 15: 0})) == []
    assert found(hours(100, {14: 88})) == []
    late = [row for row in hours(100, {14: 0}) if row["day"] > ON - dt.timedelta(days=8)]
    assert found(late) == []  # before the first event nothing was kept


def test_a_hole_is_no_silence_and_a_weekend_is_held_against_weekends():
    assert found(hours(100, {14: 0, 15: 0}), days(gaps=(ON,))) == []
    assert found(hours(100), on=ON - dt.timedelta(days=5)) == []
    # half as many as at a weekend, and no holiday before it
    holiday = ON - dt.timedelta(days=6)
    calendar = [{**row, "label": "中秋节"} if row["day"] == holiday else row for row in days()]
    weekends = [row for row in days() if not row["is_working_day"]]
    table = [
        {"day": row["day"], "slot": slot, "events": 1 if row["day"] == holiday else 40}
        for row in weekends
        for slot in range(9, 17)
    ]
    assert found(table, calendar, holiday) == []
    assert [each.state for each in found(table, on=holiday)] == ["critical"]


def test_a_history_with_an_outage_still_tells_what_is_usual():
    table = hours(100, {14: 0, 15: 0})
    for row in table:
        if row["day"] == dt.date(2026, 11, 12) and row["slot"] in (9, 10):
            row["events"] = 0
    [lull] = found(table)
    assert lull.value == 7200.0


def test_each_subject_is_judged_by_itself():
    table = hours(100, {14: 0, 15: 0}, carrier="unicom") + hours(100, carrier="mobile")
    [lull] = volume_gap(RULE, table, days(), ON, slot_s=3600, subject=lambda row: str(row["carrier"]))
    assert lull.subject == "unicom"
