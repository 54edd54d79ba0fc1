"""The rules over the identity platform: what fires each, and what must not."""

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
WORKING = [row["day"] for row in DAYS if row["is_working_day"] and row["day"] < ON]


def _weeks(measure: str, usual: float, today: float, **more: Any) -> list[dict[str, Any]]:
    """Ten weeks of about that much a working day and a tenth of it on others, and the day."""
    past = [
        {**row, measure: round((usual if row["is_working_day"] else usual / 10) * (1 + 0.01 * (number % 3))), **more}
        for number, row in enumerate(DAYS[1:])
    ]
    return [*past, {**DAYS[0], measure: today, **more}]


def _two_minutes(silent: range) -> list[dict[str, Any]]:
    """Thirty logins each two minutes from 9 to 17, none in some slots of the day."""
    slots = range(270, 510)
    past = [{"day": day, "slot": slot, "events": 30} for day in WORKING[:20] for slot in slots]
    return past + [{"day": ON, "slot": slot, "events": 30} for slot in slots if slot not in silent]


@pytest.mark.parametrize(("minutes", "state"), [(8, "ok"), (12, "warning"), (18, "warning"), (42, "critical")])
def test_ten_minutes_without_a_login_are_an_outage(minutes: int, state: str):
    slots = _two_minutes(range(300, 300 + minutes // 2))
    [found] = silence(RULES["identity.login_silence"], slots, DAYS, ON, slot_s=120)
    assert found.state == state
    if state == "critical":
        assert found.evidence == "10:00—10:42 几乎没有登录，同一时段通常 630 次。"


@pytest.mark.parametrize(("today", "state"), [(11_500, "ok"), (8_000, "warning"), (3_000, "critical"), (20_000, "ok")])
def test_a_third_fewer_logins_are_a_fall(today: float, state: str):
    [found] = seasonal_baseline(RULES["identity.logins_fall"], _weeks("logins", 12_000, today), ON)
    assert found.state == state


def test_a_saturday_with_a_tenth_of_the_logins_is_no_fall():
    saturday = ON + timedelta(days=1)
    rows = [*_weeks("logins", 12_000, 12_000), {**_day(-1), "logins": 1_200}]
    [found] = seasonal_baseline(RULES["identity.logins_fall"], rows, saturday)
    assert found.state == "ok"


def _hours(each: float, today: dict[int, float], **more: Any) -> list[dict[str, Any]]:
    """So many events each half hour from 9 to 17; on the day those given instead."""
    slots = range(18, 34)
    past = [{"day": day, "slot": slot, "events": each, **more} for day in WORKING[:20] for slot in slots]
    return past + [{"day": ON, "slot": slot, "events": today.get(slot, each), **more} for slot in slots]


@pytest.mark.parametrize(("failures", "state"), [(3, "ok"), (9, "warning"), (40, "critical")])
def test_a_method_that_fails_for_three_hours_is_told(failures: float, state: str):
    failed = _hours(2, dict.fromkeys(range(27, 33), failures), method="sms_code")
    tried = _hours(100, {}, method="sms_code")
    [found] = failure_burst(
        RULES["identity.method_failures"], failed, tried, DAYS, ON, slot_s=1800, subject=lambda row: "短信"
    )
    assert found.state == state
    if state != "ok":
        assert found.evidence.startswith("13:30—16:30 登录 600 次")


@pytest.mark.parametrize(("today", "state"), [(60, "ok"), (160, "warning"), (900, "critical")])
def test_many_more_unknown_accounts_are_told(today: float, state: str):
    [found] = seasonal_baseline(RULES["identity.reason_rise"], _weeks("login_failures", 50, today), ON)
    assert found.state == state


def test_twenty_failures_within_ten_minutes_are_watched_and_sixty_are_bad():
    rule = RULES["identity.attempts"]
    assert [each.state for each in evaluate_rules([rule], [{"attempts": count} for count in (0, 19, 20, 60)])] == [
        "ok",
        "ok",
        "warning",
        "critical",
    ]


def test_one_account_that_was_forced_is_bad_and_none_is_in_order():
    rule = RULES["identity.forced_accounts"]
    assert [each.state for each in evaluate_rules([rule], [{"forced_accounts": 0}, {"forced_accounts": 1}])] == [
        "ok",
        "critical",
    ]


def test_a_shared_account_is_watched():
    rule = RULES["identity.shared_accounts"]
    assert [each.state for each in evaluate_rules([rule], [{"shared_accounts": 0}, {"shared_accounts": 2}])] == [
        "ok",
        "warning",
    ]


@pytest.mark.parametrize(("today", "state"), [(30, "ok"), (80, "warning"), (600, "critical")])
def test_disabling_many_accounts_is_told(today: float, state: str):
    [found] = seasonal_baseline(RULES["identity.changes_rise"], _weeks("account_changes", 10, today), ON)
    assert found.state == state


@pytest.mark.parametrize(("today", "state"), [(3, "ok"), (12, "warning"), (60, "critical")])
def test_failed_changes_are_told_where_they_rise(today: float, state: str):
    [found] = seasonal_baseline(RULES["identity.failed_changes"], _weeks("failed_changes", 3, today), ON)
    assert found.state == state
