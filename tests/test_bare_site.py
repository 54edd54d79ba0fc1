"""A site without any source: each report is issued, and lists what is not connected."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics import contract
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.settings import load
from ntanalytics.sources.starter import write_starter
from tests.city import blocks, share_sql

NOW = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("report", "period", "dataset", "table"),
    [
        ("daily_inspection", "2026-11-23", "infra.requests", "backups"),
        ("weekly_service_report", "2026-W47", "infra.requests", "services"),
        # no source is read for it, and the lake stays empty
        ("oa_adoption", "2026-W47", "oa.activities", "moved"),
    ],
)
def test_a_report_of_a_site_without_sources_is_issued_with_its_gaps(
    tmp_path: Path, kept_sql: Path, monkeypatch: pytest.MonkeyPatch, report: str, period: str, dataset: str, table: str
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    settings = load(write_starter(tmp_path)[0])
    share_sql(kept_sql, settings.lake)
    result: RunResult = run_report(RunContext(settings=settings, clock=lambda: NOW), report, period, {})
    label = contract.dataset(dataset).label
    assert any(gap.startswith(label) for gap in result.gaps)
    block = blocks(result.directory)[table]
    assert block["rows"] == []
    assert block["note"]
    assert (result.directory / "report.html").is_file()
