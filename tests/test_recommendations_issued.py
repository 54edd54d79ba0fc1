"""The inspection and the recommendations, issued from the demo city by the real runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.periods import Period
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.reports.verification import verify
from ntanalytics.subsystems import judge
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import UNTIL, City, Issued, IssuedReports, blocks
from tests.golden_figures import compare


@pytest.fixture(scope="module")
def advice(issued: IssuedReports) -> Issued:
    return issued("optimization_recommendations", "2026-W47")


@pytest.fixture(scope="module")
def inspection(issued: IssuedReports) -> Issued:
    return issued("daily_inspection", "last-working-day")


def test_the_recommendations_are_those_of_the_golden_file(advice: Issued):
    compare(advice.report, advice.directory)
    verify(advice.directory)


def test_each_planted_problem_is_recommended_once_and_ranked(advice: Issued):
    content = blocks(advice.directory)
    rows, tracked = content["recommendations"]["rows"], content["tracking"]["rows"]
    codes = {cause.problem: cause.code for cause in CAUSES}
    causes = [codes[row["problem"]] for row in tracked]
    assert {"capacity", "tls", "carriers", "overdue"} <= set(causes)
    assert len(causes) == len(set(causes)) == len(rows)
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert {row["place"] for row in content["basis"]["rows"]} == {row["place"] for row in rows}
    assert all(row["success"] for row in tracked)


def test_the_inspection_covers_every_subsystem_every_host_and_the_data(inspection: Issued):
    content = blocks(inspection.directory)
    board = content["board"]["rows"]
    assert {row["subsystem"] for row in board} == {*SUBSYSTEMS.values(), "数据完整性"}
    systems = {row["subsystem"]: row for row in content["systems"]["rows"]}
    assert set(systems) == {*SUBSYSTEMS.values(), "数据完整性"}
    assert sum(row["checks"] for row in systems.values()) == len(board)
    for state, column in (("critical", "wrong"), ("warning", "watched"), ("unknown", "not_known")):
        assert sum(row[column] for row in systems.values()) == sum(row["state"] == state for row in board)
    hosts = {row["subject"] for row in board if row["code"] == "infra.reachable"}
    assert hosts == {row["host"] for row in content["hosts"]["rows"]}
    assert content["board"]["open_rows"] == sum(row["state"] != "ok" for row in board)
    assert {row["origin"] for row in content["incidents"]["rows"]} >= {"监控告警", "运维台账"}


def test_an_open_finding_says_since_when(inspection: Issued):
    lifecycles = [(row["code"], row.get("lifecycle", row.get("life"))) for row in findings(inspection.directory)]
    since = {code: lifecycle["begun_on"] for code, lifecycle in lifecycles if lifecycle}
    assert since["infra.error_burst"] == "2026-11-20"
    assert since["infra.backup_lateness"] == "2026-11-18"
    assert since["infra.tls_days"] == "2026-10-30"


def test_a_sunday_is_no_fall_in_use(city: City):
    sunday = Report(Workspace(city.settings), "daily_inspection", "巡检", Period.day(UNTIL))
    found = judge(sunday, ("oa", "im")).findings
    [use] = [finding for finding in found if finding.code == "oa.active_fall"]
    assert (use.status, use.is_applicable) == ("ok", False)
    assert not [finding for finding in found if finding.code == "im.surveillance" and finding.is_violation]


def findings(directory: Path) -> list[dict[str, Any]]:
    """Return the findings of a published report."""
    content: dict[str, Any] = json.loads((directory / "findings.json").read_text(encoding="utf-8"))
    return list(content["findings"])
