from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ntanalytics.errors import VerificationFailed
from ntanalytics.reports.verification import verify


def page(folder: Path, old: str, new: str) -> None:
    path = folder / "report.html"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def workbook(folder: Path, change: Callable[[Any], None]) -> None:
    book = openpyxl.load_workbook(folder / "report.xlsx")
    change(book)
    book.save(folder / "report.xlsx")


def test_what_was_rendered_is_the_record(issued: Path) -> None:
    verify(issued)


def test_who_renders_and_verifies_a_record_imports_no_library_of_tables(issued: Path, tmp_path: Path) -> None:
    """The process that does so waits for a kernel, which has them; each import takes as long as a rendering."""
    program = (
        "import sys; from pathlib import Path\n"
        "from ntanalytics.reports import compiled_theme, exporters, findings_json, record, verification\n"
        "made, folder = record.load_record(Path(sys.argv[1])), Path(sys.argv[2])\n"
        "exporters.write_page(made, folder); exporters.write_office_files(made, folder)\n"
        "findings_json.write(made, 'probe', 'run', folder)\n"
        "verification.verify_renderings(made, folder)\n"
        "print(sorted({'pandas', 'ibis', 'scipy', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    (tmp_path / "report.ipynb").write_bytes((issued / "report.ipynb").read_bytes())
    command = [sys.executable, "-c", program, str(tmp_path / "report.ipynb"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (">77,602<", ">77,603<", "'77,603' instead of '77,602'"),
        ('data-v="0.9912"', 'data-v="1"', "sorts by '1'"),
        (">−4.1<", ">−4.2<", "'−4.2' instead of '−4.1'"),
        (">165,154条<", ">165,155条<", "165,155"),
        ("▲ 3.2%", "▲ 3.3%", "3.3%"),
        ("前一期160,011条", "前一期160,012条", "160,012"),
        ("影响1,887条", "影响1,888条", "1,888"),
        (">71.0%<", ">71.1%<", "71.1%"),
        ("1项异常", "0项异常", "0项异常"),
        ("812,345 行", "812,346 行", "812,346"),
        ("<h2>一、趋势</h2>", "<h2>一、趋势42</h2>", "'一、趋势42' is not the record's"),
        ("</main>", "<p>另有7件</p></main>", "'另有7件' is not the record's"),
        ('"name":"中国电信"', '"name":"中国移动"', "the figure drawn is not the record's"),
        ("0.71,", "0.91,", "the figure drawn is not the record's"),
        ("<svg", "<svg onload='x()'", "nothing may load, run"),
        ("</footer>", "<img src='http://x/'></footer>", "nothing may load, run"),
        ("</footer>", "<script>document.title = 1</script></footer>", "script that the page's policy does not name"),
        ('<p class="note">变化', '<p hidden class="note">变化', "be hidden here"),
        ('<polyline points="2.0,', '<polyline points="2.0,1.0 2.0,', "the line of 提交量"),
    ],
)
def test_a_page_that_was_tampered_with_is_caught(copied: Path, old: str, new: str, said: str) -> None:
    page(copied, old, new)
    with pytest.raises(VerificationFailed, match="report.html") as caught:
        verify(copied)
    assert said in str(caught.value)


def test_a_row_taken_from_the_page_is_caught(copied: Path) -> None:
    text = (copied / "report.html").read_text(encoding="utf-8")
    start = text.index("<tr><td>中国联通</td>")
    page(copied, text[start : text.index("</tr>", start) + 5], "")
    with pytest.raises(VerificationFailed, match="texts instead of"):
        verify(copied)


def test_a_row_added_to_the_page_is_caught(copied: Path) -> None:
    page(copied, "<tr><td>中国联通</td>", "<tr><td>中国广电</td></tr><tr><td>中国联通</td>")
    with pytest.raises(VerificationFailed, match="texts instead of"):
        verify(copied)


def test_a_block_taken_from_the_page_is_caught(copied: Path) -> None:
    page(copied, 'data-block="by-carrier"', 'data-block="other"')
    with pytest.raises(VerificationFailed, match=r"by-carrier is missing[\s\S]*other is not the record's"):
        verify(copied)


def set_cell(sheet: str, place: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[sheet][place] = value

    return change


def set_format(book: Any) -> None:
    book["分运营商"]["B4"].number_format = '"9"#,##0'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_cell("分运营商", "B4", 77603), "分运营商!B4: '77603' as #,##0 instead of '77602'"),
        (set_cell("分运营商", "B4", "77602"), "分运营商!B4"),
        (set_cell("分运营商", "B4", "=77601+1"), "分运营商!B4: a formula"),
        (set_cell("分运营商", "A9", 5), "分运营商!A9: '5' as General instead of nothing"),
        (set_cell("送达率（按日期）", "D27", 0.98), "送达率（按日期）!D27"),
        (set_cell("主要指标", "C4", 1), "主要指标!C4"),
        (set_cell("状态一览", "A4", "● 正常"), "状态一览!A4"),
        (set_cell("目录", "A3", "● 全部正常"), "目录!A3"),
        (set_cell("数据来源", "D4", 812346), "数据来源!D4"),
        (set_format, "分运营商!B4"),
        (lambda book: book["分运营商"].delete_rows(5), "分运营商!A5"),
        (lambda book: book["分应用"].insert_rows(5), "分应用!A5"),
        (lambda book: book.remove(book["分应用"]), "8 sheets instead of 9"),
        (lambda book: book.create_sheet("另"), "10 sheets instead of 9"),
        (lambda book: book["提交量（按日期）"]._charts.clear(), "0 charts instead of 1"),
    ],
)
def test_a_workbook_that_was_tampered_with_is_caught(copied: Path, change: Callable[[Any], None], said: str) -> None:
    workbook(copied, change)
    with pytest.raises(VerificationFailed, match="report.xlsx") as caught:
        verify(copied)
    assert said in str(caught.value)


def test_a_record_that_was_tampered_with_is_caught(copied: Path) -> None:
    path = copied / "report.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("77602", "77612"), encoding="utf-8")
    with pytest.raises(VerificationFailed, match=r"report\.html[\s\S]*report\.xlsx"):
        verify(copied)


def test_the_hashes_of_the_manifest_hold(copied: Path) -> None:
    content = (copied / "report.html").read_bytes()
    listed = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    manifest = copied / "manifest.json"
    manifest.write_text(json.dumps({"artefacts": {"report.html": listed}}), encoding="utf-8")
    verify(copied)
    (copied / "report.html").write_bytes(content + b"\n")
    with pytest.raises(VerificationFailed, match="does not have the hash listed"):
        verify(copied)


def test_an_artefact_outside_the_folder_is_refused(copied: Path) -> None:
    listed = {"sha256": "", "size_bytes": 0}
    (copied / "manifest.json").write_text(json.dumps({"artefacts": {"../x": listed}}), encoding="utf-8")
    with pytest.raises(VerificationFailed, match=r"\.\./x is not there"):
        verify(copied)


def test_a_missing_rendering_is_a_difference(copied: Path) -> None:
    (copied / "report.xlsx").unlink()
    with pytest.raises(VerificationFailed, match="report.xlsx is not there"):
        verify(copied)


def test_no_more_than_twenty_differences_are_named(copied: Path) -> None:
    def blank(book: Any) -> None:
        for row in book["送达率（按日期）"].iter_rows(min_row=4):
            for cell in row:
                cell.value = None

    workbook(copied, blank)
    # 28 days × 4 cells − 3 in the hole, and the first five places of the workbook rendered again, of which 20
    with pytest.raises(VerificationFailed, match="and 94 more"):
        verify(copied)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</style>", ".kpi .value { display: none }</style>", "<style>"),
        ("</style>", "#b-by-carrier { visibility: hidden }</style>", "<style>"),
        ("</style>", '.kpi .value::after { content: "9" }</style>', "<style>"),
        ("</style>", ".kpi .value { font-size: 0 }</style>", "<style>"),
        ("</style>", ".critical { color: #fff }</style>", "<style>"),
        ("</style>", "header { position: absolute; left: -9999px }</style>", "<style>"),
        ("--critical: #b3261e", "--critical: #ffffff", "<style>"),
        ("</head>", "<style>b { display: none }</style></head>", "<style>"),
        ("<footer", "<style>.strip { opacity: 0 }</style><footer", "<style>"),
        ('class="state critical"', 'class="state ok"', "block board"),
        ('<li class="critical">', "<li>", "block "),
        ('<p class="strip worst-critical">', '<p class="strip worst-ok">', "block head"),
        ('<span class="worse">', '<span class="better">', "block "),
        ("<title>南通市", "<title>某某市", "<title>"),
        ("</main>", "<p>本期一切正常，请放心。</p></main>", "本期一切正常"),
        ('<nav aria-label="目录"><b>目录</b>', '<nav aria-label="目录"><b>全部正常</b>', "<nav>"),
    ],
)
def test_what_hides_or_colours_a_text_of_the_page_is_caught(copied: Path, old: str, new: str, said: str) -> None:
    page(copied, old, new)
    with pytest.raises(VerificationFailed, match="report.html: rendered again") as caught:
        verify(copied)
    assert said in str(caught.value)


def test_an_altered_plotting_script_is_caught_though_the_policy_names_it(copied: Path) -> None:
    import base64
    import gzip

    from ntanalytics.reports.exporters.html import plotly_script

    path = copied / "report.html"
    text = path.read_text(encoding="utf-8")
    script = plotly_script() + "\nPlotly.newPlot = () => {};"
    packed = base64.b85encode(gzip.compress(script.encode(), 9, mtime=0), pad=True).decode().replace("<", ",")
    start = text.index('id="plotly-packed"')
    begin, end = text.index(">", start) + 1, text.index("</script>", start)
    size = len(gzip.compress(script.encode(), 9, mtime=0))
    text = text[:begin] + packed + text[end:]
    text = re.sub(r'data-size="\d+"', f'data-size="{size}"', text)
    own, other = (
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (plotly_script(), script)
    )
    path.write_text(text.replace(f"sha256-{own}", f"sha256-{other}"), encoding="utf-8")
    with pytest.raises(VerificationFailed, match="rendered again, <script>"):
        verify(copied)


def test_the_same_plotting_script_packed_by_another_machine_is_no_difference(copied: Path) -> None:
    import base64
    import gzip

    from ntanalytics.reports.exporters.html import plotly_script

    path = copied / "report.html"
    text = path.read_text(encoding="utf-8")
    packed = gzip.compress(plotly_script().encode(), 1, mtime=0)
    coded = base64.b85encode(packed, pad=True).decode().replace("<", ",")
    start = text.index('id="plotly-packed"')
    begin, end = text.index(">", start) + 1, text.index("</script>", start)
    text = text[:begin] + coded + text[end:]
    path.write_text(re.sub(r'data-size="\d+"', f'data-size="{len(packed)}"', text), encoding="utf-8")
    verify(copied)


def repack(folder: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part of the workbook, and leave the others as they are."""
    path = folder / "report.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[part])
    assert changed != parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (parts | {part: changed}).items():
            archive.writestr(name, content)


SHEET = "xl/worksheets/sheet2.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        (SHEET, rb"<row r=\"4\"", b'<row hidden="1" r="4"', "sheet 主要指标"),
        (SHEET, rb"<col ", b'<col hidden="1" ', "sheet 主要指标"),
        (SHEET, rb"<row r=\"4\"", b'<row ht="0" customHeight="1" r="4"', "sheet 主要指标"),
        ("xl/styles.xml", rb'<color rgb="[0-9A-F]*"', b'<color rgb="00FFFFFF"', "xl/styles.xml"),
        ("xl/workbook.xml", rb'state="visible"', b'state="veryHidden"', "xl/workbook.xml"),
        ("docProps/core.xml", "南通市".encode(), "某某市".encode(), "docProps/core.xml"),
    ],
)
def test_what_hides_a_cell_of_the_workbook_is_caught(
    copied: Path, part: str, old: bytes, new: bytes, said: str
) -> None:
    repack(copied, part, lambda content: re.sub(old, new, content, count=1))
    with pytest.raises(VerificationFailed, match=f"report.xlsx: rendered again, {said}"):
        verify(copied)


def test_a_part_put_into_the_workbook_is_caught(copied: Path) -> None:
    with zipfile.ZipFile(copied / "report.xlsx", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(VerificationFailed, match=r"xl/vbaProject.bin is not ours"):
        verify(copied)


def test_a_workbook_compressed_by_another_machine_is_no_difference(copied: Path) -> None:
    path = copied / "report.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert verify(copied).proven[-1] == "rendered again, each of them is the same"


def test_a_word_document_that_the_record_does_not_have_is_caught(copied: Path) -> None:
    (copied / "report.docx").write_bytes((copied / "report.xlsx").read_bytes())
    with pytest.raises(VerificationFailed, match=r"report.docx: the record has no document"):
        verify(copied)


def test_files_of_another_version_of_the_suite_are_read_and_the_verdict_says_so(copied: Path) -> None:
    (copied / "manifest.json").write_text(json.dumps({"renderer": "0.0.9+00", "artefacts": {}}), encoding="utf-8")
    page(copied, "</style>", "b { margin: 1px }</style>")
    verdict = verify(copied)
    assert len(verdict.proven) == 1
    assert "made by another version of the suite (0.0.9+00)" in verdict.open[0]
