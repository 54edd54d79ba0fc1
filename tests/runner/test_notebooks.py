"""A report is a notebook of the folder that says what it is; everything else is refused by name."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.errors import BadPeriod, ReportFailed, UnknownName
from ntanalytics.periods import Period
from ntanalytics.runner import load_report, report_names

ABOUT = {"title": "短信统计", "periods": ["day", "week"], "needs": {"sms.messages": 35}}
PARAMETERS = 'period: str = "last-week"  # 统计周期'


def cell(source: str, *tags: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source.splitlines(keepends=True)}


def write(folder: Path, *cells: dict[str, Any], about: object = ABOUT, name: str = "probe") -> None:
    content = {"cells": list(cells), "metadata": {"ntanalytics": about}, "nbformat": 4, "nbformat_minor": 5}
    (folder / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")


def test_a_report_says_its_title_periods_needs_and_parameters(tmp_path: Path) -> None:
    write(tmp_path, cell("# 短信", kind="markdown"), cell(PARAMETERS, "parameters"))
    report = load_report("probe", tmp_path)
    assert (report.title, report.periods, report.needs) == ("短信统计", ("day", "week"), {"sms.messages": 35})
    assert [parameter.name for parameter in report.parameters] == ["period"]


def test_a_kind_of_period_that_the_report_does_not_take_is_refused(tmp_path: Path) -> None:
    write(tmp_path, cell(PARAMETERS, "parameters"))
    report = load_report("probe", tmp_path)
    report.check_period(Period.week(dt.date(2026, 11, 16)))
    with pytest.raises(BadPeriod, match="2026-11 is a month; probe is made for: day, week"):
        report.check_period(Period.month(dt.date(2026, 11, 16)))


def test_reports_are_the_notebooks_directly_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "explore").mkdir()
    write(tmp_path / "explore", name="start")
    write(tmp_path, name="sms_volume")
    write(tmp_path, name="daily_inspection")
    assert report_names(tmp_path) == ["daily_inspection", "sms_volume"]
    with pytest.raises(UnknownName) as caught:
        load_report("sms_volum", tmp_path)
    assert str(caught.value) == (
        "unknown report 'sms_volum'\n  → did you mean 'sms_volume'? Known: daily_inspection, sms_volume"
    )


@pytest.mark.parametrize("name", ["../secret", "explore/start", "..", "", "probe.ipynb", "/etc/passwd", "probe\0"])
def test_a_name_can_not_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "notebooks"
    (folder / "explore").mkdir(parents=True)
    write(tmp_path, cell(PARAMETERS, "parameters"), name="secret")
    write(folder / "explore", cell(PARAMETERS, "parameters"), name="start")
    write(folder, cell(PARAMETERS, "parameters"))
    with pytest.raises(UnknownName):
        load_report(name, folder)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((cell("1"),), "no cell is tagged `parameters`"),
        ((cell(PARAMETERS, "parameters"), cell("1"), cell(PARAMETERS, "parameters")), "cells [1, 3] are tagged"),
        ((cell("# x", "parameters", kind="markdown"),), "cells [1] are tagged"),
        ((cell("top: int = 1  # n", "parameters"),), "there is no parameter `period: str`"),
    ],
)
def test_a_notebook_has_one_parameters_cell_with_a_period(
    tmp_path: Path, cells: tuple[dict[str, Any], ...], words: str
) -> None:
    write(tmp_path, *cells)
    with pytest.raises(ReportFailed) as caught:
        load_report("probe", tmp_path)
    assert caught.value.where.startswith("notebooks/probe.ipynb")
    assert words in caught.value.what


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (None, "must hold title and periods"),
        ({**ABOUT, "owner": "x"}, "must hold title"),
        ({**ABOUT, "title": " "}, "title must be a text"),
        ({**ABOUT, "periods": ["year"]}, "periods must list some of day, week, month"),
        ({**ABOUT, "periods": []}, "periods must list"),
        ({**ABOUT, "needs": {"sms.message": 1}}, "did you mean 'sms.messages'"),
        ({**ABOUT, "docx": "yes"}, "docx must be true or false"),
        ({**ABOUT, "ofd": 1}, "ofd must be true or false"),
        ({**ABOUT, "needs": {"sms.messages": "35"}}, "'35' is no number of days"),
    ],
)
def test_wrong_metadata_is_refused_with_its_key(tmp_path: Path, about: object, words: str) -> None:
    write(tmp_path, cell(PARAMETERS, "parameters"), about=about)
    with pytest.raises(ReportFailed) as caught:
        load_report("probe", tmp_path)
    assert caught.value.where.startswith("notebooks/probe.ipynb, metadata.ntanalytics")
    assert words in caught.value.what


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": 1}', b"\xff\xfe", b"{}"])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "probe.ipynb").write_bytes(content)
    with pytest.raises(ReportFailed, match=r"notebooks/probe.ipynb: cannot be read as a notebook"):
        load_report("probe", tmp_path)
