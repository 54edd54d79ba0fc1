"""Cases of renderings: a long workbook, and a page in the browser."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cases.runs import BIN
from benchmarks.estate import city
from benchmarks.suite import Case, Outcome, Way, Work, command

ROWS = 200_000


@contextmanager
def _records() -> Iterator[str]:
    yield str(city() / "outputs")


def _long(outputs: str) -> tuple[Any, list[dict[str, Any]]]:
    """Return a record with one long table, made of the repeated rows of a real one, and its rows."""
    from ntanalytics.reports.record import load_record

    record = load_record(Path(outputs) / "sms_volume" / "2026-W47" / "report.ipynb")
    block = next(block for block in record.blocks if block.id == "by-application")
    rows = [dict(block.rows[number % len(block.rows)]) for number in range(ROWS)]
    return dataclasses.replace(record, items=(dataclasses.replace(block, rows=tuple(rows)),)), rows


def _workbook_ours(outputs: str) -> Work:
    from ntanalytics.reports.exporters.excel import workbook_bytes

    record, _ = _long(outputs)

    def work() -> Outcome:
        return Outcome(ROWS, {"MB": len(workbook_bytes(record)) / 2**20})

    return work


def _by_pandas(engine: str, options: dict[str, Any]) -> Callable[[str], Work]:
    def ready(outputs: str) -> Work:
        import tempfile

        import pandas as pd

        frame = pd.DataFrame(_long(outputs)[1])

        def work() -> Outcome:
            with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
                with pd.ExcelWriter(file.name, engine=engine, engine_kwargs=options) as writer:  # type: ignore[call-overload]
                    frame.to_excel(writer, index=False)
                return Outcome(ROWS, {"MB": Path(file.name).stat().st_size / 2**20})

        return work

    return ready


def _by_xlsxwriter(outputs: str) -> Work:
    import tempfile

    import xlsxwriter

    _, rows = _long(outputs)

    def work() -> Outcome:
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            with xlsxwriter.Workbook(file.name, {"constant_memory": True}) as book:
                sheet = book.add_worksheet()
                sheet.write_row(0, 0, list(rows[0]))
                for number, row in enumerate(rows, 1):
                    sheet.write_row(number, 0, list(row.values()))
            return Outcome(ROWS, {"MB": Path(file.name).stat().st_size / 2**20})

    return work


#: Time of the first contentful paint in milliseconds, by an observer, since the paint may come later.
_PAINTED = """new Promise(resolve => new PerformanceObserver(entries => {
    const first = entries.getEntriesByName("first-contentful-paint")[0];
    if (first) resolve(first.startTime);
}).observe({type: "paint", buffered: true}))"""


def _page(make: Callable[[Path], Path]) -> Callable[[str], Work]:
    """Return the opening of a page in Chromium, with the times of its first paint and of its load."""

    def ready(outputs: str) -> Work:
        from playwright.sync_api import sync_playwright

        page_file = make(Path(outputs) / "daily_inspection" / "2026-11-20")
        driver = sync_playwright().start()
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(offline=True)
        page.goto("about:blank")

        def work() -> Outcome:
            started = time.perf_counter()
            page.goto(page_file.as_uri(), wait_until="load")
            loaded = time.perf_counter() - started
            painted = page.evaluate(_PAINTED)  # the paint may come after the load
            figures = page.evaluate("document.querySelectorAll('svg.main-svg').length")
            browser.close()
            driver.stop()
            size = page_file.stat().st_size / 2**20
            return Outcome(
                1, {"MB": size, "first page, s": painted / 1000, "loaded, s": loaded, "drawings": float(figures)}
            )

        return work

    return ready


def _ours(folder: Path) -> Path:
    return folder / "report.html"


def _nbconvert(folder: Path) -> Path:
    page = folder.parent / "nbconvert-of-the-benchmark.html"
    if not page.is_file():
        command(str(BIN / "jupyter-nbconvert"), "--to", "html", "--output", str(page), str(folder / "report.ipynb"))
    return page


CASES: dict[str, Case] = {
    "workbook": Case(
        f"A workbook of {ROWS:,} rows",
        "row",
        (
            Way("ours: styled, typed, with contents and sources", _workbook_ours, "ours"),
            Way("pandas to_excel, openpyxl", _by_pandas("openpyxl", {})),
            Way("XlsxWriter, constant memory, no styles", _by_xlsxwriter, "limit"),
        ),
        _records,
        rounds=3,
    ),
    "html": Case(
        "The daily inspection's page, the largest of all, opened in Chromium without a network",
        "page",
        (Way("ours", _page(_ours), "ours"), Way("nbconvert's own HTML of the same record", _page(_nbconvert))),
        _records,
        note="nbconvert's page asks five CDNs for its scripts and draws none of the figures.",
    ),
}
