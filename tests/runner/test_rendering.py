"""The print beside a report: there where a browser is, and otherwise said to be missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ntanalytics.reports.exporters.pdf import find_browser
from ntanalytics.reports.verification import verify
from tests.desk import Desk


@pytest.mark.browser
def test_a_report_is_printed_and_its_print_is_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NTANALYTICS_CHROMIUM")
    if find_browser() is None:
        pytest.skip("no Chromium is installed")
    desk.write()
    result = desk.run()
    manifest = json.loads((desk.published / "manifest.json").read_text(encoding="utf-8"))
    assert (desk.published / "report.pdf").read_bytes().startswith(b"%PDF")
    assert manifest["artefacts"]["report.pdf"]["size_bytes"] == (desk.published / "report.pdf").stat().st_size
    assert (manifest["left_out"], result.left_out) == ({}, {})
    assert desk.staged() == []
    verify(desk.published)


def test_without_a_browser_the_report_is_issued_and_says_what_it_lacks(desk: Desk) -> None:
    desk.write()
    result = desk.run()
    manifest = json.loads((desk.published / "manifest.json").read_text(encoding="utf-8"))
    assert result.left_out == {"report.pdf": "no Chromium was found"} == manifest["left_out"]
    assert "report.pdf" not in manifest["artefacts"]
    verify(desk.published)


def test_a_browser_that_ends_at_once_fails_no_report(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", str(broken))
    desk.write()
    assert desk.run().left_out == {"report.pdf": "the browser ended by itself"}
    assert not (desk.published / "report.pdf").exists()
