"""What an inspection finds on days of the demo city, whose incidents are known."""

from __future__ import annotations

import datetime as dt

from ntanalytics.findings.correlation import correlate
from ntanalytics.findings.finding import Finding, violations
from ntanalytics.findings.place import Topology
from ntanalytics.periods import Period
from ntanalytics.subsystems import DEPENDS_ON, evaluate
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import City


class InspectedDays:
    """Inspections of some subsystems over the whole time of the city."""

    def __init__(self, city: City, subsystems: tuple[str, ...]) -> None:
        self._subsystems = subsystems
        self._workspace = Workspace(city.settings)

    def report(self, day: str) -> Report:
        """Return the report of an inspection of a day."""
        return Report(self._workspace, "daily_inspection", "巡检", Period.day(dt.date.fromisoformat(day)))

    def violations(self, day: str) -> dict[str, Finding]:
        """Return what is wrong on a day, by the code of the rule."""
        findings = evaluate(self.report(day), self._subsystems).findings
        return {finding.code: finding for finding in violations(findings)}

    def roots(self, day: str) -> set[str]:
        """Return the codes of the rules whose findings are the roots of what is wrong on a day."""
        findings = violations(evaluate(self.report(day), self._subsystems).findings)
        return {group.root.code for group in correlate(findings, Topology(depends_on=DEPENDS_ON))}
