"""What the inspection of a day asks of infra, the desk and the data, in the demo city, whose incidents are known."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.checks.suppression import suppress_planned
from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems import check_context
from ntanalytics.subsystems.data.checks import inspect_data
from ntanalytics.subsystems.desk.checks import inspect_desk
from ntanalytics.subsystems.infra.checks import inspect_infra
from ntanalytics.subsystems.infra.web_checks import is_of
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import City

#: The city's last working day: errors of the portal, a backup that was not made, tickets beyond their time.
FRIDAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def found(city: City) -> dict[str, list[Finding]]:
    """The findings of the day by code."""
    city.run("daily_inspection", FRIDAY.isoformat())  # fills the lake
    context = check_context(Report(Workspace(city.settings), "daily_inspection", "日常巡检", Period.day(FRIDAY)))
    asked = inspect_infra(context) + inspect_desk(context) + inspect_data(context)
    told: dict[str, list[Finding]] = {}
    for each in suppress_planned(context, asked):
        told.setdefault(each.code, []).append(each)
    return told


def _wrong(found: dict[str, list[Finding]]) -> dict[str, list[str]]:
    wrong = {
        code: [each.subject for each in its if each.state in ("warning", "critical")] for code, its in found.items()
    }
    return {code: subjects for code, subjects in wrong.items() if subjects}


def test_what_was_planted_on_the_day_is_found_and_nothing_else(found: dict[str, list[Finding]]):
    assert _wrong(found) == {
        "infra.error_burst": ["portal"],
        "infra.problems": ["oa-db-1"],
        "infra.disk_used": ["oa-db-1 /data"],
        "infra.days_until_full": ["oa-db-1 /data"],
        "infra.backup_lateness": ["exchange"],
        "infra.failed_patches": ["sms-app-1"],
        "desk.overdue_tickets": ["工单"],
        "desk.checks": ["软硬件环境"],
        "desk.unconfirmed_changes": ["协同办公变更"],
    }


def test_no_matter_is_told_twice(found: dict[str, list[Finding]]):
    identities = [each.identity for its in found.values() for each in its]
    assert len(set(identities)) == len(identities)


def test_what_the_data_cannot_tell_is_said_once(found: dict[str, list[Finding]]):
    unknown = [each.code for its in found.values() for each in its if each.state == "unknown"]
    assert sorted(unknown) == ["infra.log_retention", "infra.restore_drill", "infra.unpatched"]


@pytest.mark.parametrize(
    ("service", "target", "same"),
    [
        ("portal", "https://portal.nantong.example/", True),
        ("oa.nantong.example", "https://oa.nantong.example/", True),
        ("oa.nantong.example", "https://wecom.nantong.example/oa/", False),
        ("portal", "tls://portal.nantong.example:443", False),
        ("oa", "oa-app-1", False),
    ],
)
def test_a_service_of_the_logs_is_known_among_the_targets_of_the_probes(service: str, target: str, same: bool):
    assert is_of(service, target) is same
