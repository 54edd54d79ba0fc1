"""The coverage that one report wrote is what another reads, which opens no row of the lake and asks no ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from deltalake import DeltaTable

from ntanalytics.contract import dataset
from ntanalytics.periods import Period
from ntanalytics.settings import load
from ntanalytics.workspace import Report, Workspace
from ntanalytics.workspace.shared_coverage import read_coverage, write_coverage
from tests.city import City, copy_city
from tests.workspace.oa_site import OaSite

WEEK = Period.week(dt.date(2026, 11, 16))
#: An event, a case and a state, with days of history.
OPENED = {"sms.messages": 28, "docexchange.deliveries": 7, "identity.units": 0}


@pytest.fixture
def city(written_city: Path, tmp_path: Path) -> City:
    """The city, of which a Friday's messages end at noon."""
    own = copy_city(written_city, tmp_path)
    table = DeltaTable(str(own.estate.directory / "lake" / "sms.messages"))
    table.delete(f"day = '2026-11-20' AND {dataset('sms.messages').time} >= '2026-11-20T04:00:00Z'")
    return own


def _report(city: City) -> Report:
    return Report(Workspace(load(city.estate.config)), "", "", WEEK)


def _said(report: Report) -> list[object]:
    views = [report.dataset(name, history) for name, history in OPENED.items()]
    head = replace(report.head(), generated_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    return [
        head,
        [(view.missing, view.missing_before, view.gap_sources, view.is_damaged, view.as_of) for view in views],
        [(view.rejected(), view.unknown_values(), view.unfilled, view.absent_columns) for view in views],
        [view.days.to_pyarrow() for view in views],
    ]


def test_a_report_that_reads_it_says_the_same_and_asks_for_no_row_and_not_the_ledger(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, told = _report(city), _report(city)
    said = _said(asked)
    assert [gap for gap in asked.head().gaps if "12 时以后没有数据" in gap]
    write_coverage(asked, tmp_path / "coverage.json")
    read_coverage(told, tmp_path / "coverage.json")

    def refused(*_: object) -> NoReturn:
        raise AssertionError("rows of the lake were read, or the ledger was asked")

    monkeypatch.setattr(told.workspace, "table", refused)
    monkeypatch.setattr(told.rows_by_hour, "of", refused)
    monkeypatch.setattr(told.workspace, "files_by_day", refused)
    for question in ("days", "rejected", "unknown_values", "failed_sources"):
        monkeypatch.setattr(told.workspace.ledger.coverage, question, refused)
    monkeypatch.setattr("ntanalytics.workspace.site.open_source", refused)
    assert _said(told) == said


def test_what_a_damaged_snapshot_lost_is_told_by_a_report_that_reads_it(tmp_path: Path) -> None:
    site = OaSite(tmp_path)
    site.add_members("club", *"abcdefghi")
    site.add_members("annex", "x")
    site.take("2026-11-20 06:30")
    site.run("club", "DELETE FROM member WHERE id > 'c'")
    site.take("2026-11-23 06:30")
    asked, told = (Report(Workspace(site.settings), "", "", WEEK) for _ in range(2))
    view = asked.dataset("oa.members", 0)
    assert [line.loss.rows for line in view.status() if line.loss] == [6]
    write_coverage(asked, tmp_path / "coverage.json")
    read_coverage(told, tmp_path / "coverage.json")
    again = told.dataset("oa.members", 0)
    assert (again.status(), again.gaps()) == (view.status(), view.gaps())


def test_other_days_than_those_that_were_written_are_asked_for(city: City, tmp_path: Path) -> None:
    asked, told = _report(city), _report(city)
    _said(asked)
    write_coverage(asked, tmp_path / "coverage.json")
    read_coverage(told, tmp_path / "coverage.json")
    ours, theirs = (each.dataset("sms.messages", 42) for each in (told, _report(city)))
    assert ours.days.to_pyarrow() == theirs.days.to_pyarrow()
    assert (ours.missing, ours.missing_before) == (theirs.missing, theirs.missing_before)
    assert ours.missing == [dt.date(2026, 11, 20)]
