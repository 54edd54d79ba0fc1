"""Silences: thirty events in each ten minutes from 9 to 17 on every working day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ntanalytics.detectors.detection import Detection
from ntanalytics.detectors.silence import silence
from tests.subsystems.made import ON, days

SLOTS = range(54, 102)


def _slots(today: dict[int, int], each: int = 30) -> list[dict[str, Any]]:
    before = [
        {"day": ON - timedelta(days=back), "slot": slot, "events": each}
        for back in range(1, 29)
        if (ON - timedelta(days=back)).weekday() < 5
        for slot in SLOTS
    ]
    return before + [{"day": ON, "slot": slot, "events": events} for slot, events in today.items()]


def _silence(slots: list[dict[str, Any]], calendar: list[dict[str, Any]] | None = None, on: date = ON) -> Detection:
    [detection] = silence(slots, days(28) if calendar is None else calendar, on, slot_s=600, key=lambda _: "im")
    return detection


def test_forty_minutes_without_anything_are_a_silence():
    usual = dict.fromkeys(SLOTS, 30)
    none = _silence(_slots(usual))
    assert (none.key, none.departure, none.window, none.figures) == (
        "im",
        0.0,
        None,
        {"expected": 0.0, "events_after": 1440},
    )
    broken = {slot: events for slot, events in usual.items() if slot not in (60, 61, 62, 63)}
    detection = _silence(_slots(broken))
    assert (detection.value, detection.departure, detection.window) == (2400.0, 2400.0, (36_000.0, 38_400.0))
    later = 30 * sum(slot > 63 for slot in SLOTS)
    assert (detection.figures, detection.since) == ({"expected": 120.0, "events_after": later}, ON)
    assert _silence(_slots({54: 30})).value == 47 * 600.0


def test_a_silence_that_nobody_saw_begin_after_a_gap_may_be_older():
    morning = dict.fromkeys(range(60, 102), 30)
    seen, gap = {54: 30, **morning}, days(28, gaps=(ON - timedelta(days=1),))
    bounds = [_silence(_slots(today), calendar).since_is_bound for today in (morning, seen) for calendar in (gap, None)]
    assert bounds == [True, False, False, False]
    assert not _silence(_slots(dict.fromkeys(SLOTS, 30)), gap).since_is_bound


def test_on_a_day_of_half_the_events_half_as_much_is_missing():
    """Of each ten minutes 8 are usual: two slots without any lack 16 of them, and on a day of half the events 8."""
    plain, half = (dict.fromkeys(set(SLOTS) - {60, 61}, each) for each in (8, 4))
    assert _silence(_slots(plain, each=8)).value == 1200.0
    assert _silence(_slots(half, each=8)).value == 0.0
    longer = {slot: events for slot, events in half.items() if slot not in (62, 63)}
    assert (_silence(_slots(longer, each=8)).value, _silence(_slots(longer, each=8)).figures["expected"]) == (
        2400.0,
        32.0,
    )
    assert _silence(_slots({}, each=8)).value == 48 * 600.0


def test_a_sunday_without_anything_is_no_silence():
    sunday = ON + timedelta(days=2)
    calendar = [*days(28), {"day": sunday, "is_covered": True, "is_working_day": False, "label": ""}]
    assert _silence(_slots({}), calendar, sunday).departure == 0.0


def test_a_gap_and_a_short_history_are_not_judged():
    gap = _silence(_slots({}), days(28, gaps=(ON,)))
    assert (gap.key, gap.departure, gap.unjudged) == (None, None, "missing")
    assert _silence(_slots({}), days(4)).unjudged == "short_history"
    assert _silence(_slots({}), []).unjudged == "missing"


def test_where_little_comes_in_an_empty_hour_is_chance():
    # five slots of two each: ten are expected, which is less than fifteen
    today = {slot: 2 for slot in SLOTS if not 60 <= slot < 65}
    assert _silence(_slots(today, each=2)).departure == 0.0


def test_the_caller_may_ask_for_more_expected_events():
    today = {slot: 30 for slot in SLOTS if slot != 60}
    [few] = silence(_slots(today), days(28), ON, slot_s=600, key=lambda _: "im", min_count=31)
    assert few.departure == 0.0
    assert _silence(_slots(today)).departure == 600.0
