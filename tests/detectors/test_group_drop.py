"""Units whose persons stay away: twenty units of which each has its number of persons every working day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.group_drop import group_drop
from tests.subsystems.made import ON, days, even

FRIDAY, THURSDAY, WEDNESDAY = ON, ON - dt.timedelta(days=1), ON - dt.timedelta(days=2)
Rows = list[dict[str, Any]]


def _units(shares: Mapping[tuple[int, dt.date], float], city: Mapping[dt.date, float] | None = None) -> Rows:
    """Active accounts by unit and day.

    Args:
        shares: unit and day → share of what is usual.
        city: day → share of all units.
    """
    return [
        {
            "day": row["day"],
            "unit": unit,
            "active": round(
                even(30, index + unit) * shares.get((unit, row["day"]), 1.0) * (city or {}).get(row["day"], 1.0)
            ),
        }
        for index, row in enumerate(days())
        if row["is_working_day"]
        for unit in range(20)
    ]


def _drops(table: Rows, on: dt.date = ON, calendar: Rows | None = None) -> list[Detection]:
    return group_drop(
        table,
        calendar or days(),
        on,
        value="active",
        key=lambda row: row["unit"],
        sensitivity=Sensitivity(-0.25, 4, "up"),
    )


def test_two_days_without_three_quarters_of_its_persons_are_found():
    [detection] = _drops(_units({(3, THURSDAY): 0.25, (3, FRIDAY): 0.25}))
    assert (detection.key, detection.since, detection.figures["days"]) == (3, THURSDAY, 2.0)
    assert detection.figures["seen"] == 7.5
    assert detection.value == detection.departure == pytest.approx(-0.74, abs=0.02)


def test_a_smaller_fall_takes_more_days():
    fallen = {(3, day): 0.6 for day in (FRIDAY, THURSDAY, WEDNESDAY, ON - dt.timedelta(days=3))}
    [detection] = _drops(_units(fallen))
    assert detection.since == dt.date(2026, 11, 17)


def test_one_day_of_training_is_no_drop_but_an_empty_house_is_one_at_once():
    assert _drops(_units({(3, FRIDAY): 0.5})) == []
    assert _drops(_units({(3, THURSDAY): 0.5})) == []
    [detection] = _drops(_units({(3, FRIDAY): 0.0}))
    assert detection.departure == -1.0


def test_what_the_whole_city_does_is_no_drop():
    assert _drops(_units({}, {THURSDAY: 0.5, FRIDAY: 0.5})) == []


def test_a_small_unit_does_not_count():
    table = _units({(3, THURSDAY): 0.0, (3, FRIDAY): 0.0})
    assert [detection.key for detection in _drops(table)] == [3]
    small = [{**row, "active": row["active"] // 10} if row["unit"] == 3 else row for row in table]
    assert _drops(small) == []


def test_on_a_sunday_the_last_working_days_are_judged():
    sunday = ON - dt.timedelta(days=5)
    before = {(3, sunday - dt.timedelta(days=back)): 0.2 for back in (2, 3)}
    assert [detection.key for detection in _drops(_units(before), sunday)] == [3]


def test_a_gap_and_a_short_history_say_nothing():
    table = _units({(3, THURSDAY): 0.25, (3, FRIDAY): 0.25})
    assert _drops(table, calendar=days(gaps=(ON,))) == []
    assert _drops([row for row in table if row["day"] > ON - dt.timedelta(days=10)]) == []
