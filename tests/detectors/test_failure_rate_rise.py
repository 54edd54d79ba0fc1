"""Hours in which more went wrong: ten even hours a working day of which two in a hundred go wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.failure_rate_rise import failure_rate_rise, usual_share
from tests.subsystems.made import ON, days, failing

Rows = list[dict[str, Any]]


def _rises(table: Rows, calendar: Rows | None = None, slot_s: int = 3600) -> list[Detection]:
    return failure_rate_rise(
        table, calendar or days(), ON, slot_s=slot_s, key=lambda _: "unicom", sensitivity=Sensitivity(0.03, 15)
    )


def test_three_hours_in_which_three_of_ten_fail_are_found_with_their_hours():
    [detection] = _rises(failing(100, 0.02, {9: 0.3, 10: 0.3, 11: 0.3}))
    assert (detection.key, detection.since, detection.window) == ("unicom", ON, (9 * 3600.0, 12 * 3600.0))
    assert (detection.figures["events"], detection.figures["hits"]) == (302.0, 91.0)
    assert detection.value == 91 / 302
    assert detection.departure == pytest.approx(0.281, abs=0.001)


def test_eight_in_a_hundred_for_four_hours_are_barely_visible_and_found():
    [detection] = _rises(failing(200, 0.02, dict.fromkeys((13, 14, 15, 16), 0.08)))
    assert detection.departure == pytest.approx(0.06, abs=0.01)


def test_what_comes_and_goes_all_day_is_one_run():
    [detection] = _rises(failing(100, 0.02, dict.fromkeys((8, 10, 12, 14, 16), 0.3)))
    assert detection.window == (8 * 3600.0, 17 * 3600.0)


def test_a_whole_day_has_no_window():
    table = [{**row, "slot": 0} for row in failing(100, 0.02, dict.fromkeys(range(8, 18), 0.2))]
    [detection] = _rises(table, slot_s=86_400)
    assert detection.window is None


def test_chance_few_events_and_an_ordinary_day_are_no_rise():
    assert _rises(failing(100, 0.02, {})) == []
    assert _rises(failing(100, 0.02, {9: 0.06})) == []
    assert _rises(failing(10, 0.0, {9: 0.4})) == []


def test_a_series_that_always_fails_more_is_usual():
    assert _rises(failing(100, 0.1, {9: 0.12})) == []


def test_what_lasts_for_days_has_its_first_day_and_does_not_become_usual():
    tuesday = dt.date(2026, 11, 10)
    [detection] = _rises(failing(100, 0.02, dict.fromkeys(range(8, 18), 0.2), since=tuesday))
    assert detection.since == tuesday
    assert detection.figures["usual"] == pytest.approx(0.02, abs=0.005)


def test_a_gap_and_a_short_history_say_nothing():
    table = failing(100, 0.02, {9: 0.9})
    assert _rises(table, days(gaps=(ON,))) == []
    assert _rises([row for row in table if row["day"] > ON - dt.timedelta(days=4)], days(4)) == []


def test_the_usual_share_leaves_out_the_worst_days():
    events, hits = np.full(20, 1000.0), np.full(20, 20.0)
    hits[3] = 500.0
    share, dispersion = usual_share(events, hits)
    assert share == pytest.approx(0.02)
    assert dispersion == 1.0
