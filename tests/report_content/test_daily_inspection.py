"""Findings of infra, the service desk and the data on a day of the demo city, whose incidents are known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import IssuedReports
from tests.report_content.inspected_days import issued_findings


@pytest.fixture(scope="module")
def findings(issued: IssuedReports) -> list[dict[str, Any]]:
    """Return the findings of the day: errors of the portal, a backup that was not made, tickets beyond their time."""
    found = issued_findings(issued)
    return [finding for finding in found if finding["subsystem"] in ("infra", "desk", "data")]


def test_the_incidents_of_the_day_are_found_and_nothing_else(findings: list[dict[str, Any]]) -> None:
    assert {finding["identity"] for finding in findings if finding["status"] in ("warning", "critical")} == {
        "infra.availability:subsystem/infra",
        "infra.error_burst:service/portal",
        "infra.tls_days:target/tls://portal.nantong.example:443",
        "infra.problems:host/oa-db-1",
        "infra.disk_used:disk/oa-db-1/data",
        "infra.days_until_full:disk/oa-db-1/data",
        "infra.backup_lateness:plan/exchange",
        "infra.failed_patches:host/sms-app-1",
        "desk.overdue_tickets:tickets/all",
        "desk.checks:subsystem/infra",
        "desk.unconfirmed_changes:changes/oa",
    }


def test_no_condition_is_told_twice(findings: list[dict[str, Any]]) -> None:
    identities = [finding["identity"] for finding in findings]
    assert len(set(identities)) == len(identities)


def test_what_the_data_cannot_tell_is_unknown_once(findings: list[dict[str, Any]]) -> None:
    unknown = [finding["code"] for finding in findings if finding["status"] == "unknown"]
    # web logs, and all others together
    logs = ["infra.log_retention"] * 2
    # no snapshot of the day before
    assert sorted(unknown) == [*logs, "infra.mass_changes", "infra.unpatched"]
