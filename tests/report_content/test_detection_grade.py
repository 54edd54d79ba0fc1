"""Grade of the detection over what the desk recorded."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.ledger import PastInspection
from ntanalytics.metrics.desk import detection
from ntanalytics.periods import Period
from ntanalytics.report_content.detection_grade import DetectionGrade, cases_of, detection_table, grade_detection
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


@pytest.mark.parametrize(("discovered_h", "outcome"), [(9.5, "detected"), (8.5, "late"), (None, "unmatched")])
def test_an_incident_without_its_discovery_is_not_matched(discovered_h: float | None, outcome: str) -> None:
    """Somebody may have called before the inspection of nine that the ticket of ten came after."""
    day = JUNE.first
    incident = {
        "incident_no": "SJ1", "subsystem": "oa", "began_at": at(day, 8),
        "discovered_at": None if discovered_h is None else at(day, discovered_h),
    }  # fmt: skip
    ticket = {
        "ticket_no": "GD1", "incident_no": "SJ1", "opened_at": at(day, 10), "category": "fault", "close_code": None,
        "subsystem": "oa",
    }  # fmt: skip
    told = [detection.PublishedViolation("oa", "oa", at(day, 9))]
    graded = detection.grade(cases_of([incident], [ticket]), told, [at(day, 7), at(day, 9)], {"oa"})
    assert [item.outcome for item in graded] == [outcome]
    words = "未登记发现时间，未能比对" in DetectionGrade(tuple(graded), ()).words
    assert words is (discovered_h is None)
