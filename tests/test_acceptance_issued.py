"""Service quality and acceptance issued from the demo city, and the weekly report's contract progress."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from ntanalytics.report_content.acceptance import contract_progress
from ntanalytics.report_content.duties.listing import OBLIGATIONS
from ntanalytics.reports.blocks.block import to_json
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.settings import Settings, load, project_dir
from ntanalytics.workspace import open_report
from tests.city import City, blocks

CONTRACT = "  contract: {begins: 2026-10-08, ends: 2027-10-07, number: HT-2026-1}\n"


@pytest.fixture(scope="module")
def settings(city: City) -> Settings:
    """The city with a contract year and the example of a scoring sheet."""
    config = city.estate.config.with_name("with-contract.yml")
    text = city.estate.config.read_text(encoding="utf-8")
    scoring = project_dir("scheduled") / "scoring.example.yml"
    config.write_text(text.replace("site:\n", f"site:\n{CONTRACT}  scoring: {scoring}\n", 1), encoding="utf-8")
    return load(config)


def _issue(city: City, settings: Settings, report: str, period: str) -> RunResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")  # a print takes seconds, and has tests of its own
        return run_report(RunContext(settings=settings, clock=city.clock), report, period, {})


@pytest.fixture(scope="module")
def quality(city: City, settings: Settings) -> RunResult:
    return _issue(city, settings, "service_quality", "2026-10")


@pytest.fixture(scope="module")
def accepted(city: City, settings: Settings) -> RunResult:
    return _issue(city, settings, "acceptance", "contract-year")


def test_both_reports_come_out_in_every_form(quality: RunResult, accepted: RunResult):
    for result in (quality, accepted):
        names = {path.name for path in result.directory.iterdir()}
        assert {"report.html", "report.xlsx", "report.docx", "report.ofd", "manifest.json"} <= names
    assert accepted.directory.name == "2026-10-08_2026-11-22"


def test_the_evidence_of_each_duty_is_a_sheet_of_the_workbook(accepted: RunResult):
    found = blocks(accepted.directory)
    evidence = [block for name, block in found.items() if name.startswith("facts-")]
    assert len(evidence) == len({name for item in OBLIGATIONS for name in item.duties})
    book = openpyxl.load_workbook(accepted.directory / "report.xlsx", read_only=True)
    titles = {block["title"] for block in evidence if block["rows"]}
    assert titles <= set(book.sheetnames)


def test_each_shortfall_and_each_deduction_is_a_row_of_the_evidence(quality: RunResult, accepted: RunResult):
    for result in (quality, accepted):
        found = blocks(result.directory)
        facts = {
            (row["on"], row["subject"], row["description"], row["reason"])
            for name, block in found.items()
            if name.startswith("facts-")
            for row in block["rows"]
        }
        shortfalls = {
            tuple(row[key] for key in ("on", "subject", "description", "reason")) for row in _rows(found, "shortfalls")
        }
        assert shortfalls
        assert shortfalls <= facts
        deducted = {(row["subject"], row["description"]) for row in _rows(found, "deductions")}
        assert deducted
    assert {row["id"] for row in _rows(blocks(accepted.directory), "obligations")} == {item.id for item in OBLIGATIONS}


def _rows(found: dict[str, dict[str, list[dict[str, str]]]], name: str) -> list[dict[str, str]]:
    return found[name]["rows"]


def test_the_contract_progress_of_the_week_agrees_with_the_acceptance_to_the_row(
    settings: Settings, accepted: RunResult, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(settings.file))
    progress = contract_progress(open_report("weekly_service_report", "2026-W47"))
    issued = blocks(accepted.directory)
    for block in progress:
        data = block.data()
        assert data is not None
        assert json.loads(json.dumps(to_json(data["data"]))) == issued[block.id]["rows"]
    assert [block.id for block in progress] == ["progress", "obligations"]


def test_a_site_without_a_contract_year_has_no_progress(city: City, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(city.estate.config))
    assert contract_progress(open_report("weekly_service_report", "2026-W47")) == []
    assert Path(city.estate.config).is_file()
