"""Rules over single sign-on: what breaks each, and what must not."""

from __future__ import annotations

from typing import Any

import pytest

from ntanalytics.checks.check import DAY
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Finding, Window
from ntanalytics.periods import Period
from ntanalytics.subsystems.sso import SUBSYSTEM
from tests.subsystems.made import ON, Data, Row, by_slots, daily, events, judge, statuses, subsystem_finding

APPS = [
    {"app_id": "seal", "app": "电子印章", "is_enabled": True},
    {"app_id": "old", "app": "旧系统", "is_enabled": False},
]
GRANTED = {"outcome": "success", "app_id": "seal", "duration_ms": 120.0}


def _data(rows: list[Row], slot_s: int = 3600, **common: Any) -> Data:
    return {"sso.accesses": events("sso.accesses", rows, slot_s, **{**GRANTED, **common}), "sso.apps": APPS}


def _silent(code: str, count: float, slots: range, silent: range, slot_s: int, **common: Any) -> list[Finding]:
    return judge(SUBSYSTEM, [code], _data(by_slots(count, slots, dict.fromkeys(silent, 0)), slot_s, **common))


@pytest.mark.parametrize(("slots", "status"), [(2, "ok"), (4, "warning"), (13, "critical")])
def test_fifteen_minutes_without_an_access_are_an_outage(slots: int, status: str) -> None:
    findings = _silent("sso.access_silence", 20, range(108, 204), range(120, 120 + slots), 300)
    assert statuses(findings) == [("subsystem/sso", status)]
    if status != "ok":
        assert findings[0].value == slots * 300


def test_an_application_that_nobody_reaches_is_watched_and_one_that_few_do_is_not() -> None:
    [finding] = _silent("sso.app_silence", 40, range(8, 18), range(8, 18), 3600)
    assert (finding.entity.identity, finding.entity.label) == ("app/seal", "电子印章")
    assert (finding.status, finding.value, finding.window) == ("warning", 36_000.0, Window(ON, 28_800, 64_800))
    assert _silent("sso.app_silence", 1, range(8, 18), range(8, 18), 3600) == []


def test_an_application_that_few_reach_is_silent_by_slots_of_two_hours() -> None:
    [finding] = _silent("sso.app_silence", 6, range(8, 18), range(8, 18), 3600)
    assert (finding.entity.key, finding.status) == ("seal", "warning")


def test_an_application_that_is_quiet_for_an_hour_or_out_of_use_is_no_violation() -> None:
    assert _silent("sso.app_silence", 40, range(8, 18), range(12, 13), 3600) == []
    assert _silent("sso.app_silence", 40, range(8, 18), range(8, 18), 3600, app_id="old") == []


def _by_day(usual: float, today: float) -> list[Row]:
    return [{**row, "events": row["accesses"]} for row in daily("accesses", usual, today)]


@pytest.mark.parametrize(
    ("today", "accesses", "status"), [(800, 90, None), (1600, 90, "warning"), (4000, 90, "critical"), (4000, 49, None)]
)
def test_twice_the_usual_time_is_felt_where_many_wait(today: float, accesses: int, status: str | None) -> None:
    rows = [
        {**row, "duration_ms": today if row["day"] == ON else 700.0 + number % 3}
        for number, row in enumerate(_by_day(90, accesses))
    ]
    findings = judge(SUBSYSTEM, ["sso.app_p95_rise"], _data(rows))
    assert statuses(findings) == ([("app/seal", status)] if status else [])


def test_a_fast_application_is_not_slow_whatever_is_usual() -> None:
    rows = [{**row, "duration_ms": 490.0 if row["day"] == ON else 50.0} for row in _by_day(90, 90)]
    assert judge(SUBSYSTEM, ["sso.app_p95_rise"], _data(rows)) == []


@pytest.mark.parametrize(("refused", "status"), [(1, None), (8, "warning"), (30, "critical")])
def test_an_application_that_refuses_a_tenth_for_hours_is_told(refused: float, status: str | None) -> None:
    failed = [
        {**row, "outcome": "failure"} for row in by_slots(1, range(18, 34), dict.fromkeys(range(20, 24), refused))
    ]
    granted = by_slots(59, range(18, 34), dict.fromkeys(range(20, 24), 60 - refused))
    findings = judge(SUBSYSTEM, ["sso.app_failures"], _data([*failed, *granted], 1800))
    if status is None:
        assert [finding.status for finding in findings] == ["ok"]
    else:
        assert statuses(findings) == [("app/seal", status)]
        assert findings[0].window == Window(ON, 36_000, 43_200)


def test_an_application_without_an_access_in_a_period_is_watched_by_its_id() -> None:
    apps = [*APPS, {"app_id": "oa", "app": "协同办公", "is_enabled": True}]
    data = {**_data([{"day": ON, "events": 1}]), "sso.apps": apps}
    findings = judge(SUBSYSTEM, ["sso.accesses"], data, period=Period.week(ON))
    assert sorted(statuses(findings)) == [("app/oa", "warning"), ("app/seal", "ok")]
    gap = (Period.week(ON).first,)
    findings = judge(SUBSYSTEM, ["sso.accesses"], data, period=Period.week(ON), gaps=gap)
    assert sorted(statuses(findings)) == [("app/oa", "unknown"), ("app/seal", "ok")]


@pytest.mark.parametrize(
    ("refused", "accesses", "status", "is_chance"),
    [
        (20, 1000, "ok", None),
        (90, 1000, "warning", None),
        (200, 1000, "critical", None),
        (9, 100, "ok", True),  # chance alone may lift so few over the limit
    ],
)
@pytest.mark.parametrize("period", [Period.day(ON), Period.week(ON)])
def test_the_share_of_refused_accesses_is_judged_over_any_period(
    refused: int, accesses: int, status: str, is_chance: bool | None, period: Period
) -> None:
    rows = [{"day": ON, "events": accesses - refused}, {"day": ON, "events": refused, "outcome": "failure"}]
    [finding] = judge(SUBSYSTEM, ["sso.access_failure_rate"], _data(rows), period=period)
    assert (finding.status, finding.value) == (status, refused / accesses)
    assert finding.details.get("is_chance") is is_chance


def test_few_accesses_say_nothing_of_the_share() -> None:
    rows = [{"day": ON, "events": 49, "outcome": "failure"}]
    assert judge(SUBSYSTEM, ["sso.access_failure_rate"], _data(rows)) == []


def test_an_outage_of_all_logins_tells_those_of_single_sign_on() -> None:
    logins = subsystem_finding("identity.login_silence", window=Window(ON, 36_000, 39_600))
    inside = subsystem_finding("sso.access_silence", window=Window(ON, 36_300, 39_600))
    later = subsystem_finding("sso.access_silence", window=Window(ON, 50_000, 54_000))
    assert suppress([logins, inside, later], SUBSYSTEM.checks, [DAY]) == ([logins, later], [inside])


def test_accesses_that_name_no_application_are_none_and_those_of_the_others_may_be_more() -> None:
    apps = [*APPS, {"app_id": "oa", "app": "协同办公", "is_enabled": True}]
    rows = [{"day": ON, "events": 8}, {"day": ON, "events": 6, "app_id": None}]
    data = {**_data(rows), "sso.apps": apps}
    few, lacking = Period.week(ON), {"sso.accesses": ("app_id",)}
    found = judge(SUBSYSTEM, ["sso.accesses"], data, period=few, unfilled=lacking)
    assert sorted((finding.entity.key, finding.status, finding.certainty) for finding in found) == [
        ("oa", "unknown", "exact"),
        ("seal", "ok", "lower_bound"),
    ]
    assert [finding.figures["nameless"] for finding in found] == [6.0, 6.0]
    # a few accesses without one are as usual
    usual = judge(SUBSYSTEM, ["sso.accesses"], data, period=few)
    assert sorted(statuses(usual)) == [("app/oa", "warning"), ("app/seal", "ok")]


def test_where_many_accesses_name_no_application_none_is_silent() -> None:
    rows = by_slots(40, range(8, 18), dict.fromkeys(range(8, 18), 0))
    nameless = [{"day": ON, "slot": slot, "events": 40, "app_id": None} for slot in range(8, 18)]
    data, lacking = _data([*rows, *nameless]), {"sso.accesses": ("app_id",)}
    [finding] = judge(SUBSYSTEM, ["sso.app_silence"], data, unfilled=lacking)
    assert (finding.entity.kind, finding.status) == ("subsystem", "unknown")


def test_accesses_that_name_no_application_are_none_that_is_slow() -> None:
    rows = [
        {**row, "app_id": None, "duration_ms": 4000.0 if row["day"] == ON else 700.0 + number % 3}
        for number, row in enumerate(_by_day(90, 90))
    ]
    assert judge(SUBSYSTEM, ["sso.app_p95_rise"], _data(rows)) == []
