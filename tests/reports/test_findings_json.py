"""``findings.json`` and the record that it is made from."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from ntanalytics.errors import VerificationFailed
from ntanalytics.findings.headline import RECOVERED
from ntanalytics.findings.lifecycle import follow_lifecycles, observe
from ntanalytics.periods import Period
from ntanalytics.report_files import FINDINGS
from ntanalytics.reports import Head, Table, board, findings_json, sentences
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import Record, load_record
from ntanalytics.reports.verification import verify
from tests.reports.rendered import render
from tests.reports.worded import worded

TUESDAY = date(2026, 11, 17)
HOSTILE = "</script>\u202e=1+1\x07"
BAD = worded(
    "sms.rate",
    HOSTILE,
    "送达率",
    "critical",
    0.71,
    "rate:1",
    limits="低于 97.0% 关注",
    evidence="送达率 71.0%。",
    since=TUESDAY,
    advice="核查通道",
    figures={"low": 0.97, "high": None},
    origin={"metric": "sms.daily"},
    effect="收不到验证码",
    owner="厂商",
    effort="1 天内",
    over=RECOVERED,
)
FINE = worded("sms.rate", "中国电信", "送达率", "ok", 0.99, "rate:1")
GONE = worded("ca.expired", "甲", "过期", "warning", 3)


def _inspection() -> Block:
    days = [(date(2026, 11, 16), [GONE]), (TUESDAY, [BAD, FINE])]
    past = [observe(day, [item.finding for item in items], ["ca.expired"], is_working_day=True) for day, items in days]
    return board([BAD, FINE], lifecycles=follow_lifecycles(past), origin={"metric": "findings.inspection"})


def _record(folder: Path, *blocks: Block) -> Record:
    head = Head(
        title="试点城市巡检",
        period=Period.day(TUESDAY),
        generated_at=datetime(2026, 11, 18, tzinfo=UTC),
        versions={"sms.messages": 7},
    )
    outputs = [new_output("display_data", data=each._repr_mimebundle_()) for each in (head, *blocks)]
    nbformat.write(new_notebook(cells=[new_code_cell("", outputs=outputs)]), folder / "report.ipynb")
    return load_record(folder / "report.ipynb")


def _issued(folder: Path, *blocks: Block) -> dict[str, Any]:
    record = _record(folder, *blocks)
    render(folder / "report.ipynb", folder)
    findings_json.write(record, "daily_inspection", "r1", folder)
    content: dict[str, Any] = json.loads((folder / FINDINGS).read_text(encoding="utf-8"))
    return content


def _publish(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"report": "daily_inspection", "run_id": "r1"}', encoding="utf-8")


def test_a_finding_has_all_its_fields_its_identity_and_its_lifecycle(tmp_path: Path) -> None:
    content = _issued(tmp_path, _inspection())
    assert {name: content[name] for name in ("report", "period", "run", "generated_at", "tables", "codes")} == {
        "report": "daily_inspection",
        "period": "2026-11-17",
        "run": "r1",
        "generated_at": "2026-11-18T00:00:00+00:00",
        "tables": {"sms.messages": 7},
        "codes": {"ca.expired": True, "sms.rate": True},
    }
    critical, fine = content["findings"]
    assert critical == {
        "identity": "sms.rate:subject/</script>=1+1",
        "code": "sms.rate",
        "subsystem": "sms",
        "entity": {"kind": "subject", "key": "</script>=1+1", "label": "</script>=1+1"},
        "check": "送达率",
        "status": "critical",
        "value": 0.71,
        "format": "rate:1",
        "certainty": "exact",
        "limits": "低于 97.0% 关注",
        "evidence": "送达率 71.0%。",
        "brief": "送达率 71.0%",
        "since": "2026-11-17",
        "since_is_bound": False,
        "is_over": True,
        "window": None,
        "comparison": None,
        "advice": "核查通道",
        "effect": "收不到验证码",
        "owner": "厂商",
        "effort": "1 天内",
        "figures": {"low": 0.97, "high": None},
        "details": {},
        "detector": "",
        "unknown": "",
        "is_applicable": True,
        "excuse": None,
        "origin": {"metric": "sms.daily"},
        "lifecycle": {
            "opened_on": "2026-11-17",
            "begun_on": "2026-11-17",
            "is_older": False,
            "confirmed_on": "2026-11-17",
            "worst": "critical",
            "change": "new",
            "closed_on": None,
            "day": 1,
        },
    }
    assert (fine["status"], fine["lifecycle"], fine["origin"]) == ("ok", None, {"metric": "findings.inspection"})
    [gone] = content["closed"]
    assert (gone["identity"], gone["lifecycle"]["change"], gone["lifecycle"]["closed_on"]) == (
        "ca.expired:subject/甲",
        "closed",
        "2026-11-17",
    )
    verify(tmp_path)


def test_a_board_shows_the_lifecycle_in_its_column(tmp_path: Path) -> None:
    [shown] = [each for each in _record(tmp_path, _inspection()).blocks if each.kind == "board"]
    assert [row["since"] for row in shown.rows] == ["11月17日（新增）", None]


def test_a_finding_of_two_blocks_is_listed_once_and_a_report_without_findings_has_no_file(tmp_path: Path) -> None:
    twice = Table("basis", "依据", findings=(BAD, GONE))
    content = _issued(tmp_path, board([BAD], origin={}), twice)
    assert [each["code"] for each in content["findings"]] == ["sms.rate", "ca.expired"]
    assert (content["closed"], content["codes"], content["findings"][0]["lifecycle"]) == ([], None, None)
    record = _record(tmp_path, sentences(["一句。"]), Table("t", "表"))
    assert findings_json.document(record, "sms_volume", "r1") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"value": 0.71', '"value": 0.91', "findings is not the record's"),
        ('"day": 1', '"day": 9', "findings is not the record's"),
        ('"change": "closed"', '"change": "dropped"', "closed is not the record's"),
        ('"run": "r1"', '"run": "r2"', "run is not the record's"),
        ('"findings": [', '"more": 1, "findings": [', "more is not the record's"),
        ('"report": ', '"', "cannot be read"),
    ],
)
def test_a_file_that_was_tampered_with_is_caught(tmp_path: Path, old: str, new: str, said: str) -> None:
    _issued(tmp_path, _inspection())
    _publish(tmp_path)
    verify(tmp_path)
    text = (tmp_path / FINDINGS).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / FINDINGS).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(VerificationFailed, match=said):
        verify(tmp_path)


def test_a_file_that_was_taken_away_or_added_is_caught(tmp_path: Path) -> None:
    _issued(tmp_path, _inspection())
    content = (tmp_path / FINDINGS).read_bytes()
    (tmp_path / FINDINGS).unlink()
    verify(tmp_path)
    _publish(tmp_path)
    with pytest.raises(VerificationFailed, match="findings.json is not there"):
        verify(tmp_path)
    _record(tmp_path, sentences(["一句。"]))
    render(tmp_path / "report.ipynb", tmp_path)
    (tmp_path / FINDINGS).write_bytes(content)
    with pytest.raises(VerificationFailed, match="findings is not the record's"):
        verify(tmp_path)
