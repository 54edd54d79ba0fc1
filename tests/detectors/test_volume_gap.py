"""Hours that lack events: ten even hours of a hundred events a working day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.volume_gap import volume_gap
from tests.subsystems.made import ON, days, hours

Rows = list[dict[str, Any]]


def _gaps(table: Rows, calendar: Rows | None = None, on: dt.date = ON, **more: float) -> list[Detection]:
    return volume_gap(
        table,
        calendar or days(),
        on,
        slot_s=3600,
        key=lambda row: row.get("carrier", "all"),
        sensitivity=Sensitivity(900, 30),
        **more,
    )


def test_two_empty_hours_are_an_outage_of_two_hours():
    table = hours(100, {14: 0, 15: 0})
    [detection] = _gaps(table)
    assert (detection.key, detection.since) == ("all", ON)
    assert detection.value == detection.departure == 7200.0
    assert detection.window == (14 * 3600.0, 16 * 3600.0)
    figures = dict(detection.figures)
    assert round(figures.pop("expected") or 0) == 201
    assert figures.pop("events_after") == sum(row["events"] for row in table if row["day"] == ON and row["slot"] > 15)
    assert figures == {"seen": 0.0, "run_from_s": 14 * 3600.0, "run_until_s": 16 * 3600.0}


def test_what_nobody_saw_begin_after_a_gap_may_be_older():
    empty, afternoon = hours(100, lambda slot: 0), hours(100, {14: 0, 15: 0})
    gap = days(gaps=(ON - dt.timedelta(days=1),))
    bounds = [_gaps(table, calendar)[0].since_is_bound for table in (empty, afternoon) for calendar in (gap, days())]
    # of an afternoon the morning before it was seen
    assert bounds == [True, False, False, False]


def test_a_part_of_an_hour_is_measured_by_the_missing_events():
    [detection] = _gaps(hours(300, {15: 200}))
    assert detection.value is not None
    assert 1100 < detection.value < 1300  # a third of an hour
    assert (detection.figures["seen"], round(detection.figures["expected"] or 0)) == (200.0, 302)


def test_half_empty_hours_beside_it_belong_to_it_and_tell_when_it_began():
    [detection] = _gaps(hours(100, {13: 40, 14: 0, 15: 0}))
    assert (detection.figures["run_from_s"], detection.figures["run_until_s"]) == (13 * 3600.0, 16 * 3600.0)
    assert detection.window is not None
    assert detection.window[0] == pytest.approx(13.4 * 3600, abs=120)  # so much of the hour's events had come


def test_an_ordinary_day_and_a_quiet_or_busy_one_have_none():
    assert _gaps(hours(100)) == []
    assert _gaps(hours(100, lambda slot: 60)) == []
    assert _gaps(hours(100, lambda slot: 130)) == []


def test_a_whole_day_must_be_nearly_empty():
    [detection] = _gaps(hours(100, lambda slot: 2))
    assert (detection.figures["run_from_s"], detection.figures["run_until_s"]) == (8 * 3600.0, 18 * 3600.0)
    assert _gaps(hours(100, lambda slot: 40)) == []


def test_the_caller_may_ask_for_an_emptier_run():
    assert _gaps(hours(300, {15: 200}), max_left=0.3) == []
    assert len(_gaps(hours(300, {15: 50, 16: 50}), max_left=0.3)) == 1


def test_few_events_an_odd_hour_and_few_days_say_nothing():
    assert _gaps(hours(2, {14: 0, 15: 0})) == []
    assert _gaps(hours(100, {14: 88})) == []
    late = [row for row in hours(100, {14: 0}) if row["day"] > ON - dt.timedelta(days=8)]
    assert _gaps(late) == []  # before the first event there was no source


def test_a_gap_is_no_silence_and_a_weekend_is_held_against_weekends():
    assert _gaps(hours(100, {14: 0, 15: 0}), days(gaps=(ON,))) == []
    assert _gaps(hours(100), on=ON - dt.timedelta(days=5)) == []
    # half as many as at a weekend, and no holiday before it
    holiday = ON - dt.timedelta(days=6)
    calendar = [{**row, "label": "中秋节"} if row["day"] == holiday else row for row in days()]
    table = [
        {"day": row["day"], "slot": slot, "events": 1 if row["day"] == holiday else 40}
        for row in days()
        if not row["is_working_day"]
        for slot in range(9, 17)
    ]
    assert _gaps(table, calendar, holiday) == []
    assert len(_gaps(table, on=holiday)) == 1


def test_a_history_with_an_outage_still_tells_what_is_usual():
    table = hours(100, {14: 0, 15: 0})
    for row in table:
        if row["day"] == dt.date(2026, 11, 12) and row["slot"] in (9, 10):
            row["events"] = 0
    [detection] = _gaps(table)
    assert detection.value == 7200.0


def test_each_series_is_judged_by_itself():
    table = hours(100, {14: 0, 15: 0}, carrier="unicom") + hours(100, carrier="mobile")
    assert [detection.key for detection in _gaps(table)] == ["unicom"]
