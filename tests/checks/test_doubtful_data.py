"""Doubtful data: of rows that were lost no silence is told, of a clock that is off nothing by the hour."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ntanalytics.checks.doubtful_data import doubt
from ntanalytics.checks.subsystem_evaluation import _doubted
from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.findings.subjects import subject
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics.quantity import Certainty
from ntanalytics.subsystems import RULES, SUBSYSTEMS
from tests.subsystems.made import ON, subsystem_finding

CHECKS = [check for item in SUBSYSTEMS for check in item.checks]
FALL, SILENCE = subsystem_finding("oa.active_fall"), subsystem_finding("sso.access_silence")
FAILURES = subsystem_finding("sso.app_failures")


def _of_data(code: str, value: float, dataset: str, kind: str = "dataset") -> Finding:
    entity = Entity(kind, f"maxkey/{dataset}", dataset)
    return Finding(rule=RULES[code], entity=entity, status="critical", value=value).with_details(dataset=dataset)


def _watched(seen: float, expected: float) -> Finding:
    finding = Finding(
        rule=RULES["sso.surveillance"], entity=subject("sso.accesses", [("app_id", "oa")], "oa"), status="critical",
        detector="surveillance", figures={"seen": seen, "expected": expected},
    )  # fmt: skip
    return finding.with_details(value="")


def _statuses(findings: list[Finding]) -> dict[str, str]:
    return {finding.code: finding.status for finding in findings}


def test_of_a_dataset_that_lost_more_than_a_hundredth_no_silence_and_no_fall_is_told() -> None:
    lost = _of_data("data.rejected_share", 0.02, "sso.accesses")
    others = _of_data("data.rejected_share", 0.02, "oa.activities")
    assert _statuses(doubt([FALL, SILENCE, FAILURES, _watched(3, 50), lost, others], CHECKS)) == {
        "oa.active_fall": "unknown", "sso.access_silence": "unknown", "sso.app_failures": "critical",
        "sso.surveillance": "unknown", "data.rejected_share": "critical",
    }  # fmt: skip


def test_the_fall_of_its_rows_is_what_was_lost() -> None:
    lost = _of_data("data.rejected_share", 0.3, "sso.accesses")
    fallen, other = (_of_data("data.rows_fall", -0.9, name) for name in ("sso.accesses", "im.messages"))
    assert [finding.status for finding in doubt([fallen, other, lost], CHECKS)] == ["unknown", "critical", "critical"]


@pytest.mark.parametrize(("column", "status"), [("app_id", "unknown"), ("account_id", "critical"), ("", "critical")])
def test_what_seems_fewer_may_be_among_rows_that_name_nothing(column: str, status: str) -> None:
    def unfilled(_: str) -> set[str]:
        return {column} - {""}

    assert _statuses(doubt([_watched(3, 50)], CHECKS, unfilled)) == {"sso.surveillance": status}
    assert _statuses(doubt([_watched(90, 50)], CHECKS, unfilled)) == {"sso.surveillance": "critical"}


@pytest.mark.parametrize(("column", "status"), [("account_id", "unknown"), ("app_id", "critical")])
def test_nobody_stands_above_a_unit_that_is_not_named(column: str, status: str) -> None:
    county = replace(_watched(3, 50), entity=subject("sso.accesses", [("parent", "崇川区")], "崇川区"))
    assert _statuses(doubt([county], CHECKS, lambda _: {column})) == {"sso.surveillance": status}


def test_what_rises_is_told_all_the_same() -> None:
    lost = _of_data("data.rejected_share", 0.02, "sso.accesses")
    assert _statuses(doubt([_watched(90, 50), lost], CHECKS))["sso.surveillance"] == "critical"


def test_a_clock_that_is_minutes_off_moves_events_into_other_hours_and_hides_no_day() -> None:
    clock = _of_data("data.clock_offset", 420.0, "sso.accesses").with_details(parts=())
    by_day = _watched(3, 50)
    by_hour = replace(by_day, window=Window(ON, 9 * 3600.0, 10 * 3600.0))
    other = _of_data("data.clock_offset", 420.0, "oa.activities").with_details(parts=())
    assert _statuses(doubt([FALL, by_day, clock, other], CHECKS)) == {
        "oa.active_fall": "critical", "sso.surveillance": "critical", "data.clock_offset": "critical",
    }  # fmt: skip
    assert _statuses(doubt([by_hour, clock], CHECKS))["sso.surveillance"] == "unknown"
    of_another_part = clock.with_details(parts=("portal",))
    assert _statuses(doubt([by_hour, of_another_part], CHECKS))["sso.surveillance"] == "critical"


def test_some_lost_rows_and_those_of_another_dataset_hide_nothing() -> None:
    few, others = (
        _of_data("data.rejected_share", share, name)
        for share, name in ((0.009, "oa.activities"), (0.5, "identity.logins"))
    )
    for lost in (few, replace(others, status="critical")):
        assert _statuses(doubt([FALL, lost], CHECKS))["oa.active_fall"] == "critical"


def test_of_a_clock_that_is_off_nothing_is_told_by_the_hour() -> None:
    off = _of_data("data.clock_offset", 28_800.0, "sso.accesses")
    told = _statuses(doubt([SILENCE, FAILURES, subsystem_finding("sso.access_failure_rate"), off], CHECKS))
    assert told == {
        "sso.access_silence": "unknown", "sso.app_failures": "unknown", "sso.access_failure_rate": "critical",
        "data.clock_offset": "critical",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "status", "becomes"),
    [
        ("identity.awakened_accounts", "ok", "unknown"),  # it joins logins and accounts
        ("identity.awakened_accounts", "critical", "critical"),
        ("identity.login_failure_rate", "ok", "ok"),  # it reads no account
        ("identity.surveillance", "ok", "ok"),
    ],
)
def test_nothing_that_joins_what_does_not_match_is_in_order(code: str, status: Status, becomes: str) -> None:
    apart = _of_data("data.unmatched_ids", 1.0, "identity.logins").with_details(described_in="identity.accounts")
    detector = "surveillance" if code.endswith("surveillance") else ""
    judged = replace(subsystem_finding(code), status=status, detector=detector)
    assert _statuses(doubt([judged, apart], CHECKS))[code] == becomes
    assert _statuses(doubt([judged, replace(apart, status="ok")], CHECKS))[code] == status


def test_a_channel_whose_second_clock_is_off_leaves_the_counts_alone() -> None:
    off = _of_data("data.clock_offset", 28_800.0, "sso.accesses", kind="carrier")
    assert _statuses(doubt([SILENCE, off], CHECKS))["sso.access_silence"] == "critical"


@pytest.mark.parametrize(("day", "is_doubted"), [("2026-11-18", False), ("2026-11-19", True)])
def test_what_a_day_measured_is_doubted_where_that_day_is_damaged(day: str, is_doubted: bool) -> None:
    rule = RULES["sms.delivery_rate"]
    worst = Finding(rule=rule, entity=Entity("carrier", "unicom", "联通"), status="critical", value=0.88)
    damaged = {dt.date(2026, 11, 19)}
    [dated] = _doubted([worst.with_details(day=day)], damaged)
    assert bool(dated.details.get("is_doubtful")) is is_doubted
    [of_period] = _doubted([worst], damaged)
    assert of_period.details["is_doubtful"]


@pytest.mark.parametrize(
    ("code", "is_doubted"),
    [("infra.disk_used", False), ("infra.reachable", False), ("infra.cpu", True), ("sso.access_silence", True)],
)
def test_what_was_measured_to_be_too_much_is_not_doubted_for_what_is_missing(code: str, is_doubted: bool) -> None:
    full = Finding(rule=RULES[code], entity=Entity("host", "db-1", "db-1"), status="critical", value=0.94)
    [told] = _doubted([full], {dt.date(2026, 11, 18)})
    assert bool(told.details.get("is_doubtful")) is is_doubted


@pytest.mark.parametrize(("certainty", "is_doubted"), [("exact", True), ("upper_bound", False)])
def test_what_is_too_little_at_most_is_not_doubted(certainty: Certainty, is_doubted: bool) -> None:
    system = Finding(rule=RULES["infra.availability"], entity=Entity("subsystem", "oa", "OA"), status="critical")
    [told] = _doubted([replace(system, value=0.968, certainty=certainty)], {dt.date(2026, 11, 18)})
    assert bool(told.details.get("is_doubtful")) is is_doubted
