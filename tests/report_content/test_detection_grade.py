"""Grade of the detection over what the desk recorded."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.ledger import PastInspection
from ntanalytics.periods import Period
from ntanalytics.report_content.detection_grade import DetectionGrade, detection_table, grade_detection
from tests.report_content.duties.contract_year import faultless
from tests.subsystems.made import at

JUNE = Period.month(dt.date(2025, 6, 1))


def _graded(rejected: dict[str, dict[dt.date | None, int]]) -> DetectionGrade:
    """Grade a month with one incident, of which an inspection was published and told nothing."""
    year = faultless()
    year.rejected = rejected
    span = year.span(JUNE)
    told = PastInspection(
        run_id="r", report="daily_inspection", day=JUNE.first, published_at=at(JUNE.first, 7.5), codes={}, findings=()
    )
    past = SimpleNamespace(inspections=SimpleNamespace(until=lambda *_: [told]))
    workspace: Any = span.context.report.workspace
    workspace.ledger, workspace.sources_by_dataset = past, {}
    workspace.settings = SimpleNamespace(outputs=None)
    return grade_detection(span)


@pytest.mark.parametrize(
    ("rejected", "certainty"),
    [
        ({}, "exact"),
        ({"desk.incidents": {None: 1}}, "lower_bound"),
        ({"desk.tickets": {JUNE.last: 2}}, "lower_bound"),
        ({"desk.tickets": {JUNE.last + dt.timedelta(days=1): 2}}, "exact"),
    ],
)
def test_a_failure_that_could_not_be_read_may_be_one_that_was_missed(
    rejected: dict[str, dict[dt.date | None, int]], certainty: str
) -> None:
    grade = _graded(rejected)
    assert len(grade.cases) == 1
    row = grade.row
    assert row.certainty("matched_cases") == certainty
    assert row.quantity("detected_rate").lacks_data == bool(grade.gaps) == (certainty != "exact")


def test_the_table_says_each_gap_once() -> None:
    grade = _graded({"desk.incidents": {None: 1}, "desk.tickets": {JUNE.last: 2}})
    note = detection_table(grade).note
    assert len(grade.gaps) >= 2
    assert [note.count(gap) for gap in grade.gaps] == [1] * len(grade.gaps)
