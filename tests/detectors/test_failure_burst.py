"""Stretches of a day in which more failed: small cases worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.failure_burst import BurstSearch, failure_burst
from tests.subsystems.made import ON, days

DAYS = days(28)
HOUR_S = 3600
MANY, FEW = Sensitivity(0.02, 10), Sensitivity(0.02, 4)
Rows = list[dict[str, Any]]


def _events(each: float, *, today: dict[int, float] | None = None, **more: Any) -> Rows:
    """``each`` events an hour from 9 to 17 on every working day before; on the day those given, else as before."""
    hours = range(9, 17)
    before = [
        {"day": row["day"], "slot": hour, "events": each, **more}
        for row in DAYS
        if row["day"] < ON and row["is_working_day"]
        for hour in hours
    ]
    now = {**dict.fromkeys(hours, each), **(today or {})}
    return before + [{"day": ON, "slot": hour, "events": events, **more} for hour, events in now.items()]


def _bursts(
    failures: Rows,
    attempts: Rows,
    calendar: Sequence[dict[str, Any]] = DAYS,
    on: date = ON,
    sensitivity: Sensitivity = MANY,
    **search: Any,
) -> list[Detection]:
    return failure_burst(
        failures,
        attempts,
        calendar,
        on,
        BurstSearch(slot_s=HOUR_S, **search),
        key=lambda row: row.get("reason", "all"),
        sensitivity=sensitivity,
    )


def test_two_hours_in_which_a_fifth_fails_are_one_stretch():
    [detection] = _bursts(_events(5, today={10: 20, 11: 20}), _events(100))
    assert (detection.key, detection.value, detection.since) == ("all", 0.2, ON)
    assert detection.departure == pytest.approx(0.15, abs=0.001)
    assert detection.window == (36_000.0, 43_200.0)
    assert (detection.figures["attempts"], detection.figures["failures"]) == (200.0, 40.0)
    assert detection.figures["usual"] == pytest.approx(0.05, abs=0.001)


def test_a_day_like_the_others_has_no_stretch():
    assert _bursts(_events(5), _events(100)) == []


def test_chance_explains_a_small_stretch():
    # twelve of a hundred where five are usual: chance makes that once in some hundred hours
    assert _bursts(_events(5, today={10: 12}), _events(100)) == []


def test_a_rare_but_small_stretch_does_not_matter():
    failures, attempts = _events(500, today={10: 800}), _events(10_000)
    assert _bursts(failures, attempts, sensitivity=Sensitivity(0.04)) == []
    assert len(_bursts(failures, attempts, sensitivity=Sensitivity(0.02))) == 1


def test_few_failures_are_found_where_nearly_none_are_usual():
    few = [{**row, "events": 5} for row in _events(1) if row["day"] == ON and row["slot"] == 10]
    [detection] = _bursts(few, _events(15), sensitivity=FEW, chance=5e-5)
    assert (detection.window, detection.value) == ((36_000.0, 39_600.0), pytest.approx(1 / 3))
    # a larger number of attempts takes more failures
    assert _bursts(few, _events(1000), sensitivity=FEW, chance=5e-5) == []


def test_a_reason_is_held_against_all_attempts():
    of_reason = _events(1, today={10: 60}, reason="pin")
    [detection] = _bursts(of_reason, _events(100), is_of_all=True)
    assert (detection.key, detection.value) == ("pin", 0.6)
    assert _bursts(of_reason, _events(100)) == []  # no attempts of that reason


def test_bunches_are_no_stretch_where_they_are_usual():
    # each day one hour fails twelve times, another than the day before, the others not at all
    working = [row["day"] for row in DAYS if row["is_working_day"] and row["day"] < ON]
    bunched = [{"day": day, "slot": 9 + number % 8, "events": 12} for number, day in enumerate(working)]
    bunched += [{"day": ON, "slot": 11, "events": 14}]
    assert _bursts(bunched, _events(40)) == []
    assert len(_bursts(_events(1.5, today={11: 14}), _events(40))) == 1


def test_a_known_outage_is_not_counted():
    failures = _events(5, today={10: 80})
    assert len(_bursts(failures, _events(100))) == 1
    assert _bursts(failures, _events(100), without=(36_500.0, 38_000.0)) == []


def test_a_sunday_is_held_against_days_that_are_not_worked():
    sunday = ON + timedelta(days=2)
    calendar = [*DAYS, {"day": sunday, "is_covered": True, "is_working_day": False}]
    failures, attempts = (
        [{"day": row["day"], "slot": 10, "events": events} for row in calendar if not row["is_working_day"]]
        for events in (6, 10)
    )
    assert _bursts(failures, attempts, calendar, sunday) == []


def test_a_gap_and_a_short_history_are_not_judged():
    [gap] = _bursts(_events(5), _events(100), days(28, gaps=(ON,)))
    assert (gap.key, gap.unjudged) == (None, "missing")
    [short] = _bursts(_events(5), _events(100), days(4))
    assert (short.key, short.unjudged) == (None, "short_history")
