"""What planned work excuses: an outage within the hours of a change that was confirmed before, a mailing, a training.

A finding is turned into one that is in order, and its evidence names the change, when the whole of what was seen lies
within what was announced; never when it reaches outside of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from types import MappingProxyType

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.correlation import place
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import Rows, rows

#: What an outage looks like, by the codes of the rules: a service or host that is down, silent, failing or slow.
OUTAGES = (
    "infra.availability", "infra.reachable", "infra.problems", "infra.error_*", "infra.requests_*", "infra.slow_*",
    "infra.checks_gap", "*_silence", "*_silent", "*_lull", "*.lull", "*_fall", "*_failures", "*_failure_rate",
    "*_failing", "*_failures_rise",
)  # fmt: skip

#: What a mailing that was announced looks like.
MAILINGS = ("sms.application_rise",)

#: What a unit that is at a training looks like.
AWAY = ("oa.unit_active_fall", "oa.unit_active_change_rate")

#: Checks and slots are so many seconds apart: an outage may seem to begin so much earlier, or to end so much later.
GRAIN_S = 600.0

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class MaintenanceWindow:
    """Work that was announced for a subsystem.

    Attributes:
        change_no: the change's number.
        subsystem: the subsystem's id; ``infra`` stands for every host and service.
        from_s: its begin in seconds after the day's beginning.
        until_s: its end.
    """

    change_no: str
    subsystem: str
    from_s: float
    until_s: float

    @property
    def is_of_day(self) -> bool:
        """Whether any of it lies in the day."""
        return self.from_s < 86_400 and self.until_s > 0


def maintenance_windows(changes: Rows, begins_at: datetime) -> list[MaintenanceWindow]:
    """The planned maintenance that the buyer had confirmed before it began, and that was carried out.

    One whose end nobody wrote down is none: nobody knows what it covers.

    Args:
        changes: rows of ``desk.changes`` of the days around the inspected one.
        begins_at: the beginning of the inspected day (aware).

    Returns:
        That which touches the day, earliest first.
    """
    found = []
    for row in rows(changes):
        confirmed, planned, finished = row["confirmed_at"], row["planned_at"], row["finished_at"]
        if row["kind"] != "maintenance" or confirmed is None or finished is None or confirmed >= planned:
            continue
        span = ((moment - begins_at) / timedelta(seconds=1) for moment in (planned, finished))
        found.append(MaintenanceWindow(str(row["change_no"]), row["subsystem"], *span))
    return sorted((each for each in found if each.is_of_day), key=lambda each: (each.from_s, each.change_no))


def suppress_maintenance(
    findings: Iterable[Finding],
    announcements: Iterable[MaintenanceWindow],
    trained: Iterable[str] = (),
    places: Mapping[str, str] = _NONE,
) -> list[Finding]:
    """The findings, those in order that planned work explains.

    Args:
        findings: of one day. One that says when it was (``from_s`` and ``until_s`` in its figures, seconds after the
            day's beginning) is excused when that lies within an announcement for its subsystem.
        announcements: what was announced (``maintenance_windows``).
        trained: the units that had a training on the day.
        places: the heads of the names of hosts and services → the subsystem (findings.stories).

    Returns:
        All of them, in their order. A mailing has no hours: it is excused by an announcement for the SMS platform
        while there are no more mailings than announcements, since none says of which application it is.
    """
    found, windows, units = list(findings), list(announcements), set(trained)
    mailings = [each for each in windows if each.subsystem == "sms"]
    surges = [each for each in found if _among(each, MAILINGS) and each.state in ("warning", "critical")]
    is_announced = bool(mailings) and len(surges) <= len(mailings)
    made = []
    for each in found:
        if each.state not in ("warning", "critical"):
            made.append(each)
        elif _among(each, MAILINGS) and is_announced:
            numbers = "、".join(mailing.change_no for mailing in mailings)
            made.append(_in_order(each, f"事先登记的集中发送（变更单 {numbers}），已书面确认"))
        elif _among(each, AWAY) and each.subject in units:
            made.append(_in_order(each, "该单位当日集中培训（培训记录）"))
        else:
            change = next((one for one in windows if _covers(one, each, places)), None)
            made.append(
                each if change is None else _in_order(each, f"计划维护（变更单 {change.change_no}），已事先书面确认")
            )
    return made


def _covers(change: MaintenanceWindow, finding: Finding, places: Mapping[str, str]) -> bool:
    begins, ends = finding.figures.get("from_s"), finding.figures.get("until_s")
    if begins is None or ends is None or not _among(finding, OUTAGES):
        return False
    is_of = change.subsystem in ("infra", place(finding, places)) and finding.subsystem in SUBSYSTEMS
    return is_of and begins >= change.from_s - GRAIN_S and ends <= change.until_s + GRAIN_S


def _in_order(finding: Finding, why: str) -> Finding:
    said = f"{finding.evidence.removesuffix('。')}；{why}。"
    return replace(finding, state="ok", evidence=said, since=None, advice="", effect="", owner="", effort="")


def _among(finding: Finding, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(finding.code, pattern) for pattern in patterns)
