"""Cases of whole runs: one report, the pages of units, the reports of a Monday morning."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.estate import TODAY, open_city
from benchmarks.issue import clock
from benchmarks.suite import Case, Way, Work, command, own_command
from ntanalytics.settings import project_dir

#: The programs of the environment that runs the benchmark.
BIN = Path(sys.executable).parent

WEEK = "2026-W47"

#: Pages of units by papermill; each further one costs the same.
PLAIN = 4


def issue(*options: str, reports: Sequence[tuple[str, str]]) -> Callable[[str], Work]:
    """Return our way of issuing reports: extract missing days, execute, render, verify, publish, one by one."""
    named = [f"{report}={period}" for report, period in reports]

    def ready(city: str) -> Work:
        def work() -> int:
            own_command("benchmarks.issue", city, *options, *named)
            return len(reports)

        return work

    return ready


def by_hand(reports: Sequence[tuple[str, str]], units: Sequence[str] = ("",)) -> Callable[[str], Work]:
    """Return the way by the commands of papermill and nbconvert, one notebook after the other."""

    def ready(city: str) -> Work:
        folder = tempfile.mkdtemp(prefix="bench-")

        def work() -> int:
            for report, period in reports:
                for number, unit in enumerate(units):
                    record = f"{folder}/{report}-{number}.ipynb"
                    notebook = str(project_dir("notebooks") / f"{report}.ipynb")
                    of_unit = ["-r", "unit", unit] if unit else []
                    papermill = [
                        str(BIN / "papermill"),
                        notebook,
                        record,
                        "-k",
                        "python3",
                        "-r",
                        "period",
                        period,
                        *of_unit,
                    ]
                    command(*papermill, environment={"NTANALYTICS_CONFIG": f"{city}/ntanalytics.yml"})
                    command(str(BIN / "jupyter-nbconvert"), "--to", "html", record)
            shutil.rmtree(folder)
            return len(reports) * len(units)

        return work

    return ready


def _one(report: str, period: str = WEEK) -> Case:
    pair = ((report, period),)
    return Case(
        f"One {report} of a {'week' if period == WEEK else 'day'}, from the start to what a reader gets",
        "report",
        (
            Way("ours: HTML, workbook, print, all verified, index", issue(reports=pair), "ours"),
            Way("papermill and nbconvert: HTML alone", by_hand(pair)),
        ),
        open_city,
    )


def run_again(*options: str) -> Callable[[str], Work]:
    """Return the command ``run`` of a report that was just issued."""

    def ready(city: str) -> Work:
        program = (str(BIN / "ntanalytics"), "--config", f"{city}/ntanalytics.yml", "run", "weekly_service_report")

        def work() -> int:
            command(*program, "--period", WEEK, *options, environment={})
            return 1

        work()
        return work

    return ready


def _units(city: str) -> list[str]:
    from ntanalytics.periods import parse_period
    from ntanalytics.runner.each_unit import oa_units
    from ntanalytics.settings import load

    settings = load(Path(city) / "ntanalytics.yml")
    return oa_units(settings, parse_period(WEEK, TODAY, settings.calendar()))


def each_unit(count: int | None = None) -> Callable[[str], Work]:
    """Return our way of making the pages of some units; None: of all."""

    def ready(city: str) -> Work:
        from ntanalytics.runner import RunContext
        from ntanalytics.runner.each_unit import run_each_unit
        from ntanalytics.settings import load

        context = RunContext(settings=load(Path(city) / "ntanalytics.yml"), clock=clock)
        units = _units(city)[:count]

        def work() -> int:
            result = run_each_unit(context, "oa_adoption", WEEK, {}, units=units)
            if result.failed:
                raise SystemExit(str(result.failed[0].error))
            return len(result.published)

        return work

    return ready


def _pages_by_hand(city: str) -> Work:
    return by_hand((("oa_adoption", WEEK),), _units(city)[:PLAIN])(city)


#: The Friday that an inspection of Monday's morning is of.
_FRIDAY = "2026-11-20"

_MORNING = (("daily_inspection", _FRIDAY), ("weekly_service_report", WEEK), ("sms_volume", WEEK), ("oa_adoption", WEEK))


def _morning_plain(city: str) -> Work:
    folder = tempfile.mkdtemp(prefix="bench-")

    def work() -> int:
        own_command("benchmarks.plain", city, folder)
        shutil.rmtree(folder)
        return len(_MORNING)

    return work


CASES: dict[str, Case] = {
    "report-sms": _one("sms_volume"),
    "report-weekly": _one("weekly_service_report"),
    "report-inspection": _one("daily_inspection", _FRIDAY),
    "report-oa": _one("oa_adoption"),
    "up-to-date": Case(
        "`run` of a weekly report that is up to date, and the same report with --force",
        "report",
        (Way("ours", run_again(), "ours"), Way("--force", run_again("--force"))),
        open_city,
    ),
    "units": Case(
        f"Pages of units: those of all units by our command, {PLAIN} by papermill",
        "page",
        (
            Way("ours, --each-unit", each_unit(), "ours"),
            Way("papermill and nbconvert, one after another", _pages_by_hand),
        ),
        open_city,
        rounds=3,
        note="The city has a hundred units, a real one 330; what is done once before the first page is counted.",
    ),
    "morning": Case(
        "A Monday's morning: yesterday taken, then the inspection, the weekly report, the SMS and the OA of the week",
        "report",
        (
            Way("ours", issue("--yesterday", reports=_MORNING), "ours"),
            Way("pandas, papermill and nbconvert, written for this (benchmarks/plain.py)", _morning_plain),
        ),
        open_city,
        rounds=3,
        note="What is beside it is far less: no check of the data, no state, no rule, no history; five tables and two "
        "charts a report instead of an inspection of 37 datasets by some hundred rules.",
    ),
}
