"""A section that ends in an error is shown as failed, and the rest of the weekly report comes out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.extraction import Extractor
from ntanalytics.subsystems import subsystem
from tests.faults.town import Town
from tests.metric_calls import run_notebook

DAY = dt.date(2026, 11, 18)


def test_the_weekly_report_comes_out_without_a_section_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(tmp_path)
    town.fill([DAY])
    Extractor(town.settings, town.ledger).extract(["sms.messages"], DAY, DAY)
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(town.config))

    def fails(*_: object) -> Any:
        raise ZeroDivisionError("of 12")

    monkeypatch.setitem(vars(subsystem("sms").section), "summarize", fails)
    shown = run_notebook("weekly_service_report", "2026-W47")
    assert shown["summaries"]["sms"].highlights == "计算出错，本节未能出具"
    board = shown["overview"].checks_board(shown["evaluation"])
    [row] = [worded for worded in board.findings if worded.finding.unknown == "failed"]
    assert (row.finding.status, row.finding.code) == ("unknown", "sms.source")
    assert "计算出错" in str(row.wording)
    assert not list(shown["carriers"])
    assert shown["summaries"]["desk"].highlights
