"""What an inspection finds on days of the demo city, whose incidents are known."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

from ntanalytics.findings.correlation import correlate
from ntanalytics.findings.finding import Finding, violations
from ntanalytics.findings.topology import Topology
from ntanalytics.periods import Period
from ntanalytics.subsystems import DEPENDS_ON, judge
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import City, IssuedReports


class InspectedDays:
    """Inspections of some subsystems over the whole time of the city."""

    def __init__(self, city: City, subsystems: tuple[str, ...]) -> None:
        self._subsystems = subsystems
        self._workspace = Workspace(city.settings)
        self._found = cache(self._find)

    def report(self, day: str) -> Report:
        """Return the report of an inspection of a day."""
        return Report(self._workspace, "daily_inspection", "巡检", Period.day(dt.date.fromisoformat(day)))

    def violations(self, day: str, *subsystems: str) -> dict[str, Finding]:
        """Return what is wrong on a day, by the code of the rule: of these subsystems, or of all of its own."""
        return {finding.code: finding for finding in self._found(day, subsystems or self._subsystems)}

    def roots(self, day: str) -> set[str]:
        """Return the codes of the rules whose findings are the roots of what is wrong on a day."""
        found = self._found(day, self._subsystems)
        return {group.root.code for group in correlate(found, Topology(depends_on=DEPENDS_ON))}

    def _find(self, day: str, subsystems: tuple[str, ...]) -> list[Finding]:
        return violations(judge(self.report(day), subsystems).findings)


def issued_findings(issued: IssuedReports) -> list[dict[str, Any]]:
    """Return the findings of the city's last working day, from the inspection that was issued."""
    folder = issued("daily_inspection", "last-working-day").directory
    return list(json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"])
