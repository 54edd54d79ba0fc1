"""The print of the page: whole, on A4, in a Chinese face, asking nobody; and what stands in its way."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from types import ModuleType

import nbformat
import psutil
import pytest

from ntanalytics.reports import board
from ntanalytics.reports.exporters import pdf
from ntanalytics.reports.exporters.chrome_protocol import browser
from ntanalytics.reports.exporters.pdf import SETTLED, empty_page, find_browser, print_page, without_plotly
from tests.process_end import has_ended
from tests.reports import empty_tables
from tests.reports.rendered import render
from tests.reports.worded import worded


@pytest.fixture(scope="module", autouse=True)
def _browser() -> None:
    if find_browser() is None:
        pytest.skip("no Chromium is installed")


def said_by(*command: str | Path) -> str:
    return subprocess.run([str(each) for each in command], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def printed(issued: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printed")
    assert print_page(issued / "report.html", folder / "report.pdf", folder / "browser") == ""
    assert [path.name for path in folder.iterdir()] == ["report.pdf"]  # the browser's own files are gone
    return folder / "report.pdf"


pytestmark = pytest.mark.browser

#: Boxes of every element of the charts and of each block, and how the parts of a chart are placed.
_LOOK = """JSON.stringify({
  charts: [...document.querySelectorAll(".plot *")].map((part) => [
    part.tagName, getComputedStyle(part).position, getComputedStyle(part).overflow,
    ...["x", "y", "width", "height"].map((side) => Math.round(part.getBoundingClientRect()[side])),
  ]),
  blocks: [...document.querySelectorAll("main > *")].map((part) => Math.round(part.getBoundingClientRect().height)),
})"""


def test_it_is_a4_with_numbered_pages_and_the_reports_title(printed: Path) -> None:
    about = said_by("pdfinfo", printed)
    assert "(A4)" in about
    assert "南通市电子政务工作平台短信统计 2026年第47周" in about
    pages = int(next(line for line in about.splitlines() if line.startswith("Pages:")).split()[1])
    texts = said_by("pdftotext", "-layout", printed, "-").split("\f")[:-1]
    assert len(texts) == pages
    assert all(f"第 {number} 页，共 {pages} 页" in text for number, text in enumerate(texts, 1))


def test_it_has_the_charts_and_nothing_to_press(printed: Path) -> None:
    text = said_by("pdftotext", "-layout", printed, "-")
    assert "▼ 联通通道中断" in text  # the mark of a chart, which a script has drawn
    assert "指标 sms.volume" not in text
    assert "目录" not in text


def test_the_printed_page_looks_as_the_opened_one(issued: Path, tmp_path: Path) -> None:
    """It is written into a page that has Plotly already: what Plotly made of that page must not be missing."""
    page, (program, limit_s) = issued / "report.html", (find_browser() or "", 60)
    looks = []
    for name in ("opened", "filled"):
        (tmp_path / name).mkdir()
        with browser(program, tmp_path / name, limit_s) as chromium:
            chromium.prepare()
            if name == "opened":
                chromium.open(page.as_uri(), limit_s)
            else:
                chromium.open(empty_page(tmp_path / name).as_uri(), limit_s)
                chromium.fill(without_plotly(page.read_text(encoding="utf-8")), limit_s)
            assert chromium.value(SETTLED) == "drawn"
            looks.append(json.loads(chromium.value(_LOOK)))
    opened, filled = looks
    assert opened["charts"]
    assert opened == filled


def test_what_is_sent_to_the_browser_is_the_page_without_plotly(issued: Path) -> None:
    page = (issued / "report.html").read_text(encoding="utf-8")
    before, start, rest = page.partition(' id="plotly-packed"')
    about, _, rest = rest.partition(">")
    sent = f"{before}{start}{about}>{rest[rest.index('</script>') :]}"
    assert without_plotly(page) == without_plotly(sent) == sent
    assert len(sent) < len(page) / 4


def test_a_page_is_printed_where_the_browser_could_not_load_plotly(
    issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "plotly_file", lambda: tmp_path / "none.js")
    assert print_page(issued / "report.html", tmp_path / "report.pdf", tmp_path / "browser") == ""
    assert "▼ 联通通道中断" in said_by("pdftotext", "-layout", tmp_path / "report.pdf", "-")


def test_its_chinese_is_in_a_chinese_face(printed: Path) -> None:
    faces = {line.split()[0].partition("+")[2] for line in said_by("pdffonts", printed).splitlines()[2:]}
    assert faces
    assert {face for face in faces if "CJK" in face and "CJKsc" not in face} == set()
    assert any("CJKsc" in face for face in faces)
    assert all(
        line.split("Custom")[1].split()[0] == "yes"
        for line in said_by("pdffonts", printed).splitlines()[2:]
        if "Custom" in line
    )


def test_a_long_table_repeats_its_head_and_cuts_no_row(sample: ModuleType, tmp_path: Path) -> None:
    long = "共 12 条，首尾两行都要在同一页，不得分开，末尾为止。"
    found = [worded("sms.a", f"应用{each:03}", "检查", "ok", each, limits="0 条", evidence=long) for each in range(150)]
    nbformat.write(sample.notebook([sample.blocks()[0], board(found)]), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    assert print_page(tmp_path / "report.html", tmp_path / "report.pdf", tmp_path / "browser") == ""
    pages = said_by("pdftotext", "-layout", tmp_path / "report.pdf", "-").split("\f")
    with_rows = [text for text in pages if "应用" in text]
    assert len(with_rows) >= 4
    assert all("检查项" in text for text in with_rows)
    for text in with_rows:  # as many ends of a sentence as beginnings: none was parted by the page's end
        whole = "".join(text.split())
        assert whole.count("共12条") == whole.count("末尾为止。") > 0


def test_an_empty_table_keeps_its_words_wherever_the_page_ends(sample: ModuleType, tmp_path: Path) -> None:
    nbformat.write(sample.notebook(empty_tables.blocks(sample.blocks()[0])), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    assert print_page(tmp_path / "report.html", tmp_path / "report.pdf", tmp_path / "browser") == ""
    empty_tables.assert_together(said_by("pdftotext", "-layout", tmp_path / "report.pdf", "-").split("\f"))


def test_a_kernel_comes_before_the_browser_that_waits_for_its_page(tmp_path: Path) -> None:
    profile = tmp_path / "browser"
    with browser(find_browser() or "", profile, 60) as chromium:
        chromium.prepare()
        started = [each for each in psutil.process_iter() if f"--user-data-dir={profile}" in _arguments(each)]
        # as root, it gives some of its processes a priority of their own, not those that make the page
        drawing = [
            each
            for each in min(started, key=lambda each: each.pid).children(recursive=True)
            if "--type=renderer" in _arguments(each)
        ]
        assert drawing
        assert {each.nice() for each in drawing} == {psutil.Process().nice() + 5}


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return " ".join(process.cmdline()).split()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []


def test_the_browser_calls_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        (tmp_path / "page.html").write_text(
            f"<p>x<img src='{address}'><script>fetch('{address}')</script>", encoding="utf-8"
        )
        assert print_page(tmp_path / "page.html", tmp_path / "page.pdf", tmp_path / "browser") == ""
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_browser_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium"
    program.write_text(f"#!/bin/sh\nsleep 1000 &\necho $! > '{tmp_path}/child'\nwait\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", str(program))
    why = print_page(tmp_path / "page.html", tmp_path / "page.pdf", tmp_path / "browser", seconds=1)
    assert why == "the browser took too long"
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    assert has_ended(child)
    assert not (tmp_path / "page.pdf").exists()


def test_a_page_whose_charts_fail_is_not_printed(tmp_path: Path) -> None:
    page = "<html data-charts='failed'><div class='plot'></div>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    why = print_page(tmp_path / "page.html", tmp_path / "page.pdf", tmp_path / "browser")
    assert why == "the browser could not draw the charts"
    assert not (tmp_path / "page.pdf").exists()


def test_a_page_that_cannot_be_read_is_named_and_is_no_print_that_could_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()  # as root every file can be read
    why = print_page(tmp_path / "page.html", tmp_path / "page.pdf", tmp_path / "browser")
    assert why == "page.html could not be read for the print: Is a directory"
    assert not (tmp_path / "page.pdf").exists()


def test_the_first_browser_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None
    for name in ("uos-browser-stable", "google-chrome"):
        (tmp_path / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    assert find_browser() == str(tmp_path / "google-chrome")
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", str(tmp_path / "uos-browser-stable"))
    assert find_browser() == str(tmp_path / "uos-browser-stable")
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    assert find_browser() is None


def test_no_descriptor_is_left_open(issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "/bin/false")
    print_page(issued / "report.html", tmp_path / "page.pdf", tmp_path / "browser")
    assert set(Path("/proc/self/fd").iterdir()) == before
