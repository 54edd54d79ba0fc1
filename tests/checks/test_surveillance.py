"""Surveillance by the engine: a subject is told unless a rule that knows more tells it; over a gap nothing is."""

from __future__ import annotations

import datetime as dt
import math

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics import contract
from ntanalytics.checks import surveillance
from ntanalytics.detectors.surveillance.departures import Departure
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.subjects import members_of
from ntanalytics.subsystems import SUBSYSTEMS, subsystem, word
from tests.subsystems.made import ON, evaluation, events, hours

WATCH, SILENT = "sso.surveillance", "sso.app_silence"
APPS = ("portal", "oa", "im", "seal")


def _accesses(silent: str = "", failing: str = "") -> dict[str, pa.Table]:
    """Return some weeks of accesses to four applications; of today one is silent from 10 to 14, one answers nothing."""
    rows = []
    for number, app in enumerate(APPS):
        today = dict.fromkeys(range(10, 14), 0) if app == silent else None
        for row in hours(60 + 20 * number, today, app_id=app):
            is_failing = app == failing and row["day"] == ON and row["slot"] in (14, 15)
            rows.append({**row, "outcome": "failure" if is_failing else "success"})
    return {"sso.accesses": events("sso.accesses", rows)}


def _found(codes: set[str], data: dict[str, pa.Table], **more: object) -> list[Finding]:
    made = evaluation(subsystem("sso"), codes, data, **more)  # type: ignore[arg-type]
    return [finding for finding in made.findings if finding.is_violation]


def test_a_silent_application_is_told_with_its_hours_and_what_is_usual() -> None:
    (finding,) = _found({WATCH}, _accesses(silent="im"))
    assert members_of(finding) == {"app_id": "im"}
    assert finding.window is not None
    assert (finding.window.from_s, finding.window.until_s) == (10 * 3600, 14 * 3600)
    assert finding.figures["seen"] == 0
    assert "10时至14时" in word(finding).evidence


def test_a_rule_that_names_the_application_tells_it_instead() -> None:
    codes = {finding.code for finding in _found({WATCH, SILENT}, _accesses(silent="im"))}
    assert codes == {SILENT}


def test_an_outcome_that_changes_is_told_of_its_application() -> None:
    found = _found({WATCH}, _accesses(failing="seal"))
    assert {"app_id": "seal", "outcome": "failure"} in [dict(members_of(finding)) for finding in found]


def test_an_ordinary_day_tells_nothing() -> None:
    assert evaluation(subsystem("sso"), {WATCH}, _accesses()).findings == ()


def test_a_day_with_a_gap_is_unknown() -> None:
    (finding,) = evaluation(subsystem("sso"), {WATCH}, _accesses(silent="im"), gaps=(ON,)).findings
    assert (finding.status, finding.unknown, finding.entity.key) == ("unknown", "missing", "sso.accesses")


def test_a_subsystem_without_enough_comparable_days_is_unknown() -> None:
    accesses = _accesses()["sso.accesses"]
    recent = accesses.filter(pc.greater(accesses["day"], ON - dt.timedelta(days=10)))
    (finding,) = evaluation(subsystem("sso"), {WATCH}, {"sso.accesses": recent}).findings
    assert (finding.status, finding.unknown, finding.entity.key) == ("unknown", "short_history", "sso")


def test_every_subsystem_of_the_platform_is_watched_without_a_line_of_its_own() -> None:
    watched = {item.id for item in SUBSYSTEMS if any(rule.code == f"{item.id}.surveillance" for rule in item.rules)}
    assert watched == {item.id for item in SUBSYSTEMS} - {"desk", "data"}


def _moved(dataset: str, value: str, seen: float, expected: float, share: float = 0.01) -> bool:
    departure = Departure(
        members=(("service", "portal"),),
        value=value,
        direction=1 if seen > expected else -1,
        strength=50.0,
        improbable=50.0,
        hours=(9, 10),
        seen=seen,
        expected=expected,
        share=share,
    )
    return surveillance._is_felt(contract.dataset(dataset), departure)


def test_a_value_that_nobody_can_notice_is_not_told() -> None:
    latency, size = ("sms.messages", "receipt_latency_s"), ("infra.requests", "size_bytes")
    buckets = ("infra.requests", "duration_bucket")
    # a bucket is a tenth of a power of ten or so: 1 ms and 5 ms; 100 ms and 400 ms
    assert not _moved(*buckets, seen=20.0, expected=5.0)
    assert _moved(*buckets, seen=80.0, expected=60.0)
    assert not _moved(*size, seen=math.log1p(300), expected=math.log1p(100))
    assert _moved(*size, seen=math.log1p(3000), expected=math.log1p(100))
    # a few that are answered sooner harm nobody; many may be answered without being worked on
    assert not _moved(*latency, seen=1.0, expected=5.0)
    assert _moved(*latency, seen=1.0, expected=5.0, share=0.2)


def test_a_short_history_beside_a_burst_is_unknown_and_breaks_nothing() -> None:
    seal = subsystem("seal")
    rows = [
        {**row, "operation": "sign", "system": "oa", "outcome": "failure" if row["day"] == ON else "success"}
        for row in hours(30)
    ]
    made = events("seal.signings", rows)
    recent = made.filter(pc.greater(made["day"], ON - dt.timedelta(days=8)))
    codes = {"seal.signing_failures", "seal.surveillance"}
    findings = evaluation(seal, codes, {"seal.signings": recent}).findings
    assert {(finding.code, finding.status) for finding in findings} >= {("seal.surveillance", "unknown")}
    assert any(finding.is_violation for finding in findings)
