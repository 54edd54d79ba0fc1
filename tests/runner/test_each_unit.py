"""A page for each unit: one that fails is isolated and named, and no name leaves the outputs."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ntanalytics.errors import BadParameter, BadPeriod, NoData, ReportFailed
from ntanalytics.runner.each_unit import UnfitUnitName, UnitFailed, run_each_unit
from tests.desk import HEAD

HOSTILE = [
    '"; import os; os.abort() #',
    "<script>alert(1)</script>",
    "=1+1",
    "../../x",
    "..",
    "局" * 300,
    "市　外办\n'''",
]
SHOWN = """
import pandas as pd
from ntanalytics.reports import table
if unit == "坏局":
    raise RuntimeError("this unit only")
table(pd.DataFrame({"unit": [unit]}), unit[:40], id="own")
"""


@pytest.fixture
def probe(desk):
    """A report that shows the unit that it is given."""
    parameters = 'period: str = "last-week"  # 周期\nunit: str = ""  # 单位\ntop: int = 3  # 前几名'
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]}), new_code_cell(HEAD), new_code_cell(SHOWN)]
    about = {"title": "试报表", "periods": ["week"], "needs": {}}
    nbformat.write(new_notebook(cells=cells, metadata={"ntanalytics": about}), desk.notebooks / "probe.ipynb")
    return desk


def each(desk, units, *, report="probe", period="2026-W47", parameters=None, **more):
    return run_each_unit(desk.context(**more), report, period, parameters or {}, units=units)


def test_a_failing_unit_is_named_and_the_others_come_out(probe) -> None:
    told = []
    ended = each(probe, ["甲局", "坏局", "乙局"], progress=lambda what, amount: told.append(what))
    assert list(ended.published) == ["甲局", "乙局"]
    assert [(failed.unit, failed.exit_code) for failed in ended.failed] == [("坏局", ReportFailed.exit_code)]
    assert "this unit only" in str(ended.failed[0].error)
    assert ended.exit_code == ReportFailed.exit_code
    assert [what for what in told if what.startswith("probe ")] == [
        "probe 1/3 甲局",
        "probe 2/3 坏局",
        "probe 3/3 乙局",
    ]
    assert [run.status for run in probe.ledger.runs.history()].count("failed") == 1
    for result in ended.published.values():
        assert (result.directory / "report.html").is_file()


def test_a_unit_whose_name_holds_control_characters_fails_its_own_page_and_the_others_come_out(probe) -> None:
    ended = each(probe, ["甲局\x00", "甲局", "\x1b[31m乙局", "乙局"])
    assert list(ended.published) == ["甲局", "乙局"]
    assert [(failed.name, type(failed.error)) for failed in ended.failed] == [
        ("甲局\\x00", UnfitUnitName),
        ("\\x1b[31m乙局", UnfitUnitName),
    ]
    assert ended.exit_code == BadParameter.exit_code


def test_no_name_of_a_unit_leaves_the_outputs_or_runs(probe) -> None:
    ended = each(probe, HOSTILE)
    assert not ended.failed
    assert len({result.directory for result in ended.published.values()}) == len(HOSTILE)
    for unit, result in ended.published.items():
        assert result.directory.parent == (probe.outputs / "probe").resolve()
        assert (
            json.loads((result.directory / "manifest.json").read_text(encoding="utf-8"))["parameters"]["unit"] == unit
        )
        assert "<script>alert" not in (result.directory / "report.html").read_text(encoding="utf-8")
    assert {path.name for path in probe.outputs.iterdir() if path.is_dir() and path.name[0] != "."} == {"probe"}
    for page in probe.outputs.glob("*.html"):  # what lists the reports
        assert "<script>alert" not in page.read_text(encoding="utf-8")


def test_what_is_wrong_with_the_command_is_refused_before_the_first_page(probe) -> None:
    for wrong, error in (
        ({"parameters": {"unit": "甲局"}}, BadParameter),
        ({"parameters": {"top": "many"}}, BadParameter),
        ({"parameters": {"unti": "x"}}, BadParameter),
        ({"period": "2026-11-20"}, BadPeriod),
    ):
        with pytest.raises(error):
            each(probe, ["甲局"], **wrong)
    probe.write("1")  # now a report that takes no unit
    with pytest.raises(BadParameter, match="no parameter `unit`"):
        each(probe, ["甲局"])
    assert not list(probe.ledger.runs.history())


def test_without_a_unit_there_is_nothing_to_issue(probe) -> None:
    with pytest.raises(NoData, match="no unit"):
        each(probe, [])


def test_an_error_that_is_none_of_ours_has_the_general_code() -> None:
    assert UnitFailed("甲局", ValueError("x")).exit_code == 1


def test_changed_settings_are_recorded_once_before_the_first_page(probe) -> None:
    each(probe, ["甲局", "乙局"])
    probe.settings = probe.settings.model_copy(update={"report_memory_mb": 5000})
    each(probe, ["甲局", "乙局"])
    events = probe.ledger.audit.events(["settings", "run"])[::-1]
    assert [event.kind for event in events] == ["settings", "run", "run"] * 2
    assert [event.details["changed"] for event in events if event.kind == "settings"] == [[], ["report_memory_mb"]]
