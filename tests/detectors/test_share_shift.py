"""Units of which a share goes wrong: thirty units that get five documents a working day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.share_shift import share_shift
from tests.subsystems.made import ON, days

UNSIGNED, RETURNED = Sensitivity(0.5, 4), Sensitivity(0.1, 10)
Rows = list[dict[str, Any]]


def _units(hits: Mapping[tuple[int, dt.date], int], events: int = 5) -> Rows:
    """Documents by unit and day; one unit in five has one late each Monday."""
    return [
        {
            "day": row["day"],
            "unit": unit,
            "events": events,
            "hits": hits.get((unit, row["day"]), int(row["day"].weekday() == 0 and unit % 5 == 0)),
        }
        for row in days()
        if row["is_working_day"]
        for unit in range(30)
    ]


def _shifts(sensitivity: Sensitivity, table: Rows, together: int = 7) -> list[Detection]:
    return share_shift(table, ON, key=lambda row: row["unit"], sensitivity=sensitivity, together=together)


def test_two_days_on_which_a_unit_signs_for_nothing_are_found():
    [detection] = _shifts(UNSIGNED, _units({(3, ON): 5, (3, ON - dt.timedelta(days=1)): 5}))
    assert (detection.key, detection.departure, detection.since) == (3, 1.0, ON - dt.timedelta(days=1))
    figures = dict(detection.figures)
    assert figures.pop("usual") == pytest.approx(0.001, abs=0.002)
    assert figures == {"events": 10.0, "hits": 10.0, "days": 2.0}


def test_one_poor_day_and_a_slow_unit_are_no_shift():
    assert _shifts(UNSIGNED, _units({(3, ON): 2})) == []
    assert _shifts(UNSIGNED, _units({(3, row["day"]): 3 for row in days()})) == []


def test_a_days_returns_of_one_sender_are_found_and_a_single_document_is_not():
    [detection] = _shifts(RETURNED, _units({(7, ON): 30}, events=40), together=2)
    assert (detection.key, detection.value, detection.figures["days"]) == (7, 0.75, 1.0)
    assert _shifts(RETURNED, _units({(7, ON): 3}, events=40), together=2) == []


def test_a_short_history_says_nothing():
    table = [row for row in _units({(3, ON): 5}) if row["day"] > ON - dt.timedelta(days=10)]
    assert _shifts(UNSIGNED, table) == []
    assert _shifts(UNSIGNED, []) == []


@pytest.mark.parametrize(("days_back", "is_bound"), [(2, False), (12, True)])
def test_a_shift_that_fills_all_days_that_are_judged_may_have_begun_before(days_back: int, is_bound: bool):
    hits = {(3, row["day"]): 5 for row in days(days_back - 1) if row["is_working_day"]}
    [detection] = _shifts(UNSIGNED, _units(hits))
    assert detection.since_is_bound == is_bound
