"""Concurrent changes: those that were under way, or had just been made, when something went wrong, and may be why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.phrases import clock
from ntanalytics.findings.place import hosts_of, place
from ntanalytics.findings.planned_work import GRAIN_S, OUTAGES
from ntanalytics.metrics.rows import Rows, rows

#: Seconds after the end of a change within which what begins may come from it.
_AFTERWARDS_S = 3600.0

#: Most changes that a finding names.
_MOST = 2


@dataclass(frozen=True)
class ConcurrentChange:
    """A change that touches a day.

    Attributes:
        number: number of the change.
        subsystem: id of the subsystem.
        window: its hours, from the midnight of the inspected day, up to the later of its planned and its real end.
        planned_until_s: second at which it was to end; None where that is not known.
        host: the host that it is about; empty where it names none.
    """

    number: str
    subsystem: str
    window: Window
    planned_until_s: float | None = None
    host: str = ""


def concurrent_changes(changes: Rows, begins_at: datetime, on: date) -> list[ConcurrentChange]:
    """Return the changes that were made on a day, or up to an hour before it, earliest first; cancelled ones are none.

    Args:
        changes: rows of ``desk.changes`` of the days around the inspected one.
        begins_at: begin of the inspected day (aware).
        on: the inspected day.
    """
    concurrent = []
    for row in rows(changes):
        planned, until, finished = (
            None if row[name] is None else (row[name] - begins_at) / timedelta(seconds=1)
            for name in ("planned_at", "planned_until_at", "finished_at")
        )
        begin = planned if planned is not None else finished
        end = max((moment for moment in (until, finished) if moment is not None), default=None)
        if begin is None or end is None or row["result"] == "cancelled":
            continue
        if begin < 86_400 and end > -_AFTERWARDS_S:
            window = Window(on, begin, end)
            concurrent.append(
                ConcurrentChange(str(row["change_no"]), row["subsystem"], window, until, str(row["host"] or "").strip())
            )
    return sorted(concurrent, key=lambda change: (change.window.from_s, change.number))


def name_changes(
    findings: Iterable[Finding], changes: Sequence[ConcurrentChange], places: Mapping[str, str]
) -> list[Finding]:
    """Return the findings of a day in their order; violations that begin during a change, or soon after it, name it.

    Args:
        findings: of one day.
        changes: changes of the day (:func:`concurrent_changes`).
        places: head of a host's or service's name → the subsystem that it carries.
    """
    named = []
    for finding in findings:
        own = [_words(change, finding) for change in changes if _is_concurrent(change, finding, places)][-_MOST:]
        named.append(finding.with_details(concurrent_changes=tuple(own)) if own else finding)
    return named


def _is_concurrent(change: ConcurrentChange, finding: Finding, places: Mapping[str, str]) -> bool:
    if not finding.is_violation or finding.window is None or not finding.has_code(OUTAGES):
        return False
    begin, hours = finding.window.from_s, change.window
    is_then = hours.from_s - GRAIN_S <= begin <= hours.until_s + _AFTERWARDS_S
    return is_then and (change.subsystem == place(finding, places) or change.host in hosts_of(finding))


def _words(change: ConcurrentChange, finding: Finding) -> str:
    """Return the number of a change, with its planned end where the finding lasts longer."""
    until, hours = change.planned_until_s, finding.window
    if until is None or hours is None or not hours.from_s < until < hours.until_s - GRAIN_S:
        return change.number
    return f"{change.number}（计划{clock(until)}结束）"
