"""Slow hours: a service whose hours take 500 ms on every day, give or take a tenth."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.latency_spike import latency_spike
from tests.subsystems.made import ON, days

HOUR_S = 3600.0


def _hours(today: dict[int, float], count: int = 200) -> list[dict[str, Any]]:
    return [
        {
            "day": row["day"],
            "hour": hour,
            "service": "oa",
            "answered": count,
            "p95_ms": today.get(hour, 500.0) if row["day"] == ON else 500.0 * (1 + 0.1 * (number % 3 - 1)),
        }
        for number, row in enumerate(days(28))
        for hour in range(8, 18)
    ]


def _spikes(rows: list[dict[str, Any]], calendar: list[dict[str, Any]] | None = None) -> list[Detection]:
    return latency_spike(
        rows,
        days(28) if calendar is None else calendar,
        ON,
        duration="p95_ms",
        count="answered",
        key=lambda row: row["service"],
        sensitivity=Sensitivity(1.5, 50),
    )


def test_a_morning_that_is_six_times_as_slow_is_found_with_its_hours():
    [detection] = _spikes(_hours({9: 3000.0, 10: 3100.0, 14: 3000.0}))
    assert (detection.key, detection.is_unusual, detection.since) == ("oa", True, ON)
    assert detection.departure == detection.value == pytest.approx(6.07, abs=0.01)
    assert detection.window == (9 * HOUR_S, 15 * HOUR_S)
    assert detection.spans == ((9 * HOUR_S, 11 * HOUR_S), (14 * HOUR_S, 15 * HOUR_S))
    assert detection.figures == {
        "slow_hours": 3.0,
        "slowest": 3100.0,
        "slowest_usual": pytest.approx(500.0),
        "slowest_from_s": 10 * HOUR_S,
    }


@pytest.mark.parametrize(
    ("today", "is_unusual"),
    [
        ({9: 1000.0, 10: 1000.0}, True),  # only twice as slow, for two hours
        ({9: 1000.0}, False),  # one hour that is twice as slow may be chance
        ({9: 1900.0}, True),  # one that is nearly four times as slow is none
        ({}, False),
    ],
)
def test_a_single_hour_must_be_slower_than_several(today: dict[int, float], is_unusual: bool):
    [detection] = _spikes(_hours(today))
    assert detection.is_unusual == is_unusual
    assert (detection.window is not None) == is_unusual


def test_a_day_with_one_slow_hour_that_is_not_told_is_as_slow_as_its_other_hours():
    """One hour is 2.6 times as slow; the others take a tenth more than the usual half second."""
    [detection] = _spikes(_hours({**dict.fromkeys(range(24), 550.0), 9: 1300.0}))
    assert not detection.is_unusual
    assert detection.value == detection.departure == pytest.approx(1.1)


def test_hours_of_few_events_a_gap_and_a_short_history_say_nothing():
    assert _spikes(_hours({9: 3000.0, 10: 3000.0}, count=49)) == []
    assert _spikes(_hours({9: 3000.0, 10: 3000.0}), days(28, gaps=(ON,))) == []
    late = [row for row in _hours({9: 3000.0}) if row["day"] > ON - dt.timedelta(days=5)]
    assert _spikes(late, days(4)) == []
    assert _spikes(late) == []


@pytest.mark.parametrize(("slow_days", "is_unusual"), [(0, True), (1, True), (4, False)])
def test_hours_that_are_as_slow_now_and_then_tell_nothing_and_one_incident_hides_nothing(
    slow_days: int, is_unusual: bool
):
    rows = _hours({9: 1100.0, 10: 1100.0})
    past = sorted({row["day"] for row in rows if row["day"] < ON and row["day"].weekday() < 5})[-slow_days - 1 : -1]
    for row in rows:
        if row["day"] in past and row["hour"] in (9, 10):
            row["p95_ms"] = 1100.0
    [detection] = _spikes(rows)
    assert detection.is_unusual == is_unusual
