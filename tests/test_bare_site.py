"""A site with a workbook alone: each report is issued, and lists what is not connected."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics import contract
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.reports.data import NO_SOURCE
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.settings import load
from ntanalytics.sources.starter import write_starter
from tests.city import blocks, share_caches

NOW = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("report", "period", "dataset", "tables"),
    [
        ("daily_inspection", "2026-11-23", "infra.requests", ["backups", "requests-by-service", "error-rate-by-hour"]),
        ("weekly_service_report", "2026-W47", "infra.requests", ["services", "sms", "active-by-week"]),
        ("sms_volume", "2026-W47", "sms.messages", ["failure-classes", "failure-codes"]),
        # no source is read for it, and the lake stays empty
        ("oa_adoption", "2026-W47", "oa.activities", ["moved", "by-edition", "flow", "units", "daily", "modules"]),
    ],
)
def test_a_report_of_a_site_without_sources_is_issued_with_its_gaps(
    tmp_path: Path,
    caches: Path,
    monkeypatch: pytest.MonkeyPatch,
    report: str,
    period: str,
    dataset: str,
    tables: list[str],
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    settings = load(write_starter(tmp_path)[0])
    share_caches(caches, settings.lake)
    result: RunResult = run_report(RunContext(settings=settings, clock=lambda: NOW), report, period, {})
    wanted = contract.dataset(dataset)
    assert [gap.startswith(subsystem_label(wanted.subsystem)) for gap in result.gaps].count(True) == 1
    assert any(wanted.label in gap for gap in result.gaps)
    shown = blocks(result.directory)
    # neither a bound nor "nothing in the data at hand" is said of what has no data at all
    assert {name: (shown[name]["rows"], shown[name]["note"]) for name in tables} == dict.fromkeys(
        tables, ([], NO_SOURCE)
    )
    cards = shown["headlines"]["items"] if "headlines" in shown else []
    assert all(card["note"] in NO_SOURCE for card in cards if card["name"] in {"active", "delivery_rate"})
    assert (result.directory / "report.html").is_file()
