"""The page on A4: ``report.pdf``, printed from ``report.html`` by a Chromium of this machine, where there is one.

It is the page itself, so that it has the page's figures. A report is complete without it; the reason is reported.
"""

from __future__ import annotations

import base64
import html
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from ntanalytics.reports.exporters.chrome_protocol import BrowserFailed, browser
from ntanalytics.reports.exporters.html import plotly_file

#: Chromium and browsers based on it; printing was not tested with the domestic ones (UOS, 360, Qianxin). The first ones
#: are Chromium without its own windows: it prints the same in half of the processor's time.
BROWSERS = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge-stable",
    "uos-browser-stable",
    "browser360-cn-stable",
    "qaxbrowser-safe-stable",
)

#: Environment variable that names another program, or, when it is empty, forbids the print.
VARIABLE = "NTANALYTICS_CHROMIUM"

#: Printing takes some 2 s; a report that needs longer than this is issued without a PDF.
SECONDS = 60

#: Script that waits until the charts of a page are drawn, and says so.
SETTLED = """new Promise((done) => {
  const root = document.documentElement, hasCharts = document.querySelector(".plot");
  const poll = () => root.dataset.charts || !hasCharts ? done(root.dataset.charts ?? "drawn") : setTimeout(poll, 20);
  poll();
})"""


def find_browser() -> str | None:
    """Return the program that prints: the one that ``NTANALYTICS_CHROMIUM`` names, else the first that is installed."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return shutil.which(named) if named else None
    return next(filter(None, map(shutil.which, BROWSERS)), None)


#: Plotly's script in a page, packed.
_PACKED = re.compile(r'(<script type="text/plain" id="plotly-packed"[^>]*>)[^<]*')


def _at_once() -> bool:
    return True


def empty_page(folder: Path) -> Path:
    """Write a page that has Plotly alone: to load it takes half of a print, and it is loaded while the kernel works."""
    empty = folder / "empty.html"
    script = html.escape(plotly_file().as_uri())
    empty.write_text(f'<!doctype html><meta charset="utf-8"><script src="{script}"></script>', encoding="utf-8")
    return empty.resolve()


def without_plotly(page: str) -> str:
    """Return a page without the text of its packed Plotly, most of the page, for a browser that has Plotly."""
    return _PACKED.sub(r"\1", page, count=1)


def print_page(
    page: Path, pdf: Path, profile: Path, seconds: float = SECONDS, is_there: Callable[[], bool] = _at_once
) -> str:
    """Print a page on A4.

    Args:
        page: the issued page.
        pdf: the path of the print.
        profile: a folder for the browser's own files; it is removed at the end.
        seconds: the time limit for the start of the browser, and for the print.
        is_there: waits for the page, when the browser has started; False: nothing is printed.

    Returns:
        The reason why there is no print, in one English sentence; empty when there is one.
    """
    program = find_browser()
    if program is None:
        return "no Chromium was found"
    try:
        profile.mkdir(mode=0o700, parents=True)
        with browser(program, profile, seconds) as chromium:
            chromium.prepare()
            chromium.open(empty_page(profile).as_uri(), seconds)
            has_plotly = chromium.value("Boolean(window.Plotly)")
            if not is_there():
                return "there is no page"
            try:
                text = page.read_text(encoding="utf-8")
            except OSError as error:
                return f"{page.name} could not be read for the print: {error.strerror}"
            chromium.fill(without_plotly(text) if has_plotly else text, seconds)
            if chromium.value(SETTLED) != "drawn":
                return "the browser could not draw the charts"
            pdf.write_bytes(base64.b64decode(chromium.ask("Page.printToPDF", preferCSSPageSize=True)["data"]))
    except BrowserFailed as error:
        return str(error)
    except OSError as error:
        pdf.unlink(missing_ok=True)
        return f"the print could not be written: {error.strerror}"
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    return ""
