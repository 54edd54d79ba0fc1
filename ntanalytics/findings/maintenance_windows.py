"""Maintenance windows: planned work, and the violations of a day that it explains.

A violation is excused only where the whole of its window lies within planned and confirmed work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Excuse, Finding, Window
from ntanalytics.findings.place import place
from ntanalytics.metrics.infra.availability import confirmed_maintenance
from ntanalytics.metrics.rows import Rows

#: Codes of the rules that an outage breaks: a service or host that is down, silent, failing or slow.
OUTAGES = (
    "infra.availability", "infra.reachable", "infra.problems", "infra.error_*", "infra.requests_*", "infra.slow_*",
    "infra.checks_gap", "*_silence", "*_silent", "*_lull", "*.lull", "*_fall", "*_failures", "*_failure_rate",
    "*_failing", "*_failures_rise", "*.surveillance",
)  # fmt: skip

#: Codes of the rules that a mailing breaks.
MAILINGS = ("sms.application_rise",)

#: Codes of the rules that a unit breaks whose staff is at a training.
AWAY = ("oa.unit_active_fall", "oa.unit_active_change_rate")

#: Seconds between checks or slots: an outage may seem to begin that much earlier, or to end that much later.
GRAIN_S = 600.0

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class MaintenanceWindow:
    """Planned work on a subsystem.

    Attributes:
        change_number: number of the change.
        subsystem: id of the subsystem; ``infra`` stands for every host and service.
        window: its hours, from the midnight of the inspected day.
    """

    change_number: str
    subsystem: str
    window: Window


def maintenance_windows(changes: Rows, begins_at: datetime, on: date) -> list[MaintenanceWindow]:
    """Return the confirmed maintenance that touches a day, earliest first.

    Args:
        changes: rows of ``desk.changes`` of the days around the inspected one.
        begins_at: begin of the inspected day (aware).
        on: the inspected day.
    """
    planned = []
    for item in confirmed_maintenance(changes):
        from_s, until_s = ((moment - begins_at) / timedelta(seconds=1) for moment in (item.begin, item.end))
        if from_s < 86_400 and until_s > 0:
            planned.append(MaintenanceWindow(item.change_number, item.subsystem, Window(on, from_s, until_s)))
    return planned


def suppress_maintenance(
    findings: Iterable[Finding],
    planned: Iterable[MaintenanceWindow],
    trained: Iterable[str] = (),
    places: Mapping[str, str] = _NONE,
) -> list[Finding]:
    """Return the findings of a day in their order; violations that planned work explains are ok, with an excuse.

    A mailing has no hours: it is excused by a confirmed change of the SMS platform while there are no more mailings
    than such changes, since no change names its application.

    Args:
        findings: of one day.
        planned: planned work of the day (``maintenance_windows``).
        trained: keys of the units that had a training on the day.
        places: head of a host's or service's name → the subsystem that it carries.
    """
    everything, windows, units = list(findings), list(planned), set(trained)
    mailings = [window for window in windows if window.subsystem == "sms"]
    surges = [finding for finding in everything if finding.has_code(MAILINGS) and finding.is_violation]
    is_mailing_planned = bool(mailings) and len(surges) <= len(mailings)
    excused = []
    for finding in everything:
        excuse = None
        if finding.is_violation:
            if finding.has_code(MAILINGS) and is_mailing_planned:
                excuse = Excuse("mailing", tuple(window.change_number for window in mailings))
            elif finding.has_code(AWAY) and finding.entity.label in units:
                excuse = Excuse("training")
            elif window := next((window for window in windows if _covers(window, finding, places)), None):
                excuse = Excuse("maintenance", (window.change_number,))
        excused.append(finding if excuse is None else replace(finding, status="ok", since=None, excuse=excuse))
    return excused


def _covers(planned: MaintenanceWindow, finding: Finding, places: Mapping[str, str]) -> bool:
    if finding.window is None or not finding.has_code(OUTAGES) or finding.subsystem not in SUBSYSTEMS:
        return False
    if planned.subsystem not in ("infra", place(finding, places)):
        return False
    begins, ends = planned.window.from_s - GRAIN_S, planned.window.until_s + GRAIN_S
    return finding.window.from_s >= begins and finding.window.until_s <= ends
