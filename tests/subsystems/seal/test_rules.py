"""The rules over electronic seals: what fires each, and what must not."""

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
HOURS = range(9, 18)


def _hours(each: float, silent: range = range(0)) -> list[dict[str, Any]]:
    past = [{"day": day, "slot": hour, "events": each} for day in WORKING for hour in HOURS]
    return past + [{"day": ON, "slot": hour, "events": each} for hour in HOURS if hour not in silent]


@pytest.mark.parametrize(
    ("code", "failures", "state"),
    [
        ("seal.signing_failures", 1, "ok"),
        ("seal.signing_failures", 4, "warning"),
        ("seal.signing_failures", 8, "critical"),
        ("seal.verification_failures", 1, "ok"),
        ("seal.verification_failures", 4, "warning"),
        ("seal.verification_failures", 9, "critical"),
    ],
)
def test_some_failures_within_two_hours_are_told_where_one_in_hundreds_is_usual(code: str, failures: int, state: str):
    usual = [{"day": day, "slot": 9 + number % 9, "events": 1} for number, day in enumerate(WORKING)]
    today = [{"day": ON, "slot": hour, "events": failures} for hour in (10, 11)]
    [found] = failure_burst(RULES[code], usual + today, _hours(20), DAYS, ON, slot_s=3600, chance=5e-5)
    assert found.state == state
    if state == "critical":
        assert found.evidence.startswith("10:00—12:00")


@pytest.mark.parametrize(
    ("silent", "state"), [(range(10, 11), "ok"), (range(10, 12), "warning"), (range(10, 14), "critical")]
)
def test_hours_without_a_signing_are_an_outage(silent: range, state: str):
    [found] = silence(RULES["seal.signing_silence"], _hours(16, silent), DAYS, ON, slot_s=3600)
    assert found.state == state


def test_where_little_is_signed_hours_without_are_chance():
    [found] = silence(RULES["seal.signing_silence"], _hours(2, range(10, 15)), DAYS, ON, slot_s=3600)
    assert found.state == "ok"


@pytest.mark.parametrize(("today", "state"), [(110, "ok"), (55, "warning"), (10, "critical")])
def test_half_of_the_signings_are_a_fall(today: float, state: str):
    past = [
        {**row, "signings": (135 if row["is_working_day"] else 25) + number % 5 * 4}
        for number, row in enumerate(DAYS[1:])
    ]
    [found] = seasonal_baseline(RULES["seal.signings_fall"], [*past, {**DAYS[0], "signings": today}], ON)
    assert found.state == state


@pytest.mark.parametrize(
    ("code", "measure", "days"),
    [
        ("seal.testing_days", "waiting_days", (21, 22, 91)),
        ("seal.making_days", "making_wait_days", (24, 31, 91)),
    ],
)
def test_a_seal_that_waits_is_told_by_how_long(code: str, measure: str, days: tuple[int, ...]):
    found = evaluate_rules([RULES[code]], [{measure: value} for value in days])
    assert [each.state for each in found] == ["ok", "warning", "critical"]
