"""Take the pictures of README.md and docs/zh/: the weekly report and the explorers, in a real Chromium.

`make pictures` needs `make demo` before: an issued weekly report and the lake of those settings.
The lab is started as an analyst starts it, in a folder of its own. Pictures have at most 256 colours, to be small.
"""

from __future__ import annotations

import base64
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from ntanalytics.reports.exporters.pdf import find_browser
from ntanalytics.settings import load

DOCS = Path(__file__).resolve().parent
SCREEN: ViewportSize = {"width": 1366, "height": 768}
#: Screen of the lab: a whole explorer stands on it, of which this height is taken, from its title to its table.
TALL_SCREEN: ViewportSize = {"width": 1366, "height": 2000}
EXPLORER_HEIGHT = 960
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
#: Picture → notebook of the explorer, and labels of its buttons that are clicked before.
EXPLORERS = {
    "adoption-compare": ("adoption_explorer", ()),
    "adoption-cohorts": ("adoption_explorer", ("留存",)),
    "sms-trend": ("sms_explorer", ("走势",)),
    "sms-failures": ("sms_explorer", ("失败代码",)),
}
#: Script that decodes a picture, given as base64: its width, its height, and its pixels as base64.
DECODE = """async (picture) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    let text = "";
    for (let at = 0; at < pixels.length; at += 8192) text += String.fromCharCode(...pixels.subarray(at, at + 8192));
    return [bitmap.width, bitmap.height, btoa(text)];
}"""
#: A kernel that opens the lake, and a query of it, may take that long on a busy machine, in milliseconds.
PATIENCE_MS = 240_000


def main(config: Path) -> None:
    """Take every picture from one site."""
    settings = load(config)
    report = max((settings.outputs / "weekly_service_report").glob("*-W*")) / "report.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET)
        take_report(browser, report)
        with tempfile.TemporaryDirectory(prefix="lab-") as folder, lab(config, Path(folder)) as address:
            take_explorers(browser, address)
        browser.close()


def take_report(browser: Browser, report: Path) -> None:
    """Take the first screen of the weekly report."""
    page = browser.new_page(viewport=SCREEN, locale="zh-CN")
    page.goto(report.resolve().as_uri())
    page.wait_for_timeout(1000)
    save(browser, page.screenshot(), DOCS / "pictures" / "weekly-report.png")
    page.close()


def take_explorers(browser: Browser, address: str) -> None:
    """Take each view of EXPLORERS; a notebook is opened and run once."""
    pages: dict[str, Page] = {}
    for picture, (notebook, buttons) in EXPLORERS.items():
        if notebook not in pages:
            pages[notebook] = open_notebook(browser, address, notebook)
        page = pages[notebook]
        for label in buttons:
            page.get_by_role("button", name=label, exact=True).click()
            page.wait_for_timeout(8000)  # the kernel answers, and the chart is drawn anew
        box = page.locator(".jp-OutputArea-output .widget-vbox").first.bounding_box()
        if box is None:
            raise SystemExit(f"{notebook} shows no explorer")
        box["height"] = min(box["height"], EXPLORER_HEIGHT)
        save(browser, page.screenshot(clip=box), DOCS / "zh" / "pictures" / f"{picture}.png")


def open_notebook(browser: Browser, address: str, notebook: str) -> Page:
    """Return a page with a notebook, of which the first code cell was run."""
    page = browser.new_page(viewport=TALL_SCREEN, locale="zh-CN")
    page.goto(address.replace("/lab?", f"/doc/tree/{notebook}.ipynb?"))
    cell = page.locator(".jp-CodeCell .cm-content").first
    cell.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(8000)  # until the kernel is there
    cell.click()
    page.keyboard.press("Control+Enter")
    page.locator(".main-svg").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)
    return page


@contextmanager
def lab(config: Path, folder: Path) -> Iterator[str]:
    """Yield the address of a JupyterLab on the lake of the settings, which ends afterwards."""
    command = [sys.executable, "-m", "ntanalytics.cli", "--config", str(config), "lab", "--no-browser"]
    command += ["--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
        try:
            said = ""
            for line in server.stdout or ():
                said += line
                if match := re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", said):
                    yield match[0]
                    break
        finally:
            server.terminate()


def save(browser: Browser, png: bytes, path: Path) -> None:
    """Write a screenshot with a palette of at most 256 colours."""
    pixels = decoded(browser, png)
    height, width, _ = pixels.shape
    coarse = pixels.reshape(-1, 3) >> 3  # 32 steps of each colour are enough for text and charts
    codes = coarse @ np.array([1024, 32, 1])
    colours, counts = np.unique(codes, return_counts=True)
    kept = colours[np.argsort(-counts)[:256]]
    palette = np.stack([kept // 1024, kept // 32 % 32, kept % 32], axis=1)
    every = np.stack([colours // 1024, colours // 32 % 32, colours % 32], axis=1)
    nearest = ((every[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    indexes = nearest[np.searchsorted(colours, codes)].reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), np.uint8), indexes]).tobytes()
    entries = (palette * 255 // 31).astype(np.uint8).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = {b"IHDR": head, b"PLTE": entries, b"IDAT": zlib.compress(rows, 9), b"IEND": b""}
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in chunks.items()))


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG file with its length and checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def decoded(browser: Browser, png: bytes) -> npt.NDArray[np.int64]:
    """Return the pixels of a picture as red, green and blue; the browser decodes it, and no other library is needed."""
    page = browser.new_page()
    width, height, content = page.evaluate(DECODE, base64.b64encode(png).decode())
    page.close()
    pixels = np.frombuffer(base64.b64decode(content), np.uint8).reshape(height, width, 4)
    return pixels[:, :, :3].astype(np.int64)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
