"""The programs that show renderings: the browser is one for the whole session, since Playwright starts but once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ntanalytics.reports.exporters.pdf import BROWSERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: Milliseconds that a page may take on a loaded machine: Playwright gives 5 s to an expectation, and 30 s to the rest.
PATIENCE_MS = 180_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium that may call nobody."""
    # whatever a test says of the print
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET, timeout=PATIENCE_MS)
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
        yield browser
        browser.close()


def axe_violations(page: Page, *impacts: str) -> list[tuple[str, str, str]]:
    """Return the violations that axe finds on a page: the impact, the rule, and the first element of each.

    Args:
        page: the page.
        impacts: the impacts that count; all of them by default.
    """
    from axe_playwright_python.sync_playwright import Axe

    # nobody reads its descriptions of the elements that are well
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (each["impact"], each["id"], each["nodes"][0]["html"][:200])
        for each in found
        if not impacts or each["impact"] in impacts
    ]


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice's program."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("soffice (LibreOffice) is not installed")
    return program
