"""Schedules: plans that run once each night, and once more, or at noon."""

from __future__ import annotations

import pyarrow as pa

from ntanalytics.detectors.surveillance.leaf_table import LeafTable
from ntanalytics.detectors.surveillance.schedules import beyond_schedule
from tests.detectors.surveillance.city import DAYS, ON


def _beyond(
    today: list[tuple[str, int]], missing: int | None = None
) -> list[tuple[str, tuple[int, int], float, float]]:
    """Return what is told of two plans, which run at one and at 23 o'clock of each day, one of them not on one day."""
    rows = [
        (day, plan, hour) for day in range(ON) for plan, hour in (("a", 1), ("b", 23)) if (day, plan) != (missing, "a")
    ]
    rows += [(ON, plan, hour) for plan, hour in today]
    table = pa.table(
        {
            "day": pa.array([DAYS[day] for day, _, _ in rows], pa.date32()),
            "hour": [hour for _, _, hour in rows],
            "plan": [plan for _, plan, _ in rows],
            "events": [1.0] * len(rows),
        }
    )
    found = beyond_schedule(LeafTable(table, DAYS, ["plan"], ["events"]), ["plan"])
    return [(item.members[0][1], item.hours, item.seen, item.expected) for item in found]


def test_a_plan_that_runs_twice_is_told_and_one_that_runs_an_hour_late_is_not() -> None:
    assert _beyond([("a", 1), ("a", 6), ("b", 23)]) == [("a", (0, 24), 2.0, 1.0)]
    # an hour after 23 o'clock is midnight
    assert _beyond([("a", 2), ("b", 0)]) == []


def test_a_plan_that_runs_at_another_time_is_told_with_its_hour() -> None:
    assert _beyond([("a", 12), ("b", 23)]) == [("a", (12, 13), 1.0, 0.0)]


def test_what_was_missing_once_is_no_plan() -> None:
    assert _beyond([("a", 1), ("a", 6), ("b", 23)], missing=7) == []
