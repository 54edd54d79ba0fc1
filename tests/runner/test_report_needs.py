"""Needs that are kept are those that the checks say, and never those of another program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ntanalytics.errors import UnknownName
from ntanalytics.periods import PeriodKind
from ntanalytics.report_content.contents import CONTENTS
from ntanalytics.runner import load_report, report_needs
from ntanalytics.runner.report_needs import FILE

_WORK_OUT = report_needs._worked_out


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The reports whose needs were worked out, in a process that has no check imported yet."""
    reports: list[str] = []

    def counted(report: str, kinds: object) -> report_needs.ReportNeeds:
        reports.append(report)
        return _WORK_OUT(report, kinds)

    monkeypatch.setattr(report_needs, "_COMPONENTS", ())
    monkeypatch.setattr(report_needs, "_worked_out", counted)
    return reports


@pytest.mark.parametrize("name", CONTENTS)
def test_kept_needs_are_those_of_the_checks(name: str, tmp_path: Path, worked_out: list[str]):
    fresh, first, again = (load_report(name, kept_in=folder) for folder in (None, tmp_path, tmp_path))
    assert first.needs == again.needs == fresh.needs
    assert first._needs.reads_issued == again._needs.reads_issued == CONTENTS[name].reads_issued
    assert first.is_divided == again.is_divided == CONTENTS[name].is_divided
    assert worked_out == [name, name]  # the fresh ones, and the first that were kept


def test_another_kind_of_period_has_needs_of_its_own(tmp_path: Path, worked_out: list[str]):
    report = load_report("daily_inspection")
    day, week = PeriodKind.DAY, PeriodKind.WEEK
    for kinds in ((day,), (day, week), (day,)):
        report_needs.report_needs(report.name, kinds, tmp_path)
    assert len(worked_out) == 2


def test_another_program_works_them_out_anew(tmp_path: Path, worked_out: list[str], monkeypatch: pytest.MonkeyPatch):
    load_report("sms_volume", kept_in=tmp_path).needs  # noqa: B018
    library = tmp_path / "ibis_framework-99.0.0.dist-info"
    library.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load_report("sms_volume", kept_in=tmp_path).needs
    assert len(worked_out) == 2
    library.rmdir()
    assert load_report("sms_volume", kept_in=tmp_path).needs
    assert len(worked_out) == 2


def test_a_program_that_is_replaced_meanwhile_keeps_nothing(
    tmp_path: Path, worked_out: list[str], monkeypatch: pytest.MonkeyPatch
):
    digests = iter(("before", "after"))
    monkeypatch.setattr(report_needs, "program_digest", lambda: next(digests))
    assert load_report("sms_volume", kept_in=tmp_path).needs
    assert list(tmp_path.iterdir()) == []


def test_a_process_with_checks_in_its_memory_asks_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What it has imported may be older than the program on the disk, and must not be kept as that one's."""
    assert load_report("sms_volume", kept_in=tmp_path).needs
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_line_is_worked_out_again(tmp_path: Path, worked_out: list[str]):
    needs = load_report("sms_volume", kept_in=tmp_path).needs
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes().replace(b"sms.messages", b"sms.massages"))
    assert load_report("sms_volume", kept_in=tmp_path).needs == needs
    assert len(worked_out) == 2


def test_needs_that_a_notebook_declares_are_its_own(tmp_path: Path, worked_out: list[str]):
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": 'period: str = "last-week"  # 周期'}
    about = {"title": "短信", "periods": ["week"], "needs": {"sms.messages": 3}}
    content = {"cells": [cell], "metadata": {"ntanalytics": about}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "own.ipynb").write_text(json.dumps(content), encoding="utf-8")
    assert load_report("own", tmp_path, kept_in=tmp_path).needs == {"sms.messages": 3}
    assert worked_out == []


def test_a_report_without_content_is_unknown_each_time(tmp_path: Path, worked_out: list[str]):
    for _ in range(2):
        with pytest.raises(UnknownName):
            report_needs.report_needs("nothing", (PeriodKind.DAY,), tmp_path)


def test_a_process_that_finds_them_imports_no_check(tmp_path: Path):
    asks = (
        "import sys; from pathlib import Path; from ntanalytics.runner import load_report;"
        "print(sorted(load_report('sms_volume', kept_in=Path(sys.argv[1])).needs.items()));"
        "print('ntanalytics.subsystems' in sys.modules)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", asks, tmp_path], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first.splitlines() == [str(sorted(load_report("sms_volume").needs.items())), "True"]
    assert second.splitlines() == [first.splitlines()[0], "False"]
