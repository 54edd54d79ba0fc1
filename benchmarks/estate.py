"""Demo cities for the cases, written and extracted once, and kept in benchmarks/.data/ (git-ignored)."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from ntanalytics.demo.estate import Estate

#: Size: 1 is a real city; its ten weeks are 15 GB of logs and take an hour to write.
SCALE = float(os.environ.get("BENCH_SCALE", "0.02"))

DATA = Path(__file__).with_name(".data")

#: The last day of a city, and the day of the reports.
UNTIL = dt.date(2026, 11, 22)
TODAY = UNTIL + dt.timedelta(days=1)

#: A working day, for cities of one day.
FRIDAY = dt.date(2026, 11, 20)

_MARK = "taken.txt"


def city(scale: float = SCALE) -> Path:
    """Return the folder of a city of ten weeks, with its lake, its ledger and the reports that the demo issues."""
    folder = DATA / f"city-{scale:g}"
    if not (folder / _MARK).is_file():
        _write(folder, scale)
    return folder


def aged(days: int) -> Path:
    """Return the folder of a copy of a city with some days of history."""
    from benchmarks.history import age

    folder = DATA / f"city-{SCALE:g}-{days}-days"
    if not (folder / _MARK).is_file():
        source = city()
        age(source, folder, days, UNTIL)
        shutil.copy(source / _MARK, folder / _MARK)
    return folder


def day(scale: float) -> Path:
    """Return the folder of a city of one day, a Friday: its sources, of which nothing was extracted."""
    folder = DATA / f"day-{scale:g}"
    if not (folder / "ntanalytics.yml").is_file():
        _write_sources(folder, scale, FRIDAY, 1)
    return folder


def dense(scale: float) -> Path:
    """Return the folder of a city of one day, a Friday, copied to each of the 97 days before it.

    Ten weeks of a real city would take an hour to write; such a lake takes minutes.
    """
    from benchmarks.history import age

    folder = DATA / f"dense-{scale:g}"
    if not (folder / _MARK).is_file():
        one = day(scale)
        if not (one / "lake").is_dir():
            _extract(one, FRIDAY, FRIDAY)
        age(one, folder, 98, FRIDAY, step=1)
        (folder / _MARK).write_text(f"{dt.datetime.now(dt.UTC):%F}\n", encoding="utf-8")
    return folder


@contextmanager
def open_city(scale: float = SCALE) -> Iterator[str]:
    """Give the city's folder, as a case's place."""
    yield str(city(scale))


@contextmanager
def open_dense_city(scale: float | None = None) -> Iterator[str]:
    """Give the folder of the city of one day, as a case's place; its scale is 1, or BENCH_SCALE if that is larger."""
    yield str(dense(scale or max(SCALE, 1.0)))


def _write(folder: Path, scale: float) -> None:
    from ntanalytics.demo import plan_reports
    from ntanalytics.runner import RunContext, run_report
    from ntanalytics.settings import load

    estate = _write_sources(folder, scale, UNTIL, 70)
    _extract(folder, estate.first, estate.until)
    context = RunContext(settings=load(estate.config), clock=estate.clock)
    for report, period in plan_reports(UNTIL, 70, full=True):
        run_report(context, report, period, {})
    (folder / _MARK).write_text(f"{dt.datetime.now(dt.UTC):%F}\n", encoding="utf-8")


def _write_sources(folder: Path, scale: float, until: dt.date, days: int) -> Estate:
    from ntanalytics.demo import write_estate

    sys.stderr.write(f"writing the city of scale {scale:g} into {folder}\n")
    shutil.rmtree(folder, ignore_errors=True)
    return write_estate(folder, until=until, days=days, scale=scale)


def _extract(folder: Path, first: dt.date, last: dt.date) -> None:
    """Extract a city's days into its lake."""
    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger
    from ntanalytics.settings import load

    settings = load(folder / "ntanalytics.yml")
    Extractor(settings, Ledger(settings.ledger), clock=lambda: morning_after(last)).extract([], first, last)


def morning_after(day: dt.date) -> dt.datetime:
    """Return the time at which a day's data are extracted: ten past six on the next morning."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(6, 10), ZoneInfo("Asia/Shanghai"))


def grown(split: int) -> Path:
    """Return the folder of a copy of a city with each unit split into some parts."""
    from benchmarks.history import split_units

    folder = DATA / f"city-{SCALE:g}-units-{split}"
    if not (folder / _MARK).is_file():
        source = city()
        split_units(source, folder, split)
        shutil.copy(source / _MARK, folder / _MARK)
    return folder
