"""The demo city, small, written once for the tests that issue real reports."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from ntanalytics.demo import Destinations, Estate, write_estate
from ntanalytics.runner import RunResult, run_report
from ntanalytics.settings import Settings, load

UNTIL = dt.date(2026, 11, 22)


class City:
    """A demo estate in a folder, and the reports issued from it."""

    def __init__(self, folder: Path) -> None:
        self.estate: Estate = write_estate(
            folder / "city", until=UNTIL, days=56, scale=0.005, destinations=Destinations(outputs=folder / "outputs")
        )
        self.settings: Settings = load(self.estate.config)

    def clock(self) -> dt.datetime:
        """The moment at which data are taken: the morning after the estate's last day."""
        return self.estate.clock()

    def run(self, report: str, period: str, **parameters: str) -> RunResult:
        """Issue a report as if it were the morning after the estate's last day."""
        return run_report(
            self.settings, report, period, parameters, today=UNTIL + dt.timedelta(days=1), clock=self.clock
        )


def blocks(directory: Path) -> dict[str, dict[str, Any]]:
    """The blocks of a published record by id: what each says, and its rows."""
    found: dict[str, dict[str, Any]] = {}
    for cell in json.loads((directory / "report.ipynb").read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            block = data.get("application/vnd.ntanalytics.block+json")
            if block:
                found[block["id"]] = {
                    **block,
                    "rows": data.get("application/vnd.dataresource+json", {}).get("data", []),
                }
    return found
