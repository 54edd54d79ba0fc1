"""Tasks that are cancelled in bulk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems.oa import SUBSYSTEM
from tests.subsystems.made import ON, at, days, even, judge

RULE = "oa.cancelled_rise"


def _tasks(day: dt.date, unit: str, count: int) -> list[dict[str, Any]]:
    """Return tasks that began three days before, and were cancelled on a day."""
    began = day - dt.timedelta(days=3)
    return [
        {
            "task_id": f"{day}-{unit}-{n}", "started_at": at(began, 9), "unit": unit, "edition": "party",
            "module": "documents", "is_cancelled": True, "changed_at": at(day, 10), "day": began,
        }
        for n in range(count)
    ]  # fmt: skip


def _found(**today: int) -> list[Finding]:
    """Return the findings where of ten units each cancels five tasks a working day, and some today others."""
    tasks: list[dict[str, Any]] = []
    for place, day in enumerate(row["day"] for row in days(60) if row["is_working_day"]):
        for number in range(10):
            unit = f"u{number}"
            tasks += _tasks(day, unit, today.get(unit, 5) if day == ON else even(5, place + number))
    return [finding for finding in judge(SUBSYSTEM, [RULE], {"oa.tasks": tasks}) if finding.is_violation]


def test_a_city_that_cancels_its_tasks_is_told_once() -> None:
    [finding] = _found(**{f"u{n}": 40 for n in range(10)})
    assert (finding.entity.identity, finding.value) == ("subsystem/oa", 400)


def test_a_unit_that_cancels_its_tasks_is_named_by_its_name() -> None:
    [finding] = _found(u3=45)
    assert (finding.entity.identity, finding.value) == ("unit/u3", 45)


def test_a_usual_day_and_a_few_more_are_not_told() -> None:
    assert _found() == []
    assert _found(u3=12) == []
