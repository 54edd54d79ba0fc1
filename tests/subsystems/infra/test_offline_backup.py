"""Offline copies of backup plans: unknown without a source of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, at, evaluation

OFFLINE = "infra.offline_backup"


def _runs(plan: str, medium: str) -> list[dict[str, Any]]:
    """Return a run on each of the last ten days."""
    spans = [ON - dt.timedelta(days=back) for back in range(10)]
    shared = {"plan": plan, "medium": medium, "level": "full", "outcome": "success"}
    return [{**shared, "day": day, "backup_id": f"{plan}-{day}", "started_at": at(day, 2)} for day in spans]


def _evaluated(*plans: tuple[str, str]) -> Any:
    data = {"infra.backups": [row for plan in plans for row in _runs(*plan)], "infra.checks": []}
    return evaluation(SUBSYSTEM, [OFFLINE], data, has_section=True)


@pytest.mark.parametrize("plans", [["oa"], ["oa", "im"]])
def test_without_any_offline_plan_it_is_unknown_and_no_violation(plans: Sequence[str]) -> None:
    evaluated = _evaluated(*((plan, "online") for plan in plans))
    [finding] = [found for found in evaluated.findings if found.code == OFFLINE]
    assert (finding.status, finding.unknown, finding.value) == ("unknown", "no_source", None)
    assert word(finding).evidence == "离线备份未知：没有配置离线备份的数据源。"
    summary = evaluated.summaries["infra"]
    assert f"备份计划在线 {len(plans)} 项、没有离线备份数据源" in summary.highlights


def test_where_other_plans_are_kept_offline_those_that_are_not_are_told() -> None:
    evaluated = _evaluated(("oa", "online"), ("im", "online"), ("oa-tape", "offline"))
    [finding] = [found for found in evaluated.findings if found.code == OFFLINE]
    assert (finding.status, finding.value, finding.details["plans"]) == ("warning", 1, ("im",))
    summary = evaluated.summaries["infra"]
    assert "备份计划在线 2 项、离线 1 项" in summary.highlights
