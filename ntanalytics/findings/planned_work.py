"""Planned work, and the violations of a day that it explains.

A violation is excused only where it is of what the work names, of its kind, and wholly within its planned hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import get_args

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.contract.identity import ACCOUNT_CHANGES
from ntanalytics.contract.infra import CHECKS
from ntanalytics.findings.finding import Excuse, Finding, Window
from ntanalytics.findings.subjects import dataset_of, member_names, members_of
from ntanalytics.findings.topology import host_of, place
from ntanalytics.metrics.infra.planned_downtime import KindOfWork, confirmed_work
from ntanalytics.metrics.oa.task_duration import OFFICE_HOURS
from ntanalytics.metrics.rows import Rows, rows

#: Codes of the rules that an outage breaks: a service or host that is down, silent, failing or slow.
OUTAGES = (
    "infra.availability", "infra.reachable", "infra.problems", "infra.error_*", "infra.requests_*", "infra.slow_*",
    "infra.checks_gap", "*_silence", "*_silent", "*_lull", "*.lull", "*_fall", "*_failures", "*_failure_rate",
    "*_failing", "*_failures_rise", "*.late_rise", "*.surveillance",
)  # fmt: skip

#: Codes of the rules that a run breaks which was due and did not begin.
RUNS = ("infra.backup_missed",)

#: Codes of the rules that a mailing breaks: more messages of its application.
MAILINGS = ("sms.application_rise", "sms.surveillance")

#: Codes of the rules that a unit breaks whose staff is away: at a training, or moving its office.
AWAY = ("oa.unit_active_fall", "oa.unit_active_change_rate", "*.surveillance")

#: Codes of the rules that a unit breaks which joins: more use than before.
JOINING = ("*.surveillance",)

#: Days after the latest step of an onboarding within which the use of the unit grows.
JOINING_DAYS = 7

#: Seconds between checks or slots: an outage may seem to begin that much earlier, or to end that much later.
GRAIN_S = 600.0

#: Begin and end of the office hours, in seconds after midnight.
OFFICE = (OFFICE_HOURS[0][0], OFFICE_HOURS[-1][1])

#: Share of the usual messages of a day up to which a mailing explains the day.
_SOMEWHAT_MORE = 1.5

#: Share of the accounts opened in a burst that must be those of one unit that joins.
_MOST = 0.8

_NONE: Mapping[str, str] = MappingProxyType({})
_NO_ACCOUNTS: Mapping[str, int] = MappingProxyType({})
_ALONE: Mapping[str, Sequence[str]] = MappingProxyType({})

#: Seconds of an hour and of a day.
_HOUR_S, _DAY_S = 3600.0, 86_400.0


@dataclass(frozen=True)
class PlannedHours:
    """Planned work on a subsystem, on one day.

    Attributes:
        change_number: number of the change.
        subsystem: id of the subsystem; ``infra`` stands for every host and service.
        window: its hours, from the midnight of the inspected day.
        named: the host, application or unit that it is about alone; empty for the whole subsystem.
        kind: what it is: of a unit at work fewer events are excused, and nothing else.
    """

    change_number: str
    subsystem: str
    window: Window
    named: str = ""
    kind: KindOfWork = "maintenance"


def planned_hours(changes: Rows, begins_at: datetime, on: date) -> list[PlannedHours]:
    """Return the confirmed maintenance, the mailings and the work on single units that touch a day, earliest first.

    Args:
        changes: rows of ``desk.changes`` of the days around the inspected one.
        begins_at: begin of the inspected day (aware).
        on: the inspected day.
    """
    planned = []
    for kind in get_args(KindOfWork):
        for item in confirmed_work(changes, kind):
            from_s, until_s = ((moment - begins_at) / timedelta(seconds=1) for moment in (item.begin, item.end))
            if from_s < 86_400 and until_s > 0:
                hours = Window(on, from_s, until_s)
                planned.append(PlannedHours(item.change_number, item.subsystem, hours, item.named, kind))
    return planned


def suppress_planned(
    findings: Iterable[Finding],
    planned: Iterable[PlannedHours],
    trained: Iterable[str] = (),
    places: Mapping[str, str] = _NONE,
    joining: Mapping[str, str] = _NONE,
    opened: Mapping[str, int] = _NO_ACCOUNTS,
    depends_on: Mapping[str, Sequence[str]] = _ALONE,
) -> list[Finding]:
    """Return the findings of a day in their order; violations that planned work explains are ok, with an excuse.

    Args:
        findings: of one day.
        planned: planned work of the day (:func:`planned_hours`).
        trained: keys of the units that had a training on the day.
        places: head of a host's or service's name → the subsystem that it carries.
        joining: unit that joins → the number of its ticket (:func:`joining_units`).
        opened: unit that joins → accounts that were opened for it on the day.
        depends_on: subsystem → subsystems without which it cannot be reached or used.
    """
    work, units = list(planned), set(trained)
    excused = []
    for finding in findings:
        excuse = None
        if finding.is_violation:
            if any(_is_away(finding, unit) for unit in units):
                excuse = Excuse("training")
            elif ticket := _ticket_of_growth(finding, joining) or _ticket_of_accounts(finding, joining, opened):
                excuse = Excuse("onboarding", (ticket,))
            elif item := next((item for item in work if _explains(item, finding, places, depends_on)), None):
                excuse = Excuse(item.kind, (item.change_number,))
        excused.append(finding if excuse is None else replace(finding, status="ok", since=None, excuse=excuse))
    return excused


def joining_units(onboardings: Rows, on: date, local_day: Callable[[datetime], date]) -> dict[str, str]:
    """Return unit → ticket of the onboardings with a ticket that are under way on a day.

    Args:
        onboardings: rows of ``desk.onboardings``.
        on: the inspected day.
        local_day: the local day of a moment.
    """
    units = {}
    for row in rows(onboardings):
        steps = [row[f"{step}_on"] for step in ("account", "permission", "seal", "training", "finished")]
        begin = local_day(row["noted_at"])
        end = max([begin, *(day for day in steps if day is not None)]) + timedelta(days=JOINING_DAYS)
        if row["ticket_no"] and begin <= on <= end:
            units[str(row["unit"])] = str(row["ticket_no"])
    return units


def _ticket_of_growth(finding: Finding, joining: Mapping[str, str]) -> str:
    """Return the ticket that explains more use of a unit that joins; empty where none does."""
    if not finding.has_code(JOINING) or not is_more(finding):
        return ""
    return next((joining[name] for name in members_of(finding).values() if name in joining), "")


def _ticket_of_accounts(finding: Finding, joining: Mapping[str, str], opened: Mapping[str, int]) -> str:
    """Return the ticket of the unit for which most of the accounts of a burst were opened; empty where none is."""
    if dataset_of(finding) != ACCOUNT_CHANGES.name or members_of(finding).get("action") != "opened":
        return ""
    unit = max(opened, key=lambda name: opened[name], default="")
    added = float(finding.figures.get("seen") or 0) - float(finding.figures.get("expected") or 0)
    return joining.get(unit, "") if 0 < added * _MOST <= opened.get(unit, 0) else ""


def _is_away(finding: Finding, unit: str) -> bool:
    """Return whether a finding is of fewer events of a unit on the day; not of how they ended, and not of its trend."""
    if not finding.has_code(AWAY):
        return False
    if not dataset_of(finding):
        return finding.entity.label == unit
    is_of_day = not any(finding.details.get(name) for name in ("is_ending", "value")) and not finding.figures.get(
        "days"
    )
    return is_of_day and unit in members_of(finding).values() and not is_more(finding)


def _explains(
    planned: PlannedHours, finding: Finding, places: Mapping[str, str], depends_on: Mapping[str, Sequence[str]]
) -> bool:
    if planned.kind == "unit_work":
        # a day without hours is one of office hours
        hours = replace(finding, window=finding.window or Window(planned.window.day, *OFFICE))
        is_of_day = (finding.figures.get("days") or 1) <= 1
        return is_of_day and _is_away(finding, planned.named) and _is_within(planned, hours)
    if finding.subsystem not in SUBSYSTEMS or (planned.named and planned.named not in names_of(finding)):
        return planned.kind == "mailing" and _is_day_of_mailing(finding)
    if planned.kind == "mailing":
        # what counts a day has no hours; surveillance, which has, tells what lies outside of them
        return (
            finding.has_code(MAILINGS)
            and is_more(finding)
            and (finding.window is None or _holds(planned, finding.window))
        )
    of = place(finding, places)
    is_there = planned.subsystem in ("infra", of)
    if finding.has_code(RUNS):
        return is_there and _holds_back(planned, finding)
    is_behind = not planned.named and planned.subsystem in depends_on.get(of, ()) and _is_fewer(finding)
    return finding.has_code(OUTAGES) and (is_there or is_behind) and _is_within(planned, finding)


def _holds_back(planned: PlannedHours, finding: Finding) -> bool:
    """Return whether a run was due in the planned hours, and these last to the end of the day: it may still come."""
    due_s = _DAY_S - (finding.value or 0.0)
    return planned.window.from_s - GRAIN_S <= due_s and planned.window.until_s >= _DAY_S


def _is_fewer(finding: Finding) -> bool:
    """Return whether a finding of surveillance is of fewer events than usual, however they end."""
    seen, expected = (finding.figures.get(name) for name in ("seen", "expected"))
    is_count = not any(finding.details.get(name) for name in ("value", "is_ending"))
    return bool(dataset_of(finding)) and is_count and seen is not None and expected is not None and seen < expected


def _is_day_of_mailing(finding: Finding) -> bool:
    """Return whether a day has somewhat more messages than usual of all applications: a mailing of one explains it."""
    is_whole = finding.has_code(MAILINGS) and bool(dataset_of(finding)) and not members_of(finding)
    seen, expected = (float(finding.figures.get(name) or 0) for name in ("seen", "expected"))
    return is_whole and finding.window is None and expected < seen < _SOMEWHAT_MORE * expected


def names_of(finding: Finding) -> set[str]:
    """Return the names of what a finding is about: its entity, the host of a disk, the members of a subject.

    A member has its key, and the name that the finding says (``督查督办``, as a change does), too.
    """
    entity = finding.entity
    members = {*members_of(finding).values(), *member_names(entity.label)} if dataset_of(finding) else set()
    return {entity.key, entity.label, host_of(entity), *members}


def is_more(finding: Finding) -> bool:
    """Return whether a finding of surveillance is of more events than usual; any other finding is what it says."""
    seen, expected = finding.figures.get("seen"), finding.figures.get("expected")
    return seen is None or expected is None or (seen > expected and not finding.details.get("value"))


def _is_within(planned: PlannedHours, finding: Finding) -> bool:
    """Return whether the hours of a finding lie within those that are planned; surveillance knows whole hours alone.

    Of probes it may tell an hour more on either side: a single failure near them widens it, and the availability, which
    knows the seconds, tells what is longer than planned.
    """
    hours = planned.window.whole_hours() if dataset_of(finding) else planned.window
    if dataset_of(finding) == CHECKS.name:
        hours = replace(hours, from_s=hours.from_s - _HOUR_S, until_s=hours.until_s + _HOUR_S)
    return finding.window is not None and _holds(replace(planned, window=hours), finding.window)


def _holds(planned: PlannedHours, window: Window) -> bool:
    begins, ends = planned.window.from_s - GRAIN_S, planned.window.until_s + GRAIN_S
    return window.from_s >= begins and window.until_s <= ends
