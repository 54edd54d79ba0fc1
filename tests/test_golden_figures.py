"""The extraction of golden files: a wrong figure changes them, and a change of wording does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import golden_figures
from tests.city import BLOCK, DATA, FINDINGS
from tests.golden_figures import compare, figures


def publish(folder: Path, *bundles: dict[str, Any]) -> Path:
    cells = [{"outputs": [{"data": bundle}]} for bundle in bundles]
    (folder / "report.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return folder


def table(**columns: list[Any]) -> dict[str, Any]:
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    schema = {"fields": [{"name": name} for name in columns]}
    return {BLOCK: {"block": "table", "id": "by-unit"}, DATA: {"schema": schema, "data": rows}}


def board(*findings: dict[str, Any]) -> dict[str, Any]:
    block = {"block": "board", "id": "board"}
    return {BLOCK: block, DATA: {"data": list(findings)}, FINDINGS: {"findings": list(findings)}}


def finding(identity: str, state: str, value: float | None, **more: object) -> dict[str, Any]:
    return {"identity": identity, "state": state, "value": value, "evidence": "送达率低于阈值。"} | more


def test_a_short_column_is_written_out(tmp_path: Path):
    content = figures(publish(tmp_path, table(sent=[3, None], rate=[0.123456789, 1.0])))["by-unit"]
    assert content == {"kind": "table", "rows": 2, "columns": {"sent": [3, None], "rate": [0.123457, 1.0]}}


def test_a_long_column_is_its_number_sum_first_value_and_a_hash_of_the_order(tmp_path: Path):
    values = [1, 2, None, 4, *range(10)]
    column = figures(publish(tmp_path, table(sent=values)))["by-unit"]["columns"]["sent"]
    swapped = figures(publish(tmp_path, table(sent=[1, 4, None, 2, *range(10)])))["by-unit"]["columns"]["sent"]
    assert (column["known"], column["sum"], column["first"]) == (13, 52, 1)
    assert swapped == {**column, "hash": swapped["hash"]} != column


def test_the_order_of_a_sum_changes_no_golden_file(tmp_path: Path):
    one, other = (
        figures(publish(tmp_path, table(days=[value, *range(12)])))["by-unit"]["columns"]["days"]
        for value in (979.6424999999981, 979.6425000000005)
    )
    assert one == other
    assert one["first"] == 979.642


def test_names_are_hashed_and_prose_is_only_counted(tmp_path: Path):
    columns = table(unit=["市财政局", "office"], note=["共三件，已办。", None])
    unit, note = figures(publish(tmp_path, columns))["by-unit"]["columns"].values()
    assert unit[0].startswith("#")
    assert unit[1] == "office"
    assert note == {"texts": 1}


def test_a_board_names_what_is_open_and_sums_what_is_in_order_by_rule(tmp_path: Path):
    findings = [
        finding("sms.delivery_rate:carrier/unicom", "critical", 0.71, life={"change": "new", "begun_on": "2026-11-18"}),
        finding("sms.backlog:中国移动", "unknown", None),
        finding("infra.swap:a", "ok", 0.25),
        finding("infra.swap:b", "ok", 0.5),
    ]
    content = figures(publish(tmp_path, board(*findings)))["board"]
    assert content["states"] == {"critical": 1, "warning": 0, "unknown": 1, "ok": 2}
    first, second = content["open"]
    open_finding = {"state": "critical", "finding": "sms.delivery_rate:carrier/unicom", "value": 0.71}
    assert first == open_finding | {"change": "new", "since": "2026-11-18"}
    assert second["finding"].startswith("sms.backlog:#")
    assert content["ok"] == {"infra.swap": [0.25, 0.5]}


def test_another_figure_fails_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(golden_figures, "GOLDEN", tmp_path)
    directory = publish(tmp_path, table(sent=[1, 2]))
    monkeypatch.setenv("UPDATE_GOLDEN", "1")
    compare("probe", directory)
    monkeypatch.delenv("UPDATE_GOLDEN")
    compare("probe", directory)
    publish(tmp_path, table(sent=[1, 3]))
    with pytest.raises(AssertionError, match=r"(?s)Run make golden and look at the diff.*\[1, 3\]"):
        compare("probe", directory)
