"""Changes that were made when, or shortly before, something went wrong, and may be why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.phrases import clock
from ntanalytics.findings.planned_work import GRAIN_S, JOINING_DAYS, OFFICE, OUTAGES, is_more, names_of
from ntanalytics.findings.subjects import member_names
from ntanalytics.findings.topology import hosts_of, place
from ntanalytics.metrics.rows import Rows, rows

#: Seconds after the end of a change within which what begins may come from it.
_AFTERWARDS_S = 3600.0

#: Days after that of its end on which what a change names is told with it, and on which the whole subsystem is that a
#: new version reaches: a weekend lies between Friday's evening and the next working day.
NAMED_DAYS, FIRST_DAYS = JOINING_DAYS, 3

#: Kinds of changes that reach all users of a subsystem where they name nothing narrower.
_REACHING = ("upgrade", "feature")

#: Kinds of changes of which nothing is left when they have ended.
_PASSING = ("mailing",)

#: Kind of a change that is a patch: it reaches its host alone, on a day of which the hour is not recorded.
_PATCH = "patch"

#: Results of changes of which nothing is left.
_UNDONE = ("failed", "rolled_back")

#: Most changes that a finding names.
_MOST = 2


@dataclass(frozen=True, kw_only=True)
class ConcurrentChange:
    """A change that touches a day, or that was made on the days before it.

    Attributes:
        number: number of the change.
        subsystem: id of the subsystem.
        window: its hours, from the midnight of the inspected day, up to the later of its planned and its real end.
        planned_until_s: second at which it was to end; None where that is not known.
        host: the host that it is about; empty where it names none.
        named: the host, application or unit that it is about alone; empty for the whole subsystem, as of a new version
            on one of its hosts.
        kind: kind of the change.
        is_confirmed: whether the buyer confirmed it before it began, and it was not undone.
    """

    number: str
    subsystem: str
    window: Window
    planned_until_s: float | None = None
    host: str = ""
    named: str = ""
    kind: str = ""
    is_confirmed: bool = False

    @property
    def planned(self) -> Window:
        """Its planned hours; to its real end where no other was agreed."""
        return self.window if self.planned_until_s is None else replace(self.window, until_s=self.planned_until_s)

    def is_within(self, days: int) -> bool:
        """Return whether its end is of the inspected day, or of one of so many days before it."""
        return self.window.until_s >= -days * 86_400.0


def concurrent_changes(changes: Rows, begins_at: datetime, on: date) -> list[ConcurrentChange]:
    """Return the changes that were made on a day, or in the week before it, earliest first; cancelled ones are none.

    Args:
        changes: rows of ``desk.changes`` of the days around the inspected one.
        begins_at: begin of the inspected day (aware).
        on: the inspected day.
    """
    concurrent = []
    for row in rows(changes):
        planned, until, finished, confirmed = (
            None if row[name] is None else (row[name] - begins_at) / timedelta(seconds=1)
            for name in ("planned_at", "planned_until_at", "finished_at", "confirmed_at")
        )
        begin = planned if planned is not None else finished
        end = max((moment for moment in (until, finished) if moment is not None), default=None)
        if begin is None or end is None or row["result"] == "cancelled":
            continue
        host, application, unit = (str(row[name] or "").strip() for name in ("host", "application", "unit"))
        change = ConcurrentChange(
            number=str(row["change_no"]),
            subsystem=row["subsystem"],
            window=Window(on, begin, end),
            planned_until_s=until,
            host=host,
            # what is new on one of its hosts reaches all who use the subsystem
            named=("" if row["kind"] in _REACHING else host) or application or unit,
            kind=str(row["kind"]),
            is_confirmed=None not in (planned, confirmed) and confirmed < begin and row["result"] not in _UNDONE,
        )
        if begin < 86_400 and change.is_within(NAMED_DAYS):
            concurrent.append(change)
    return sorted(concurrent, key=lambda change: (change.window.from_s, change.number))


def applied_patches(patches: Rows, on: date) -> list[ConcurrentChange]:
    """Return the patches that were applied to hosts on a day, or on the days before it, by host.

    Args:
        patches: rows of ``infra.patches`` of the days up to the inspected one.
        on: the inspected day.
    """
    applied = []
    for row in rows(patches):
        begin = (row["patched_on"] - on) / timedelta(seconds=1)
        host = str(row["host"])
        patch = ConcurrentChange(
            number=f"补丁 {row['patch']}",
            subsystem="infra",
            window=Window(on, begin, begin + 86_400.0),
            host=host,
            named=host,
            kind=_PATCH,
        )
        if row["outcome"] == "success" and begin <= 0 and patch.is_within(FIRST_DAYS):
            applied.append(patch)
    return sorted(applied, key=lambda patch: (patch.window.from_s, patch.host, patch.number))


def name_changes(
    findings: Iterable[Finding], changes: Sequence[ConcurrentChange], places: Mapping[str, str]
) -> list[Finding]:
    """Return the findings of a day in their order; violations that may come from a change name it.

    They begin during it or soon after it, or are of what it names and begin on the first days after it. More use of
    what a confirmed feature names is a warning at most.

    Args:
        findings: of one day.
        changes: changes of the day and of those before it (:func:`concurrent_changes`).
        places: head of a host's or service's name → the subsystem that it carries.
    """
    named = []
    for finding in findings:
        own = [change for change in changes if _is_concurrent(change, finding, places)]
        brings_use = any(_brings_use(change, finding) for change in own)
        bearable = replace(finding, status="warning") if brings_use else finding
        numbers = tuple(_words(change, finding) for change in own[-_MOST:])
        named.append(bearable.with_details(concurrent_changes=numbers) if numbers else bearable)
    return named


def begins_after(change: ConcurrentChange, finding: Finding) -> bool:
    """Return whether a finding began when a change had begun; one without hours, within those of the office."""
    days, begin = _days_since(change, finding), change.window.from_s - GRAIN_S
    return begin <= finding.window.from_s if finding.window and not days else begin < OFFICE[1] - days * 86_400


def _days_since(change: ConcurrentChange, finding: Finding) -> int:
    """Return for how many days before the inspected one a finding has been so."""
    return 0 if finding.since is None else (change.window.day - finding.since).days


def _is_concurrent(change: ConcurrentChange, finding: Finding, places: Mapping[str, str]) -> bool:
    if not finding.is_violation or not finding.has_code(OUTAGES):
        return False
    if change.kind == _PATCH and change.host not in hosts_of(finding):
        return False
    is_of_subsystem = change.subsystem == place(finding, places)
    if finding.window is not None and (is_of_subsystem or change.host in hosts_of(finding)):
        begin, hours = finding.window.from_s, change.window
        if hours.from_s - GRAIN_S <= begin <= hours.until_s + _AFTERWARDS_S:
            return True
    if change.kind in _PASSING or not begins_after(change, finding):
        return False
    if change.named:
        leads = (str(finding.details.get(name) or "") for name in ("also", "counterpart"))
        return change.named in names_of(finding).union(*(member_names(lead) for lead in leads))
    return is_of_subsystem and change.kind in _REACHING and change.is_within(FIRST_DAYS + _days_since(change, finding))


def _brings_use(change: ConcurrentChange, finding: Finding) -> bool:
    """Return whether a finding is of more use of that which a confirmed feature names."""
    if not (change.kind == "feature" and change.is_confirmed and change.named):
        return False
    return change.named in names_of(finding) and finding.has_code(("*.surveillance",)) and is_more(finding)


def _words(change: ConcurrentChange, finding: Finding) -> str:
    """Return the number of a change, with its planned end where the finding lasts longer."""
    until, hours = change.planned_until_s, finding.window
    if until is None or hours is None or not hours.from_s < until < hours.until_s - GRAIN_S:
        return change.number
    return f"{change.number}（计划{clock(until)}结束）"
