"""A unit whose tasks nobody finishes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems.oa import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

RULE = "oa.unit_task_lull"
UNITS = [f"单位{n}" for n in range(20)]


def _tasks(lying: str, since: dt.date) -> list[dict[str, Any]]:
    """Return eight weeks in which each unit finishes ten tasks a working day; one leaves off on a day."""
    return [
        {
            "task_id": f"{unit}-{day}-{n}", "started_at": at(day, 9), "unit": unit, "edition": "party",
            "module": "documents", "is_cancelled": False, "changed_at": at(day, 9), "day": day,
            "finished_at": None if unit == lying and day >= since else at(day, 10 + n / 2),
        }
        for day in (row["day"] for row in days(56) if row["is_working_day"])
        for unit in UNITS
        for n in range(10)
    ]  # fmt: skip


def _found(lying: str, back: int) -> list[Finding]:
    findings = judge(SUBSYSTEM, [RULE], {"oa.tasks": _tasks(lying, ON - dt.timedelta(days=back))})
    return [finding for finding in findings if finding.is_violation]


def test_a_unit_that_finishes_nothing_is_told() -> None:
    [finding] = _found("单位7", 2)
    assert (finding.entity.key, finding.status, finding.value) == ("单位7", "critical", -1.0)


def test_units_that_finish_their_tasks_are_not_told() -> None:
    assert _found("", 0) == []


def test_units_of_a_source_whose_tasks_name_no_unit_are_unknown() -> None:
    tasks = {"oa.tasks": _tasks("单位7", ON - dt.timedelta(days=2))}
    [finding] = judge(SUBSYSTEM, [RULE], tasks, unfilled={"oa.tasks": ["unit"]})
    assert (finding.entity.kind, finding.status, finding.unknown) == ("subsystem", "unknown", "incomplete")


def test_where_no_source_tells_the_unit_it_is_unknown() -> None:
    tasks = [{**row, "unit": None} for row in _tasks("", ON)]
    [finding] = judge(SUBSYSTEM, [RULE], {"oa.tasks": tasks}, absent={"oa.tasks": ["unit"]})
    assert (finding.status, finding.unknown) == ("unknown", "not_in_source")
