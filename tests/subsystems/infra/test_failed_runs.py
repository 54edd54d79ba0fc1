"""Backups that failed within a week, whatever the last one of the week did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, Row, at, judge

WEEK = Period.week(ON - dt.timedelta(days=7))  # from Monday the 9th to Sunday the 15th of November
SUNDAY = WEEK.last


def _runs(plan: str, failed: Collection[int]) -> list[Row]:
    """Return a run a night of three weeks up to the Sunday; of some nights before it the failed ones."""
    nights = [SUNDAY - dt.timedelta(days=back) for back in range(21)]
    return [
        {
            "backup_id": f"{plan}{day}", "plan": plan, "level": "full", "medium": "online", "started_at": at(day, 2),
            "outcome": "failure" if (SUNDAY - day).days in failed else "success", "size_bytes": 1000, "day": day,
        }
        for day in nights
    ]  # fmt: skip


def _told(*codes: str, **failed: Collection[int]) -> dict[tuple[str, str], Finding]:
    runs = [row for plan, nights in failed.items() for row in _runs(plan, nights)]
    findings = judge(SUBSYSTEM, ["infra.failed_runs", *codes], {"infra.backups": runs}, period=WEEK)
    return {(finding.code, finding.entity.key): finding for finding in findings if finding.is_violation}


def test_the_failures_of_a_week_are_counted_though_the_last_backup_succeeded() -> None:
    # of the week: four and three nights before Sunday; those of the weeks before are not of this one
    told = _told(mended={3, 4}, often={1, 2, 5}, before={8, 9}, fine=())
    assert {key: (finding.value, finding.status) for (_, key), finding in told.items()} == {
        "mended": (2.0, "warning"),
        "often": (3.0, "critical"),
    }
    assert word(told["infra.failed_runs", "mended"]).evidence == "失败 2 次，其后已成功，最近一次成功为11月15日2时。"


def test_a_plan_that_has_not_succeeded_since_is_not_said_to_have() -> None:
    [finding] = _told(failing={0, 1}).values()
    assert word(finding).evidence == "失败 2 次，最近一次成功为11月13日2时。"


@pytest.mark.parametrize("failed", [{0, 1, 2, 3, 4, 5}])
def test_the_failures_of_a_plan_that_is_late_too_are_told_beside_it(failed: set[int]) -> None:
    told = _told("infra.backup_lateness", late=failed)
    assert {code: finding.value for (code, _), finding in told.items()}["infra.failed_runs"] == 6.0
