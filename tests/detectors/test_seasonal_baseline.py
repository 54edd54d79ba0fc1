"""A day held against its expected range: ten weeks of about 1,000 a working day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.seasonal_baseline import BaselineColumns, seasonal_baseline
from tests.subsystems.made import ON

FALL, RISE = Sensitivity(-0.3, 50, "up"), Sensitivity(0.5, 50, "down")
SENT = BaselineColumns("sent", is_additive=True)


def _day(back: int, value: float | None, **more: Any) -> dict[str, Any]:
    day = ON - timedelta(days=back)
    calendar = {"day": day, "is_covered": value is not None, "is_working_day": day.weekday() < 5, "label": ""}
    return {**calendar, "sent": value, **more}


def _weeks(today: float | None, *, free: float = 80) -> list[dict[str, Any]]:
    past = [(1000 + 7 * (back % 5) if (ON - timedelta(days=back)).weekday() < 5 else free) for back in range(1, 71)]
    return [_day(back, value) for back, value in enumerate(past, 1)] + [_day(0, today)]


def _detect(rows: list[dict[str, Any]], on: date = ON, sensitivity: Sensitivity = FALL, **more: Any) -> Detection:
    [detection] = seasonal_baseline(
        rows, on, columns=more.pop("columns", SENT), key=lambda _: "im", sensitivity=sensitivity, **more
    )
    return detection


@pytest.mark.parametrize(
    ("today", "is_fall", "is_rise"), [(1010, False, False), (600, True, False), (300, True, False), (2400, False, True)]
)
def test_a_fall_is_no_rise_and_a_rise_is_no_fall(today: float, is_fall: bool, is_rise: bool):
    assert _detect(_weeks(today)).is_unusual == is_fall
    assert _detect(_weeks(today), sensitivity=RISE).is_unusual == is_rise


def test_a_fall_has_its_range_and_its_departure():
    detection = _detect(_weeks(300))
    assert (detection.value, detection.since) == (300.0, ON)
    assert detection.departure == pytest.approx(-0.704, abs=0.001)
    assert detection.figures["departure"] == detection.departure
    assert 900 < (detection.figures["low"] or 0) < 1000 < (detection.figures["expected"] or 0)
    assert 1014 < (detection.figures["high"] or 0) < 1130


def test_a_small_departure_does_not_matter_though_it_lies_outside():
    assert not _detect(_weeks(850)).is_unusual
    assert _detect(_weeks(850), sensitivity=Sensitivity(-0.1, 50, "up")).is_unusual


def test_a_saturday_is_held_against_saturdays():
    saturday = ON + timedelta(days=1)
    today = {"day": saturday, "is_covered": True, "is_working_day": False, "label": "", "sent": 80}
    assert not _detect([*_weeks(1000), today], saturday).is_unusual


def test_a_fall_of_days_has_begun_on_the_first_of_them():
    rows = [row if row["day"] < ON - timedelta(days=2) else {**row, "sent": 300} for row in _weeks(300)]
    assert _detect(rows).since == date(2026, 11, 18)


def test_a_level_that_lasts_is_learnt():
    shifted_on = ON - timedelta(days=13)
    rows = [row if row["day"] < shifted_on else {**row, "sent": int(row["sent"] * 0.4)} for row in _weeks(1000)]
    detection = _detect(rows)
    assert not detection.is_unusual
    assert detection.shifted_on == date(2026, 11, 9)  # the Monday after
    assert detection.since is None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (_weeks(None), "missing"),
        (_weeks(900)[:-1], "missing"),
        (_weeks(900)[-6:], "short_history"),
        ([*_weeks(1000)[:-1], {**_day(0, 1.0), "sent": None}], "no_value"),
        ([{**row, "sent": row["sent"] // 100} for row in _weeks(300)], "few_expected"),
    ],
)
def test_a_day_that_cannot_be_judged_says_why(rows: list[dict[str, Any]], reason: str):
    detection = _detect(rows)
    assert (detection.unjudged, detection.value, detection.departure) == (reason, None, None)


def test_a_rate_of_few_events_is_not_judged_and_its_departure_is_a_difference():
    rate = BaselineColumns("rate", "sent", is_rate=True)
    rows = [{**row, "rate": 0.9 + 0.01 * (row["day"].day % 3)} for row in _weeks(1000)]
    rows[-1]["rate"] = 0.5
    detection = _detect(rows, columns=rate)
    assert (detection.is_unusual, detection.departure) == (True, pytest.approx(-0.41, abs=0.02))
    rows[-1]["sent"] = 49
    few = _detect(rows, columns=rate)
    assert (few.unjudged, few.figures["count"]) == ("too_few", 49.0)


def test_zeros_before_the_first_event_are_no_history():
    rows = [row if row["day"] > ON - timedelta(days=5) else {**row, "sent": 0} for row in _weeks(1000)]
    assert _detect(rows).unjudged == "short_history"


def test_of_many_series_those_that_are_clearly_usual_are_left_out():
    rows = [{**row, "unit": unit} for unit, today in (("甲", 1010), ("乙", 300)) for row in _weeks(today)]
    detections = seasonal_baseline(
        rows, ON, columns=SENT, key=lambda row: row["unit"], sensitivity=FALL, unusual_only=True
    )
    assert [detection.key for detection in detections] == ["乙"]
    assert seasonal_baseline([], ON, columns=SENT, key=str, sensitivity=FALL) == []


def test_on_the_eve_of_a_long_holiday_a_fall_is_usual_where_it_was_so_before():
    """Two Mondays off made long weekends, with half of the messages on the days beside them."""
    eve = date(2026, 9, 30)
    off = {date(2026, 8, 17), date(2026, 9, 7)} | {eve + timedelta(days=ahead) for ahead in range(1, 8)}
    beside = {date(2026, 8, 14), date(2026, 8, 18), date(2026, 9, 4), date(2026, 9, 8), eve}
    rows = []
    for back in range(70, -1, -1):
        day = eve - timedelta(days=back)
        is_working_day = day not in off and day.weekday() < 5
        sent = 80 if not is_working_day else 500 if day in beside else 1000 + back % 5
        label = "节假日" if day in off else ""
        rows.append({"day": day, "is_covered": True, "is_working_day": is_working_day, "label": label, "sent": sent})
    ahead = [{"day": day, "is_working_day": False, "label": "节假日"} for day in sorted(off) if day > eve]
    assert not _detect(rows, eve, ahead=ahead).is_unusual
    assert _detect(rows, eve).is_unusual
