"""What the inspection of a day finds in logins, single sign-on, certificates and seals of the demo city."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.checks.baseline import Baseline, drop_uninformative, judge_share
from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.judgement import unknown
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.subsystems import RULES
from tests.city import FIRST, City, IssuedReports
from tests.report_content.inspected_days import InspectedDays, issued_findings


@pytest.fixture(scope="module")
def inspected(city: City) -> InspectedDays:
    return InspectedDays(city, ("identity", "sso", "ca", "seal"))


def _context(inspected: InspectedDays, day: str) -> CheckContext:
    return CheckContext(inspected.report(day), RULES)


def test_who_tries_an_account_by_force_is_told_once(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-16")
    attempts = found["identity.attempts"]
    assert (attempts.entity.kind, attempts.value, attempts.since) == ("address", 100.0, dt.date(2026, 11, 16))
    assert attempts.window is not None
    assert attempts.window.from_s == pytest.approx(3 * 3600 + 20 * 60, abs=60)
    assert attempts.window.length_s == pytest.approx(8 * 60, abs=60)
    assert not {"identity.forced_accounts", "identity.method_failures", "identity.surveillance"} & set(found)


def test_an_outage_of_the_logins_is_told_of_the_logins_alone(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-04")
    assert inspected.roots("2026-11-04") == {"identity.login_silence"}
    silence = found["identity.login_silence"]
    assert silence.status == "critical"
    assert silence.window is not None
    assert (silence.window.from_s, silence.window.until_s) == (9 * 3600 + 6 * 60, 9 * 3600 + 46 * 60)


def test_an_issuer_that_was_not_trusted_is_named_by_its_reason(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-10-29")
    assert inspected.roots("2026-10-29") == {"ca.refused_logins"}
    refused = found["ca.refused_logins"]
    assert (refused.entity.label, refused.status) == ("证书登录（不受信任）", "critical")


def test_an_application_that_nobody_reached_is_named(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-10")
    assert set(found) == {"sso.app_silence"}
    assert found["sso.app_silence"].entity.identity == "app/seal"


def test_a_unit_out_of_use_is_named_with_its_accounts(issued: IssuedReports) -> None:
    orphans = [each for each in issued_findings(issued) if each["code"] == "identity.orphan_accounts"]
    assert [each["entity"]["label"] for each in orphans if each["status"] != "ok"] == ["如东县永安镇"]


@pytest.mark.parametrize("day", ["2026-11-07", "2026-10-06"])
def test_a_saturday_and_a_holiday_are_in_order(inspected: InspectedDays, day: str) -> None:
    assert inspected.violations(day) == {}


def test_before_the_first_row_there_was_no_source(inspected: InspectedDays) -> None:
    past = Baseline(_context(inspected, "2026-10-05"), "identity.logins")
    [first] = past.days.order_by("day").limit(1).to_pyarrow()["day"].to_pylist()
    assert first == FIRST


@pytest.mark.parametrize(
    ("failures", "status", "is_chance"), [(0, "ok", None), (2, "ok", True), (20, "critical", None)]
)
def test_of_few_signings_two_failures_are_chance_and_twenty_are_not(
    failures: int, status: str, is_chance: bool | None
) -> None:
    row = {"signings": 40, "signing_failures": failures, "signing_failure_rate": failures / 40}
    finding = judge_share(RULES["seal.signing_failure_rate"], FigureRow(row), "signing_failures")
    assert (finding.status, finding.details.get("is_chance")) == (status, is_chance)


def test_few_events_and_a_holiday_without_its_like_are_not_told(inspected: InspectedDays) -> None:
    rule = RULES["seal.signing_failure_rate"]
    findings = [unknown(rule, "no_value"), unknown(rule, "too_few"), unknown(rule, "short_history")]
    assert len(drop_uninformative(_context(inspected, "2026-11-16"), findings)) == 2
    assert len(drop_uninformative(_context(inspected, "2026-10-06"), findings)) == 1
