"""Rules over certificates: what breaks each, and what must not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.checks.check import DAY, WEEK
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Window
from ntanalytics.findings.judgement import evaluate_rules
from ntanalytics.metrics.figures import case_list
from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.ca import SUBSYSTEM
from ntanalytics.subsystems.ca.checks import is_chance, is_growing
from tests.subsystems.made import ON, Data, Row, at, by_slots, context_of, events, judge, statuses, subsystem_finding

BEGIN = context_of(Period.day(ON)).begins_at


def _logins(rows: list[Row], slot_s: int = 3600) -> Data:
    return {"ca.logins": events("ca.logins", rows, slot_s, outcome="success")}


@pytest.mark.parametrize(("slots", "status"), [(1, "ok"), (2, "warning"), (6, "critical")])
def test_twenty_minutes_without_a_certificate_are_an_outage(slots: int, status: str) -> None:
    rows = by_slots(40, range(54, 102), dict.fromkeys(range(60, 60 + slots), 0))
    findings = judge(SUBSYSTEM, ["ca.login_silence"], _logins(rows, 600))
    assert statuses(findings) == [("subsystem/ca", status)]
    if status != "ok":
        assert findings[0].window == Window(ON, 36_000, 36_000 + 600 * slots)


@pytest.mark.parametrize(("refused", "status"), [(0, "ok"), (8, "warning"), (90, "critical")])
def test_an_issuer_that_is_no_longer_trusted_is_told(refused: int, status: str) -> None:
    bad = range(18, 22)
    granted = by_slots(120, range(18, 34), dict.fromkeys(bad, 120 - refused))
    counted = [
        *by_slots(0, bad, dict.fromkeys(bad, refused)),
        {"day": ON - dt.timedelta(days=3), "slot": 20, "events": 1},
    ]
    failed = [{**row, "outcome": "failure", "reason": "untrusted"} for row in counted]
    lacking = {"ca.logins": ["reason"]}  # those without one are no cause of their own
    nameless = judge(SUBSYSTEM, ["ca.refused_logins"], _logins([*granted, *failed], 1800), unfilled=lacking)
    assert [finding.status for finding in nameless] == ["unknown"]
    findings = judge(SUBSYSTEM, ["ca.refused_logins"], _logins([*granted, *failed], 1800))
    if status == "ok":
        assert [finding.status for finding in findings] == ["ok"]
    else:
        assert statuses(findings) == [("reason/untrusted", status)]
        assert (findings[0].window, findings[0].figures["attempts"]) == (Window(ON, 32_400, 39_600), 480)


@pytest.mark.parametrize("reason", ["expired", "revoked"])
def test_reasons_that_are_counted_apart_are_no_burst(reason: str) -> None:
    bad = range(18, 22)
    granted = by_slots(120, range(18, 34), dict.fromkeys(bad, 30))
    failed = [{**row, "outcome": "failure", "reason": reason} for row in by_slots(0, bad, dict.fromkeys(bad, 90))]
    findings = judge(SUBSYSTEM, ["ca.refused_logins"], _logins([*granted, *failed], 1800))
    assert [finding.status for finding in findings] == ["ok"]


def _tried(reason: str, count: int) -> pa.Table:
    failed: Row = {"day": ON, "events": 1, "outcome": "failure", "reason": reason}
    rows = [{**failed, "certificate_id": str(number)} for number in range(count)]
    return events("ca.logins", [{"day": ON, "events": 1, "outcome": "success"}, *rows, *rows])


@pytest.mark.parametrize(
    ("reason", "count", "status"),
    [
        ("expired", 0, "ok"), ("expired", 3, "warning"), ("expired", 51, "critical"),
        ("revoked", 0, "ok"), ("revoked", 1, "warning"), ("revoked", 21, "critical"),
    ],
)  # fmt: skip
def test_each_certificate_that_should_not_be_tried_counts_once(reason: str, count: int, status: str) -> None:
    [finding] = judge(SUBSYSTEM, [f"ca.{reason}_tried"], {"ca.logins": _tried(reason, count)})
    assert (finding.entity.identity, finding.status, finding.value) == ("subsystem/ca", status, float(count))
    assert finding.since == (ON if count and reason == "expired" else None)


def _held(state: str, number: int, days: float, revoked_at: dt.datetime | None = None) -> Row:
    return {
        "certificate_id": str(number), "kind": "personal", "state": state, "issued_at": at(ON, -9000),
        "expires_at": at(ON, 24 * days), "revoked_at": revoked_at,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "held", "count"),
    [
        ("revoked", ("active", 300, None), 0),  # in force: the list of revocations is wrong
        ("revoked", ("revoked", 300, -24), 4),
        ("revoked", ("revoked", 300, 12), 0),  # revoked at noon, refused at ten
        ("expired", ("active", 300, None), 0),  # in force: the gateway's clock is wrong
        ("expired", ("active", -3, None), 4),
    ],
)
def test_certificates_that_are_in_force_by_the_register_are_not_told_to_be_out_of_use(
    reason: str, held: tuple[str, float, float | None], count: int
) -> None:
    state, days, revoked_h = held
    revoked_at = None if revoked_h is None else at(ON, revoked_h)
    register = [_held(state, number, days, revoked_at) for number in range(4)]
    data: Data = {"ca.logins": _tried(reason, 4), "ca.certificates": register}
    [finding] = judge(SUBSYSTEM, [f"ca.{reason}_tried"], data)
    assert finding.value == count


@pytest.mark.parametrize(("state", "told"), [("active", "reason/revoked"), ("revoked", "")])
def test_many_refused_as_revoked_that_are_in_force_are_a_fault_of_the_gateway(state: str, told: str) -> None:
    bad = range(18, 22)
    granted = by_slots(120, range(18, 34), dict.fromkeys(bad, 30))
    counted = by_slots(0, bad, dict.fromkeys(bad, 90))
    failed = [{**row, "outcome": "failure", "reason": "revoked", "certificate_id": "7"} for row in counted]
    data = _logins([*granted, *failed], 1800)
    revoked_at = None if state == "active" else at(ON, -24)
    found = judge(SUBSYSTEM, ["ca.refused_logins"], {**data, "ca.certificates": [_held(state, 7, 300, revoked_at)]})
    wrong = [finding for finding in found if finding.is_violation]
    assert [finding.entity.identity for finding in wrong] == ([told] if told else [])
    if wrong:
        assert (wrong[0].status, wrong[0].window) == ("critical", Window(ON, 32_400, 39_600))
        assert wrong[0].entity.label == "证书登录（疑误判证书吊销）"


def test_expired_certificates_are_counted_over_a_week_and_over_a_gap_as_a_lower_bound() -> None:
    logins, week, gap = {"ca.logins": _tried("expired", 3)}, Period.week(ON), (Period.week(ON).first,)
    for period, gaps, status in ((week, (), "warning"), (week, gap, "warning")):
        [finding] = judge(SUBSYSTEM, ["ca.expired_tried"], logins, period=period, gaps=gaps)
        assert (finding.status, finding.value) == (status, 3.0)
    none = {"ca.logins": _tried("expired", 0)}
    [finding] = judge(SUBSYSTEM, ["ca.expired_tried"], none, period=week, gaps=gap)
    assert (finding.status, finding.unknown) == ("unknown", "incomplete")


def _certificates(count: int, days: float, kind: str = "personal", **more: Any) -> list[Row]:
    """Return certificates in force that expire some days after the begin of the day."""
    expires_at = BEGIN + dt.timedelta(days=days)
    row = {"kind": kind, "state": "active", "expires_at": expires_at, **more}
    return [{**row, "certificate_id": f"{kind}/{days}/{number}"} for number in range(count)]


@pytest.mark.parametrize(("units", "status"), [(0, "ok"), (1, "warning"), (10, "critical")])
def test_units_without_a_certificate_are_named_by_name(units: int, status: str) -> None:
    rows = [row for number in range(units) for row in _certificates(1, 1.5, "unit", unit=f"{number} 局")]
    renewed = _certificates(1, 1.5, "unit", unit="新局") + _certificates(1, 300, "unit", unit="新局")
    [finding] = judge(SUBSYSTEM, ["ca.expiring_units"], {"ca.certificates": [*rows, *renewed]})
    assert (finding.entity.identity, finding.status, finding.value) == ("certificate_kind/unit", status, float(units))
    assert len(finding.details.get("units", ())) == units  # type: ignore[arg-type]


def test_without_a_snapshot_the_units_are_unknown_and_nothing_expires_together() -> None:
    rows = {"ca.certificates": _certificates(500, 10)}
    [finding] = judge(SUBSYSTEM, ["ca.expiring_units"], rows, gaps=(ON,))
    assert (finding.status, finding.unknown) == ("unknown", "incomplete")
    assert judge(SUBSYSTEM, ["ca.expiring_times"], rows, gaps=(ON,)) == []


@pytest.mark.parametrize(("count", "status"), [(400, "ok"), (401, "warning"), (1201, "critical")])
def test_certificates_that_expire_after_a_week_are_counted(count: int, status: str) -> None:
    rows = {"ca.certificates": _certificates(count, 12)}
    [finding] = judge(SUBSYSTEM, ["ca.expiring_30d"], rows, period=Period.week(ON))
    assert (finding.status, finding.value) == (status, float(count))


@pytest.mark.parametrize(
    ("count", "next_week", "status", "detail"),
    [
        (40, 10, "ok", None),  # as usual
        (60, 10, "ok", None),  # by chance
        (125, 10, "warning", "is_batch"),
        (400, 10, "critical", "is_batch"),
        (125, 60, "ok", "is_growing"),  # a part of the batch is yet to come
        (9, 0, "ok", None),  # few say nothing
    ],
)
def test_far_more_certificates_than_usual_expire_together(
    count: int, next_week: int, status: str, detail: str | None
) -> None:
    usual = [row for month in range(1, 12) for row in _certificates(40 - (10 if month == 1 else 0), 30 * month + 20)]
    rows = [*_certificates(count, 10), *_certificates(next_week, 33), *usual]
    [finding] = judge(SUBSYSTEM, ["ca.expiring_times"], {"ca.certificates": rows})
    assert (finding.entity.identity, finding.status) == ("certificate_kind/personal", status)
    assert (finding.figures["expiring"], finding.figures["usual"]) == (count, 40.0)
    assert finding.figures["next_week"] == next_week
    assert [name for name in ("is_batch", "is_growing") if finding.details.get(name)] == ([detail] if detail else [])


def test_a_batch_is_counted_from_the_moment_of_the_table_of_certificates() -> None:
    rows = {"ca.certificates": [*_certificates(100, 10), *_certificates(3, 30.5)]}
    found = judge(SUBSYSTEM, ["ca.expiring_times", "ca.expiring_30d"], rows)
    assert {finding.figures.get("expiring", finding.value) for finding in found} == {103}


def test_three_times_as_many_as_usual_expire_together_and_few_say_nothing() -> None:
    rows = [
        {"expiring_times": times, "expiring_30d": count}
        for times, count in ((1.1, 180), (3.0, 500), (9.0, 1500), (9.0, 29))
    ]
    findings = evaluate_rules([RULES["ca.expiring_times"]], case_list(rows))
    assert [finding.status for finding in findings] == ["ok", "warning", "critical", "unknown"]


@pytest.mark.parametrize(
    ("due", "grows"),
    [
        ({"expiring_30d": 500, "usual_30d": 165.0, "next_week": 38}, False),  # as in any week
        ({"expiring_30d": 500, "usual_30d": 165.0, "next_week": 90}, True),  # a sixth of the batch is to come
        ({"expiring_30d": 500, "usual_30d": 165.0, "next_week": 60}, False),  # what chance adds to 38
        ({"expiring_30d": 40, "usual_30d": None, "next_week": 0}, False),
    ],
)
def test_a_batch_is_told_when_it_is_whole(due: dict[str, Any], grows: bool) -> None:
    assert is_growing(due) is grows


@pytest.mark.parametrize(
    ("count", "usual", "chance"),
    [(180, 165.0, True), (214, 165.0, True), (260, 165.0, False), (3, 0.0, True), (40, 0.0, False)],
)
def test_some_more_than_usual_expire_together_by_chance(count: int, usual: float, chance: bool) -> None:
    assert is_chance({"expiring_30d": count, "usual_30d": usual}) is chance


@pytest.mark.parametrize(("failed", "status"), [(50, "ok"), (150, "warning"), (300, "critical")])
@pytest.mark.parametrize("period", [Period.day(ON), Period.week(ON)])
def test_the_share_of_failed_logins_is_judged_over_any_period(failed: int, status: str, period: Period) -> None:
    rows = [{"day": ON, "events": 1000 - failed}, {"day": ON, "events": failed, "outcome": "failure", "reason": "pin"}]
    [finding] = judge(SUBSYSTEM, ["ca.certificate_failure_rate"], _logins(rows), period=period)
    assert (finding.status, finding.value) == (status, failed / 1000)


def test_reasons_of_a_day_tell_its_share_and_an_outage_of_logins_its_silence() -> None:
    share, reasons = subsystem_finding("ca.certificate_failure_rate"), subsystem_finding("ca.refused_logins")
    assert suppress([share, reasons], SUBSYSTEM.checks, [DAY]) == ([reasons], [share])
    assert suppress([share, reasons], SUBSYSTEM.checks, [WEEK]) == ([share, reasons], [])
    logins = subsystem_finding("identity.login_silence", window=Window(ON, 36_000, 39_600))
    silent = subsystem_finding("ca.login_silence", window=Window(ON, 36_000, 40_000))
    assert suppress([logins, silent], SUBSYSTEM.checks, [DAY]) == ([logins], [silent])


@pytest.mark.parametrize(("lacking", "status"), [({}, "ok"), ({"ca.logins": ["reason"]}, "unknown")])
def test_where_many_failures_lack_their_reason_nobody_knows_whether_expired_ones_are_tried(
    lacking: dict[str, list[str]], status: str
) -> None:
    rows: list[Row] = [{"day": ON, "slot": 9, "events": 30, "outcome": "failure", "reason": None}]
    found = judge(SUBSYSTEM, ["ca.expired_tried", "ca.revoked_tried"], _logins(rows), unfilled=lacking)
    assert {finding.code: finding.status for finding in found} == dict.fromkeys(
        ["ca.expired_tried", "ca.revoked_tried"], status
    )
