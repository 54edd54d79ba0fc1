"""Backups that became smaller or larger: by how much depends on how far those before differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, at, judge


def _status(*sizes: int, rule: str = "infra.size_drop") -> str:
    """Return the status of a plan with one run a day of these sizes, the last one on the inspected day."""
    runs: list[dict[str, Any]] = []
    for back, size in enumerate(reversed(sizes)):
        day = ON - dt.timedelta(days=back)
        runs.append({
            "backup_id": str(day), "plan": "files", "level": "full", "medium": "online", "outcome": "success",
            "started_at": at(day, 2.0), "size_bytes": size, "day": day,
        })  # fmt: skip
    [finding] = judge(SUBSYSTEM, [rule], {"infra.backups": runs})
    return finding.status


_STEADY = (1000, 1004, 1010, 1008, 1012, 1016, 1020)  # two percent apart
_UNSTEADY = (800, 1000, 900, 1000, 950, 1000, 1000)  # a fifth apart


@pytest.mark.parametrize(
    ("before", "today", "status"),
    [
        (_STEADY, 760, "warning"),  # a mount that is left out
        (_STEADY, 860, "warning"),
        (_STEADY, 930, "ok"),  # 8 %
        (_STEADY, 400, "critical"),
        (_UNSTEADY, 760, "ok"),  # 24 %, of runs that differ by 20 %
        (_UNSTEADY, 700, "warning"),  # 30 %: whatever they differ by
        (_STEADY[:6], 860, "ok"),  # too few runs to tell how far they differ
    ],
)
def test_a_smaller_backup_is_told_by_how_far_those_before_differ(
    before: tuple[int, ...], today: int, status: str
) -> None:
    assert _status(*before, today) == status


@pytest.mark.parametrize(
    ("before", "today", "status"),
    [
        (_STEADY, 2040, "warning"),  # twice as large
        (_STEADY, 1400, "ok"),
        (_STEADY, 6000, "critical"),
        (_UNSTEADY, 1350, "ok"),  # 40 %, of runs that differ by 20 %
        (_STEADY[:6], 2040, "ok"),  # too few runs to tell how far they differ
        (_STEADY, 400, "ok"),
    ],
)
def test_a_larger_backup_is_told_by_how_far_those_before_differ(
    before: tuple[int, ...], today: int, status: str
) -> None:
    assert _status(*before, today, rule="infra.size_rise") == status
