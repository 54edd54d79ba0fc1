"""Reports beside plain papermill: ``python -m benchmarks.notebooks report|units --config FILE``.

report: one report from its start to its published folder, by ``ntanalytics run`` (no extraction; execution, HTML,
workbook, verification, index), beside ``papermill`` and then ``jupyter nbconvert --to html`` of the same notebook.
Neither prints a PDF. The overhead is measured for a second report in one process: its whole time without the time of
the cells, as the record has it, and without the time of the renderings and their verification.
units: the pages of some units by one ``run_each_unit``, beside one ``papermill`` command after another, which renders
nothing; with a projection for all units. Peak memory is that of all our processes together.

Each round does both, in turn. The lake must have the period: issue the report once before.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psutil

from ntanalytics.kernels.unused_imports import skip_unused_imports
from ntanalytics.periods import parse_period
from ntanalytics.settings import Settings, load, project_dir

#: Without PDF: a print takes the browser longer than anything else, and plain papermill makes none.
ENVIRONMENT = {**os.environ, "NTANALYTICS_CHROMIUM": ""}
BIN = Path(sys.executable).parent


def plain(settings: Settings, report: str, period: str, folder: Path, *, unit: str = "", is_rendered: bool) -> float:
    """Return the seconds of the papermill command and, if it is rendered, of nbconvert."""
    notebook, record = project_dir("notebooks") / f"{report}.ipynb", folder / "plain.ipynb"
    environment = {**ENVIRONMENT, "NTANALYTICS_CONFIG": str(settings.file)}
    given = ["-r", "period", period, *(["-r", "unit", unit] if unit else [])]
    commands = [[BIN / "papermill", "--no-progress-bar", "-k", "python3", *given, notebook, record]]
    if is_rendered:
        commands.append([BIN / "jupyter", "nbconvert", "--to", "html", record])
    return timed(lambda: [call(command, environment) for command in commands])


def ours(settings: Settings, report: str, period: str, *options: str) -> float:
    """Return the seconds of ``ntanalytics run``."""
    command = [BIN / "ntanalytics", "--config", settings.file, "run", report, "--period", period, *options]
    return timed(lambda: call(command, ENVIRONMENT))


def call(command: list[Any], environment: dict[str, str]) -> None:
    """Run a command to its end; the message of a failure has its output."""
    texts = [str(argument) for argument in command]
    done = subprocess.run(texts, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 — our own
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr[-2000:]}")


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of some work."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cells_s(record: Path) -> float:
    """Return the seconds between the kernel's first and last answer for each cell, added up, from the record."""
    total = 0.0
    for cell in json.loads(record.read_text(encoding="utf-8"))["cells"]:
        times = cell["metadata"].get("execution", {})
        if {"iopub.execute_input", "shell.execute_reply"} <= set(times):
            start, end = (
                dt.datetime.fromisoformat(times[name]) for name in ("iopub.execute_input", "shell.execute_reply")
            )
            total += (end - start).total_seconds()
    return total


def one_report(settings: Settings, report: str, period: str, rounds: int) -> dict[str, Any]:
    """Return medians of one report, ours and plain, and of the parts of a second report in a warm supervisor."""
    from ntanalytics.runner import RunContext, run_report

    os.environ["NTANALYTICS_CHROMIUM"] = ""
    names = ("ours_s", "plain_s", "up_to_date_s", "warm_s", "cells_s", "rendering_s")
    seconds: dict[str, list[float]] = {name: [] for name in names}
    context = RunContext(settings=settings)
    run_report(context, report, period, {})
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            seconds["ours_s"].append(ours(settings, report, period, "--force"))
            seconds["up_to_date_s"].append(ours(settings, report, period))
            seconds["plain_s"].append(plain(settings, report, period, Path(folder), is_rendered=True))
        result = run_report(context, report, period, {})
        seconds["warm_s"].append(result.seconds)
        seconds["cells_s"].append(cells_s(result.directory / "report.ipynb"))
        seconds["rendering_s"].append(rendering_s(result.directory))
    medians = {name: round(statistics.median(values), 3) for name, values in seconds.items()}
    rest = [w - c - r for w, c, r in zip(seconds["warm_s"], seconds["cells_s"], seconds["rendering_s"], strict=True)]
    return {
        "case": f"{report} {period}", "rounds": rounds, **medians,
        "overhead_s": round(statistics.median(rest), 3), "ratio": round(medians["plain_s"] / medians["ours_s"], 2),
    }  # fmt: skip


def rendering_s(directory: Path) -> float:
    """Return the seconds of rendering a record and verifying the renderings, again in this process."""
    from ntanalytics.runner.evidence import RunIdentity
    from ntanalytics.runner.executed_notebook import read_notebook
    from ntanalytics.runner.rendering import write_and_verify, write_record

    with tempfile.TemporaryDirectory() as folder:
        notebook = read_notebook(directory / "report.ipynb")
        run = RunIdentity("", "", "", {}, "")
        return timed(lambda: write_and_verify(write_record(notebook, Path(folder)), Path(folder), run))


def unit_pages(settings: Settings, report: str, period: str, count: int, sample: int) -> dict[str, Any]:
    """Return pages per minute of some units, and the median of some pages by the papermill command."""
    from ntanalytics.runner import RunContext
    from ntanalytics.runner.each_unit import oa_units, run_each_unit

    today = dt.datetime.now(settings.zone).date()
    every = oa_units(settings, parse_period(period, today, settings.calendar()))
    units = every[:count]
    with tempfile.TemporaryDirectory() as folder:
        commands = [
            plain(settings, report, period, Path(folder), unit=unit, is_rendered=False) for unit in units[:sample]
        ]
    marks: list[float] = []
    with Peak() as peak:
        started = time.perf_counter()
        context = RunContext(
            settings=settings,
            progress=lambda *step: marks.append(time.perf_counter()) if f"/{len(units)} " in step[0] else None,
        )
        result = run_each_unit(context, report, period, {}, units=units)
        whole = time.perf_counter() - started
    pages = (time.perf_counter() - marks[0]) / len(units)
    once = whole - pages * len(units)
    plain_page = statistics.median(commands)
    all_ours = once + pages * len(every)
    return {
        "case": f"{report} {period}, pages of units", "units": len(units), "failed": len(result.failed),
        "ours_s": round(whole, 1), "once_s": round(once, 1), "page_s": round(pages, 3),
        "plain_page_s": round(plain_page, 2), "plain_pages": len(commands),
        "pages_per_minute": round(60 * len(units) / whole, 1),
        "peak_mb": round(peak.mb), "ratio": round(plain_page * len(units) / whole, 1),
        "units_of_all": len(every), "ratio_of_all": round(plain_page * len(every) / all_ours, 1),
    }  # fmt: skip


class Peak:
    """Peak memory of this process and its children together; shared memory is counted once (PSS)."""

    mb = 0.0

    def __enter__(self) -> Self:
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        this = psutil.Process()
        while not self._done.wait(1.0):
            total = 0
            for process in [this, *this.children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue  # it ended meanwhile
            self.mb = max(self.mb, total / 2**20)


def main() -> None:
    """Measure, and print a line of JSON."""
    skip_unused_imports()
    options = argparse.ArgumentParser()
    options.add_argument("case", choices=("report", "units"))
    options.add_argument("--config", type=Path, required=True)
    options.add_argument("--report", default="")
    options.add_argument("--period", default="2026-W47")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--units", type=int, default=40)
    options.add_argument("--sample", type=int, default=5)
    given = options.parse_args()
    settings = load(given.config)
    if given.case == "report":
        result = one_report(settings, given.report or "sms_volume", given.period, given.rounds)
    else:
        result = unit_pages(settings, given.report or "oa_adoption", given.period, given.units, given.sample)
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    main()
