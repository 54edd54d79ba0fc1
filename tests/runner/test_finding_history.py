"""What inspections found, from one run to the next: with real kernels and a real ledger."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import InspectedFinding
from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunResult, finding_history
from ntanalytics.runner.finding_history import inspection_of

#: An inspection of one rule that finds one carrier in the status given for each day.
INSPECTION = """
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.lifecycle_text import opening
from ntanalytics.findings.topology import Topology
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.report_content.finding_history import inspection_lifecycle
from ntanalytics.reports import board, sentences, show
from ntanalytics.subsystems import rules_of, word
from ntanalytics.workspace import open_report
status = {states}[period[-2:]]
report = open_report("probe", period)
context = CheckContext(report, rules_of(report.workspace.settings))
carrier = Entity("carrier", "unicom", "中国联通")
finding = Finding(rule=context.rules["sms.delivery_rate"], entity=carrier, status=status, value=0.71, format="rate:1")
evaluation = Evaluation(context=context, findings=(finding,), summaries={{}}, codes=frozenset([finding.code]))
lifecycles = inspection_lifecycle(report, evaluation)
show(
    sentences(opening([finding], lifecycles, word, topology=Topology()), "要点"),
    board(worded([finding]), lifecycles=lifecycles),
)
"""
DAYS = {"16": "warning", "17": "critical", "18": "ok", "19": "ok"}


@pytest.fixture
def inspecting(desk: Any) -> Any:
    """The site, whose report is an inspection."""
    desk.settings.lake.mkdir()
    desk.write(INSPECTION.format(states=DAYS))
    return desk


def _run(desk: Any, day: int) -> RunResult:
    result: RunResult = desk.run(f"2026-11-{day}")
    return result


def _found(result: RunResult) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((result.directory / "findings.json").read_text(encoding="utf-8"))
    return content


def _changes(result: RunResult) -> list[str]:
    """What the inspection made of each matter, open or closed."""
    content = _found(result)
    return [item["lifecycle"]["change"] for item in (*content["findings"], *content["closed"]) if item["lifecycle"]]


def _noted(desk: Any) -> list[tuple[int, str, list[str]]]:
    """The days that the ledger knows: the day, the run that holds, the states that it noted."""
    until = desk.ledger.inspections.until("probe", dt.date(2026, 12, 31))
    return [(each.day.day, each.run_id, [finding.status for finding in each.findings]) for each in until]


def _said(result: RunResult) -> str:
    record = json.loads((result.directory / "report.ipynb").read_text(encoding="utf-8"))
    block = record["cells"][-1]["outputs"][0]["data"]["application/vnd.ntanalytics.block+json"]
    return str(block["items"][0]["text"])


def _sql(desk: Any, statement: str) -> None:
    engine = sa.create_engine(desk.settings.ledger, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_matter_is_followed_over_days_of_which_one_was_never_inspected(inspecting: Any) -> None:
    first, third, fourth = _run(inspecting, 16), _run(inspecting, 17), _run(inspecting, 19)
    assert [_changes(each) for each in (first, third, fourth)] == [["new"], ["worse"], ["closed"]]
    assert _said(first) == "此前没有巡检记录，各项不区分新增与持续。"
    assert _said(third) == "较上次巡检（11月16日）：新增0项，持续1项（加重1项），已消除0项。"
    assert _said(fourth) == "较上次巡检（11月17日）：新增0项，持续0项，已消除1项。"
    assert _noted(inspecting) == [
        (16, first.run_id, ["warning"]),
        (17, third.run_id, ["critical"]),
        (19, fourth.run_id, []),
    ]
    manifest = json.loads((third.directory / "manifest.json").read_text(encoding="utf-8"))
    assert "findings.json" in manifest["artefacts"]
    assert _found(third)["run"] == third.run_id == manifest["run_id"]
    verify(third.directory)


def test_a_day_that_is_run_again_and_one_out_of_order_do_not_count_twice(inspecting: Any) -> None:
    _run(inspecting, 17)
    earlier = _run(inspecting, 16)  # made later, and knows nothing of what came after it
    assert (_changes(earlier), _said(earlier)) == (["new"], "此前没有巡检记录，各项不区分新增与持续。")
    inspecting.write(INSPECTION.format(states={**DAYS, "17": "ok"}))
    corrected = _run(inspecting, 17)
    assert (corrected.version, _changes(corrected)) == (2, ["closed"])
    assert _noted(inspecting) == [(16, earlier.run_id, ["warning"]), (17, corrected.run_id, [])]


def test_a_report_stands_whose_findings_cannot_be_noted_and_the_next_run_notes_them(inspecting: Any) -> None:
    _run(inspecting, 16)
    _sql(
        inspecting,
        "CREATE TRIGGER full BEFORE INSERT ON inspection_findings BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
    )
    unnoted = _run(inspecting, 17)
    assert "disk is full" in unnoted.left_out[finding_history.UNRECORDED]
    assert (unnoted.directory / "report.html").is_file()
    assert [run.status for run in inspecting.ledger.runs.history()] == ["published", "published"]
    assert [day for day, _, _ in _noted(inspecting)] == [16]
    _sql(inspecting, "DROP TRIGGER full")
    last = _run(inspecting, 18)
    assert finding_history.UNRECORDED not in last.left_out
    assert (_changes(last), _noted(inspecting)[1]) == (["closed"], (17, unnoted.run_id, ["critical"]))


def test_a_ledger_that_was_lost_is_filled_again_from_what_was_published(inspecting: Any) -> None:
    before = [_run(inspecting, day) for day in (16, 17)]
    Path(inspecting.home / "ledger.sqlite").unlink()
    # a record that was tampered with is passed over, and it is said
    damaged = before[0].directory / "report.ipynb"
    damaged.write_text("{}", encoding="utf-8")
    last = _run(inspecting, 18)
    assert "this is no notebook" in last.left_out["the findings of probe 2026-11-16 in the ledger"]
    assert [(day, run_id) for day, run_id, _ in _noted(inspecting)] == [(17, before[1].run_id), (18, last.run_id)]
    assert _said(last) == "较上次巡检（11月17日）：新增0项，持续0项，已消除1项。"


def test_a_report_of_a_week_is_no_inspection(desk: Any) -> None:
    desk.write("from ntanalytics.reports import board\nboard([])")
    result = desk.run("2026-W47")
    assert _found(result)["findings"] == []
    assert _noted(desk) == []


@pytest.mark.parametrize(
    ("finding", "noted"),
    [
        ({"since": None, "details": {"snapshot_on": "2026-11-23"}}, (dt.date(2026, 11, 23), True)),
        ({"since": None, "details": {}}, (None, False)),
        ({"since": "2026-11-18"}, (dt.date(2026, 11, 18), False)),
    ],
)
def test_the_day_of_a_later_snapshot_is_noted_as_the_latest_begin(finding: dict[str, Any], noted: tuple[Any, ...]):
    item = _noted_of(finding)
    assert (item.since_on, item.since_is_bound) == noted


@pytest.mark.parametrize(("finding", "noted"), [({"is_over": True}, True), ({"is_over": False}, False), ({}, None)])
def test_whether_it_ended_on_its_day_is_noted_unless_a_former_version_did_not_tell(
    finding: dict[str, Any], noted: bool | None
) -> None:
    assert _noted_of({"since": None, **finding}).is_over == noted


@pytest.mark.parametrize(
    ("finding", "noted"), [({"details": {"is_doubtful": True}}, True), ({"details": {}}, False), ({}, False)]
)
def test_whether_missing_data_may_be_all_of_it_is_noted(finding: dict[str, Any], noted: bool) -> None:
    assert _noted_of({"since": None, **finding}).is_doubtful is noted


def _noted_of(finding: dict[str, Any]) -> InspectedFinding:
    """Return what the ledger notes of a finding of a published record."""
    shared = {
        "code": "identity.orphan_accounts", "entity": {"kind": "unit", "key": "a", "label": "甲局"},
        "check": "无归属账号", "status": "warning", "is_applicable": True, "value": 3.0, "format": "integer",
        "since_is_bound": False,
    }  # fmt: skip
    content = {"codes": {"identity.orphan_accounts": True}, "findings": [{**shared, **finding}]}
    head = SimpleNamespace(body={"period": {"kind": "day", "last": "2026-11-20"}})
    record: Any = SimpleNamespace(head=head, blocks=[SimpleNamespace(findings_json=content)])
    manifest: Any = {"run_id": "r", "report": "daily_inspection", "created_at": "2026-11-23T06:00:00+00:00"}
    inspection = inspection_of(record, manifest)
    assert inspection is not None
    [item] = inspection.findings
    return item
