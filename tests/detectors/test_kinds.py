"""The kinds of rules beyond two thresholds: against what is usual, silences, siblings; small cases worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import pytest

from ntanalytics.detectors.peer_outlier import peer_outlier
from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.silence import silence
from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import measure
from ntanalytics.metrics.slots import by_slot
from ntanalytics.subsystems import RULES

#: A Friday.
ON = date(2026, 11, 20)
FALL = Rule("im.fall", "im_messages", Threshold(-0.3, -0.6, "up"), "核查", "a reason", min_count=50, kind="usual")
RISE = Rule("im.rise", "im_messages", Threshold(0.5, 2.0, "down"), "核查", "a reason", min_count=50, kind="usual")


def _day(back: int, value: float | None, **more: Any) -> dict[str, Any]:
    day = ON - timedelta(days=back)
    calendar = {"day": day, "is_covered": value is not None, "is_working_day": day.weekday() < 5, "label": ""}
    return {**calendar, "im_messages": value, **more}


def _weeks(today: float | None, *, free: float = 80) -> list[dict[str, Any]]:
    """Ten weeks of about 1,000 a working day and ``free`` a free one."""
    past = [(1000 + 7 * (back % 5) if (ON - timedelta(days=back)).weekday() < 5 else free) for back in range(1, 71)]
    return [_day(back, value) for back, value in enumerate(past, 1)] + [_day(0, today)]


@pytest.mark.parametrize(("today", "state"), [(1010, "ok"), (600, "warning"), (300, "critical"), (2400, "ok")])
def test_a_fall_is_found_by_its_depth_and_a_rise_is_no_fall(today: float, state: str):
    [found] = seasonal_baseline(FALL, _weeks(today), ON)
    assert found.state == state
    [found] = seasonal_baseline(RISE, _weeks(today), ON)
    assert found.state == ("warning" if today == 2400 else "ok")


def test_a_fall_says_what_is_usual_and_by_how_much_it_is_lower():
    [found] = seasonal_baseline(FALL, _weeks(300), ON)
    assert found.evidence.startswith("消息 300 条，通常 ")
    assert found.evidence.endswith("，低 70.4%。")
    assert (found.since, found.advice) == ("11月20日", "核查")
    assert 900 < found.figures["low"] < 1000
    assert 1014 < found.figures["high"] < 1130


def test_a_saturday_is_held_against_saturdays():
    rows = _weeks(1000)
    saturday = ON + timedelta(days=1)
    rows.append({"day": saturday, "is_covered": True, "is_working_day": False, "label": "", "im_messages": 80})
    [found] = seasonal_baseline(FALL, rows, saturday)
    assert found.state == "ok"


def test_a_fall_of_days_has_begun_on_the_first_of_them():
    rows = [row if row["day"] < ON - timedelta(days=2) else {**row, "im_messages": 300} for row in _weeks(300)]
    [found] = seasonal_baseline(FALL, rows, ON)
    assert (found.state, found.since) == ("critical", "11月18日")


def test_what_lasts_is_learnt_and_said_as_a_new_level():
    rows = [
        row if row["day"] < ON - timedelta(days=13) else {**row, "im_messages": row["im_messages"] * 0.4}
        for row in _weeks(1000)
    ]
    rows = [{**row, "im_messages": int(row["im_messages"])} for row in rows]
    [found] = seasonal_baseline(FALL, rows, ON)
    assert found.state == "ok"
    assert "起为新的水平" in found.evidence


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (_weeks(None), "数据缺失"),
        (_weeks(900)[-6:], "历史不足"),
        ([{**row, "im_messages": row["im_messages"] // 100} for row in _weeks(300)], "不足 50，不作判断"),
    ],
)
def test_what_cannot_be_judged_is_unknown_and_says_why(rows: list[dict[str, Any]], why: str):
    [found] = seasonal_baseline(FALL, rows, ON)
    assert (found.state, found.value) == ("unknown", None)
    assert why in found.evidence
    assert seasonal_baseline(FALL, rows, ON, is_wrong_only=True) == []


def test_of_many_subjects_only_those_that_fell_are_told():
    rows = [
        {**row, "unit": unit, "im_messages": value}
        for unit, today in (("甲", 1010), ("乙", 300))
        for row in _weeks(today)
        for value in [row["im_messages"]]
    ]
    found = seasonal_baseline(FALL, rows, ON, subject=lambda row: str(row["unit"]), is_wrong_only=True)
    assert [each.subject for each in found] == ["乙"]


def test_a_rule_that_is_off_asks_nothing():
    off = replace(FALL, is_off=True)
    assert seasonal_baseline(off, _weeks(0), ON) == []
    assert peer_outlier(off, [{"im_messages": value} for value in (1, 2, 99)], str) == []
    assert silence(off, [], [], ON, slot_s=600) == []


SILENT = Rule("im.silent", "im_messages", Threshold(1199, 3599, "down"), "核查", "a reason", kind="absence")


def _slots(today: dict[int, int]) -> list[dict[str, Any]]:
    """Thirty events in each ten minutes from 9 to 17 on every working day before; those given on the day."""
    before = [
        {"day": ON - timedelta(days=back), "slot": slot, "events": 30}
        for back in range(1, 29)
        if (ON - timedelta(days=back)).weekday() < 5
        for slot in range(54, 102)
    ]
    return before + [{"day": ON, "slot": slot, "events": events} for slot, events in today.items()]


DAYS = [_day(back, 1.0) for back in range(29)]


def test_forty_minutes_without_anything_are_a_silence():
    usual = dict.fromkeys(range(54, 102), 30)
    [found] = silence(SILENT, _slots(usual), DAYS, ON, slot_s=600)
    assert (found.state, found.value, found.evidence) == ("ok", 0.0, "没有中断。")
    broken = {slot: events for slot, events in usual.items() if slot not in (60, 61, 62, 63)}
    [found] = silence(SILENT, _slots(broken), DAYS, ON, slot_s=600)
    assert (found.state, found.value) == ("warning", 2400.0)
    assert found.evidence == "10:00—10:40 几乎没有消息，同一时段通常 120 条。"
    [found] = silence(SILENT, _slots({54: 30}), DAYS, ON, slot_s=600)
    assert (found.state, found.value) == ("critical", 47 * 600.0)


def test_a_sunday_without_anything_is_no_silence_and_a_hole_is_none():
    sunday = ON + timedelta(days=2)
    calendar = [*DAYS, {"day": sunday, "is_covered": True, "is_working_day": False, "label": ""}]
    [found] = silence(SILENT, _slots({}), calendar, sunday, slot_s=600)
    assert found.state == "ok"
    holed = [row if row["day"] < ON else {**row, "is_covered": False} for row in DAYS]
    [found] = silence(SILENT, _slots({}), holed, ON, slot_s=600)
    assert (found.state, "数据缺失" in found.evidence) == ("unknown", True)
    [found] = silence(SILENT, _slots({}), DAYS[:5], ON, slot_s=600)
    assert (found.state, "历史不足" in found.evidence) == ("unknown", True)


def test_where_little_comes_in_an_empty_hour_is_chance():
    few = [{**row, "events": 2} for row in _slots({})]
    today = [{"day": ON, "slot": slot, "events": 2} for slot in range(54, 102) if not 60 <= slot < 65]
    # five slots of two each: ten are expected, which is less than fifteen
    [found] = silence(SILENT, few + today, DAYS, ON, slot_s=600)
    assert (found.state, found.value) == ("ok", 0.0)


def test_events_are_counted_by_slot_of_the_local_day():
    events = ibis.memtable(
        {
            "day": [ON, ON, ON],
            "at": ["2026-11-20T01:09:59", "2026-11-20T01:10:00", "2026-11-20T01:19:59"],
            "sent": [1, 2, 4],
        }
    ).mutate(at=ibis._.at.cast("timestamp"))
    rows = {(row["slot"], row["events"]) for row in by_slot(events, "at", 8).to_pyarrow().to_pylist()}
    assert rows == {(54, 1), (55, 2)}
    rows = {(row["slot"], row["events"]) for row in by_slot(events, "at", 8, count="sent").to_pyarrow().to_pylist()}
    assert rows == {(54, 1), (55, 6)}


UNLIKE = Rule("sms.unlike", "delivery_rate", Threshold(-0.05, -0.2, "up"), "核查", "a reason", of="submitted",
              min_count=50, kind="imbalance")  # fmt: skip


def test_one_carrier_unlike_the_others_is_found_and_two_carriers_say_nothing():
    rows = [
        {"carrier": name, "delivery_rate": rate, "submitted": 100}
        for name, rate in (("甲", 0.97), ("乙", 0.96), ("丙", 0.70))
    ]
    found = peer_outlier(UNLIKE, rows, lambda row: str(row["carrier"]))
    assert [(each.subject, each.state) for each in found] == [("甲", "ok"), ("乙", "ok"), ("丙", "critical")]
    # the median of 97 % and 96 %
    assert found[2].evidence == "送达率 70.0%，同类的中位数为 96.5%。"
    few = [{**row, "submitted": 49 if row["carrier"] == "乙" else 100} for row in rows]
    assert peer_outlier(UNLIKE, few, lambda row: str(row["carrier"])) == []


def test_on_the_eve_of_a_long_holiday_a_fall_is_usual_where_it_was_so_before():
    """Two Mondays off made long weekends, with half of the messages on the days beside them."""
    eve = date(2026, 9, 30)
    off = {date(2026, 8, 17), date(2026, 9, 7)} | {eve + timedelta(days=ahead) for ahead in range(1, 8)}
    beside = {date(2026, 8, 14), date(2026, 8, 18), date(2026, 9, 4), date(2026, 9, 8), eve}
    rows = []
    for back in range(70, -1, -1):
        day = eve - timedelta(days=back)
        is_working = day not in off and day.weekday() < 5
        count = 80 if not is_working else 500 if day in beside else 1000 + back % 5
        label = "节假日" if day in off else ""
        rows.append(
            {"day": day, "is_covered": True, "is_working_day": is_working, "label": label, "im_messages": count}
        )
    ahead = [{"day": day, "is_working_day": False, "label": "节假日"} for day in sorted(off) if day > eve]
    [told] = seasonal_baseline(FALL, rows, eve, ahead=ahead)
    [blind] = seasonal_baseline(FALL, rows, eve)
    assert (told.state, blind.state) == ("ok", "warning")


#: A rate without a count of its own is asked by the hour or the unit (worse_hours, shares), and tested there.
OF_A_DAY = [
    code
    for code, rule in RULES.items()
    if rule.kind == "usual" and not (measure(rule.measure).is_rate and rule.min_count and not rule.of)
]


@pytest.mark.parametrize("code", OF_A_DAY)
def test_every_rule_over_what_is_usual_fires_far_beyond_and_keeps_silent_within(code: str):
    """Whatever is measured: 70 days of one level, then the day at that level, or as far away as its limit of 异常."""
    rule = RULES[code]
    is_rate, is_fall = measure(rule.measure).is_rate, rule.threshold.good == "up"
    level = 0.4 if is_rate else float(max(1000, 4 * rule.min_count))
    wiggle = level / 100

    def days(today: float) -> list[dict[str, Any]]:
        values = [level + wiggle * (back % 3 - 1) for back in range(70, 0, -1)]
        values = values if is_rate else [round(value) for value in values]
        past = [_day(back, value) for back, value in zip(range(70, 0, -1), values, strict=True)]
        rows = [{**row, rule.measure: row["im_messages"]} for row in past]
        return [*rows, {**_day(0, today), rule.measure: today, **({rule.of: 10_000} if rule.of else {})}]

    [within] = seasonal_baseline(rule, days(level), ON, subject="某处")
    assert within.state == "ok", within.evidence
    step = abs(rule.threshold.critical) * 1.05 + 0.01
    limit = level - step if is_rate else level * (1 - step)
    far = max(0.0, limit) if is_fall else level + step if is_rate else level * (1 + step)
    [beyond] = seasonal_baseline(rule, days(far if is_rate else round(far)), ON, subject="某处")
    assert beyond.state in ("warning", "critical"), beyond.evidence
    assert beyond.advice == rule.advice
