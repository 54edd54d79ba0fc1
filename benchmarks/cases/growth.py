"""Cases of growth: our own work beside the same at a smaller size."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from benchmarks.cases.runs import WEEK, each_unit, issue
from benchmarks.estate import FRIDAY, aged, city, day, dense, grown, morning_after
from benchmarks.suite import Case, Outcome, Way, Work

#: Ten weeks, and the three years of a contract.
SHORT, LONG = 70, 1095

#: Scales of the city of one day, 1 for a real city. Requests grow less than rows, since they are stored as counts.
SMALL, LARGE, HUGE = 0.1, 1.0, 10.0


def _report(report: str, period: str, days: int) -> Callable[[str], Work]:
    """Return the issue of a report over some days of history."""
    issued = issue(reports=((report, period),))
    return lambda _: issued(str(aged(days) if days > SHORT else city()))


@contextmanager
def _history() -> Iterator[str]:
    city()
    aged(LONG)
    yield ""


def _cells(report: str, period: str, scale: float) -> Callable[[str], Work]:
    """Return a run of a report's code cells in this process, without kernel and rendering."""

    def ready(_: str) -> Work:
        import contextlib
        import io
        import os

        import nbformat

        from ntanalytics.settings import project_dir

        os.environ["NTANALYTICS_CONFIG"] = str(dense(scale) / "ntanalytics.yml")
        notebook = nbformat.read(project_dir("notebooks") / f"{report}.ipynb", 4)  # type: ignore[no-untyped-call]
        cells = [
            "" if "parameters" in cell.metadata.get("tags", ()) else cell.source
            for cell in notebook.cells
            if cell.cell_type == "code" and "__future__" not in cell.source
        ]

        def work() -> int:
            names: dict[str, object] = {"period": period, "unit": "", "edition": ""}
            with contextlib.redirect_stdout(io.StringIO()):
                for cell in cells:
                    exec(cell, names)  # noqa: S102 - our own notebooks
            return 1

        return work

    return ready


@contextmanager
def _dense() -> Iterator[str]:
    dense(SMALL)
    dense(LARGE)
    yield ""


def _rows(report: str, period: str) -> Case:
    return Case(
        f"The cells of {report} {period}, a lake of one day 98 times over: ten times the volume",
        "report",
        (
            Way(f"scale {SMALL:g}", _cells(report, period, SMALL), "ours"),
            Way(f"scale {LARGE:g}, a real city", _cells(report, period, LARGE)),
        ),
        _dense,
        rounds=3,
    )


def _morning(scale: float) -> Callable[[str], Work]:
    """Return the extraction of a whole day into a new lake, and the publication of its inspection."""

    def ready(_: str) -> Work:
        from ntanalytics.extraction import Extractor
        from ntanalytics.ledger import Ledger
        from ntanalytics.runner import RunContext, run_report
        from ntanalytics.settings import load

        home = Path(tempfile.mkdtemp(prefix="bench-"))
        settings = load(day(scale) / "ntanalytics.yml").model_copy(
            update={"lake": home / "lake", "ledger": f"sqlite:///{home}/ledger.sqlite", "outputs": home / "outputs"}
        )
        config = home / "ntanalytics.yml"
        config.write_text(yaml.safe_dump(settings.model_dump(mode="json", exclude_defaults=True)), encoding="utf-8")
        settings = load(config)

        def at() -> dt.datetime:
            return morning_after(FRIDAY)

        def work() -> Outcome:
            started = time.perf_counter()
            results = Extractor(settings, Ledger(settings.ledger), clock=at).extract([], FRIDAY, FRIDAY)
            seconds = time.perf_counter() - started
            failed = [result.error for result in results if result.error]
            if failed:
                raise SystemExit(failed[0])
            run_report(RunContext(settings=settings, clock=at), "daily_inspection", FRIDAY.isoformat(), {})
            rows = sum(result.rows.total() for result in results)
            shutil.rmtree(home)
            return Outcome(1, {"taking, s": seconds, "rows taken": rows})

        return work

    return ready


@contextmanager
def _mornings() -> Iterator[str]:
    day(LARGE)
    day(HUGE)
    yield ""


def _pages(split: int) -> Callable[[str], Work]:
    def ready(_: str) -> Work:
        return each_unit(10)(str(grown(split)))

    return ready


@contextmanager
def _units() -> Iterator[str]:
    city()
    grown(10)
    yield ""


def _years(report: str, period: str) -> Case:
    return Case(
        f"{report} {period}, published: {SHORT} days of history and {LONG}",
        "report",
        (Way("ten weeks", _report(report, period, SHORT), "ours"), Way("three years", _report(report, period, LONG))),
        _history,
        note="Three years: the rows, the ledger and the outputs of the ten weeks, written again at earlier days; "
        "of the copies a case that was open ended with its last change.",
    )


CASES: dict[str, Case] = {
    "growth-history": _years("daily_inspection", FRIDAY.isoformat()),
    "growth-history-weekly": _years("weekly_service_report", WEEK),
    "growth-rows": _rows("sms_volume", f"{FRIDAY:%Y}-10"),
    "growth-rows-inspection": _rows("daily_inspection", FRIDAY.isoformat()),
    "growth-morning": Case(
        "A day of a city taken into a new lake, and its inspection published",
        "morning",
        (
            Way(f"scale {LARGE:g}, a real city", _morning(LARGE), "ours"),
            Way(f"scale {HUGE:g}, ten times its data", _morning(HUGE)),
        ),
        _mornings,
        rounds=1,
        note="A day alone: what takes long is the access log, of which a real city writes three million lines a day.",
    ),
    "growth-units": Case(
        "Ten pages of units, of all units and of ten times as many",
        "page",
        (Way("the city's units", lambda _: each_unit(10)(str(Path(city()))), "ours"), Way("ten times", _pages(10))),
        _units,
        rounds=3,
        note="Ten times the units: each account of a unit falls to one of ten parts of it; the same rows.",
    ),
}
