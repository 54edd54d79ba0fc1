"""Operators are told of the checks and sections of an issued report that ended in an error."""

from __future__ import annotations

import json
from pathlib import Path

from ntanalytics.runner import RunContext
from ntanalytics.scheduling.alerts import alert_scheduled_runs
from ntanalytics.scheduling.outcomes import RunOutcome
from tests.faults.town import Town


def _alert(town: Town, folder: Path, *findings: dict[str, object]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "findings.json").write_text(json.dumps({"findings": findings}), encoding="utf-8")
    outcome = RunOutcome(job="weekly", period="2026-W47", status="issued", why=str(folder))
    alert_scheduled_runs(RunContext(settings=town.settings), [outcome])


def test_a_section_that_failed_is_told_once_with_its_place_and_again_when_it_returns(tmp_path: Path) -> None:
    town, folder = Town(tmp_path), tmp_path / "issued"
    failed = {
        "code": "sms.source", "unknown": "failed", "details": {"error": "ZeroDivisionError, section.py:31"}
    }  # fmt: skip
    fine = {"code": "oa.source", "unknown": None, "details": {}}
    _alert(town, folder, failed, fine)
    _alert(town, folder, failed, fine)
    [notice] = (tmp_path / "duty" / "notices").glob("*.txt")
    told = notice.read_text(encoding="utf-8")
    assert "sms.source（ZeroDivisionError, section.py:31）" in told
    assert "oa.source" not in told
    _alert(town, folder, fine)
    _alert(town, folder, failed)
    assert town.told() == ["【运维提醒】作业 weekly 部分计算出错", "【运维提醒】作业 weekly 部分计算出错（第 2 次）"]
