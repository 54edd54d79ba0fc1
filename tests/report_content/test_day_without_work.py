"""The line of a subsystem in an inspection of a day that is no working day."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from ntanalytics.findings.finding import Finding, subsystem_entity
from ntanalytics.report_content.daily_inspection import systems_board
from ntanalytics.subsystems import RULES


def _board(findings: list[Finding]) -> Any:
    return systems_board(cast(Any, SimpleNamespace(summaries={}, evaluation=SimpleNamespace(findings=findings))))


def test_what_was_not_judged_has_its_own_count_and_makes_no_system_normal() -> None:
    rule = RULES["data.rows_fall"]
    judged = Finding(rule=rule, entity=subsystem_entity("data"), status="ok")
    unjudged = replace(judged, is_applicable=False)
    [row] = _board([judged, unjudged, unjudged]).rows
    # three checks: one normal, two not judged
    assert [row[name] for name in ("state", "checks", "wrong", "watched", "not_known", "unjudged")] == [
        "ok",
        3,
        0,
        0,
        0,
        2,
    ]
    assert _board([unjudged]).rows[0]["state"] == "unknown"


def test_a_working_day_calls_for_every_check_and_has_no_such_column() -> None:
    judged = Finding(rule=RULES["data.rows_fall"], entity=subsystem_entity("data"), status="ok")
    assert "unjudged" not in {field.name for field in _board([judged]).fields}
