"""Geometry of the page at any site: many sources, one source, long names, a telephone, no scripts, forced colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import nbformat
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from ntanalytics.metrics.figures import NO_FIGURES
from ntanalytics.reports import AsOf, Axes, Head, board, case_list, chart, figures, table
from ntanalytics.reports.blocks.block import Block
from tests.reports.rendered import render
from tests.reports.worded import worded

pytestmark = pytest.mark.browser

TAKEN = dt.datetime(2026, 11, 22, 22, 10, tzinfo=dt.UTC)
LONG = "南通市人民政府办公室电子政务与政务信息公开工作管理中心（南通市大数据服务保障中心）一处"
SECTIONS = [
    "运行状况",
    "完成的工作",
    "短信",
    "协同办公应用",
    "公文交换、证书和印章",
    "备份与安全",
    "隐患与建议",
    "下周计划",
]


def _head(sample: ModuleType, sources: int, *, minutes: Sequence[int] = (0,), failed: int = 0) -> Head:
    lines = tuple(
        AsOf(
            source=f"source_{number}",
            dataset="sms.messages",
            label=f"数据集{number}",
            taken_at=None if number < failed else TAKEN + dt.timedelta(minutes=minutes[number % len(minutes)]),
            rows=1000,
            error="连接超时" if number < failed else "",
        )
        for number in range(sources)
    )
    return Head(
        id="head", title="南通市电子政务工作平台服务周报", period=sample.PERIOD, generated_at=TAKEN, as_of=lines
    )


def _page(chromium: Browser, sample: ModuleType, folder: Path, blocks: list[Block], **context: object) -> Page:
    """Return a rendered record in the browser; sections stand between its blocks."""
    nbformat.write(sample.notebook([*blocks, *(f"## {text}" for text in SECTIONS)]), folder / "report.ipynb")
    render(folder / "report.ipynb", folder)
    options = {"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN", **context}
    page = chromium.new_context(**options).new_page()  # type: ignore[arg-type]
    page.goto((folder / "report.html").as_uri())
    return page


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(
    ("sources", "minutes", "failed"),
    [(1, (0,), 0), (60, (0,), 0), (3, (0, 7, 31), 0), (60, (0, 3, 9, 40), 0), (60, (0,), 60)],
)
def test_the_contents_are_a_line_or_two_whatever_the_sources(
    chromium: Browser, sample: ModuleType, tmp_path: Path, sources: int, minutes: Sequence[int], failed: int
) -> None:
    head = _head(sample, sources, minutes=minutes, failed=failed)
    page = _page(chromium, sample, tmp_path, [head, board([worded("sms.a", "联通", "送达率", "ok", 0.98)])])
    assert _fits(page)
    heights = page.eval_on_selector_all("nav a", "links => links.map(link => link.getBoundingClientRect().height)")
    assert heights
    assert max(heights) < 30  # no link is broken into single characters
    box = page.locator("main section").first.bounding_box()
    assert box is not None
    assert box["y"] < 384  # the first block begins in the upper half of the screen
    page.context.close()


def test_what_no_source_feeds_takes_a_line_each(chromium: Browser, sample: ModuleType, tmp_path: Path) -> None:
    empty = [table(NO_FIGURES, f"没有数据的表{number}", id=f"empty{number}") for number in range(4)]
    page = _page(chromium, sample, tmp_path, [_head(sample, 1), *empty])
    heights = page.eval_on_selector_all(".block.nothing", "all => all.map(each => each.getBoundingClientRect().height)")
    assert len(heights) == 4
    assert max(heights) < 30
    assert page.locator(".block.nothing table").first.is_visible() is False
    said = page.locator("#b-empty0").inner_text()
    assert "没有数据的表0" in said
    assert "没有数据源" in said
    page.context.close()


def _units(id: str) -> Block:
    rows = pd.DataFrame({"unit": [LONG, "市财政局"], "deliveries": [12, 3], "overdue_deliveries": [7, 0]})
    return table(case_list(rows), "逾期未签收的单位", id=id).half_width()


def test_a_long_unit_name_wraps_in_tables_of_half_width_and_on_paper(
    chromium: Browser, sample: ModuleType, tmp_path: Path
) -> None:
    assert len(LONG) >= 40
    page = _page(chromium, sample, tmp_path, [_head(sample, 1), _units("left"), _units("right")])
    for media, width in (("screen", 1366), ("print", 688)):  # the type area of A4 is 688 px wide
        page.set_viewport_size({"width": width, "height": 768})
        page.emulate_media(media=media)  # type: ignore[arg-type]
        assert _fits(page)
        outside = page.evaluate(
            "[...document.querySelectorAll('.block.half')].filter(block => [...block.querySelectorAll('td')].some("
            "cell => cell.getBoundingClientRect().right > block.getBoundingClientRect().right + 1)).length"
        )
        assert outside == 0, media
    page.context.close()


def test_a_telephone_shows_check_and_evidence_without_scrolling_sideways(
    chromium: Browser, sample: ModuleType, tmp_path: Path
) -> None:
    found = [worded("sms.a", "中国联通", "送达率", "critical", 0.88, evidence="单日最低 88.3%（11月18日）。")]
    viewport = {"width": 390, "height": 844}
    page = _page(chromium, sample, tmp_path, [_head(sample, 3, minutes=(0, 7)), board(found)], viewport=viewport)
    assert _fits(page)
    for column in (1, 3, 4, 8, 9):
        box = page.locator(f".board tbody tr td:nth-child({column})").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 844
    page.context.close()


def _chart(days: int = 7) -> Block:
    first = dt.date(2026, 11, 16)
    rows = [{"day": first + dt.timedelta(days=number), "submitted": 10 + number} for number in range(days)]
    return chart(figures(pd.DataFrame(rows)), "line", Axes(y="submitted"), id="line", title="提交量平稳")


def test_without_scripts_the_numbers_stand_open_and_no_empty_box(
    chromium: Browser, sample: ModuleType, tmp_path: Path
) -> None:
    page = _page(chromium, sample, tmp_path, [_head(sample, 1), _chart()], java_script_enabled=False)
    assert page.locator("#b-line .plot").is_visible() is False
    assert page.locator("#b-line tbody tr").count() == 7
    assert page.locator("#b-line tbody tr").last.is_visible()
    assert page.locator("noscript p").is_visible()
    page.context.close()


def test_with_scripts_the_numbers_are_folded_and_the_chart_has_a_name(
    chromium: Browser, sample: ModuleType, tmp_path: Path
) -> None:
    page = _page(chromium, sample, tmp_path, [_head(sample, 1), _chart()])
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    assert page.locator("#b-line tbody tr").first.is_visible() is False
    assert "提交" in (page.locator("#b-line .plot").get_attribute("aria-label") or "")
    low = page.evaluate("document.querySelector('#b-line .plot')._fullLayout.yaxis.range[0]")
    assert low <= 0  # counts begin at 0
    page.context.close()


def test_forced_colours_keep_lines_and_borders(chromium: Browser, sample: ModuleType, tmp_path: Path) -> None:
    page = _page(chromium, sample, tmp_path, sample.blocks(), forced_colors="active", color_scheme="dark")
    stroke = page.evaluate("getComputedStyle(document.querySelector('.spark polyline')).stroke")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert stroke != ground
    assert page.evaluate("getComputedStyle(document.querySelector('.strip')).borderTopStyle") == "solid"
    page.context.close()
