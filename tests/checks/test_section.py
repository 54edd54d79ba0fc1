"""Summary of a subsystem: its status."""

from __future__ import annotations

import pytest

from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.findings.finding import Finding, subsystem_entity
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.subsystems import RULES


@pytest.mark.parametrize(
    ("statuses", "is_complete", "status"),
    [
        (["ok"], True, "ok"),
        (["ok"], False, "unknown"),  # its figures have a gap: nothing says that all is well
        (["ok", "warning"], False, "warning"),
        (["ok", "critical"], False, "critical"),
        (["ok", "unknown"], True, "unknown"),
        ([], True, "unknown"),
    ],
)
def test_a_subsystem_is_well_only_where_its_figures_have_no_gap(
    statuses: list[Status], is_complete: bool, status: Status
) -> None:
    rule = RULES["im.lull"]
    summary = SubsystemSummary(
        subsystem="im",
        highlights="",
        lead="im_messages",
        total=FigureRow({"im_messages": 5}, is_complete=is_complete),
        findings=tuple(Finding(rule=rule, entity=subsystem_entity("im"), status=each) for each in statuses),
    )
    assert summary.status == status
