"""Findings of infra, the service desk and the data on a day of the demo city, whose incidents are known."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.findings.finding import Finding, violations
from ntanalytics.periods import Period
from ntanalytics.subsystems import evaluate
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import City

#: The city's last working day: errors of the portal, a backup that was not made, tickets beyond their time.
FRIDAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def findings(city: City) -> tuple[Finding, ...]:
    """Return the findings of the day."""
    report = Report(Workspace(city.settings), "daily_inspection", "日常巡检", Period.day(FRIDAY))
    return evaluate(report, ("infra", "desk", "data")).findings


def test_the_incidents_of_the_day_are_found_and_nothing_else(findings: tuple[Finding, ...]) -> None:
    assert {(finding.code, finding.entity.identity) for finding in violations(findings)} == {
        ("infra.availability", "subsystem/infra"),
        ("infra.error_burst", "service/portal"),
        ("infra.tls_days", "target/tls://portal.nantong.example:443"),
        ("infra.problems", "host/oa-db-1"),
        ("infra.disk_used", "disk/oa-db-1/data"),
        ("infra.days_until_full", "disk/oa-db-1/data"),
        ("infra.backup_lateness", "plan/exchange"),
        ("infra.failed_patches", "host/sms-app-1"),
        ("desk.overdue_tickets", "tickets/all"),
        ("desk.checks", "subsystem/infra"),
        ("desk.unconfirmed_changes", "changes/oa"),
    }


def test_no_condition_is_told_twice(findings: tuple[Finding, ...]) -> None:
    identities = [finding.identity for finding in findings]
    assert len(set(identities)) == len(identities)


def test_what_the_data_cannot_tell_is_unknown_once(findings: tuple[Finding, ...]) -> None:
    unknown = [finding.code for finding in findings if finding.status == "unknown"]
    # web logs, and all others together
    logs = ["infra.log_retention"] * 2
    assert sorted(unknown) == [*logs, "infra.unpatched"]
