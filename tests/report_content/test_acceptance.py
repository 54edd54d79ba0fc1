"""Sentences that open the acceptance, and what it says of an earlier one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ntanalytics.periods import Period
from ntanalytics.report_content import acceptance
from ntanalytics.report_content.duties.listing import OBLIGATIONS
from ntanalytics.reports import Table
from ntanalytics.reports.record import BLOCK, Field


def test_an_obligation_is_named_with_its_number_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "days_of_year", lambda _span: None)
    [support] = [item for item in OBLIGATIONS if item.id == "O3"]
    site = SimpleNamespace(site=SimpleNamespace(contract=None))
    accepted: Any = SimpleNamespace(
        report=SimpleNamespace(workspace=SimpleNamespace(settings=site)),
        span=None,
        obligations=[SimpleNamespace(obligation=support, verdict="not_shown")],
        detection=SimpleNamespace(words=""),
        score=None,
    )
    assert acceptance.opening(accepted)[1].text == "O3 7×24小时技术支持。"


def _published(outputs: Path, last: str, verdict: str) -> Path:
    """Write an acceptance of the contract year up to a day, in which O1 has a verdict."""
    period = Period.contract(dt.date(2026, 3, 1), dt.date.fromisoformat(last))
    head = {
        "block": "head",
        "id": "head",
        "period": {"kind": str(period.kind), "text": period.text, "first": "2026-03-01", "last": last},
    }
    fields = (Field("id", "string", "编号"), Field("verdict", "string", "结论"))
    table = Table("obligations", "", fields=fields, rows=({"id": "O1", "verdict": verdict},))
    outputs_of = [{"data": bundle} for bundle in ({BLOCK: head}, table._repr_mimebundle_())]
    path = outputs / "acceptance" / period.text / "report.ipynb"
    path.parent.mkdir(parents=True)
    cells = [{"cell_type": "code", "source": [], "outputs": outputs_of}]
    path.write_text(json.dumps({"cells": cells, "metadata": {}}), encoding="utf-8")
    return path


def _accepted(outputs: Path) -> acceptance.Acceptance:
    workspace = SimpleNamespace(settings=SimpleNamespace(outputs=outputs))
    period = Period.contract(dt.date(2026, 3, 1), dt.date(2026, 11, 30))
    report = SimpleNamespace(name="acceptance", period=period, workspace=workspace)
    obligation = SimpleNamespace(obligation=SimpleNamespace(id="O1", label="团队"), verdict="not_met")
    return cast(acceptance.Acceptance, SimpleNamespace(report=report, obligations=[obligation]))


def test_an_earlier_acceptance_that_cannot_be_read_is_not_none(tmp_path: Path) -> None:
    assert acceptance.changed_table(_accepted(tmp_path)).note == "本合同年度没有更早的验收报告。"
    _published(tmp_path, "2026-09-30", "达到")
    table = acceptance.changed_table(_accepted(tmp_path))
    assert (table.note, [row["then"] for row in table.rows]) == ("上次验收截至2026年9月30日。", ["达到"])
    _published(tmp_path, "2026-10-31", "达到").write_text("{", encoding="utf-8")
    table = acceptance.changed_table(_accepted(tmp_path))
    assert (table.note, table.rows) == ("本合同年度更早的验收报告无法读取，各项结论有无变化未知。", ())
