"""A gap in the data is seen in every rendering of every block, and no figure over it is shown as if it were exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import docx
import lxml.html
import nbformat
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.errors import UsageError
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import IMPOSSIBLE
from ntanalytics.metrics.number_format import close_up
from ntanalytics.reports import (
    Axes,
    Figures,
    Sentence,
    Table,
    board,
    case_list,
    chart,
    figures,
    headline,
    inline_bars,
    inline_lines,
    sentences,
    table,
    without_source,
)
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.data import NO_SOURCE, plain_row
from ntanalytics.reports.formats import LOCAL_ZONE
from ntanalytics.reports.fragments import html_cells, is_without_source
from ntanalytics.reports.record import Field, certainty_of, load_record, read_block
from ntanalytics.reports.verification import verify
from tests.reports.rendered import render
from tests.reports.worded import worded

NOTE = "本期缺1天数据。"


@dataclass(frozen=True)
class Data:
    """Data of a period with or without a gap."""

    is_complete: bool = True
    was_complete: bool = True
    note: str = ""


GAP = Data(is_complete=False, note=NOTE)
ROWS = [
    {"carrier": "telecom", "submitted": 51234, "delivery_rate": 0.9881, "segments": 7},
    {"carrier": "unicom", "submitted": 0, "delivery_rate": None, "segments": 8},
]


def by_carrier() -> Figures:
    return figures(ROWS, GAP)


def total() -> Figures:
    return figures([{"submitted": 51234, "submitted_before": 50000, "delivery_rate": 0.9881}], GAP)


def gap_blocks() -> list[Block]:
    """Each kind of block that shows figures, over a gap."""
    rate = total().total.quantity("delivery_rate")
    fields = (Field("name", "string", "系统"), Field("rate", "number", "可用率", format="rate:1"))
    by_hand = Table("by-hand", "各系统", fields=fields, rows=(plain_row({"name": "短信", "rate": rate}),))
    overdue = worded("docexchange.overdue_deliveries", "公文交换", "逾期未签收", "critical", 25)
    drawn = [total().quantities("submitted") + total().quantities("submitted")]
    return [
        sentences([Sentence(f"{total().total.quantity('submitted').named()}，{rate.named()}。")]),
        headline(total().total, ["submitted", "delivery_rate"]),
        table(by_carrier(), "分运营商", id="by-carrier"),
        chart(by_carrier(), "hbar", Axes(x="carrier", y="submitted"), title="分运营商", id="drawn"),
        by_hand.with_inline_charts(inline_lines("走势", drawn)),
        board([replace(overdue, finding=replace(overdue.finding, certainty="lower_bound"))]),
    ]


@pytest.fixture(scope="module")
def folder(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report over a gap in all of its renderings, which agree with the record."""
    made = tmp_path_factory.mktemp("gap")
    notebook = sample.notebook([sample.blocks()[0], *gap_blocks()])
    notebook.metadata["ntanalytics"] = {"docx": True}
    nbformat.write(notebook, made / "report.ipynb")
    render(made / "report.ipynb", made)
    verify(made)
    return made


def texts_of(folder: Path) -> dict[str, list[str]]:
    """Return the texts of each block on the page."""
    page = lxml.html.fromstring((folder / "report.html").read_bytes())
    return {
        element.get("data-block"): [text.strip() for text in element.xpath(".//text()") if text.strip()]
        for element in page.xpath("//*[@data-block]")
    }


def test_the_page_marks_what_a_gap_leaves_of_each_block(folder: Path) -> None:
    shown = texts_of(folder)
    assert shown["sentences"] == ["提交量≥51,234条，送达率未知。"]
    assert {"≥51,234条", "未知", "数据不完整，为下限", "数据不完整，不予计算"} <= set(shown["kpis"])
    assert shown["by-carrier"][1] == NOTE
    assert shown["by-carrier"][-8:] == ["中国电信", "≥51,234", "未知", "≥7", "中国联通", "未知", "未知", "≥8"]
    assert NOTE in shown["drawn"]
    assert shown["drawn"][-4:] == ["中国电信", "≥51,234", "中国联通", "—"]
    assert "未知" in shown["by-hand"]
    assert "≥25" in shown["board"]


def test_the_workbook_keeps_a_bound_as_a_number_with_its_mark(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "report.xlsx")
    sheet = book["分运营商"]
    cells = [(cell.value, cell.number_format) for cell in sheet[4]]
    assert cells == [("中国电信", "@"), (51234, '"≥"#,##0'), ("未知", "@"), (7, '"≥"#,##0')]
    assert sheet["A2"].value == NOTE
    card = book["主要指标"][4]
    assert (card[2].value, card[2].number_format) == (51234, '"≥"#,##0')
    assert book["主要指标"][5][2].value == "未知"
    drawn = book["提交量（按运营商）"]
    assert [cell.value for cell in drawn[5]] == ["中国联通", None]  # a text would be drawn as 0


def test_the_document_marks_the_same(folder: Path) -> None:
    document = docx.Document(str(folder / "report.docx"))
    cells = [cell.text for part in document.tables for row in part.rows for cell in row.cells]
    assert {"≥51,234条", "≥51,234", "≥7", "未知"} <= set(cells)
    assert NOTE in [paragraph.text for paragraph in document.paragraphs]
    assert "1. 提交量≥51,234条，送达率未知。" in [paragraph.text for paragraph in document.paragraphs]


def test_a_gap_is_neither_drawn_nor_bridged(folder: Path) -> None:
    blocks = {block.id: block for block in load_record(folder / "report.ipynb").blocks}
    figure = blocks["drawn"].figure
    assert figure is not None
    assert figure["data"][0]["x"] == [51234, None]
    assert blocks["by-hand"].body["drawn"]["values"] == [[None, None]]
    assert all(item["spark"] == [] for item in blocks["kpis"].body["items"])
    assert inline_bars("时钟", total().quantities("submitted"), 2.0).values == (None,)


@pytest.mark.parametrize("certainty", ["lower_bound", "unknown"])
def test_a_mark_that_was_taken_away_is_found(folder: Path, tmp_path: Path, certainty: str) -> None:
    mark = {"lower_bound": "≥51,234<", "unknown": ">未知<"}[certainty]
    for name in ("report.ipynb", "report.xlsx", "report.docx"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert mark in page
    (tmp_path / "report.html").write_text(page.replace(mark, mark.replace("≥", "").replace("未知", "0"), 1), "utf-8")
    with pytest.raises(Exception, match="instead of"):
        verify(tmp_path)


values = st.one_of(st.none(), st.integers(0, 10**6), st.floats(0, 1))
measures = st.sampled_from(sorted(name for name, each in MEASURES.items() if each.certainty_over_gap != "exact"))


@given(st.lists(st.dictionaries(measures, values, min_size=1, max_size=5), min_size=1, max_size=1), st.booleans())
def test_no_figure_over_a_gap_is_shown_as_if_it_were_exact(rows: list[dict[str, Any]], was_complete: bool) -> None:
    shown = figures(rows, Data(is_complete=False, was_complete=was_complete, note=NOTE))
    block = read_block(table(shown, "表", id="t")._repr_mimebundle_())
    [cells] = html_cells(block, LOCAL_ZONE, 1)
    for field, cell in zip(block.fields, cells, strict=True):
        is_touched = MEASURES[field.name].spans != "before" or not was_complete
        if is_touched:
            assert cell.text == "未知" or cell.text.startswith(("≥", "≤"))
            assert certainty_of(block.rows[0], field.name) != "exact"
    is_impossible = any(not row.is_possible(name) for row in shown for name in row)
    assert block.note == (close_up(NOTE + IMPOSSIBLE) if is_impossible else NOTE)


def test_plain_rows_with_a_measure_are_refused_with_what_to_do() -> None:
    frame = pd.DataFrame({"carrier": ["unicom"], "submitted": [7]})
    with pytest.raises(UsageError, match=r"figures\(rows, dataset\)"):
        table(frame, "表", id="t")
    with pytest.raises(UsageError, match="submitted"):
        chart(frame, "bar", Axes(x="carrier", y="submitted"), id="c")
    assert table(frame[["carrier"]], "表", id="t").rows == ({"carrier": "中国联通"},)


def test_a_list_of_cases_over_a_gap_is_exact_row_by_row_and_may_lack_some() -> None:
    made = table(case_list(ROWS, GAP), "表", id="t", columns=["carrier", "submitted"])
    assert made.rows == ({"carrier": "中国电信", "submitted": 51234}, {"carrier": "中国联通", "submitted": 0})
    assert made.note == NOTE


def test_what_no_source_feeds_takes_one_line_in_each_rendering(sample: ModuleType, tmp_path: Path) -> None:
    none = figures(pd.DataFrame())
    parts = [without_source("主机", id="hosts"), chart(none, "line", Axes(y="submitted"), id="drawn", title="近 7 天")]
    notebook = sample.notebook([sample.blocks()[0], *parts])
    notebook.metadata["ntanalytics"] = {"docx": True, "ofd": True}
    nbformat.write(notebook, tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    verify(tmp_path)
    shown = texts_of(tmp_path)
    assert (shown["hosts"], shown["drawn"]) == (["主机", NO_SOURCE], ["提交量（按日期）", NO_SOURCE])
    words = [paragraph.text for paragraph in docx.Document(str(tmp_path / "report.docx")).paragraphs]
    assert words.count(NO_SOURCE) == 2
    for sheet in openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets[1:-1]:
        assert [row[0].value for row in sheet.iter_rows(min_row=2, max_col=1)] == [NO_SOURCE]
        assert sheet.auto_filter.ref is None


def test_a_former_record_whose_table_without_a_source_had_a_column_is_verified(
    sample: ModuleType, tmp_path: Path
) -> None:
    former = Table("hosts", "主机", fields=(Field("nothing", "string", "数据"),), note=NO_SOURCE)
    nbformat.write(sample.notebook([sample.blocks()[0], former]), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    verify(tmp_path)
    [block] = load_record(tmp_path / "report.ipynb").blocks
    assert is_without_source(block)


def test_an_empty_table_over_a_gap_says_nothing_of_what_is_missing(sample: ModuleType, tmp_path: Path) -> None:
    none = pd.DataFrame({"carrier": pd.Series([], dtype=str), "submitted": pd.Series([], dtype=int)})
    over_gap, whole = table(figures(none, GAP), "表", id="over-gap"), table(figures(none), "表", id="whole")
    cases = table(case_list(none, GAP), "表", id="cases")
    without = table(figures(pd.DataFrame()), "表", id="without")
    said = [read_block(item._repr_mimebundle_()).empty for item in (over_gap, cases, whole, without)]
    assert said == ["已有数据中无记录", "已有数据中无记录", "无记录", ""]
    notebook = sample.notebook([sample.blocks()[0], over_gap, whole, without])
    notebook.metadata["ntanalytics"] = {"docx": True}
    nbformat.write(notebook, tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    verify(tmp_path)
    assert texts_of(tmp_path)["over-gap"][-1] == "已有数据中无记录"
    document = docx.Document(str(tmp_path / "report.docx"))
    shown = [row.cells[0].text for each in document.tables for row in each.rows]
    assert [text for text in shown if "无记录" in text] == ["已有数据中无记录", "无记录"]
    sheets = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets[1:-1]
    assert [sheet.cell(4, 1).value for sheet in sheets if sheet.title.startswith("表")] == [
        "已有数据中无记录",
        "无记录",
        None,
    ]
    page = tmp_path / "report.html"
    page.write_text(page.read_text("utf-8").replace("已有数据中无记录", "无记录"), "utf-8")
    with pytest.raises(Exception, match="instead of"):
        verify(tmp_path)
