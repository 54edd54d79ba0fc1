"""The Word document: an office's page, faces and sizes, the record's words in its order, the same bytes each time."""

from __future__ import annotations

import dataclasses
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import docx
import nbformat
import pandas as pd
import pytest
from docx.oxml.ns import qn

from ntanalytics.reports import Axes, board, chart, figures, table
from ntanalytics.reports.exporters import document_styles
from ntanalytics.reports.exporters.column_widths import column_widths, fit_widths
from ntanalytics.reports.exporters.document import document_bytes
from ntanalytics.reports.record import read_record
from ntanalytics.reports.verification.document import document_differences
from tests.reports import empty_tables
from tests.reports.exporters.registered import exporter
from tests.reports.rendered import render
from tests.reports.worded import worded


@pytest.fixture(scope="module")
def made(sample: ModuleType) -> bytes:
    return document_bytes(read_record(sample.notebook()))


@pytest.fixture(scope="module")
def document(made: bytes) -> Any:
    return docx.Document(io.BytesIO(made))


def paragraph(document: Any, text: str) -> Any:
    return next(each for each in document.paragraphs if each.text.startswith(text))


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_same_record_gives_the_same_bytes(sample: ModuleType, made: bytes) -> None:
    assert document_bytes(read_record(sample.notebook())) == made


def test_it_is_a4_with_the_margins_of_an_official_document(document: Any) -> None:
    section = document.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.05)
    margins = (section.top_margin.mm, section.right_margin.mm, section.bottom_margin.mm, section.left_margin.mm)
    assert margins == pytest.approx((37, 26, 35, 28), abs=0.05)


@pytest.mark.parametrize(
    ("text", "face", "size"),
    [
        ("南通市电子政务工作平台短信统计", "方正小标宋简体", 22),
        ("1. 联通短信通道", "仿宋", 16),
        ("一、趋势", "黑体", 16),
        ("（一）分运营商", "楷体", 16),
    ],
)
def test_each_part_has_its_face_and_size(document: Any, text: str, face: str, size: float) -> None:
    style = paragraph(document, text).style
    assert style.element.rPr.rFonts.get(qn("w:eastAsia")) == face
    assert style.font.size.pt == size


def test_below_each_page_stands_its_number(document: Any) -> None:
    (below,) = document.sections[0].footer.paragraphs
    fields = below._p.findall(qn("w:fldSimple"))
    assert [field.get(qn("w:instr")) for field in fields] == ["PAGE"]
    assert "".join(node.text for node in below._p.iter(qn("w:t"))) == "— 1 —"


def test_it_opens_with_what_is_wrong_and_the_sentences(document: Any) -> None:
    texts = [each.text for each in document.paragraphs]
    assert texts[:7] == [
        "南通市电子政务工作平台短信统计",
        "2026年第47周（11月16日—22日）",
        "第1版 · 2026年第47期",
        "■ 1项异常：中国联通送达率",
        "▲ 2项关注：中国联通回执时延P95、工单逾期未结",
        "○ 1项未知：www 响应时间P95",
        "○ 数据不完整：工单自11月20日起未取得，相关合计为下限",
    ]
    assert texts[7] == "其余3项检查正常；12行不符合要求的数据未纳入统计；3项数据中1项完整取得"
    assert "1. 联通短信通道11月18日送达率由98.6%降至71.0%，影响1,887条，已于3小时28分恢复。" in texts
    assert "送达率（按日期）" in texts
    assert "编制：\t日期：\t" in texts


def test_a_chart_is_drawn_from_the_values_of_the_record(sample: ModuleType, made: bytes) -> None:
    record = read_record(sample.notebook())
    blocks = [block for block in record.blocks if block.has_plot]
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("word/charts/"))
        charts = [archive.read(name).decode() for name in names]
    assert len(charts) == len(blocks) > 0
    known = [row[name] for name in blocks[0].body["y"] for row in blocks[0].rows if row[name] is not None]
    assert len(re.findall("<v>[^<]*</v></pt>", re.sub("<cat>.*?</cat>", "", charts[0]))) == len(known)
    assert document_differences(record, made) == []


def test_a_chart_whose_value_was_changed_is_found(sample: ModuleType, made: bytes) -> None:
    altered = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/charts/chart1.xml":
                content = re.sub(rb"<val>(.*?)<v>[^<]*</v>", rb"<val>\1<v>0.5</v>", content, count=1)
            new.writestr(name, content)
    [difference] = document_differences(read_record(sample.notebook()), altered.getvalue())
    assert "not that of the record" in difference


def test_headline_figures_and_tables_are_tables(document: Any) -> None:
    kpis, board, carriers, *_ = document.tables
    assert cells(kpis)[1] == ["提交量", "165,154条", "160,011条", "▲ 3.2%", ""]
    assert cells(kpis)[5] == ["新增工单", "≥12件", "15件", "", "数据不完整，为下限"]
    assert cells(board)[1][:5] == ["■ 异常", "短信平台", "中国联通", "送达率", "71.0%"]
    assert cells(carriers)[0][1] == "提交量（条）"
    assert cells(carriers)[3] == ["中国联通", "36,318", "43,777", "94.6%", "−4.1", "3分7秒", "—"]


def test_a_head_is_repeated_and_no_row_is_cut(document: Any) -> None:
    for each in document.tables:
        rows = each._tbl.findall(qn("w:tr"))
        assert rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)


def test_a_long_table_ends_after_its_first_rows_and_says_so(sample: ModuleType) -> None:
    rows = figures(pd.DataFrame({"application": [f"应用{number}" for number in range(334)], "submitted": range(334)}))
    record = read_record(sample.notebook([sample.blocks()[0], table(rows, "长表", id="long")]))
    found = docx.Document(io.BytesIO(document_bytes(record)))
    assert len(found.tables[0].rows) == 31
    assert paragraph(found, "其余").text == "其余304行见网页或工作簿"


def test_of_a_long_board_all_that_is_not_well_is_there(sample: ModuleType) -> None:
    found = [
        worded("sms.a", f"应用{number}", "检查", "warning" if number < 40 else "ok", number, limits="0条")
        for number in range(100)
    ]
    document = docx.Document(
        io.BytesIO(document_bytes(read_record(sample.notebook([sample.blocks()[0], board(found)]))))
    )
    assert len(document.tables[0].rows) == 1 + 40
    assert "其余60项检查正常见网页或工作簿" in [each.text for each in document.paragraphs]


def test_two_tables_in_a_row_stay_two(document: Any) -> None:
    for each in document.tables:
        assert each._tbl.getnext().tag == qn("w:p")


def test_the_properties_of_a_table_stand_in_the_schemas_order(document: Any) -> None:
    order = ["tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    for each in document.tables:
        found = [node.tag.partition("}")[2] for node in each._tbl.tblPr]
        assert found == [name for name in order if name in found]
        assert {"tblBorders", "tblCellMar"} <= set(found)


def test_a_long_title_is_set_smaller(sample: ModuleType) -> None:
    head = dataclasses.replace(sample.blocks()[0], title="南通市电子政务工作平台（示例）运维服务周报")
    document = docx.Document(io.BytesIO(document_bytes(read_record(sample.notebook([head])))))
    assert document.paragraphs[0].style.font.size.pt == 18


def test_columns_share_the_line_so_that_rows_stay_low() -> None:
    # 检查项 would take 12, 依据 60: on a line of 50 the first keeps its words, the second has the rest.
    wanted, least = column_widths(["检查项", "依据"], [["回执时延P95", "字" * 29], ["在岗", "短"]], [False, False])
    assert (wanted, least) == ([13, 60], [8, 6])
    short, long = fit_widths(wanted, least, 50)
    assert short * 50 == pytest.approx(13)
    assert long * 50 == pytest.approx(37)
    assert fit_widths([10, 30], [5, 5], 84) == [0.25, 0.75]


def test_only_a_report_that_wants_it_gets_it(sample: ModuleType, tmp_path: Path) -> None:
    notebook = sample.notebook()
    nbformat.write(notebook, tmp_path / "report.ipynb")
    assert [path.name for path in render(tmp_path / "report.ipynb", tmp_path)] == ["report.html", "report.xlsx"]
    notebook.metadata["ntanalytics"] = {"docx": True}
    nbformat.write(notebook, tmp_path / "report.ipynb")
    assert [path.name for path in render(tmp_path / "report.ipynb", tmp_path)][2:] == ["report.docx"]


def test_nbconvert_finds_the_exporter_by_name(sample: ModuleType, made: bytes) -> None:
    found, resources = exporter("ntanalytics_docx")().from_notebook_node(sample.notebook())
    assert found == made
    assert resources["output_extension"] == ".docx"


def test_it_carries_no_picture_and_points_nowhere(made: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert [name for name in archive.namelist() if "media" in name or "thumbnail" in name] == []
        assert all(b'TargetMode="External"' not in archive.read(name) for name in archive.namelist())


def _pages(document: bytes, folder: Path, soffice: str) -> list[str]:
    """Return the text of each page as LibreOffice lays a document out, without spaces."""
    (folder / "report.docx").write_bytes(document)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "report.docx"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    command = ["pdftotext", "-layout", folder / "report.pdf", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return ["".join(page.split()) for page in text.split("\f")[:-1]]


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_an_empty_table_keeps_its_words_wherever_the_page_ends(
    sample: ModuleType, tmp_path: Path, soffice: str
) -> None:
    record = sample.notebook(empty_tables.blocks(sample.blocks()[0]))
    empty_tables.assert_together(_pages(document_bytes(read_record(record)), tmp_path, soffice))


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_libreoffice_opens_the_document(made: bytes, tmp_path: Path, soffice: str) -> None:
    pages = _pages(made, tmp_path, soffice)
    assert all(f"—{number}—" in page for number, page in enumerate(pages, 1))
    assert any("36,318" in page for page in pages)
    with_board = [page for page in pages if any(mark in page for mark in ("■异常", "○未知", "●正常"))]
    assert with_board
    assert all("建议措施" in page for page in with_board)  # the head of a table is on each page that has its rows


def test_a_value_of_more_digits_than_an_office_file_keeps_is_the_same(sample: ModuleType) -> None:
    rows = figures(pd.DataFrame({"application": ["甲", "乙"], "failed_share": [0.43405149763531264, 1 / 315]}))
    made = chart(rows, "bar", Axes(x="application", y="failed_share"), title="图", id="digits")
    record = read_record(sample.notebook([sample.blocks()[0], made]))
    assert document_differences(record, document_bytes(record)) == []


def test_each_style_has_the_id_by_which_it_is_given() -> None:
    given = [value for name, value in vars(document_styles).items() if name.isupper() and type(value) is str]
    known = {style.name: style.style_id for style in document_styles.empty_document().styles}
    named = [name for name in given if not name.startswith("_") and name in known]
    assert len(named) >= 14
    assert {name: known[name] for name in named} == {name: document_styles.style_id(name) for name in named}
