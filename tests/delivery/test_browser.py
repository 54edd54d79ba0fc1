"""The index in a real Chromium: found by unit and period, by keyboard, on a phone, asking nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import axe_violations
from tests.delivery.shelf import issue, ran, write

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    for week in range(32, 48):
        state, status = ("warning", "▲ 1 项关注：短信平台") if week == 40 else ("ok", "● 9 项正常")
        issue(folder, "weekly_service_report", f"2026-W{week}", state=state, status=(status,))
    for unit in ("市行政审批局", "市公安局"):
        for month in ("2026-09", "2026-10"):
            issue(folder, "oa_adoption", month, own={"unit": unit}, title="协同办公推广")
    issue(folder, "oa_adoption", "2026-10", title="协同办公推广")
    (folder / "sms_volume" / "2026-W47").mkdir(parents=True)
    write(folder, ran("sms_volume", "2026-W46", "failed"))
    return folder


@pytest.fixture
def asked() -> list[str]:
    """Every request and every message of the page's console."""
    return []


@pytest.fixture
def page(chromium: Browser, outputs: Path, asked: list[str]) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page.on("request", lambda request: asked.append(f"request {request.url}"))
    page.on("console", lambda message: asked.append(f"{message.type} {message.text}"))
    page.on("pageerror", lambda error: asked.append(f"error {error}"))
    page.goto((outputs / "index.html").as_uri())
    yield page
    page.close()


def find(page: Page, text: str) -> list[str]:
    """What is seen of the reports after typing a text: the codes of their periods."""
    page.locator("#q").fill(text)
    page.locator("#q").press("Enter")
    return page.locator(".report tbody .code:visible").all_inner_texts()


def test_it_asks_nobody_and_complains_of_nothing(page: Page, outputs: Path, asked: list[str]) -> None:
    assert asked == [f"request {(outputs / 'index.html').as_uri()}"]


def test_the_first_screen_shows_what_is_late_and_the_latest(page: Page) -> None:
    for selector in (".strip", "#q", ".late tbody tr", ".latest tbody tr >> nth=1"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 768, selector


def test_one_finds_by_unit_and_period(page: Page) -> None:
    assert find(page, "审批局 2026-10") == ["2026-10"]
    assert page.locator(".own tbody tr:visible").count() == 1
    assert page.locator("#found").inner_text() == "找到 1 份"
    assert not page.locator(".latest").is_visible()
    assert find(page, "第40周") == ["2026-W40"]  # which was folded
    assert find(page, "周报 关注") == ["2026-W40"]
    assert find(page, "没有这个单位") == []
    assert page.locator("#found").inner_text() == "没有符合的报告"


def test_what_is_late_is_found_too(page: Page) -> None:
    find(page, "短信 第46周")
    assert page.locator(".late tbody tr:visible").count() == 1
    assert not page.locator(".report:visible").count()


def test_escape_brings_everything_back(page: Page) -> None:
    find(page, "第40周")
    page.locator("#q").press("Escape")
    assert page.locator("#q").input_value() == ""
    assert page.locator("#r-1 tbody tr:visible").count() == 10
    assert page.locator(".latest").is_visible()
    assert not page.locator(".own tbody tr").first.is_visible()


def test_all_of_it_is_reached_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    fold = page.locator("#r-1 summary")
    fold.press("Enter")
    assert page.locator("#r-1 tbody tr:visible").count() == 16
    width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "2px"


@pytest.mark.parametrize("width", [1366, 390])
def test_axe_finds_nothing_and_the_page_is_no_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_it_is_whole(chromium: Browser, outputs: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((outputs / "index.html").as_uri())
    assert page.locator(".report tbody tr").count() == 16 + 5
    assert not page.locator("#q").is_visible()
    page.locator("#r-1 summary").click()
    assert page.locator("#r-1 tbody tr:visible").count() == 16
    context.close()
