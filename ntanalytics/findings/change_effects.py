"""Effects of confirmed changes: what a change leaves behind for certain, and what is excused on its first days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ntanalytics.contract.im import SESSIONS
from ntanalytics.contract.infra import METRICS
from ntanalytics.findings.concurrent_changes import FIRST_DAYS, ConcurrentChange, begins_after
from ntanalytics.findings.finding import Excuse, Finding
from ntanalytics.findings.planned_work import OFFICE
from ntanalytics.findings.related_subjects import fell, is_named_counterpart, rose
from ntanalytics.findings.subjects import dataset_of, members_of

#: Codes of the rules that a system breaks which calls for the first time.
_NEW_CALLERS = ("*.unknown_caller",)

#: Share of what the displaced clients lack that the client in their place must have more, and the other way round.
_MOST = 0.8

#: Share of its sessions up to which a client had some before it took the place of another: it is new.
_NEW = 0.1


def excuse_effects(findings: Iterable[Finding], changes: Sequence[ConcurrentChange]) -> list[Finding]:
    """Return the findings of a day in their order; what a confirmed change brings for certain is ok, with an excuse.

    A maintenance that names a host excuses a file system of that host that has less on it since its planned hours; an
    upgrade of a whole subsystem the clients that are gone, together with the new one that took their place; a change
    that names a caller the first calls of it.

    Args:
        findings: of one day.
        changes: changes of the day and of those before it (``concurrent_changes``).
    """
    ordered = list(findings)
    of_day = {number: finding for number, finding in enumerate(ordered) if _is_violation_of_day(finding)}
    confirmed = [change for change in changes if change.is_confirmed]
    excuses: dict[int, Excuse] = {}
    for change in confirmed:
        connected = [number for number, finding in enumerate(ordered) if _is_connected(change, finding)]
        excuses |= dict.fromkeys(connected, Excuse("connection", (change.number,)))
    for change in (change for change in confirmed if change.is_within(FIRST_DAYS)):
        if change.kind == "maintenance" and change.host:
            freed = [number for number, finding in of_day.items() if _is_freed(change, finding)]
            excuses |= dict.fromkeys(freed, Excuse("maintenance", (change.number,)))
        elif change.kind == "upgrade" and not change.named:
            excuses |= dict.fromkeys(_exchanged(change, of_day), Excuse("upgrade", (change.number,)))
    return [
        replace(finding, status="ok", since=None, excuse=excuses[number]) if number in excuses else finding
        for number, finding in enumerate(ordered)
    ]


def _is_violation_of_day(finding: Finding) -> bool:
    """Return whether a violation is of one day: what moves over several of them does not come from a change alone."""
    return finding.is_violation and (finding.figures.get("days") or 1) <= 1


def _is_connected(change: ConcurrentChange, finding: Finding) -> bool:
    """Return whether a finding is of a caller that was never seen before, and that a change names which had begun."""
    if not (finding.is_violation and finding.has_code(_NEW_CALLERS) and finding.subsystem == change.subsystem):
        return False
    return bool(change.named) and change.named == finding.entity.label and begins_after(change, finding)


def _is_freed(change: ConcurrentChange, finding: Finding) -> bool:
    """Return whether a file system of the host of a maintenance has a lower level since its planned hours."""
    members = members_of(finding)
    is_file_system = dataset_of(finding) == METRICS.name and bool(members.get("part"))
    if not (is_file_system and members.get("host") == change.host):
        return False
    if not (finding.details.get("value") and fell(finding)):
        return False
    if finding.window is None:
        return change.planned.until_s <= OFFICE[0] and begins_after(change, finding)
    hours = change.planned.whole_hours()  # surveillance knows whole hours alone
    return hours.from_s <= finding.window.from_s <= hours.until_s


def _exchanged(change: ConcurrentChange, of_day: Mapping[int, Finding]) -> set[int]:
    """Return the numbers of the findings of clients that are gone since an upgrade, and of the new one instead."""
    clients = [
        (number, finding)
        for number, finding in of_day.items()
        if dataset_of(finding) == SESSIONS.name
        and finding.subsystem == change.subsystem
        and "client" in members_of(finding)
        and not finding.details.get("value")
        and begins_after(change, finding)
    ]
    exchanged: set[int] = set()
    for number, new in clients:
        seen, expected = _levels(new)
        if not rose(new) or expected > _NEW * seen:
            continue
        gone = [(at, old) for at, old in clients if fell(old) and is_named_counterpart(old, new)]
        lost = sum(usual - left for left, usual in (_levels(old) for _, old in gone))
        if gone and _MOST * lost <= seen - expected <= lost / _MOST:
            exchanged |= {number, *(at for at, _ in gone)}
    return exchanged


def _levels(finding: Finding) -> tuple[float, float]:
    return float(finding.figures.get("seen") or 0), float(finding.figures.get("expected") or 0)
