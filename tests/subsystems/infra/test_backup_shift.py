"""Backups that run at another time of day: told with both times, and not where a plan has no time of its own."""

from __future__ import annotations

from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

CODE = "infra.backup_shift"
#: Minutes by which the runs of one plan differ.
_TURN = (0.0, 4.0, -3.0, 2.0, -5.0)


def _runs(usual_h: float, last: dict[int, float], plan: str = "oa", back: int = 20) -> list[dict[str, Any]]:
    """Return one run a day at an hour, and on the last days (0 is the inspected one) at others."""
    span = [row["day"] for row in days(back)]
    return [
        {
            "backup_id": f"{plan}-{day}", "plan": plan, "level": "full", "medium": "online", "outcome": "success",
            "started_at": at(day, last.get((ON - day).days, usual_h) + _TURN[number % 5] / 60), "day": day,
        }
        for number, day in enumerate(span)
    ]  # fmt: skip


def _found(*rows: dict[str, Any]) -> list[Finding]:
    return [item for item in judge(SUBSYSTEM, [CODE], {"infra.backups": list(rows)}) if item.is_violation]


@pytest.mark.parametrize(
    ("usual_h", "today_h", "shift_h"), [(2.0, 14.0, 12.0), (23.9, 2.5, 2.6), (0.1, 21.0, 3.1), (1.0, 5.0, 4.0)]
)
def test_a_plan_that_runs_at_another_time_is_told_by_the_shorter_way_around_the_clock(
    usual_h: float, today_h: float, shift_h: float
) -> None:
    [finding] = _found(*_runs(usual_h, {0: today_h, 1: today_h}), *_runs(3.0, {}, plan="im"))
    assert (finding.entity.key, finding.status, finding.since) == ("oa", "warning", ON)
    assert finding.value == pytest.approx(shift_h * 3600, abs=600)
    assert finding.figures["start_s"] == pytest.approx(today_h * 3600, abs=600)
    off = float(finding.figures["usual_start_s"] or 0) - usual_h * 3600
    assert (off + 43_200) % 86_400 == pytest.approx(43_200, abs=600)


def test_both_times_are_told() -> None:
    [finding] = _found(*_runs(1.0, {0: 13.0, 1: 13.0}, back=25))
    assert "13时" in word(finding).evidence
    assert "通常在1时" in word(finding).evidence


def test_a_new_time_is_told_from_its_second_run_until_half_of_the_last_runs_have_it() -> None:
    moved = [len(_found(*_runs(2.0, dict.fromkeys(range(days_), 14.0)))) for days_ in (1, 2, 3, 4, 5, 6)]
    assert moved == [0, 1, 1, 1, 0, 0]


def test_a_run_that_waited_once_has_no_other_time() -> None:
    assert _found(*_runs(2.0, {1: 10.0})) == []
    assert _found(*_runs(2.0, {0: 10.0, 3: 10.0})) == []


def test_an_hour_late_a_young_plan_and_one_without_a_time_are_not_told() -> None:
    assert _found(*_runs(2.0, {0: 3.0})) == []
    assert _found(*_runs(2.0, {0: 14.0}, back=6)) == []
    hopping = {back: float(back * 5 % 24) for back in range(20)}
    assert _found(*_runs(2.0, hopping)) == []


def test_a_run_by_hand_after_the_usual_one_is_no_other_time() -> None:
    again = {**_runs(2.0, {})[-1], "backup_id": "again", "started_at": at(ON, 10)}
    assert _found(*_runs(2.0, {}), again) == []


def test_a_plan_that_did_not_run_has_no_time() -> None:
    assert _found(*(row for row in _runs(2.0, {}) if row["day"] < ON)) == []
