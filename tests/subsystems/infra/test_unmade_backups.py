"""Backups that were not made within a week, whatever the last one of the week did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, Row, at, judge

WEEK = Period.week(ON - dt.timedelta(days=7))  # from Monday the 9th to Sunday the 15th of November
SUNDAY = WEEK.last


def _runs(plan: str, failed: Collection[int], *, is_recorded: bool = True, step: int = 1) -> list[Row]:
    """Return a run a night of four weeks up to the Sunday; those of some nights before it failed, or left no record."""
    nights = [SUNDAY - dt.timedelta(days=back) for back in range(0, 28, step)]
    return [
        {
            "backup_id": f"{plan}{day}", "plan": plan, "level": "full", "medium": "online", "started_at": at(day, 2),
            "outcome": "failure" if (SUNDAY - day).days in failed else "success", "size_bytes": 1000, "day": day,
        }
        for day in nights
        if is_recorded or (SUNDAY - day).days not in failed
    ]  # fmt: skip


def _found(*runs: list[Row], rejected: Mapping[dt.date | None, int] = MappingProxyType({})) -> list[Finding]:
    data = {"infra.backups": [row for plan in runs for row in plan]}
    given = {"infra.backups": rejected}
    return judge(SUBSYSTEM, ["infra.unmade_backups"], data, period=WEEK, rejected=given)


def _told(*runs: list[Row]) -> dict[str, Finding]:
    return {finding.entity.key: finding for finding in _found(*runs) if finding.is_violation}


@pytest.mark.parametrize("day", [None, SUNDAY])
def test_a_row_that_could_not_be_read_may_be_the_run_of_a_night(day: dt.date | None) -> None:
    silent, failing = _runs("silent", {3, 4}, is_recorded=False), _runs("failing", {1, 2, 5})
    failed, unread = _found(silent, failing, rejected={day: 1})
    # the runs that are told to have failed stay so
    assert (failed.entity.key, failed.value, failed.status) == ("failing", 3.0, "critical")
    assert (unread.entity.identity, unread.status, unread.unknown) == ("plans/all", "unknown", "unread")
    before = _found(silent, rejected={WEEK.first - dt.timedelta(days=1): 1})
    assert [(finding.entity.key, finding.value) for finding in before] == [("silent", 2.0)]


def test_the_failures_of_a_week_are_counted_though_the_last_backup_succeeded() -> None:
    # of the week: four and three nights before Sunday; those of the weeks before are not of this one
    told = _told(_runs("mended", {3, 4}), _runs("often", {1, 2, 5}), _runs("before", {8, 9}), _runs("fine", ()))
    assert {key: (finding.value, finding.status) for key, finding in told.items()} == {
        "mended": (2.0, "warning"),
        "often": (3.0, "critical"),
    }
    assert word(told["mended"]).evidence == "未成功 2 次，其后已成功，最近一次成功为11月15日2时。"


@pytest.mark.parametrize(
    ("failed", "unmade"),
    [
        ({3, 4, 5}, 3.0),  # as pgBackRest, which keeps no record of a run that failed
        ({6, 7, 8}, 1.0),  # one night of this week, two of the week before
        ({0, 1}, 2.0),  # up to its end
        ({7, 8}, None),
        ({6, 13, 20}, None),  # the plan rests on Mondays
    ],
)
def test_nights_without_any_run_are_counted_too(failed: set[int], unmade: float | None) -> None:
    told = _told(_runs("online", failed, is_recorded=False))
    assert [finding.value for finding in told.values()] == ([] if unmade is None else [unmade])


def test_a_weekly_tape_is_not_asked_for_every_night() -> None:
    assert _told(_runs("tape", (), step=7)) == {}


def test_a_plan_that_has_not_succeeded_since_is_not_said_to_have() -> None:
    [finding] = _told(_runs("failing", {0, 1})).values()
    assert word(finding).evidence == "未成功 2 次，最近一次成功为11月13日2时。"
