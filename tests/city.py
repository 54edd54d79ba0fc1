"""The demo city, small, written once for the tests that issue real reports."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from filelock import FileLock

from ntanalytics.catalog import kept_columns
from ntanalytics.contract import DATASETS
from ntanalytics.demo import Destinations, Estate, write_estate
from ntanalytics.extraction import Extractor
from ntanalytics.lake.backends import compiled_sql
from ntanalytics.ledger import Ledger
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.runner.report_request import request_report
from ntanalytics.settings import Settings, load
from ntanalytics.sources.database import DatabaseSource

UNTIL = dt.date(2026, 11, 22)
DAYS = 56
FIRST = UNTIL - dt.timedelta(days=DAYS - 1)
#: Factor of the volumes of the city.
SCALE = 0.005
#: The reports of the city that tests read, each for its last period.
REPORTS = {
    "daily_inspection": "last-working-day",
    "sms_volume": "2026-W47",
    "weekly_service_report": "2026-W47",
    "oa_adoption": "2026-W47",
    "optimization_recommendations": "2026-W47",
}

#: Folders of the city of which a copy has the same files, 240 MB: a test that changes one writes it anew.
SHARED = ("lake", "sources")

BLOCK = "application/vnd.ntanalytics.block+json"
DATA = "application/vnd.dataresource+json"
FINDINGS = "application/vnd.ntanalytics.findings+json"
#: Keys whose values differ from run to run, or depend on the reports that other tests issued before.
VOLATILE = {
    "generated_at",
    "taken_at",
    "as_of",
    "origin",
    "versions",
    "hazards",
    "correction",
    "subtitle",
    "ledger_anchor",
}


class City:
    """Demo estate in a folder, and the reports issued from it.

    Args:
        folder: where ``write_city`` wrote it, or a copy of that.
    """

    def __init__(self, folder: Path) -> None:
        self.estate = Estate(
            directory=folder / "city", config=folder / "city" / "ntanalytics.yml", first=FIRST, until=UNTIL
        )
        self.settings: Settings = load(self.estate.config)

    def clock(self) -> dt.datetime:
        """Return the moment of extraction: the morning after the estate's last day."""
        return self.estate.clock()

    def run(self, report: str, period: str, **parameters: str) -> RunResult:
        """Issue a report as if it were the morning after the estate's last day."""
        return run_report(RunContext(settings=self.settings, clock=self.clock), report, period, parameters)


def write_city(folder: Path, caches: Path | None = None, *, scale: float = SCALE) -> City:
    """Write the demo estate, and extract its whole past and all that its reports look back at.

    Args:
        folder: where it is written.
        caches: files that its lake shares with others (:func:`share_caches`).
        scale: factor of the volumes.
    """
    write_estate(
        folder / "city", until=UNTIL, days=DAYS, scale=scale, destinations=Destinations(outputs=folder / "outputs")
    )
    city = City(folder)
    if caches:
        share_caches(caches, city.settings.lake)
    extractor = Extractor(city.settings, Ledger(city.settings.ledger), clock=city.clock)
    with in_one_pass():
        results = [
            result
            for name, first in _first_read(city).items()
            if extractor.sources_of(name)
            for result in extractor.extract([name], first, UNTIL)
        ]
    failed = [(result.dataset, result.error) for result in results if result.error]
    assert not failed, failed
    return city


def _first_read(city: City) -> dict[str, dt.date]:
    """Return the first day of each dataset that a report of ``REPORTS`` reads."""
    context, read = RunContext(settings=city.settings, clock=city.clock), dict.fromkeys(DATASETS, FIRST)
    for request in (request_report(context, report, period, {}) for report, period in REPORTS.items()):
        for dataset, days in request.notebook.needs.items():
            read[dataset] = min(read[dataset], request.period.first - dt.timedelta(days=days))
    return read


@contextmanager
def in_one_pass() -> Iterator[None]:
    """Have databases be read in one pass: the weeks before an estate are empty, and each takes a query of its own."""
    with mock.patch.object(DatabaseSource, "chunk_days", 0):
        yield


#: Files of a lake that hold what was worked out from the code alone.
CACHES = (compiled_sql.FILE, kept_columns.FILE)


def share_caches(caches: Path, lake: Path) -> None:
    """Have a lake use what other tests have compiled and checked, and keep there what it does itself.

    Args:
        caches: the folder of the fixture ``caches``.
        lake: the folder of the lake; it is made.
    """
    lake.mkdir(mode=0o750, parents=True, exist_ok=True)
    for name in CACHES:
        os.link(caches / name, lake / name)


def copy_city(written: Path, folder: Path) -> City:
    """Copy an estate that was written; the files of its lake and its sources are shared: none is changed in place."""
    shutil.copytree(written / "city", folder / "city", ignore=shutil.ignore_patterns(*SHARED))
    for name in SHARED:
        shutil.copytree(written / "city" / name, folder / "city" / name, copy_function=os.link)
    return City(folder)


@dataclass(frozen=True)
class Issued:
    """A report that was issued for all tests, which read it and change nothing.

    Attributes:
        report: its name.
        directory: the published folder.
    """

    report: str
    directory: Path


class IssuedReports:
    """The demo city from which each report is issued once, for all processes of a run.

    Args:
        written: where ``write_city`` wrote the city.
        folder: where the copy is made from which reports are issued.
    """

    def __init__(self, written: Path, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder.with_suffix(".lock"))
        with self._lock:
            if not (folder / "complete").exists():
                copy_city(written, folder)
                (folder / "complete").touch()
        self.city = City(folder)

    def __call__(self, report: str, period: str, **parameters: str) -> Issued:
        """Return a report, which is issued if no test has asked for it.

        The weekly report tells of the inspections that were issued before it: that is always the one of the last
        working day.
        """
        if report == "weekly_service_report":
            self("daily_inspection", "last-working-day")
        said = "-".join((report, period, *parameters.values()))
        note = self.folder / f"{said}.directory"
        with self._lock:
            if not note.exists():
                # nobody looks at the print of a page of parameters
                with mock.patch.dict(os.environ, {"NTANALYTICS_CHROMIUM": ""} if parameters else {}):
                    result = self.city.run(report, period, **parameters)
                note.write_text(str(result.directory), encoding="utf-8")
        return Issued(report, Path(note.read_text(encoding="utf-8")))

    def copy(self, folder: Path) -> City:
        """Return a copy with the reports that were issued, which a test may change."""
        with self._lock:
            city = copy_city(self.folder, folder)
            shutil.copytree(self.folder / "outputs", folder / "outputs", symlinks=True)
        return city


def bundles(directory: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the display outputs of a published record that carry a block, in the order of the notebook."""
    for cell in json.loads((directory / "report.ipynb").read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            if BLOCK in output.get("data", {}):
                yield output["data"]


def blocks(directory: Path) -> dict[str, dict[str, Any]]:
    """Return the blocks of a published record by id: the content of each, and its rows."""
    return {
        bundle[BLOCK]["id"]: {**bundle[BLOCK], "rows": bundle.get(DATA, {}).get("data", [])}
        for bundle in bundles(directory)
    }


def settled(value: object) -> object:
    """Return a block without the values that differ from run to run though its figures are the same."""
    if isinstance(value, dict):
        return {key: settled(content) for key, content in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [settled(content) for content in value]
    return round(value, 9) if isinstance(value, float) else value
