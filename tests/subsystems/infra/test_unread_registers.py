"""Registers of which a row could not be read: it may be the drill, or the patch, that is missed."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, Data, Row, evaluation, judge

DAY = dt.timedelta(days=1)


def _drill(drilled: dt.date, **rejected: dict[dt.date | None, int]) -> Finding:
    drill = {"held_on": drilled, "kind": "restore_drill", "topic": "oa", "result": "success", "day": drilled}
    data: dict[str, list[Row]] = {"desk.drills": [drill], "desk.checks": []}
    given = {f"desk.{name}": days for name, days in rejected.items()}
    [finding] = judge(SUBSYSTEM, ["infra.restore_drill"], data, rejected=given)
    return finding


@pytest.mark.parametrize("register", ["drills", "checks"])
def test_a_row_since_the_last_drill_may_be_a_later_one(register: str) -> None:
    drilled = ON - 200 * DAY
    assert _drill(drilled).value == 200.0
    unread = _drill(drilled, **{register: {ON - 10 * DAY: 1}})
    assert (unread.status, unread.unknown) == ("unknown", "unread")
    assert "没有恢复演练的记录" not in word(unread).evidence
    assert _drill(drilled, **{register: {drilled - DAY: 1}}).status == "warning"
    assert _drill(ON - 40 * DAY, **{register: {None: 1}}).status == "ok"


@pytest.mark.parametrize("register", ["drills", "checks"])
def test_the_only_drill_may_be_the_row_that_was_not_read(register: str) -> None:
    data: dict[str, list[Row]] = {"desk.drills": [], "desk.checks": []}
    for day in (ON - 3 * DAY, None):
        [finding] = judge(SUBSYSTEM, ["infra.restore_drill"], data, rejected={f"desk.{register}": {day: 1}})
        assert (finding.status, finding.unknown) == ("unknown", "unread")
    [old] = judge(SUBSYSTEM, ["infra.restore_drill"], data, rejected={f"desk.{register}": {ON - 400 * DAY: 1}})
    assert old.unknown == "not_recorded"


@pytest.mark.parametrize(("gaps", "reason"), [((), "not_recorded"), ((ON,), "incomplete")])
def test_where_a_day_was_not_read_nobody_says_that_no_drill_is_recorded(gaps: tuple[dt.date, ...], reason: str) -> None:
    data: dict[str, list[Row]] = {"desk.drills": [], "desk.checks": []}
    [finding] = judge(SUBSYSTEM, ["infra.restore_drill"], data, gaps=gaps)
    assert (finding.status, finding.unknown) == ("unknown", reason)
    told = word(finding)
    assert ("没有恢复演练的记录" in told.evidence) == (reason == "not_recorded")
    assert ("恢复演练" in told.advice) == (reason == "not_recorded")


def _patch(host: str, back: int, outcome: str) -> Row:
    return {"patched_on": ON - back * DAY, "host": host, "patch": "K1", "outcome": outcome, "day": ON - back * DAY}


def _patches(code: str, *rows: Row, **more: dict[dt.date | None, int]) -> list[tuple[str, str]]:
    metrics = [{"host": "oa-app-1", "metric": "cpu_rate", "part": "", "day": ON}]
    data = {"infra.patches": list(rows), "infra.metrics": metrics}
    findings = judge(SUBSYSTEM, [code], data, rejected={f"infra.{name}": days for name, days in more.items()})
    return [(finding.entity.identity, finding.status) for finding in findings]


def test_a_row_since_a_patch_failed_may_be_its_success() -> None:
    code, failed = "infra.failed_patches", _patch("oa-app-1", 30, "failure")
    assert _patches(code, failed, patches={ON - 31 * DAY: 1}) == [("host/oa-app-1", "warning")]
    assert _patches(code, failed, patches={ON - 29 * DAY: 1}) == [("host/oa-app-1", "unknown")]
    installed = _patch("oa-app-1", 30, "success")
    assert _patches(code, installed) == [("hosts/all", "ok")]
    # it may be one that failed
    assert _patches(code, installed, patches={ON - 150 * DAY: 1}) == [("hosts/all", "unknown")]


def test_a_row_since_the_last_patch_of_a_host_may_be_a_later_one() -> None:
    code, patched = "infra.unpatched", _patch("oa-app-1", 120, "success")
    assert _patches(code, patched, patches={ON - 121 * DAY: 1}) == [("hosts/all", "warning")]
    assert _patches(code, patched, patches={ON - 119 * DAY: 1}) == [("hosts/all", "unknown")]


def test_without_a_backup_that_could_be_read_nobody_says_that_there_is_none() -> None:
    names = ("infra.checks", "infra.requests", "infra.metrics", "infra.backups", "desk.changes")
    data: Data = {name: [] for name in names}
    told = [
        evaluation(SUBSYSTEM, [], data, has_section=True, rejected=rejected).summaries["infra"].highlights
        for rejected in ({}, {"infra.backups": {ON: 1}})
    ]
    assert ["没有备份记录" in highlights for highlights in told] == [True, False]
