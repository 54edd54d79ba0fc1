"""Operators are told of the checks and sections of an issued report that ended in an error."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from ntanalytics.ledger import Ledger
from ntanalytics.runner import RunContext
from ntanalytics.scheduling.alerts import alert_computations, alert_scheduled_runs
from ntanalytics.scheduling.outcomes import RunOutcome
from tests.faults.town import Town

FAILED = {"code": "sms.source", "unknown": "failed", "details": {"error": "ZeroDivisionError, section.py:31"}}


def _write(folder: Path, *findings: dict[str, object]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "findings.json").write_text(json.dumps({"findings": findings}), encoding="utf-8")


def _alert(town: Town, folder: Path, *findings: dict[str, object]) -> None:
    _write(folder, *findings)
    outcome = RunOutcome(job="weekly", period="2026-W47", status="issued", why=str(folder))
    alert_scheduled_runs(RunContext(settings=town.settings), [outcome])


def test_a_section_that_failed_is_told_once_with_its_place_and_again_when_it_returns(tmp_path: Path) -> None:
    town, folder = Town(tmp_path), tmp_path / "issued"
    fine = {"code": "oa.source", "unknown": None, "details": {}}
    _alert(town, folder, FAILED, fine)
    _alert(town, folder, FAILED, fine)
    [notice] = (tmp_path / "duty" / "notices").glob("*.txt")
    told = notice.read_text(encoding="utf-8")
    assert "sms.source（ZeroDivisionError, section.py:31）" in told
    assert "oa.source" not in told
    _alert(town, folder, fine)
    _alert(town, folder, FAILED)
    assert town.told() == ["【运维提醒】任务 weekly 部分计算出错", "【运维提醒】任务 weekly 部分计算出错（第 2 次）"]


def test_a_process_that_was_killed_after_publishing_told_nobody_and_the_next_call_tells_it_once(tmp_path: Path) -> None:
    town, folder = Town(tmp_path), tmp_path / "issued"
    _write(folder, FAILED)
    runs = Ledger(town.settings.ledger).scheduled_runs
    for number, place in enumerate((tmp_path / "before", folder)):
        moment = dt.datetime(2026, 11, 16 + 7 * number, tzinfo=dt.UTC)
        runs.begin("weekly", moment, f"2026-W{46 + number}", "host")
        runs.end("weekly", moment, "issued", str(place))
    for _ in range(2):
        alert_computations(RunContext(settings=town.settings), ["weekly", "daily"])
    assert town.told() == ["【运维提醒】任务 weekly 部分计算出错"]
    [notice] = (tmp_path / "duty" / "notices").glob("*.txt")
    assert "2026-W47" in notice.read_text(encoding="utf-8")
