"""Backups that take far longer, or shorter, than the runs before them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, at, days, even, judge

CODE = "infra.backup_duration"


def _runs(usual_s: int, last: dict[int, float], plan: str = "oa", back: int = 30, **more: Any) -> list[dict[str, Any]]:
    """Return one run a day that takes about as long, and on the last days (0 is the inspected one) other times."""
    runs = []
    for number, day in enumerate(row["day"] for row in days(back)):
        took = last.get((ON - day).days, even(usual_s, number))
        began = at(day, 2.0)
        runs.append({
            "backup_id": f"{plan}-{day}", "plan": plan, "level": "full", "medium": "online", "outcome": "success",
            "started_at": began, "ended_at": began + dt.timedelta(seconds=took), "day": day, **more,
        })  # fmt: skip
    return runs


def _found(*rows: dict[str, Any]) -> list[Finding]:
    return [item for item in judge(SUBSYSTEM, [CODE], {"infra.backups": list(rows)}) if item.is_violation]


@pytest.mark.parametrize(
    ("usual_s", "today_s", "times", "status"),
    [
        (100, 400.0, 4.0, "warning"),
        (100, 2500.0, 25.0, "critical"),
        (24, 1.0, 24.0, "critical"),
        (600, 150, 4.0, "warning"),
    ],
)
def test_a_run_that_took_far_longer_or_shorter_than_those_before_is_told(
    usual_s: int, today_s: float, times: float, status: str
) -> None:
    [finding] = _found(*_runs(usual_s, {0: today_s}), *_runs(50, {}, plan="im"))
    assert (finding.entity.key, finding.status, finding.since) == ("oa", status, ON)
    assert finding.value == pytest.approx(times)
    assert ("空跑" in word(finding).advice) == (today_s < usual_s)


def test_it_is_told_as_long_as_most_of_three_weeks_took_another_time() -> None:
    told = [len(_found(*_runs(100, dict.fromkeys(range(nights), 500.0)))) for nights in (1, 3, 5, 12)]
    assert told == [1, 1, 1, 0]


def test_runs_that_differ_anyhow_and_quick_ones_are_not_told() -> None:
    assert _found(*_runs(100, {0: 250.0})) == []
    assert _found(*_runs(2, {0: 9.0})) == []  # seven seconds
    differing = {back: 100.0 if back % 3 else 300.0 for back in range(1, 31)}
    assert _found(*_runs(100, {**differing, 0: 350.0})) == []
    assert _found(*_runs(100, {0: 500.0}, back=6)) == []


def test_a_run_is_held_against_those_of_its_level_alone() -> None:
    full = [{**run, "level": "full", "backup_id": f"full-{run['day']}"} for run in _runs(900, {})]
    daily = [{**run, "level": "incremental"} for run in _runs(60, {})]
    assert _found(*full, *daily) == []


def test_many_plans_at_once_are_one_matter() -> None:
    plans = [run for name in ("a", "b", "c", "d") for run in _runs(100, {0: 800.0}, plan=name)]
    [finding] = _found(*plans)
    assert (finding.entity.key, finding.details["plans"]) == ("all", ("a", "b", "c", "d"))


def test_a_failed_run_has_no_duration() -> None:
    runs = _runs(100, {0: 1.0})
    runs[-1]["outcome"] = "failure"
    assert _found(*runs) == []
