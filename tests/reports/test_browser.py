"""The page in a real Chromium: nothing asked of the network, charts drawn from the record, sorted, printed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from ntanalytics.reports import board, figures, table
from ntanalytics.reports.record import load_record
from tests.browser import axe_violations
from tests.reports.rendered import render
from tests.reports.worded import worded

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Every request and every message of the page's console."""
    return []


@pytest.fixture(scope="module")
def page(chromium: Browser, issued: Path, asked: list[str]) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = context.new_page()
    page.on("request", lambda request: asked.append(f"request {request.url}"))
    page.on("console", lambda message: asked.append(f"{message.type} {message.text}"))
    page.on("pageerror", lambda error: asked.append(f"error {error}"))
    page.goto((issued / "report.html").as_uri())
    page.wait_for_selector("html[data-charts]", state="attached")
    yield page
    context.close()


def test_the_page_asks_nobody_and_complains_of_nothing(page: Page, issued: Path, asked: list[str]) -> None:
    assert asked == [f"request {(issued / 'report.html').as_uri()}"]


def test_the_charts_drawn_have_the_records_figures(page: Page, issued: Path) -> None:
    assert page.evaluate("document.documentElement.dataset.charts") == "drawn"
    drawn = page.evaluate(
        "[...document.querySelectorAll('.plot')].map((plot) => plot.data.map((trace) => [trace.x, trace.y]))"
    )
    charts = [block for block in load_record(issued / "report.ipynb").blocks if block.kind == "chart"]
    assert drawn == [[[trace["x"], trace["y"]] for trace in block.figure["data"]] for block in charts if block.figure]
    points = page.evaluate("document.querySelectorAll('#chart-rate-by-day .scatterlayer .point').length")
    assert points == 3 * 27  # three carriers on 27 days: the day that was not taken has none


def test_the_first_screen_shows_what_is_wrong(page: Page) -> None:
    for selector in (".strip", ".say li", ".kpi >> nth=4", ".board tbody tr >> nth=0"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 768, selector
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366


def test_a_table_sorts_by_mouse_and_by_keyboard_and_returns(page: Page) -> None:
    names = "[...document.querySelectorAll('#b-by-application tbody tr')].map((row) => row.cells[0].textContent)"
    head = page.locator("#b-by-application th").nth(2)
    before = page.evaluate(names)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert page.evaluate(names)[:2] == ["政务办事", "公文交换"]  # 1,288 and 402 failed
    assert page.evaluate(names)[-1] == "预约挂号"  # null stays last
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.evaluate(names)[-2:] == ["政务办事", "预约挂号"]
    head.locator("button").press("Space")
    assert head.get_attribute("aria-sort") is None
    assert page.evaluate(names) == before


def test_chinese_is_set_in_a_simplified_face(page: Page) -> None:
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_it_prints_on_a4_with_page_numbers_and_whole_charts(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    page.pdf(path=path, prefer_css_page_size=True)
    said = subprocess.run(["pdfinfo", str(path)], check=True, capture_output=True, text=True).stdout
    assert "595.92 x 842.88 pts (A4)" in said or "(A4)" in said
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True).stdout
    pages = int(next(line for line in said.splitlines() if line.startswith("Pages:")).split()[1])
    assert f"第 1 页，共 {pages} 页" in text
    assert "指标 sms.volume" not in text  # what is on demand on the screen is not printed


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_a_long_table_repeats_its_head_on_every_page(chromium: Browser, sample: ModuleType, tmp_path: Path) -> None:
    found = [worded("sms.a", f"应用{each}", "检查", "ok", each, limits="0 条") for each in range(150)]
    nbformat.write(sample.notebook([sample.blocks()[0], board(found)]), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    page = chromium.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("th button").count() == 9  # Chromium repeats no head that holds a box it cannot break
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    page.close()
    command = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    pages = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\f")
    with_rows = [text for text in pages if "应用1" in text or "应用9" in text]
    assert len(with_rows) >= 3
    assert all("检查项" in text for text in with_rows)


@pytest.fixture
def long_table(sample: ModuleType, tmp_path: Path) -> Path:
    """A page with a table of 334 rows."""
    rows = figures(pd.DataFrame({"application": [f"应用{number}" for number in range(334)], "submitted": range(334)}))
    nbformat.write(sample.notebook([sample.blocks()[0], table(rows, "长表", id="long")]), tmp_path / "report.ipynb")
    render(tmp_path / "report.ipynb", tmp_path)
    return tmp_path / "report.html"


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_long_table_unfolds_by_keyboard_with_and_without_scripts(
    chromium: Browser, long_table: Path, has_scripts: bool
) -> None:
    page = chromium.new_context(java_script_enabled=has_scripts).new_page()
    page.goto(long_table.as_uri())
    rows = page.locator("#b-long tbody tr")
    assert [rows.nth(place).is_visible() for place in (29, 30)] == [True, False]
    fold = page.locator("#b-long summary")
    assert fold.inner_text() == "其余304行"
    assert fold.bounding_box()["y"] > rows.nth(29).bounding_box()["y"]  # type: ignore[index]
    fold.press("Enter")
    assert rows.nth(333).is_visible()
    fold.press("Enter")
    assert not rows.nth(30).is_visible()
    page.context.close()


def test_a_folded_table_sorts_as_one(chromium: Browser, long_table: Path) -> None:
    page = chromium.new_page()
    page.goto(long_table.as_uri())
    page.locator("#b-long th button").nth(1).click()
    assert page.locator("#b-long tbody tr >> nth=0").inner_text().split() == ["应用333", "333"]
    assert page.locator("#b-long tbody tr:visible").count() == 30
    page.close()


def test_on_paper_a_long_table_ends_after_its_first_rows_and_says_so(chromium: Browser, long_table: Path) -> None:
    page = chromium.new_page()
    page.goto(long_table.as_uri())
    page.locator("#b-long summary").click()  # though it was unfolded
    page.emulate_media(media="print")
    assert page.locator("#b-long tbody tr:visible").count() == 30
    assert page.locator("#b-long .on-paper").inner_text() == "其余304行见网页或工作簿"
    assert not page.locator("#b-long summary").is_visible()
    page.close()


def test_on_a_phone_tables_scroll_and_the_page_does_not(chromium: Browser, issued: Path) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto((issued / "report.html").as_uri())
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = page.evaluate("""Object.fromEntries([...document.querySelectorAll(".block .box")]
      .map((box) => [box.closest(".block").id, box.scrollWidth > box.clientWidth]))""")
    assert not boxes.pop("b-board")  # a check is a card
    assert any(boxes.values())
    page.close()


def test_every_table_and_button_has_a_name_and_the_focus_is_seen(page: Page) -> None:
    unnamed = page.evaluate(
        """[...document.querySelectorAll("table, button, summary, .plot")].filter((each) => {
          const label = document.getElementById(each.getAttribute("aria-labelledby"))?.textContent;
          return !(label || each.getAttribute("aria-label") || each.matches("button, summary") && each.textContent);
        }).map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert unnamed == []
    page.locator("#b-by-carrier th button").first.focus()
    page.keyboard.press("Tab")
    width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "2px"


@pytest.mark.parametrize("width", [1366, 390])
def test_axe_finds_nothing(chromium: Browser, issued: Path, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800}, locale="zh-CN")
    page.goto((issued / "report.html").as_uri())
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    assert axe_violations(page) == []
    page.close()


def test_axe_finds_what_is_wrong(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<main><h1>figures</h1><h3>of a week</h3><img src='chart.png'></main>")
    found = {(impact, rule) for impact, rule, _ in axe_violations(page, "serious", "critical")}
    assert found >= {("critical", "image-alt"), ("serious", "html-has-lang")}
    assert {impact for impact, _ in found} == {"serious", "critical"} < {each[0] for each in axe_violations(page)}
    page.close()


def test_every_text_stands_out_from_its_ground(page: Page) -> None:
    # WCAG 2 AA: 4.5 to 1, for each colour of a text on the page's white and on the strip's grey.
    colors = page.evaluate(
        """[...new Set([...document.querySelectorAll("body *")]
          .filter((each) => !each.closest(".plot"))
          .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
          .map((each) => getComputedStyle(each).color))]"""
    )
    assert len(colors) >= 5
    grounds = ("rgb(255, 255, 255)", "rgb(245, 247, 250)")
    assert [(color, ground) for color in colors for ground in grounds if contrast(color, ground) < 4.5] == []


def contrast(color: str, ground: str) -> float:
    """The contrast of two colours by WCAG 2."""

    def luminance(text: str) -> float:
        parts = [int(each) / 255 for each in text.removeprefix("rgb(").removesuffix(")").split(",")]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(color), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def test_without_scripts_sentences_and_tables_are_there(chromium: Browser, issued: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((issued / "report.html").as_uri())
    assert page.locator(".say li").count() == 3
    assert page.locator("#b-by-carrier").inner_text().count("36,318") == 1
    context.close()


def test_a_browser_that_cannot_unpack_opens_the_numbers(chromium: Browser, issued: Path) -> None:
    context = chromium.new_context()
    context.add_init_script("delete globalThis.DecompressionStream")
    page = context.new_page()
    page.goto((issued / "report.html").as_uri())
    page.wait_for_selector("html[data-charts=failed]", state="attached")
    assert page.locator("#b-rate-by-day details.numbers").get_attribute("open") is not None
    assert "98.8%" in page.locator("#b-rate-by-day").inner_text()
    context.close()


def test_hostile_text_runs_nowhere(chromium: Browser, sample: ModuleType, tmp_path: Path) -> None:
    notebook = sample.notebook()
    text = sample.write(tmp_path).read_text(encoding="utf-8")
    attack = "</script><img src=x onerror=document.title=1>"
    (tmp_path / "report.ipynb").write_text(text.replace("公文交换", attack.replace('"', "")), encoding="utf-8")
    render(tmp_path / "report.ipynb", tmp_path)
    page = chromium.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    assert page.title().startswith(notebook.cells[0].outputs[0].data["application/vnd.ntanalytics.block+json"]["title"])
    assert attack in page.locator("#b-by-application").inner_text()
    page.close()
