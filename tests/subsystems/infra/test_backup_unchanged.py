"""Backups that keep the same bytes again and again: hand-made nights."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, at, judge

UNCHANGED = "infra.backup_unchanged"

#: Seven nights of other sizes each.
_LIVING = (1000, 1004, 1001, 1008, 1006, 1012, 1009)


def _nights(*sizes: int, plan: str = "oa", outcome: str = "success", level: str = "full") -> list[dict[str, Any]]:
    """Return a run a night of these sizes, the last one on the inspected day."""
    spans = [(ON - dt.timedelta(days=back), size) for back, size in enumerate(reversed(sizes))]
    return [
        {
            "backup_id": f"{plan}-{day}", "plan": plan, "level": level, "medium": "online", "outcome": outcome,
            "started_at": at(day, 1.0), "size_bytes": size, "day": day,
        }
        for day, size in spans
    ]  # fmt: skip


def _found(*runs: dict[str, Any]) -> list[Finding]:
    return judge(SUBSYSTEM, [UNCHANGED], {"infra.backups": list(runs)})


def test_three_nights_of_the_same_bytes_are_told_since_the_first_of_them() -> None:
    [finding] = _found(*_nights(*_LIVING, 2**30, 2**30, 2**30))
    assert (finding.entity.identity, finding.status, finding.value) == ("plan/oa", "warning", 3.0)
    assert (finding.since, finding.figures["size_bytes"]) == (ON - dt.timedelta(days=2), 2.0**30)
    assert "连续 3 次备份数据量完全相同" in word(finding).sentence


@pytest.mark.parametrize(("count", "status"), [(6, "warning"), (7, "critical")])
def test_a_week_of_them_is_worse(count: int, status: str) -> None:
    assert [finding.status for finding in _found(*_nights(*_LIVING, *[900] * count))] == [status]


@pytest.mark.parametrize(
    "sizes",
    [
        (*_LIVING, 900, 900),  # twice
        (*_LIVING[:6], 900, 900, 900),  # six nights do not tell how it was
        (*_LIVING[:3], 1008, *_LIVING[3:], 900, 900, 900),  # two alike among the seven
        (900,) * 12,  # nothing is ever written there
        (*_LIVING, 900, 900, 900, 901),  # over
        (*_LIVING, 0, 0, 0),  # what is empty is told as smaller
    ],
)
def test_what_changes_and_what_never_did_is_not_told(sizes: tuple[int, ...]) -> None:
    assert _found(*_nights(*sizes)) == []


def test_levels_are_held_against_their_own_runs_and_failures_keep_nothing() -> None:
    full = [run for run in _nights(*range(500, 510), level="full") if run["day"].weekday() == 6]
    daily = [run for run in _nights(*_LIVING, 900, 900, 900, level="differential") if run["day"].weekday() != 6]
    assert _found(*full, *daily) == []  # a Sunday less: six before
    more = _nights(990, 995, *_LIVING, 900, 900, 900, level="differential")
    [finding] = _found(*full, *(run for run in more if run["day"].weekday() != 6))
    assert finding.value == 3.0
    failed = [{**run, "outcome": "failure"} for run in _nights(*_LIVING, 900, 900, 900)]
    assert _found(*failed) == []


def test_many_plans_are_one_matter() -> None:
    runs = [run for n in range(3) for run in _nights(*_LIVING, 900, 900, *([900] * (n + 1)), plan=f"p{n}")]
    [finding] = _found(*runs)
    assert (finding.entity.key, finding.value, finding.details["plans"]) == ("all", 5.0, ("p2", "p1", "p0"))
    assert "3 项备份计划" in word(finding).sentence
