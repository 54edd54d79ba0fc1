"""On the first morning nothing is connected yet: each report comes out, and says so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.settings import load
from ntanalytics.sources.starter import write_starter
from tests.city import blocks

NOW = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("report", "period", "unknown", "table", "note"),
    [
        ("daily_inspection", "2026-11-23", "网络请求", "backups", "没有数据源，未能统计。"),
        ("weekly_service_report", "2026-W47", "网络请求", "services", "没有数据源，未能统计。"),
        # nobody is asked anything for it, and the lake stays as empty as it was
        ("oa_adoption", "2026-W47", "协同办公操作", "risen", "没有单位可列。"),
    ],
)
def test_a_report_of_a_site_without_sources_comes_out_and_says_what_is_not_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: str, period: str, unknown: str, table: str, note: str
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    settings = load(write_starter(tmp_path)[0])
    result: RunResult = run_report(RunContext(settings=settings, clock=lambda: NOW), report, period, {})
    assert f"{unknown}没有配置数据源，相关数据未知。" in result.gaps
    shown = blocks(result.directory)[table]
    assert (shown["rows"], shown["note"]) == ([], note)
    assert (result.directory / "report.html").is_file()
