"""Every report of the demo city as its readers meet it: in a real Chromium, on a telephone, on paper; and the index."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ntanalytics.reports.exporters.pdf import find_browser
from ntanalytics.reports.record import load_record
from ntanalytics.reports.verification import verify
from tests.browser import axe_violations
from tests.city import REPORTS, UNTIL, IssuedReports

pytestmark = pytest.mark.browser

LARGEST = 2.2e6


@pytest.fixture(scope="module", params=REPORTS)
def folder(request: pytest.FixtureRequest, issued: IssuedReports) -> Path:
    """A published folder."""
    return issued(request.param, REPORTS[request.param]).directory


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Every request and every message of the page's console."""
    return []


@pytest.fixture(scope="module")
def page(chromium: Browser, folder: Path, asked: list[str]) -> Page:
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    asked.clear()
    page.on("request", lambda request: asked.append(f"request {request.url}"))
    page.on("console", lambda message: asked.append(f"{message.type} {message.text}"))
    page.on("pageerror", lambda error: asked.append(f"error {error}"))
    page.goto((folder / "report.html").as_uri())
    page.wait_for_selector("html[data-charts], body:not(:has(.plot))", state="attached")
    return page


def test_it_is_small_proven_and_asks_nobody(page: Page, folder: Path, asked: list[str]) -> None:
    assert (folder / "report.html").stat().st_size <= LARGEST
    assert asked == [f"request {(folder / 'report.html').as_uri()}"]
    verify(folder)


def test_its_first_screen_has_the_state_the_sentences_and_the_figures(page: Page) -> None:
    for selector in (".strip", ".say >> nth=0", ".cards >> nth=0"):
        if page.locator(selector).count():
            box = page.locator(selector).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 768, selector
    assert page.locator(".say").count()
    box = page.locator("main tbody tr, main .plot").first.bounding_box()
    assert box is not None
    assert box["y"] < 768  # the top of the board, or of the first table or chart


def test_the_figures_drawn_are_the_records(page: Page, folder: Path) -> None:
    charts = [block for block in load_record(folder / "report.ipynb").blocks if block.has_plot and block.figure]
    drawn = page.evaluate(
        "[...document.querySelectorAll('.plot')].map((plot) => plot.data.map((trace) => [trace.x, trace.y]))"
    )
    assert drawn == [[[trace["x"], trace["y"]] for trace in block.figure["data"]] for block in charts if block.figure]


def test_every_table_sorts(page: Page) -> None:
    heads = page.locator("main section:not(.chart) th button")
    assert heads.count()
    for place in range(0, heads.count(), 7):
        head = heads.nth(place)
        head.click()
        assert head.locator("xpath=..").get_attribute("aria-sort") in ("ascending", "descending")
        head.click()
        head.click()
        assert head.locator("xpath=..").get_attribute("aria-sort") is None


def test_no_column_is_cut_off_on_the_screen_of_an_office(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    cut = page.evaluate(
        "[...document.querySelectorAll('.box')].filter((box) => box.scrollWidth > box.clientWidth)"
        ".map((box) => box.closest('.block').id)"
    )
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = false })")
    assert cut == []


def test_a_long_name_does_not_cut_off_the_state_of_today(page: Page) -> None:
    for board in page.locator(".board .box:has(.strip-cell)").all():
        name = board.locator("tbody tr:first-child td:nth-child(3)")
        before = name.inner_html()
        name.evaluate("(cell) => { cell.textContent = 'exchange-gateway-backup-02.nantong.example' }")
        assert board.evaluate("(box) => box.scrollWidth <= box.clientWidth")
        name.evaluate("(cell, html) => { cell.innerHTML = html }", before)


def test_the_words_of_the_marks_of_seven_days_are_shown_beside_the_pointer(page: Page) -> None:
    for cell in page.locator(".strip-cell").all()[:3]:
        assert cell.get_attribute("title") == cell.get_attribute("aria-label") != ""


def test_the_page_fits_the_screen_and_axe_finds_nothing_serious(page: Page, folder: Path) -> None:
    # a block looks the same to axe in each report: reports/test_browser.py has every kind of them on a telephone
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
        if width == 1366 or folder.parent.name == "daily_inspection":
            assert axe_violations(page, "serious", "critical") == []


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_its_print_has_numbered_pages_in_a_chinese_face(folder: Path) -> None:
    if find_browser() is None:
        pytest.skip("no Chromium prints")

    def said(*command: str) -> str:
        return subprocess.run([*command], check=True, capture_output=True, text=True).stdout

    path = str(folder / "report.pdf")
    texts = said("pdftotext", "-layout", path, "-").split("\f")[:-1]
    assert all(f"第 {number} 页，共 {len(texts)} 页" in text for number, text in enumerate(texts, 1))
    assert "(A4)" in said("pdfinfo", path)
    assert not [line for line in said("pdffonts", path).splitlines() if "CJK" in line and "CJKsc" not in line]
    assert "report.pdf" in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artefacts"]


def test_the_index_names_every_report(folder: Path, chromium: Browser, issued: IssuedReports) -> None:
    page = _index(chromium, issued)
    link = page.locator(f".report a[href='{folder.parent.name}/{folder.name}/report.html']")
    assert link.count() == 1
    assert dt.date.fromisoformat(page.locator(".when").inner_text().split()[1]) == UNTIL + dt.timedelta(days=1)
    page.close()


def test_axe_finds_nothing_serious_on_the_index_of_all_reports(chromium: Browser, issued: IssuedReports) -> None:
    for report, period in REPORTS.items():
        issued(report, period)
    page = _index(chromium, issued)
    assert page.locator(".report").count() >= len(REPORTS)
    assert axe_violations(page, "serious", "critical") == []
    page.close()


def _index(chromium: Browser, issued: IssuedReports) -> Page:
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page.goto((issued.city.settings.outputs / "index.html").as_uri())
    return page
