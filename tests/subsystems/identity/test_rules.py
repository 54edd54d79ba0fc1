"""Rules over logins: what breaks each, and what must not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.checks.check import DAY, WEEK
from ntanalytics.checks.suppression import suppress
from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.findings.finding import Window
from ntanalytics.periods import Period
from ntanalytics.subsystems import word
from ntanalytics.subsystems.identity import SUBSYSTEM
from tests.subsystems.made import (
    ON,
    Data,
    Row,
    by_slots,
    daily,
    evaluation,
    events,
    judge,
    statuses,
    subsystem_finding,
)  # fmt: skip

SATURDAY = ON - dt.timedelta(days=6)
_REGISTERS: Data = {"identity.accounts": [], "identity.units": []}
FAILED: Row = {"outcome": "failure", "reason": "wrong_password"}


def _logins(rows: list[Row], slot_s: int = 3600) -> Data:
    return {"identity.logins": events("identity.logins", rows, slot_s, method="password", outcome="success")}


def _by_day(usual: float, today: float, **more: str) -> list[Row]:
    return [{**row, **more, "events": row["amount"]} for row in daily("amount", usual, today)]


@pytest.mark.parametrize(("minutes", "status"), [(8, "ok"), (12, "warning"), (18, "warning"), (42, "critical")])
def test_ten_minutes_without_a_login_are_an_outage(minutes: int, status: str) -> None:
    rows = by_slots(15, range(270, 510), dict.fromkeys(range(300, 300 + minutes // 2), 0))
    [finding] = judge(SUBSYSTEM, ["identity.login_silence"], _logins(rows, 120))
    assert (finding.entity.identity, finding.status) == ("subsystem/identity", status)
    if status != "ok":
        assert (finding.value, finding.window) == (minutes * 60, Window(ON, 36_000, 36_000 + minutes * 60))
        assert finding.figures["expected"] == pytest.approx(7.5 * minutes, rel=0.05)


@pytest.mark.parametrize("code", ["identity.login_silence", "identity.method_failures"])
def test_a_day_that_was_not_extracted_is_no_violation(code: str) -> None:
    data = _logins(by_slots(30, range(18, 34), {18: 30}), 1800)
    assert not any(finding.is_violation for finding in judge(SUBSYSTEM, [code], data, gaps=(ON,)))


def _sms_code(failures: float, slots: range, **more: str) -> list[Row]:
    """Return logins by half hour, a hundred with two failures; of the slots today with so many."""
    failed = [{**row, **FAILED, **more} for row in by_slots(2, range(18, 34), dict.fromkeys(slots, failures))]
    granted = by_slots(98, range(18, 34), dict.fromkeys(slots, 100 - failures))
    return [{**row, "method": "sms_code"} for row in [*failed, *granted]]


@pytest.mark.parametrize(("failures", "status"), [(3, "ok"), (9, "warning"), (40, "critical")])
def test_a_method_that_fails_for_three_hours_is_told(failures: float, status: str) -> None:
    findings = judge(SUBSYSTEM, ["identity.method_failures"], _logins(_sms_code(failures, range(27, 33)), 1800))
    if status == "ok":
        assert [finding.status for finding in findings] == ["ok"]
        return
    assert statuses(findings) == [("method/sms_code", status)]
    assert (findings[0].window, findings[0].figures["attempts"]) == (Window(ON, 48_600, 59_400), 600)


def test_attempts_by_force_are_not_counted_among_the_failures_of_a_method() -> None:
    burst = [
        {**row, **FAILED, "method": "sms_code", "address_hash": "x"} for row in by_slots(0, range(27, 33), {27: 90})
    ]
    findings = judge(SUBSYSTEM, ["identity.method_failures"], _logins([*_sms_code(2, range(0)), *burst], 1800))
    assert [finding.status for finding in findings] == ["ok"]


def test_an_outage_of_all_logins_is_not_counted_among_the_failures_of_a_method() -> None:
    silent = dict.fromkeys(range(300, 330), 0)
    failed = [{**row, **FAILED} for row in by_slots(0, range(300, 330), dict.fromkeys(silent, 10))]
    data = _logins([*by_slots(10, range(270, 510), silent), *failed], 120)
    codes = ["identity.login_silence", "identity.method_failures"]
    assert [(finding.code, finding.status) for finding in judge(SUBSYSTEM, codes, data)] == [
        ("identity.login_silence", "critical"),
        ("identity.method_failures", "ok"),
    ]


def _tried(count: int, day: dt.date = ON, **who: str) -> Row:
    return {**FAILED, **who, "day": day, "slot": 9, "events": count}


@pytest.mark.parametrize(
    ("count", "status"), [(0, "ok"), (19, "ok"), (20, "warning"), (59, "warning"), (60, "critical")]
)
def test_twenty_failures_within_ten_minutes_are_watched_and_sixty_are_critical(count: int, status: str) -> None:
    findings = judge(SUBSYSTEM, ["identity.attempts"], _logins([_tried(count, address_hash="x"), _tried(5)]))
    assert statuses(findings) == [("address/worst", status), ("account/worst", "ok")]
    address = findings[0]
    if status == "ok":
        assert (address.value, address.window) == (0.0, None)
    else:
        assert (address.value, address.since, address.figures["others"]) == (float(count), ON, 0.0)
        assert address.window == Window(ON, 32_400, 32_400)


def test_an_account_that_is_tried_from_many_addresses_is_told_apart_from_the_addresses() -> None:
    many = [_tried(1, account_id="a", address_hash=str(number)) for number in range(30)]
    address, account = judge(SUBSYSTEM, ["identity.attempts"], _logins([*many, _tried(25, address_hash="x")]))
    assert (account.entity.key, account.entity.kind, account.value) == ("worst", "account", 30.0)
    assert (address.entity.kind, address.value) == ("address", 25.0)


def test_where_many_logins_lack_their_address_no_address_is_told_to_be_harmless() -> None:
    """Attempts without an address are of no address: that each address made few says nothing."""
    rows, lacking = [_tried(5), {"day": ON, "slot": 9, "events": 90}], {"identity.logins": ["address_hash"]}
    codes = ["identity.attempts", "identity.forced_accounts", "identity.shared_accounts"]
    known = judge(SUBSYSTEM, codes, _logins(rows))
    assert {finding.status for finding in known} == {"ok"}
    told = judge(SUBSYSTEM, codes, _logins(rows), unfilled=lacking)
    assert {(finding.code, finding.entity.key): finding.status for finding in told} == {
        (finding.code, finding.entity.key): "ok" if finding.entity.label == "单一账号" else "unknown"
        for finding in known
    }
    seen = judge(SUBSYSTEM, ["identity.attempts"], _logins([_tried(25, address_hash="x")]), unfilled=lacking)
    assert (seen[0].status, seen[0].certainty) == ("warning", "lower_bound")
    for columns, is_whole in ((lacking, False), ({}, True)):
        made = evaluation(SUBSYSTEM, [], {**_logins(rows), **_REGISTERS}, has_section=True, unfilled=columns)
        assert made.summaries["identity"].tables["suspects"].is_complete is is_whole


@pytest.mark.parametrize(
    ("lacks", "certainty"),
    [
        ({}, "exact"),
        ({"unfilled": {"identity.logins": ["address_hash"]}}, "lower_bound"),
        ({"gaps": (ON,)}, "lower_bound"),
    ],
)
def test_the_table_of_suspects_has_the_bound_that_the_finding_has(lacks: dict[str, Any], certainty: str) -> None:
    rows = _logins([_tried(25, address_hash="x")])
    made = evaluation(SUBSYSTEM, ["identity.attempts"], {**rows, **_REGISTERS}, has_section=True, **lacks)
    [row] = made.summaries["identity"].tables["suspects"]
    assert (row["attempts"], row.certainty("attempts"), row.certainty("first_attempt_at")) == (25, certainty, "exact")
    assert [finding.certainty for finding in made.findings if finding.is_violation] == [certainty]


def test_of_a_week_the_attempts_by_force_have_their_day() -> None:
    monday = Period.week(ON).first
    rows = [_tried(30, monday, address_hash="x"), _tried(25, address_hash="y")]
    address, _ = judge(SUBSYSTEM, ["identity.attempts"], _logins(rows), period=Period.week(ON))
    assert (address.value, address.since, address.figures["others"]) == (30.0, monday, 1.0)
    assert (address.window, address.details["day"]) == (Window(monday, 32_400, 32_400), monday.isoformat())


def test_attempts_by_force_have_no_hours_where_the_clock_is_hours_off() -> None:
    shift = {"identity.logins": ProfileDamage("shifted", 8, 0.0, ("test",))}
    address, _ = judge(SUBSYSTEM, ["identity.attempts"], _logins([_tried(30, address_hash="x")]), shifts=shift)
    assert (address.value, address.since, address.window) == (30.0, ON, None)
    assert "9时" not in word(address).sentence


@pytest.mark.parametrize(("later", "address", "status"), [(600, "x", "critical"), (7200, "x", "ok"), (600, "y", "ok")])
def test_one_account_that_was_forced_is_critical(later: int, address: str, status: str) -> None:
    tries = _tried(20, account_id="a", address_hash="x")
    inside = {"day": ON, "slot": (9 * 3600 + later) / 3600, "account_id": "a", "address_hash": address, "events": 1}
    [finding] = judge(SUBSYSTEM, ["identity.forced_accounts"], _logins([tries, inside]))
    assert (finding.entity.identity, finding.status) == ("subsystem/identity", status)
    assert finding.value == (1.0 if status == "critical" else 0.0)


@pytest.mark.parametrize(
    ("accounts", "addresses", "status"), [(0, 5, "ok"), (2, 4, "ok"), (2, 5, "warning"), (20, 5, "critical")]
)
def test_an_account_at_many_places_at_once_is_watched(accounts: int, addresses: int, status: str) -> None:
    rows = [
        {"day": ON, "slot": 9, "account_id": str(account), "address_hash": str(place), "events": 1}
        for account in range(accounts)
        for place in range(addresses)
    ]
    [finding] = judge(SUBSYSTEM, ["identity.shared_accounts"], _logins([*rows, {"day": ON, "slot": 9, "events": 9}]))
    assert finding.status == status


@pytest.mark.parametrize(("failed", "status"), [(100, "ok"), (200, "warning"), (400, "critical")])
def test_the_failure_rate_is_judged_over_any_period_and_of_a_week_by_method(failed: int, status: str) -> None:
    rows = [{"day": ON, "events": 1000 - failed}, {"day": ON, "events": failed, **FAILED}]
    [day] = judge(SUBSYSTEM, ["identity.login_failure_rate"], _logins(rows))
    assert (day.entity.identity, day.status, day.value) == ("subsystem/identity", status, failed / 1000)
    week = judge(SUBSYSTEM, ["identity.login_failure_rate"], _logins(rows), period=Period.week(ON))
    methods = [] if status == "ok" else [("method/password", status)]
    assert sorted(statuses(week)) == sorted([("subsystem/identity", status), *methods])


def test_few_logins_say_nothing_of_the_failure_rate() -> None:
    data = _logins([{"day": ON, "events": 49, **FAILED}])
    assert judge(SUBSYSTEM, ["identity.login_failure_rate"], data) == []


def test_findings_of_a_day_tell_the_failure_rate_and_those_of_a_week_do_not() -> None:
    rate, attempts = subsystem_finding("identity.login_failure_rate"), subsystem_finding("identity.attempts")
    assert suppress([rate, attempts], SUBSYSTEM.checks, [DAY]) == ([attempts], [rate])
    assert suppress([rate, attempts], SUBSYSTEM.checks, [WEEK]) == ([rate, attempts], [])
