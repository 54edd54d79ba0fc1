"""Backups that were due and did not run: told hours later, and never twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.checks.check import DAY
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.correlation import correlate
from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, at, judge

MISSED, LATE = "infra.backup_missed", "infra.backup_lateness"


def _runs(plan: str, every: int, hour: float, count: int = 8, **more: Any) -> list[dict[str, Any]]:
    """Return runs of a plan every so many days at an hour, of which the next one is due on the inspected day."""
    spans = [ON - dt.timedelta(days=every * back) for back in range(count, 0, -1)]
    return [
        {
            "backup_id": f"{plan}-{day}", "plan": plan, "level": "full", "medium": "offline", "outcome": "success",
            "started_at": at(day, hour), "day": day, **more,
        }
        for day in spans
    ]  # fmt: skip


def _found(*rows: dict[str, Any], on: dt.date = ON) -> list[Finding]:
    found = judge(SUBSYSTEM, [LATE, MISSED], {"infra.backups": list(rows)}, period=Period.day(on))
    left, _ = suppress([item for item in found if item.is_violation], SUBSYSTEM.checks, [DAY])
    return left


def test_a_weekly_backup_that_did_not_run_in_the_evening_is_told_at_midnight() -> None:
    [finding] = _found(*_runs("oa-tape", 7, 20.0))
    assert (finding.code, finding.entity.identity, finding.status) == (MISSED, "plan/oa-tape", "warning")
    assert (finding.value, finding.since) == (4 * 3600.0, ON)  # seven days and four hours, of seven days
    assert "每 7 天" in word(finding).sentence


@pytest.mark.parametrize(("hour", "count"), [(22.5, 8), (20.0, 3)])
def test_one_that_is_due_within_two_hours_and_one_of_three_runs_are_not_told(hour: float, count: int) -> None:
    assert _found(*_runs("oa-tape", 7, hour, count)) == []


def test_one_that_ran_and_one_that_tried_are_not_missed() -> None:
    today = {**_runs("oa-tape", 7, 20.0)[0], "backup_id": "today", "started_at": at(ON, 21.0), "day": ON}
    assert _found(*_runs("oa-tape", 7, 20.0), today) == []
    assert _found(*_runs("oa-tape", 7, 20.0), {**today, "outcome": "failure"}) == []


@pytest.mark.parametrize(("back", "status"), [(6, "unknown"), (0, "unknown"), (8, "warning")])
def test_a_row_that_could_not_be_read_since_the_last_run_may_be_the_missed_one(back: int, status: str) -> None:
    rejected = {"infra.backups": {ON - dt.timedelta(days=back): 1}}
    weekly = judge(SUBSYSTEM, [MISSED], {"infra.backups": _runs("oa-tape", 7, 20.0)}, rejected=rejected)
    assert [(finding.entity.identity, finding.status) for finding in weekly] == [("plan/oa-tape", status)]
    other = {"infra.backups": {ON - dt.timedelta(days=4 + back): 1}}
    nightly = _runs("oa", 1, 2.0)[:-3]  # the last success was four nights before
    [late] = judge(SUBSYSTEM, [LATE], {"infra.backups": nightly}, rejected=other)
    assert late.status == ("unknown" if back == 0 else "critical")


@pytest.mark.parametrize(
    ("unread", "least", "status", "value"),
    # one row may be the run of p5, which is late by five nights, two those of p5 and p4
    [(1, 3, "critical", 4.0), (2, 2, "critical", 3.0), (3, 1, "warning", 2.0), (4, None, None, None)],
)
def test_of_more_late_plans_than_rows_that_could_not_be_read_some_are_late_for_certain(
    unread: int, least: int | None, status: str | None, value: float | None
) -> None:
    plans = [run for nights in (2, 3, 4, 5) for run in _runs(f"p{nights}", 1, 23.99, 12)[: -nights + 1]]
    found = judge(SUBSYSTEM, [LATE], {"infra.backups": plans}, rejected={"infra.backups": {None: unread}})
    told = [finding for finding in found if finding.status != "unknown"]
    assert len(found) - len(told) == 4
    expected = [] if least is None else [("plans/all", status, least, pytest.approx(value, abs=0.01), "lower_bound")]
    assert [
        (finding.entity.identity, finding.status, finding.figures["least"], finding.value, finding.certainty)
        for finding in told
    ] == expected
    if told:
        assert told[0].details["plans"] == ("p5", "p4", "p3", "p2")


def test_several_plans_that_missed_their_run_are_told_beside_a_row_that_could_not_be_read() -> None:
    plans = [run for n in range(3) for run in _runs(f"p{n}", 7, 20.0 - n)]
    for unread, least, value in ((1, 2.0, 5.0), (2, 1.0, 4.0)):
        rejected = {"infra.backups": {ON: unread}}
        [finding] = judge(SUBSYSTEM, [MISSED], {"infra.backups": plans}, rejected=rejected)
        assert (finding.status, finding.figures["least"], finding.value) == ("warning", least, value * 3600)
    [unknown] = judge(SUBSYSTEM, [MISSED], {"infra.backups": plans}, rejected={"infra.backups": {ON: 3}})
    assert unknown.status == "unknown"


def test_a_plan_that_rests_now_and_then_is_held_against_its_longest_rest() -> None:
    runs = _runs("oa-tape", 7, 20.0)
    assert _found(*runs[:3], *runs[4:]) == []  # fourteen days once


def test_what_is_late_by_its_interval_is_told_by_that_alone() -> None:
    assert [finding.code for finding in _found(*_runs("oa", 1, 2.0))] == [LATE]
    assert [finding.code for finding in _found(*_runs("oa-tape", 7, 20.0), on=ON + dt.timedelta(days=4))] == [LATE]


@pytest.mark.parametrize(("media", "key"), [(("offline",) * 3, "offline"), (("offline", "offline", "online"), "all")])
def test_many_plans_at_once_are_one_matter(media: tuple[str, ...], key: str) -> None:
    plans = [run for n, medium in enumerate(media) for run in _runs(f"p{n}", 7, 20.0 + n / 10, medium=medium)]
    [finding] = _found(*plans)
    assert (finding.entity.key, finding.details["plans"]) == (key, ("p0", "p1", "p2"))
    assert "3 项" in word(finding).sentence


def test_what_several_plans_miss_is_one_incident_with_what_each_of_them_is_late_by() -> None:
    nightly = [run for n in range(3) for run in _runs(f"p{n}", 1, 2.0)]
    [group] = correlate([*_found(*nightly)])
    assert (group.root.code, group.root.details["plans"]) == (MISSED, ("p0", "p1", "p2"))
    assert [(item.code, item.entity.key) for item in group.followers] == [(LATE, "p0"), (LATE, "p1"), (LATE, "p2")]


def _with_others(every: int = 7) -> list[dict[str, Any]]:
    """Return a plan that is backed up fully every so many days, with differential backups each night, all of them."""
    nights = _runs("oa", 1, 1.0, 56, medium="online", level="differential")
    full = {run["day"] for run in _runs("oa", every, 1.0)}
    return [{**run, "level": "full"} if run["day"] in full else run for run in nights]


def _today(**more: Any) -> dict[str, Any]:
    [run] = _runs("oa", 1, 1.0, 1, medium="online", level="differential")
    return {**run, "backup_id": "today", "started_at": at(ON, 1.0), "day": ON, **more}


def test_a_full_backup_in_whose_place_another_ran_is_missed() -> None:
    [finding] = _found(*_with_others(), _today())
    assert (finding.code, finding.entity.identity, finding.details["level"]) == (MISSED, "plan/oa", "全量")
    assert (finding.value, finding.since) == (23 * 3600.0, ON)  # due at one
    assert "全量备份" in word(finding).sentence


def test_a_full_backup_that_ran_and_one_in_place_of_another_are_not_missed() -> None:
    assert _found(*_with_others(), _today(level="full")) == []
    # on the day before, which has a night of its own
    assert _found(*_with_others(), on=ON - dt.timedelta(days=1)) == []


def test_a_plan_that_does_not_run_at_all_is_told_as_that() -> None:
    [finding] = _found(*(run for run in _with_others() if run["day"] < ON - dt.timedelta(days=2)))
    assert (finding.code, finding.details.get("level", "")) == (LATE, "")
