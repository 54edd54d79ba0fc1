"""Rules over electronic seals: what breaks each, and what must not."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.checks.check import DAY, WEEK
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Window
from ntanalytics.periods import Period
from ntanalytics.subsystems.seal import SUBSYSTEM
from tests.subsystems.made import (
    ON,
    Data,
    Row,
    by_slots,
    context_of,
    days,
    events,
    judge,
    statuses,
    subsystem_finding,
)  # fmt: skip

ENDS = context_of(Period.day(ON)).ends_at


def _signings(rows: list[Row], slot_s: int = 3600, operation: str = "sign") -> Data:
    common = {"operation": operation, "system": "docexchange", "outcome": "success"}
    return {"seal.signings": events("seal.signings", rows, slot_s, **common)}


@pytest.mark.parametrize(
    ("code", "failures", "status"),
    [
        ("seal.signing_failures", 1, "ok"),
        ("seal.signing_failures", 4, "warning"),
        ("seal.signing_failures", 8, "critical"),
        ("seal.verification_failures", 1, "ok"),
        ("seal.verification_failures", 4, "warning"),
        ("seal.verification_failures", 9, "critical"),
    ],
)
def test_some_failures_within_two_hours_are_told_where_one_in_hundreds_is_usual(
    code: str, failures: int, status: str
) -> None:
    granted = by_slots(20, range(9, 18), {10: 20 - failures, 11: 20 - failures})
    working = [row["day"] for row in days()[:-1] if row["is_working_day"]]
    usual = [{"day": day, "slot": 9 + number % 9, "events": 1} for number, day in enumerate(working)]
    today = [{"day": ON, "slot": hour, "events": failures} for hour in (10, 11)]
    failed = [{**row, "outcome": "failure"} for row in usual + today]
    data = _signings([*granted, *failed], operation="sign" if code == "seal.signing_failures" else "verify")
    findings = judge(SUBSYSTEM, [code], data)
    assert statuses(findings) == [("subsystem/seal", status)]
    if status != "ok":
        assert findings[0].figures["failures"] == 2 * failures
        assert findings[0].window is not None
        assert findings[0].window.overlap_s(Window(ON, 36_000, 43_200)) > 3600
    other = {"seal.signing_failures", "seal.verification_failures"} - {code}
    assert not any(finding.is_violation for finding in judge(SUBSYSTEM, other, data))


@pytest.mark.parametrize(
    ("count", "silent", "status"),
    [
        (16, range(10, 11), "ok"),
        (16, range(10, 12), "warning"),
        (16, range(10, 14), "critical"),
        (2, range(10, 15), "ok"),  # where little is signed, hours without are chance
    ],
)
def test_hours_without_a_signing_are_an_outage(count: float, silent: range, status: str) -> None:
    data = _signings(by_slots(count, range(9, 18), dict.fromkeys(silent, 0)))
    findings = judge(SUBSYSTEM, ["seal.signing_silence"], data)
    assert statuses(findings) == [("subsystem/seal", status)]
    if status != "ok":
        assert findings[0].window == Window(ON, silent.start * 3600, silent.stop * 3600)


@pytest.mark.parametrize("code", ["seal.signing_silence", "seal.signing_failures"])
def test_a_day_that_was_not_extracted_is_no_violation(code: str) -> None:
    data = _signings(by_slots(16, range(9, 18), dict.fromkeys(range(9, 18), 0)))
    assert not any(finding.is_violation for finding in judge(SUBSYSTEM, [code], data, gaps=(ON,)))


@pytest.mark.parametrize(("failed", "status"), [(10, "ok"), (60, "warning"), (200, "critical")])
@pytest.mark.parametrize("period", [Period.day(ON), Period.week(ON)])
def test_the_share_of_failed_signings_is_judged_over_any_period(failed: int, status: str, period: Period) -> None:
    rows = [{"day": ON, "events": 1000 - failed}, {"day": ON, "events": failed, "outcome": "failure"}]
    [finding] = judge(SUBSYSTEM, ["seal.signing_failure_rate"], _signings(rows), period=period)
    assert (finding.status, finding.value) == (status, failed / 1000)
    few = _signings([{"day": ON, "events": 19, "outcome": "failure"}])
    assert judge(SUBSYSTEM, ["seal.signing_failure_rate"], few, period=period) == []


def test_bad_hours_tell_the_share_of_a_day() -> None:
    share, hours = subsystem_finding("seal.signing_failure_rate"), subsystem_finding("seal.verification_failures")
    assert suppress([share, hours], SUBSYSTEM.checks, [DAY]) == ([hours], [share])
    assert suppress([share, hours], SUBSYSTEM.checks, [WEEK]) == ([share, hours], [])


def _seal(number: int, days_ago: float, state: str = "making", **more: object) -> Row:
    moment = ENDS - dt.timedelta(days=days_ago)
    times = {"requested_at": moment} if state in ("requested", "making") else {"made_at": moment}
    return {"seal_id": str(number), "unit": f"{number} 局", "state": state, **times, **more}


@pytest.mark.parametrize(("waited", "status"), [(24, "ok"), (31, "warning"), (91, "critical")])
def test_a_seal_that_waits_to_be_made_is_named_by_how_long(waited: int, status: str) -> None:
    rows = [_seal(1, waited), _seal(2, 3, "requested"), _seal(3, 400, "in_use")]
    [finding] = judge(SUBSYSTEM, ["seal.making_days"], {"seal.seals": rows})
    assert (finding.entity.identity, finding.status, finding.value) == ("seals/unmade", status, float(waited))
    if status != "ok":
        first = ON - dt.timedelta(days=waited - 1)
        assert finding.since == first
        assert finding.details == {"units": ("1 局",), "first_on": first.isoformat()}


def test_no_seal_waits_and_without_a_snapshot_nothing_is_known() -> None:
    in_use = {"seal.seals": [_seal(1, 400, "in_use")]}
    [finding] = judge(SUBSYSTEM, ["seal.making_days"], in_use)
    assert (finding.status, finding.value) == ("ok", 0.0)
    assert judge(SUBSYSTEM, ["seal.making_days"], in_use, gaps=(ON,)) == []
    assert judge(SUBSYSTEM, ["seal.testing_days"], in_use) == []


@pytest.mark.parametrize(("waited", "status"), [(21, "ok"), (22, "warning"), (91, "critical")])
def test_a_seal_that_waits_to_be_tested_is_named_by_how_long(waited: int, status: str) -> None:
    rows = [_seal(1, waited, "made"), _seal(2, 3, "made"), _seal(3, 400, "in_use"), _seal(4, 400)]
    [finding] = judge(SUBSYSTEM, ["seal.testing_days"], {"seal.seals": rows})
    assert (finding.entity.identity, finding.status, finding.value) == ("seals/untested", status, float(waited))
    assert finding.figures["late"] == (0.0 if status == "ok" else 1.0)
    assert finding.figures["overdue"] == (1.0 if status == "critical" else 0.0)
    assert finding.since == (None if status == "ok" else ON - dt.timedelta(days=waited - 1))
