from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import nbformat
import openpyxl
import pandas as pd
import pytest

from ntanalytics.errors import VerificationFailed
from ntanalytics.reports import Axes, board, chart, figures, table
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import RecordedBlock, read_block, read_record
from ntanalytics.reports.status_line import status_line
from ntanalytics.reports.truncation import (
    cut_note,
    document_note,
    fold_label,
    folded_rows,
    print_note,
    rows_in_document,
    rows_on_page,
)
from ntanalytics.reports.verification import verify
from tests.reports.rendered import render
from tests.reports.worded import worded


def block(rows: int, columns: int = 2, name: str = "t", kind: str = "table") -> RecordedBlock:
    names = ["submitted", "segments", "failed", "delivered", "unknown", "pending", "application"][:columns]
    made = read_block(
        table(figures(pd.DataFrame(dict.fromkeys(names, range(rows)))), "表", id=name)._repr_mimebundle_()
    )
    return replace(made, kind=kind)


def long_report(rows: int) -> list[Block]:
    """A table as wide as the widest of the reports, of names and numbers."""
    number = [each * 7919 % 100_003 for each in range(rows)]
    frame = pd.DataFrame(
        {
            "unit": [f"崇川区第{each}街道办事处" for each in range(rows)],
            "submitted": number,
            "submitted_change_rate": [each / 77_777 - 0.5 for each in number],
            "segments": number,
            "delivered": number,
            "failed": number,
            "unknown": number,
            "pending": number,
            "delivery_rate": [each / 100_003 for each in number],
            "delivery_rate_change": [each / 77_777 - 0.5 for each in number],
            "receipt_latency_p95_s": [each / 3 for each in number],
        }
    )
    return [table(figures(frame), "分单位", id="by-unit")]


def rendered(sample: ModuleType, rows: int, folder: Path) -> Path:
    """The sample and a table of so many rows, issued."""
    nbformat.write(sample.notebook([*sample.blocks(), *long_report(rows)]), folder / "report.ipynb")
    render(folder / "report.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def cut(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 10,000 rows, issued."""
    return rendered(sample, 10_000, tmp_path_factory.mktemp("cut"))


@pytest.fixture(scope="module")
def shorter(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 1,000 rows, issued: the page carries a part of it, and a proof takes a second instead of five."""
    return rendered(sample, 1_000, tmp_path_factory.mktemp("shorter"))


def test_a_table_of_ten_thousand_rows_leaves_the_page_small_and_proven(cut: Path) -> None:
    assert (cut / "report.html").stat().st_size <= 2_200_000
    verify(cut)


def test_the_workbook_has_every_row_of_it(cut: Path) -> None:
    book = openpyxl.load_workbook(cut / "report.xlsx", read_only=True)
    assert sum(1 for _ in book["分单位"].iter_rows(max_col=1)) == 10_003
    book.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("共1,000行，", "共1,001行，"),
        (">崇川区第5街道办事处<", ">崇川区第6街道办事处<"),
        (
            "<tr><td>崇川区第0街道办事处</td>",
            "<tr><td>崇川区第1000街道办事处</td></tr><tr><td>崇川区第0街道办事处</td>",
        ),
        ("其余970行见工作簿", "其余971行见工作簿"),
    ],
)
def test_a_page_that_carries_a_part_is_still_proven(shorter: Path, old: str, new: str) -> None:
    page = shorter / "report.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        with pytest.raises(VerificationFailed, match="block by-unit"):
            verify(shorter)
    finally:
        page.write_text(text, encoding="utf-8")


def test_what_fits_is_carried_whole() -> None:
    assert rows_on_page([block(334, 7, "a"), block(300, 7, "b"), block(5, 2, "c")]) == {"a": 334, "b": 300, "c": 5}


def test_no_more_than_a_thousand_rows_are_carried() -> None:
    assert rows_on_page([block(5000, 2)]) == {"t": 1000}


def test_only_the_longest_tables_are_cut_and_all_at_the_same_row() -> None:
    # 7,000 cells: 100 × 7 leave 6,300 for two of 7 columns, 450 rows each.
    assert rows_on_page([block(900, 7, "a"), block(100, 7, "b"), block(800, 7, "c")]) == {"a": 450, "b": 100, "c": 450}


def test_a_table_folds_after_thirty_rows_and_a_board_only_where_it_says_so() -> None:
    assert [folded_rows(block(rows), rows) for rows in (30, 31, 334)] == [0, 1, 304]
    assert folded_rows(block(334, kind="board"), 334) == 0


def test_a_folded_board_leaves_open_all_that_is_not_in_order_and_is_proven(sample: ModuleType, tmp_path: Path) -> None:
    fine = [worded("infra.load", f"主机{number}", "负载", "ok") for number in range(40)]
    wrong = [worded("infra.load", f"异常主机{number}", "负载", "warning") for number in range(35)]
    made = board([*fine, *wrong], is_folded=True)
    kept = read_block(made._repr_mimebundle_())
    assert (kept.body["open_rows"], len(kept.rows)) == (35, 75)
    assert (folded_rows(kept, 75), print_note(kept, 75)) == (40, "其余40项检查正常见网页或工作簿")
    nbformat.write(sample.notebook([sample.blocks()[0], made]), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    verify(tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<summary>其余40项检查正常</summary>" in page
    assert page.count('<tr class="more">') == 40
    assert page.index("异常主机34") < page.index('<tr class="more">') < page.index("主机39")


@pytest.mark.parametrize(("in_order", "rest"), [(40, "其余17项检查未知、40项正常"), (0, "其余17项检查未知")])
def test_of_many_unknown_checks_the_first_stay_open_and_the_rest_is_counted(in_order: int, rest: str) -> None:
    made = board(
        [
            *(worded("infra.load", f"主机{number}", "负载", "ok") for number in range(in_order)),
            *(worded("infra.load", f"未知主机{number}", "负载", "unknown") for number in range(47)),
            worded("infra.load", "异常主机", "负载", "warning"),
        ],
        is_folded=True,
    )
    kept = read_block(made._repr_mimebundle_())
    rows = len(kept.rows)
    assert (kept.body["open_rows"], rows_in_document(kept, rows)) == (31, 31)
    assert fold_label(kept, rows) == rest
    assert print_note(kept, rows) == document_note(kept, rows) == f"{rest}见网页或工作簿"


def test_what_was_not_judged_is_folded_and_counted_apart_and_is_proven(sample: ModuleType, tmp_path: Path) -> None:
    unjudged = [worded("desk.on_site", f"岗位{each}", "在岗", "ok", None, is_applicable=False) for each in range(2)]
    fine = [worded("infra.load", f"主机{number}", "负载", "ok") for number in range(3)]
    made = board([*unjudged, *fine, worded("infra.load", "异常主机", "负载", "warning")], is_folded=True)
    kept = read_block(made._repr_mimebundle_())
    assert [row["state"] for row in kept.rows] == ["warning", "ok", "ok", "ok", "unjudged", "unjudged"]
    assert (fold_label(kept, 6), rows_in_document(kept, 6)) == ("其余3项检查正常、2项非工作日不作判断", 1)
    nbformat.write(sample.notebook([sample.blocks()[0], made]), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    verify(tmp_path)
    counted = [remark.rest for remark in status_line(read_record(nbformat.read(tmp_path / "report.ipynb", 4)))]
    assert counted[1:3] == ["其余3项检查正常", "2项非工作日不作判断"]
    sheets = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row]
    assert (cells.count("● 正常"), cells.count("· 不作判断")) == (3, 2)
    content = made.findings_json()["findings"]
    assert [each["is_applicable"] for each in content] == [True, True, True, True, False, False]


def test_of_what_was_not_judged_alone_nothing_is_said_to_be_in_order() -> None:
    made = board([worded("desk.on_site", "岗位", "在岗", "ok", None, is_applicable=False)], is_folded=True)
    kept = read_block(made._repr_mimebundle_())
    assert document_note(kept, 1) == "其余1项非工作日不作判断见网页或工作簿"


def test_what_is_not_shown_is_said() -> None:
    assert [fold_label(block(rows), rows) for rows in (1334, 30)] == ["其余1,304行", ""]
    assert (cut_note(block(334), 334), print_note(block(334), 334)) == ("", "其余304行见网页或工作簿")
    assert cut_note(block(5000), 1000) == "共5,000行，网页列前1,000行，全部见工作簿"
    assert print_note(block(5000), 1000) == "其余4,970行见工作簿"
    assert print_note(block(30), 30) == ""


def test_a_chart_without_any_figure_says_so_in_place_of_an_empty_box(sample: ModuleType, tmp_path: Path) -> None:
    days = [date(2026, 11, 16) + timedelta(days=each) for each in range(3)]
    none = figures(pd.DataFrame({"day": pd.Series([], dtype="object"), "carrier": [], "submitted": []}))
    gap = pd.DataFrame({"day": days, "is_covered": False, "is_working_day": True})
    made = chart(
        none, "line", Axes(y="submitted", series="carrier", days=gap), title="提交量", id="c", note="见数据来源。"
    )
    nbformat.write(sample.notebook([sample.blocks()[0], made]), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    verify(tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<p class="note">没有数据可画：11月16日至18日未取得数据。 见数据来源。</p>' in page
    assert 'class="plot"' not in page
    assert 'id="plotly-packed"' not in page
