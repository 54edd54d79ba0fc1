from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pandas as pd
import pytest

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import quantity
from ntanalytics.reports import figures, kpi, kpis, table
from ntanalytics.reports.exporters.excel import workbook_bytes
from ntanalytics.reports.exporters.sheets import sheet_name
from ntanalytics.reports.record import read_record
from ntanalytics.reports.verification.workbook import workbook_differences
from tests.reports.exporters.registered import exporter


@pytest.fixture(scope="module")
def workbook(sample: ModuleType) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(read_record(sample.notebook()))))


def sheet_of(sample: ModuleType, frame: pd.DataFrame) -> Any:
    notebook = sample.notebook([sample.blocks()[0], table(figures(frame), "表", id="t")])
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(read_record(notebook))))["表"]


def test_the_same_record_gives_the_same_bytes(sample: ModuleType) -> None:
    record = read_record(sample.notebook())
    assert workbook_bytes(record) == workbook_bytes(record)


def test_each_block_with_figures_has_its_sheet(workbook: Any) -> None:
    assert workbook.sheetnames == [
        "目录",
        "主要指标",
        "状态一览",
        "送达率（按日期）",
        "提交量（按日期）",
        "分运营商",
        "分应用",
        "提交量（按应用）",
        "数据来源",
    ]


def test_the_workbook_has_the_number_and_the_remarks_of_the_page(sample: ModuleType) -> None:
    """A former workbook, with the text of the period and without the remark, is read as before."""
    before = quantity(MEASURES["opened_tickets"], 200)
    steady = kpis([kpi(quantity(MEASURES["opened_tickets"], now), before) for now in (199, 100)])
    record = read_record(sample.notebook([sample.blocks()[0], steady]))
    content = workbook_bytes(record)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert str(book["目录"]["A2"].value).endswith(" · 2026年第47期")
    sheet = book["主要指标"]
    shown = [(sheet.cell(row, 5).value, sheet.cell(row, 7).value) for row in (4, 5)]
    assert shown == [(-0.005, "基本持平"), (-0.5, None)]
    assert workbook_differences(record, content) == []
    book["目录"]["A2"].value = str(book["目录"]["A2"].value).replace("2026年第47期", "2026-W47")
    sheet["G4"].value = None
    former = io.BytesIO()
    book.save(former)
    assert workbook_differences(record, former.getvalue()) == []


def test_what_is_unknown_among_numbers_stands_where_they_stand(sample: ModuleType) -> None:
    known = quantity(MEASURES["opened_tickets"], 199)
    cards = kpis([kpi(known), kpi(quantity(MEASURES["delivery_rate"], 0.9, is_complete=False))])
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(read_record(sample.notebook([sample.blocks()[0], cards])))))
    sheet = book["主要指标"]
    assert [(sheet.cell(row, 3).value, sheet.cell(row, 3).alignment.horizontal) for row in (3, 4, 5)] == [
        ("本期", "right"),
        (199, None),  # as the type: right
        ("未知", "right"),
    ]
    assert sheet.cell(4, 1).alignment.horizontal == "left"


def test_the_contents_link_to_every_sheet(workbook: Any) -> None:
    contents = workbook["目录"]
    links = [cell.hyperlink.location for row in contents.iter_rows() for cell in row if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in workbook.sheetnames[1:]]


def test_a_sheet_has_title_head_frozen_filtered_and_typed(workbook: Any) -> None:
    sheet = workbook["分运营商"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("分运营商", "变化与上一周比较。")
    assert [cell.value for cell in sheet[3]] == [
        "运营商",
        "提交量（条）",
        "计费条数（条）",
        "送达率",
        "送达率增减（个百分点）",
        "回执时延（95%以内）",
        "提交量增幅",
    ]
    assert [cell.value for cell in sheet[6]] == [
        "中国联通", 36318, 43777, 0.9463, pytest.approx(-4.11), timedelta(seconds=187), None,
    ]  # fmt: skip
    assert [cell.number_format for cell in sheet[6]][:5] == ["@", "#,##0", "#,##0", "0.0%", "+0.0;-0.0;0.0"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B4", "A3:G6")


def test_times_are_local_days_are_days_and_booleans_are_words(sample: ModuleType) -> None:
    frame = pd.DataFrame(
        {
            "submitted_at": [datetime(2026, 11, 22, 22, 10, tzinfo=UTC)],
            "month_on": [date(2026, 11, 1)],
            "is_present": [True],
        }
    )
    cells = sheet_of(sample, frame)[4]
    assert [cell.value for cell in cells] == [datetime(2026, 11, 23, 6, 10), datetime(2026, 11, 1), "是"]
    assert [cell.number_format for cell in cells][:2] == ["yyyy-mm-dd hh:mm", "yyyy-mm-dd"]


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://x")', "+86", "-1", "@SUM(A1)", "\t=1", "'x", "#N/A", "1e5"]
)
def test_a_text_stays_a_text(sample: ModuleType, text: str) -> None:
    cell = sheet_of(sample, pd.DataFrame({"application": [text]}))["A4"]
    assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")


def test_digits_beyond_2_to_53_are_kept_as_text(sample: ModuleType) -> None:
    assert sheet_of(sample, pd.DataFrame({"submitted": [2**53 + 1]}))["A4"].value == "9007199254740993"


def test_control_characters_and_very_long_texts_do_no_harm(sample: ModuleType) -> None:
    sheet = sheet_of(sample, pd.DataFrame({"application": ["a\x00\x07b", "长" * 40_000]}))
    assert sheet["A4"].value == "ab"
    assert sheet["A5"].value == "长" * 32_000 + "…"


def test_a_chart_sheet_has_a_native_chart(workbook: Any) -> None:
    counts = {sheet.title: len(sheet._charts) for sheet in workbook.worksheets}
    assert [name for name, count in counts.items() if count] == [
        "送达率（按日期）",
        "提交量（按日期）",
        "提交量（按应用）",
    ]
    begins = [sheet._charts[0].y_axis.scaling.min for sheet in workbook.worksheets if sheet._charts]
    assert begins[1:] == [0, 0]  # counts begin at 0, a line of rates shows its course
    assert begins[0] > 0
    titles = [title for sheet in workbook.worksheets if sheet._charts and (title := sheet._charts[0].y_axis.title)]
    assert titles
    assert [title.tx.rich.bodyPr.rot for title in titles] == [0] * len(titles)  # 个 on its side is an arrow
    series = workbook["送达率（按日期）"]._charts[0].series
    assert [each.val.numRef.f for each in series] == [
        f"'送达率（按日期）'!${letter}$4:${letter}$31" for letter in "BCD"
    ]


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("分运营商", [], "分运营商"),
        ("a/b:c*d?e[f]g\\h", [], "a·b·c·d·e·f·g·h"),
        ("'引号'", [], "引号"),
        ("长" * 40, [], "长" * 31),
        ("长" * 40, ["长" * 31], "长" * 29 + " 2"),
        ("Table", ["table"], "Table 2"),
        ("\x00", [], "表"),
        ("History", [], "表"),
    ],
)
def test_a_sheet_name_is_one_that_excel_allows(wanted: str, taken: list[str], name: str) -> None:
    assert sheet_name(wanted, taken) == name


def test_nbconvert_finds_the_exporter_by_name(sample: ModuleType) -> None:
    made, resources = exporter("ntanalytics_excel")().from_notebook_node(sample.notebook())
    assert made == workbook_bytes(read_record(sample.notebook()))
    assert resources["output_extension"] == ".xlsx"


@pytest.mark.browser
def test_libreoffice_opens_the_workbook(issued: Path, tmp_path: Path, soffice: str) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        soffice,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(issued / "report.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_every_cell_has_a_named_style(workbook: Any) -> None:
    sheet = workbook["分运营商"]
    assert [sheet[place].style for place in ("A1", "A2", "A3", "B4")] == [
        "工作表标题",
        "报表说明",
        "报表表头",
        "报表正文",
    ]
    assert [row[0].style for row in workbook["状态一览"].iter_rows(min_row=4)] == [
        "状态异常",
        "状态关注",
        "状态关注",
        "状态未知",
        "状态正常",
        "状态正常",
        "状态正常",
    ]
    assert workbook["目录"]["A1"].style == "报表标题"
    used = {cell.style for each in workbook.worksheets for row in each.iter_rows() for cell in row if cell.value}
    assert used <= set(workbook.named_styles)
    assert "Normal" not in used


def test_a_sheet_prints_its_table_and_its_chart_with_the_head_on_each_page(workbook: Any) -> None:
    sheet, drawn = workbook["分运营商"], workbook["送达率（按日期）"]
    assert sheet.print_area == "'分运营商'!$A$1:$G$6"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (
        "landscape",
        9,
        1,
    )
    assert drawn.print_area == "'送达率（按日期）'!$A$1:$R$31"  # 4 columns, one free, 13 under the chart
    assert workbook["目录"].print_area.startswith("'目录'!$A$1:$C$")
    assert all(each.print_area for each in workbook.worksheets)


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_long_notes_and_gaps_stand_on_paper_to_their_last_word(
    sample: ModuleType, tmp_path: Path, soffice: str
) -> None:
    words = "、".join(f"第{number}类数据" for number in range(1, 41)) + "均未取得"
    head = replace(sample.blocks()[0], gaps=(f"{words}甲",))
    rows = figures(pd.DataFrame({"application": ["应用"], "submitted": [7]}))
    notebook = sample.notebook([head, table(rows, "表", id="t", note=f"{words}乙")])
    (tmp_path / "report.xlsx").write_bytes(workbook_bytes(read_record(notebook)))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "report.xlsx"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    command = ["pdftotext", "-layout", tmp_path / "report.pdf", "-"]
    text = "".join(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert "均未取得甲" in text
    assert "均未取得乙" in text


@pytest.mark.browser
def test_libreoffice_reads_the_same_figures_and_keeps_the_styles(issued: Path, tmp_path: Path, soffice: str) -> None:
    workbook = openpyxl.load_workbook(issued / "report.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = [soffice, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(issued / "report.xlsx")], check=True, capture_output=True, timeout=300)
    saved = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert saved.sheetnames == workbook.sheetnames
    for name in workbook.sheetnames[1:]:
        expected = [[rounded(cell.value) for cell in row] for row in workbook[name].iter_rows()]
        found = [
            [rounded(cell.value) for cell in row[: len(expected[0])]]
            for row in saved[name].iter_rows(max_row=len(expected))
        ]
        assert found == expected
    assert {"报表表头", "报表正文", "状态异常"} <= set(saved.named_styles)
    assert saved["分运营商"].print_area == "'分运营商'!$A$1:$G$6"
    assert [len(each._charts) for each in saved.worksheets] == [len(each._charts) for each in workbook.worksheets]


def rounded(value: Any) -> Any:
    """A figure with as many digits as any program keeps."""
    return float(f"{value:.12g}") if isinstance(value, float) else value
