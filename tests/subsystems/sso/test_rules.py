"""The rules over single sign-on: what fires each, and what must not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.silence import silence
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.subsystems import RULES

#: A Friday.
ON = date(2026, 11, 20)


def _day(back: int) -> dict[str, Any]:
    day = ON - timedelta(days=back)
    return {"day": day, "is_covered": True, "is_working_day": day.weekday() < 5, "label": ""}


DAYS = [_day(back) for back in range(71)]
WORKING = [row["day"] for row in DAYS if row["is_working_day"] and row["day"] < ON][:20]


def _slots(each: float, slots: range, silent: range, **more: Any) -> list[dict[str, Any]]:
    """So many events in each of some slots of the days before; on the day none in those that are silent."""
    past = [{"day": day, "slot": slot, "events": each, **more} for day in WORKING for slot in slots]
    return past + [{"day": ON, "slot": slot, "events": each, **more} for slot in slots if slot not in silent]


@pytest.mark.parametrize(("slots", "state"), [(2, "ok"), (4, "warning"), (13, "critical")])
def test_fifteen_minutes_without_an_access_are_an_outage(slots: int, state: str):
    events = _slots(100, range(108, 204), range(120, 120 + slots))
    [found] = silence(RULES["sso.access_silence"], events, DAYS, ON, slot_s=300)
    assert found.state == state


def test_an_application_that_nobody_reaches_is_watched_and_one_that_few_do_is_not():
    def silent(each: float) -> list[Any]:
        events = _slots(each, range(8, 18), range(8, 18), app_id="seal")
        return silence(
            RULES["sso.app_silence"], events, DAYS, ON, slot_s=3600, subject=lambda row: "电子印章", is_wrong_only=True
        )

    [found] = silent(40)
    assert (found.state, found.value, found.subject) == ("warning", 36_000.0, "电子印章")
    assert found.evidence == "08:00—18:00 几乎没有应用访问，同一时段通常 400 次。"
    assert silent(1) == []


def test_an_application_that_is_quiet_for_an_hour_is_in_order():
    events = _slots(40, range(8, 18), range(12, 13), app_id="seal")
    [found] = silence(RULES["sso.app_silence"], events, DAYS, ON, slot_s=3600, subject=lambda row: "电子印章")
    assert found.state == "ok"


def _weeks(measure: str, usual: float, today: float, **more: Any) -> list[dict[str, Any]]:
    past = [
        {**row, measure: round((usual if row["is_working_day"] else usual / 10) * (1 + 0.01 * (number % 3))), **more}
        for number, row in enumerate(DAYS[1:])
    ]
    return [*past, {**DAYS[0], measure: today, **more}]


@pytest.mark.parametrize(("today", "state"), [(11_500, "ok"), (8_000, "warning"), (3_000, "critical")])
def test_a_third_fewer_accesses_are_a_fall(today: float, state: str):
    [found] = seasonal_baseline(RULES["sso.accesses_fall"], _weeks("accesses", 12_000, today), ON)
    assert found.state == state


@pytest.mark.parametrize(
    ("today", "accesses", "state"),
    [(800, 900, "ok"), (1600, 900, "warning"), (4000, 900, "critical"), (4000, 49, "unknown")],
)
def test_twice_the_usual_time_is_felt_where_many_wait(today: float, accesses: int, state: str):
    rows = [
        {**row, "access_p95_ms": today if row["day"] == ON else row["access_p95_ms"] + 0.5}
        for row in _weeks("access_p95_ms", 700, today, accesses=accesses)
    ]
    [found] = seasonal_baseline(RULES["sso.app_p95_rise"], rows, ON)
    assert found.state == state


@pytest.mark.parametrize(("refused", "state"), [(1, "ok"), (8, "warning"), (30, "critical")])
def test_an_application_that_refuses_a_tenth_for_hours_is_told(refused: float, state: str):
    tried = _slots(60, range(18, 34), range(0))
    past = [{"day": day, "slot": slot, "events": 1} for day in WORKING for slot in range(18, 34)]
    failed = past + [{"day": ON, "slot": slot, "events": refused} for slot in range(20, 24)]
    [found] = failure_burst(RULES["sso.app_failures"], failed, tried, DAYS, ON, slot_s=1800)
    assert found.state == state


def test_an_application_without_an_access_in_a_period_is_watched():
    rule = RULES["sso.accesses"]
    assert [each.state for each in evaluate_rules([rule], [{"accesses": 0}, {"accesses": 1}])] == ["warning", "ok"]
