"""The demo city that the cases read, written and taken into its lake once, kept in benchmarks/.data/ (git-ignored)."""

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

#: How large: 1 is a real city, of which ten weeks are 15 GB of logs and an hour of writing.
SCALE = float(os.environ.get("BENCH_SCALE", "0.02"))

DATA = Path(__file__).with_name(".data")

#: The last day of a city, and the day on which it is looked at.
UNTIL = dt.date(2026, 11, 22)
TODAY = UNTIL + dt.timedelta(days=1)

#: A working day, which stands for every day of the city of one day.
FRIDAY = dt.date(2026, 11, 20)

_MARK = "taken.txt"


def city(scale: float = SCALE) -> Path:
    """The folder of a city of ten weeks, with its lake, its ledger and the reports that the demo issues."""
    folder = DATA / f"city-{scale:g}"
    if not (folder / _MARK).is_file():
        _write(folder, scale)
    return folder


def aged(days: int) -> Path:
    """The folder of a copy of a city with so many days of history."""
    from benchmarks.history import age

    folder = DATA / f"city-{SCALE:g}-{days}-days"
    if not (folder / _MARK).is_file():
        source = city()
        age(source, folder, days, UNTIL)
        shutil.copy(source / _MARK, folder / _MARK)
    return folder


def day(scale: float) -> Path:
    """The folder of a city of one day, a Friday: what its sources hold, of which nothing was taken."""
    folder = DATA / f"day-{scale:g}"
    if not (folder / "ntanalytics.yml").is_file():
        _write_sources(folder, scale, FRIDAY, 1)
    return folder


def dense(scale: float) -> Path:
    """The folder of a city of one day, a Friday, that is written again on each of the 97 days before it.

    Of a real city ten weeks would take an hour to write; its lake alone takes minutes so.
    """
    from benchmarks.history import age

    folder = DATA / f"dense-{scale:g}"
    if not (folder / _MARK).is_file():
        one = day(scale)
        if not (one / "lake").is_dir():
            _take(one, FRIDAY, FRIDAY)
        age(one, folder, 98, FRIDAY, step=1)
        (folder / _MARK).write_text(f"{dt.datetime.now(dt.UTC):%F}\n", encoding="utf-8")
    return folder


@contextmanager
def of_city(scale: float = SCALE) -> Iterator[str]:
    """A case's place: the city's folder."""
    yield str(city(scale))


@contextmanager
def of_dense(scale: float | None = None) -> Iterator[str]:
    """A case's place: the folder of the city of one day; by default a real city's, or what BENCH_SCALE says above."""
    yield str(dense(scale or max(SCALE, 1.0)))


def _write(folder: Path, scale: float) -> None:
    from ntanalytics.runner import RunContext, run_report
    from ntanalytics.settings import load

    estate = _write_sources(folder, scale, UNTIL, 70)
    _take(folder, estate.first, estate.until)
    context = RunContext(settings=load(estate.config), clock=estate.clock)
    for report, period in estate.reports:
        run_report(context, report, period, {})
    (folder / _MARK).write_text(f"{dt.datetime.now(dt.UTC):%F}\n", encoding="utf-8")


def _write_sources(folder: Path, scale: float, until: dt.date, days: int) -> Estate:
    from ntanalytics.demo import write_estate

    sys.stderr.write(f"writing the city of scale {scale:g} into {folder}\n")
    shutil.rmtree(folder, ignore_errors=True)
    return write_estate(folder, until=until, days=days, scale=scale)


def _take(folder: Path, first: dt.date, last: dt.date) -> None:
    """Take a city's days into its lake."""
    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger
    from ntanalytics.settings import load

    settings = load(folder / "ntanalytics.yml")
    Extractor(settings, Ledger(settings.ledger), clock=lambda: morning_after(last)).extract([], first, last)


def morning_after(day: dt.date) -> dt.datetime:
    """Ten past six of the morning after a day: when its data are taken."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(6, 10), ZoneInfo("Asia/Shanghai"))


def grown(split: int) -> Path:
    """The folder of a copy of a city whose units are each parted into so many."""
    from benchmarks.history import part_units

    folder = DATA / f"city-{SCALE:g}-units-{split}"
    if not (folder / _MARK).is_file():
        source = city()
        part_units(source, folder, split)
        shutil.copy(source / _MARK, folder / _MARK)
    return folder
