"""Records of version 0.1.0 are read, compared and proven in today's terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ntanalytics.reports import board
from ntanalytics.reports.findings_json import findings_differences
from ntanalytics.reports.record import BLOCK, DATA, FINDINGS, Record, RecordedBlock, read_block
from ntanalytics.reports.record_diff import record_diff
from tests.reports.worded import worded

FINDING = {
    "identity": "sms.delivery_rate:中国联通",
    "code": "sms.delivery_rate",
    "subject": "中国联通",
    "check": "送达率",
    "state": "bad",
    "value": 0.71,
    "format": "rate:1",
}
HEAD = {
    "block": "head",
    "id": "head",
    "period": {"text": "2026-11-18"},
    "generated_at": "2026-11-18T00:00:00+00:00",
    "timezone": "Asia/Shanghai",
    "versions": {},
    "holes": ["缺一天。"],
}


def old_board() -> dict[str, Any]:
    return {
        BLOCK: {"block": "board", "id": "board", "title": "状态一览"},
        DATA: {"schema": {"fields": []}, "data": [{"state": "watch"}, {"state": "ok"}]},
        FINDINGS: {"findings": [FINDING], "closed": [], "codes": {}},
    }


def old_record() -> Record:
    return Record(read_block({BLOCK: HEAD}), (read_block(old_board()),))


def items(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    (current,) = read_block({BLOCK: {"block": kind, "id": "b", "items": [item]}}).body["items"]
    return dict(current)


def test_states_tones_and_gaps_of_an_old_block_have_todays_names() -> None:
    assert items("sentences", {"text": "降至 71.0%。", "state": "bad"})["state"] == "critical"
    assert items("sentences", {"text": "一句。", "state": ""})["state"] == ""
    assert items("kpis", {"tone": "bad"})["tone"] == "worse"
    assert old_record().head.body["gaps"] == ["缺一天。"]
    block: RecordedBlock = old_record().blocks[0]
    assert [row["state"] for row in block.rows] == ["warning", "ok"]
    assert block.findings_json is not None
    [finding] = block.findings_json["findings"]
    assert (finding["status"], finding["entity"]["label"]) == ("critical", "中国联通")


def test_an_old_record_is_compared_with_a_new_one() -> None:
    head = read_block({BLOCK: {**HEAD, "holes": []}})
    assert record_diff(old_record(), Record(head, ()), has_new_data=True) == [
        "已补齐：缺一天。",
        "不再成立：中国联通送达率（原为异常）。",
    ]
    new = worded("sms.delivery_rate", "中国联通", "送达率", "warning", 0.96, "rate:1")
    after = Record(head, (read_block(board([new])._repr_mimebundle_()),))
    assert record_diff(old_record(), after, has_new_data=True) == [
        "已补齐：缺一天。",
        "中国联通送达率由异常改为关注（96.0%）。",
    ]


def test_old_findings_in_a_folder_agree_with_their_record(tmp_path: Path) -> None:
    content = {"report": "r", "period": "2026-11-18", "run": "1", "generated_at": HEAD["generated_at"], "tables": {}}
    content |= {**old_board()[FINDINGS]}
    (tmp_path / "findings.json").write_text(json.dumps(content), encoding="utf-8")
    assert findings_differences(old_record(), tmp_path) == []
