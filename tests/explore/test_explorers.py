"""Explorers are set as a hand would set them, and what they show is counted another way."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import ibis
import nbformat
import openpyxl
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ntanalytics.errors import UsageError
from ntanalytics.explore import AdoptionExplorer, DataBrowser, SmsExplorer
from ntanalytics.explore.explorer import Explorer
from ntanalytics.periods import PeriodKind
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import RecordedBlock, read_block
from ntanalytics.workspace import Workspace, open_report, open_workspace
from tests.extraction.small_site import SmallSite
from tests.gaps.copies import damageable
from tests.gaps.site import GapSite

WEEK = "day BETWEEN '2026-11-16' AND '2026-11-22'"


@pytest.fixture
def adoption(workspace: Workspace) -> AdoptionExplorer:
    return AdoptionExplorer(workspace)


@pytest.fixture
def sms(workspace: Workspace) -> SmsExplorer:
    return SmsExplorer(workspace)


def frame(explorer: Explorer):
    assert explorer.view is not None, explorer.message.value
    return explorer.view.rows.to_pandas()


def drawn(explorer: Explorer) -> dict:
    """Place → figure of the first bars or line that is drawn."""
    (trace, *_) = explorer.figure.data
    return dict(zip(trace.y, trace.x, strict=True) if trace.orientation == "h" else zip(trace.x, trace.y, strict=True))


def rerun(explorer: Explorer, config: Path, monkeypatch: pytest.MonkeyPatch):
    """What the code that an explorer shows gives in a notebook of its own."""
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(config))
    *lines, last = ast.parse(explorer.code.value).body
    names: dict = {}
    exec(compile(ast.Module(lines, []), "code", "exec"), names)
    return eval(compile(ast.Expression(last.value), "code", "eval"), names).to_pyarrow().to_pylist()


def test_the_latest_week_is_shown_first_by_unit(adoption: AdoptionExplorer, workspace: Workspace):
    assert adoption.period.label.startswith("2026年第47周")
    assert [period.text for _, period in adoption.period.options] == ["2026-W47", "2026-W46", "2026-W45", "2026-W44"]
    counted = workspace.sql(
        f"SELECT count(DISTINCT source || account_id) AS n FROM oa_activities WHERE {WEEK} AND edition = 'wecom'"
    )["n"][0]
    adoption.pickers["edition"].choose("wecom")
    adoption.by.value = ()
    assert frame(adoption)["active"].tolist() == [counted]
    assert adoption.figure is None  # one figure is no chart
    adoption.by.value = ("edition",)
    assert drawn(adoption) == {"企业微信版": counted}
    assert f"{counted:,}" in adoption.table.value


def test_units_are_found_by_a_part_of_their_name_and_stay_chosen(adoption: AdoptionExplorer):
    units = adoption.pickers["unit"]
    everybody = [name for name, _ in units.list.options]
    assert len(everybody) > 50
    first, second = frame(adoption)["unit"].head(2)
    units.choose(first)
    assert frame(adoption)["unit"].tolist() == [first]
    units.search.value = second
    assert [name for name, _ in units.list.options] == [name for name in everybody if name == first or second in name]
    assert units.value == (first,)
    units.list.value = (first, second)
    assert sorted(frame(adoption)["unit"]) == sorted([first, second])
    units.search.value = ""
    assert units.value == tuple(name for name in everybody if name in {first, second})


def test_a_choice_outlives_the_period_and_each_view_is_of_it(adoption: AdoptionExplorer, workspace: Workspace):
    adoption.pickers["edition"].choose("general")
    adoption.kind.value = PeriodKind.DAY
    adoption.period.value = next(each for _, each in adoption.period.options if each.text == "2026-11-18")
    assert adoption.pickers["edition"].value == ("general",)
    adoption.view_name.value = "modules"
    by_module = workspace.sql(
        "SELECT module, count(DISTINCT source || account_id) AS active, sum(actions) AS actions FROM oa_activities "
        "WHERE day = '2026-11-18' AND edition = 'general' GROUP BY module"
    )
    shown = frame(adoption).set_index("module")
    assert shown["active"].to_dict() == by_module.set_index("module")["active"].to_dict()
    assert shown["actions"].to_dict() == by_module.set_index("module")["actions"].to_dict()
    assert drawn(adoption)["公文管理"] == shown["active"]["documents"]


def test_a_trend_draws_no_more_lines_than_can_be_told_apart(adoption: AdoptionExplorer):
    adoption.view_name.value = "trend"
    assert len(adoption.figure.data) == 6
    adoption.by.value = ()
    adoption.measure.value = "actions"
    days = frame(adoption)
    assert days["actions"].dropna().tolist() == [each for each in drawn(adoption).values() if each is not None]
    assert len(days) == 35  # four weeks before the week of the report
    assert days["actions"].isna().sum() == 7  # the lake begins on 26 October: a hole is no zero


def test_accounts_of_the_first_four_weeks_of_the_data_are_no_newcomers(adoption: AdoptionExplorer):
    adoption.view_name.value = "cohorts"
    assert len(frame(adoption)) == 0  # the lake begins on 26 October, and the week of 16 November is its fourth
    assert "首次使用" in adoption.message.value


def test_messages_are_narrowed_and_counted(sms: SmsExplorer, workspace: Workspace):
    counted = workspace.sql(
        f"SELECT carrier, count(*) AS n, sum(segments) AS s FROM sms_messages WHERE {WEEK} GROUP BY carrier"
    ).set_index("carrier")
    assert frame(sms).set_index("carrier")["submitted"].to_dict() == counted["n"].to_dict()
    sms.measure.value = "segments"
    assert sorted(drawn(sms).values()) == sorted(counted["s"])
    sms.pickers["carrier"].choose("unicom")
    sms.by.value = ("application",)
    assert frame(sms)["segments"].sum() == counted["s"]["unicom"]
    sms.view_name.value = "hours"
    assert (len(frame(sms)), frame(sms)["segments"].sum()) == (24, counted["s"]["unicom"])
    sms.view_name.value = "failures"
    failed = workspace.sql(
        f"SELECT count(*) AS n FROM sms_messages WHERE {WEEK} AND carrier='unicom' AND outcome='failed'"
    )
    assert frame(sms)["failed"].sum() == failed["n"][0]


@pytest.mark.parametrize("kind", [AdoptionExplorer, SmsExplorer])
def test_every_view_of_every_measure_can_be_shown_and_its_code_gives_its_rows(
    workspace: Workspace, config: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Explorer]
):
    explorer = kind(workspace)
    explorer.pickers["unit"].choose(explorer.pickers["unit"].list.options[3][1])
    for _, view in kind.views:
        explorer.view_name.value = view
        for measure in kind.measures:
            explorer.measure.value = measure.name
            assert explorer.view is not None, (view, measure.name, explorer.message.value)
        for _, by in kind.groups:
            explorer.by.value = by
            assert explorer.view is not None, (view, by, explorer.message.value)
        assert rerun(explorer, config, monkeypatch) == explorer.view.rows.to_pyarrow().to_pylist()


def test_what_the_page_shows_of_a_hostile_name_is_text(tmp_path: Path):
    site = SmallSite(tmp_path)
    mapping = site.folder / "queries" / "shop" / "sms.messages.sql"
    hostile = '<img src=x onerror=alert(1)>"; import os #'
    mapping.write_text(mapping.read_text().replace("'OA'", f"'{hostile}'"), encoding="utf-8")
    site.messages("shop", (1, "2026-11-17 09:00:00", "mobile", 1, None, None))
    site.extractor().extract(["sms.messages"], dt.date(2026, 11, 17), dt.date(2026, 11, 17))
    sms = SmsExplorer(open_workspace(site.config))
    sms.by.value = ("application",)
    assert "<img" not in sms.table.value
    assert "&lt;img" in sms.table.value
    sms.pickers["application"].choose(hostile)
    ast.parse(sms.code.value)
    assert repr(hostile) in sms.code.value


def test_a_lake_without_data_says_what_to_do(tmp_path: Path):
    explorer = SmsExplorer(open_workspace(SmallSite(tmp_path).config))
    assert (explorer.view, explorer.figure, explorer.period.options) == (None, None, ())
    assert "ntanalytics extract" in explorer.message.value


def test_the_tables_are_ibis_tables_to_go_on_with(adoption: AdoptionExplorer):
    adoption.by.value = ("edition",)
    rows = adoption.view.rows
    few = rows.filter(rows.active_rate < 1).select("edition", idle=rows.enabled - rows.active)
    assert isinstance(few, ibis.expr.types.Table)
    assert (few.to_pandas()["idle"] > 0).all()


def test_a_span_of_ones_own_is_explored_and_its_code_gives_the_same(
    sms: SmsExplorer, workspace: Workspace, config: Path, monkeypatch: pytest.MonkeyPatch
):
    sms.by.value = ()
    sms.kind.value = None
    assert (sms.first.value, sms.last.value) == (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
    sms.first.value, sms.last.value = dt.date(2026, 11, 18), dt.date(2026, 11, 20)
    counted = workspace.sql("SELECT count(*) AS n FROM sms_messages WHERE day BETWEEN '2026-11-18' AND '2026-11-20'")[
        "n"
    ][0]
    assert frame(sms)["submitted"].tolist() == [counted]
    assert rerun(sms, config, monkeypatch)[0]["submitted"] == counted
    sms.last.value = dt.date(2026, 11, 1)  # before the first day: nothing is selected
    assert sms.view is None
    sms.kind.value = PeriodKind.WEEK
    assert sms.view is not None


def test_the_view_is_written_as_a_workbook_with_its_chart(sms: SmsExplorer, tmp_path: Path):
    path = sms.save_workbook(tmp_path)
    assert path is not None
    book = openpyxl.load_workbook(path)
    assert [len(sheet._charts) for sheet in book.worksheets[1:3]] == [1, 0]
    assert path.name in sms.busy.value
    by_carrier = frame(sms).set_index("carrier")["submitted"]
    assert sorted(row[1].value for row in book.worksheets[2].iter_rows(min_row=4)) == sorted(by_carrier)


def test_a_sign_is_shown_while_a_view_is_computed(sms: SmsExplorer, monkeypatch: pytest.MonkeyPatch):
    seen = []
    make_view = sms.make_view
    monkeypatch.setattr(sms, "make_view", lambda: (seen.append(sms.busy.value), make_view())[1])
    sms.refresh()
    assert seen == ["正在计算……"]
    assert sms.busy.value == ""


def test_the_browser_finds_datasets_and_measures_by_their_words_and_gives_code():
    browser = DataBrowser()
    browser.search.value = "运营商"
    assert "sms.messages" in [name for _, name in browser.list.options]
    browser.list.value = "sms.messages"
    assert "中国移动" in browser.words.value
    assert browser.code.value == 'ws.table("sms.messages", first, last)'
    # the plugin of JupyterLab finds the code by these
    assert "ntanalytics-browser" in browser.widget._dom_classes
    assert "ntanalytics-insert" in browser.insert._dom_classes
    browser.search.value = "送达率"
    browser.list.value = "delivery_rate"
    assert "送达率" in browser.words.value
    browser.search.value = "nothing of that name"
    assert browser.list.value is None


@pytest.mark.parametrize("view", ["compare", "trend", "hours", "failures"])
def test_a_view_becomes_a_section_of_a_report_by_one_call(
    sms: SmsExplorer, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch, view: str
):
    sms.view_name.value = view
    notebook = tmp_path / "mine.ipynb"
    opening = new_code_cell('report = open_report("mine", "2026-W47")')
    last = new_code_cell('signatures(["编制"])')
    nbformat.write(
        new_notebook(cells=[opening, last], metadata={"ntanalytics": {"needs": {"sms.messages": 60}}}), notebook
    )
    sms.to_report(notebook)
    written = nbformat.read(notebook, 4)
    nbformat.validate(written)
    assert written.metadata["ntanalytics"]["needs"] == {"sms.messages": 60}
    assert written.cells[-1].source == last.source
    shown: list[Block] = []
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(config))
    monkeypatch.setattr("ntanalytics.reports.show", lambda *blocks: shown.extend(blocks))
    exec(written.cells[2].source, {"report": open_report("mine", "2026-W47")})
    drawn, listed = (read_block(block._repr_mimebundle_()) for block in shown)
    expected = [read_block(block._repr_mimebundle_()) for block in (sms.view.chart, sms.view.table)]
    assert [_in_order(drawn), _in_order(listed)] == [_in_order(block) for block in expected]


def _in_order(block: RecordedBlock) -> list[str]:
    """Return the rows; equal counts stand in any order."""
    return sorted(map(repr, block.rows))


def test_what_is_no_notebook_of_a_report_takes_no_section(sms: SmsExplorer, tmp_path: Path):
    for text in ("{}", "no JSON", '{"cells": []}'):
        (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError):
            sms.to_report(tmp_path / "a.ipynb")


@pytest.fixture(scope="module")
def damaged(config: Path) -> Iterator[Workspace]:
    """The lake without the outcomes of Wednesday's messages."""
    site = GapSite(config.parent)
    with damageable(site, "sms.messages") as copy:
        lost = dict.fromkeys(("outcome", "reported_at", "failure_code", "receipt_latency_s"), "NULL")
        copy.table("sms.messages").update(predicate="day = '2026-11-18'", updates=lost)
        yield open_workspace(copy.config)


def test_what_came_without_reports_has_no_rate_and_at_least_as_many_failures(damaged: Workspace):
    explorer = SmsExplorer(damaged)
    shown = {}
    for measure in ("submitted", "delivered", "delivery_rate"):
        explorer.by.value, explorer.measure.value = (), measure
        [row] = explorer.view.table.data()["data"]
        shown[measure] = row[measure], row.get("certainty", {}).get(measure, "exact")
    [counted] = damaged.sql(
        f"SELECT count(*) AS n, count(*) FILTER (outcome = 'delivered') AS d FROM sms_messages WHERE {WEEK}"
    ).to_dict("records")
    assert shown == {
        "submitted": (counted["n"], "exact"),
        "delivered": (counted["d"], "lower_bound"),
        "delivery_rate": (None, "unknown"),
    }
