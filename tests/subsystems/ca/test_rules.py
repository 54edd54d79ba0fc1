"""The rules over certificates: what fires each, and what must not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.silence import silence
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.ca.checks import is_chance, is_growing

#: A Friday.
ON = date(2026, 11, 20)


def _day(back: int) -> dict[str, Any]:
    day = ON - timedelta(days=back)
    return {"day": day, "is_covered": True, "is_working_day": day.weekday() < 5, "label": ""}


DAYS = [_day(back) for back in range(71)]
WORKING = [row["day"] for row in DAYS if row["is_working_day"] and row["day"] < ON][:20]


def _logins(silent: range = range(0)) -> list[dict[str, Any]]:
    """Forty logins by certificate each ten minutes from 9 to 17."""
    slots = range(54, 102)
    past = [{"day": day, "slot": slot, "events": 40} for day in WORKING for slot in slots]
    return past + [{"day": ON, "slot": slot, "events": 40} for slot in slots if slot not in silent]


@pytest.mark.parametrize(("slots", "state"), [(1, "ok"), (2, "warning"), (6, "critical")])
def test_twenty_minutes_without_a_certificate_are_an_outage(slots: int, state: str):
    [found] = silence(RULES["ca.login_silence"], _logins(range(60, 60 + slots)), DAYS, ON, slot_s=600)
    assert found.state == state


@pytest.mark.parametrize(("refused", "state"), [(0, "ok"), (8, "warning"), (90, "critical")])
def test_an_issuer_that_is_no_longer_trusted_is_told(refused: int, state: str):
    tried = [{"day": day, "slot": slot, "events": 120} for day in [*WORKING, ON] for slot in range(18, 34)]
    failed = [{"day": ON, "slot": slot, "events": refused} for slot in range(18, 22) if refused]
    failed += [{"day": WORKING[3], "slot": 20, "events": 1}]
    [found] = failure_burst(RULES["ca.refused_logins"], failed, tried, DAYS, ON, slot_s=1800, is_of_all=True)
    assert found.state == state
    if state != "ok":
        assert found.evidence.startswith("09:00—11:00 证书登录 480 次，证书登录失败")


@pytest.mark.parametrize(("today", "state"), [(1900, "ok"), (1100, "warning"), (300, "critical")])
def test_half_of_the_logins_by_certificate_are_a_fall(today: float, state: str):
    past = [
        {**row, "certificate_logins": (1900 if row["is_working_day"] else 290) + number % 7 * 9}
        for number, row in enumerate(DAYS[1:])
    ]
    [found] = seasonal_baseline(RULES["ca.logins_fall"], [*past, {**DAYS[0], "certificate_logins": today}], ON)
    assert found.state == state


@pytest.mark.parametrize(
    ("rule", "measure", "fine", "watched", "critical"),
    [
        ("ca.expired_tried", "expired_tried", 0, 3, 51),
        ("ca.revoked_tried", "revoked_tried", 0, 1, 21),
        ("ca.expiring_units", "expiring_units", 0, 1, 10),
    ],
)
def test_each_certificate_that_should_not_be_there_counts(
    rule: str, measure: str, fine: int, watched: int, critical: int
):
    found = evaluate_rules([RULES[rule]], [{measure: value} for value in (fine, watched, critical)])
    assert [each.state for each in found] == ["ok", "warning", "critical"]


def test_three_times_as_many_as_usual_expire_together_and_few_say_nothing():
    rows = [
        {"expiring_times": times, "expiring_30d": count}
        for times, count in ((1.1, 180), (3.0, 500), (9.0, 1500), (9.0, 29))
    ]
    found = evaluate_rules([RULES["ca.expiring_times"]], rows)
    assert [each.state for each in found] == ["ok", "warning", "critical", "unknown"]


@pytest.mark.parametrize(
    ("due", "grows"),
    [
        ({"expiring_30d": 500, "usual_30d": 165.0, "next_week": 38}, False),  # as in any week
        ({"expiring_30d": 500, "usual_30d": 165.0, "next_week": 90}, True),  # a sixth of the batch is to come
        ({"expiring_30d": 500, "usual_30d": 165.0, "next_week": 60}, False),  # what chance adds to 38
        ({"expiring_30d": 40, "usual_30d": None, "next_week": 0}, False),
    ],
)
def test_a_batch_is_told_when_it_is_whole(due: dict[str, Any], grows: bool):
    assert is_growing(due) is grows


@pytest.mark.parametrize(
    ("count", "usual", "chance"),
    [(180, 165.0, True), (214, 165.0, True), (260, 165.0, False), (3, 0.0, True), (40, 0.0, False)],
)
def test_some_more_than_usual_expire_together_by_chance(count: int, usual: float, chance: bool):
    assert is_chance({"expiring_30d": count, "usual_30d": usual}) is chance
