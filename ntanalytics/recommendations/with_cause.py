"""Findings in Chinese with what their causes tell: effect, owner, effort, deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.lifecycle import FindingLifecycle, LifecycleState
from ntanalytics.findings.text import WordedFinding, Wording
from ntanalytics.periods.day_text import day_words
from ntanalytics.recommendations.causes import CAUSES_BY_CODE, OPERATIONS
from ntanalytics.recommendations.ranking import EFFORTS, Cause, Effort
from ntanalytics.subsystems import word

#: Days within which a measure of an effort is taken; one that needs a plan of the vendor has none.
_DAYS: dict[Effort, int] = {"day": 1, "week": 7}

#: Within what a violation is looked into of which nobody knows the cause.
_UNEXPLAINED: Effort = "day"

#: Words of a deadline that is over.
LATE = "，已逾期"


def cause_of(finding: Finding) -> Cause | None:
    """Return the cause of a violation; None of anything else."""
    return CAUSES_BY_CODE.get(finding.rule.cause) if finding.is_violation else None


def due_on(effort: Effort, first_seen_on: date) -> date | None:
    """Return the deadline of a measure, a day or a week after the finding was first seen; None where it is planned."""
    days = _DAYS.get(effort)
    return None if days is None else first_seen_on + timedelta(days=days)


def is_overdue(due: date, on: date) -> bool:
    """Return whether a deadline is over at the end of a report: what is due on its last day is not yet."""
    return due < on


@dataclass(frozen=True)
class Assignment:
    """Party that sees to something, and the deadline.

    Attributes:
        owner: who.
        due: the deadline; None where it is planned.
        can_be_late: whether it is told to be over: not where nobody records that it was kept.
    """

    owner: str
    due: date | None
    can_be_late: bool = True

    def is_late(self, on: date) -> bool:
        """Return whether the deadline is over at the end of a report."""
        return self.can_be_late and self.due is not None and is_overdue(self.due, on)

    def due_words(self, on: date) -> str:
        """Return the deadline in words: ``11月23日前``, ``11月17日前，已逾期``; ``需排期`` where it is planned."""
        if self.due is None:
            return "需排期"
        return f"{day_words(self.due)}前{LATE if self.is_late(on) else ''}"


def first_seen_on(finding: Finding, on: date, state: LifecycleState | None) -> date:
    """Return the day on which an inspection saw a finding first; ``on`` where none did before."""
    lifecycle = _seen(finding, state)
    return on if lifecycle is None else lifecycle.opened_on


def _seen(finding: Finding, state: LifecycleState | None) -> FindingLifecycle | None:
    return state.seen(finding.identity) if state is not None and state.is_known else None


def assignment_of(
    finding: Finding,
    on: date,
    state: LifecycleState | None = None,
    assignments: Mapping[str, Assignment] = MappingProxyType({}),
) -> Assignment | None:
    """Return who sees to a violation and by when; None of anything else.

    What no cause explains is looked into by the operations team within a day. What the inspections of a longer period
    saw has their deadline; where they closed it, too, and that is not told to be over.

    Args:
        finding: the finding.
        on: last day of the report.
        state: the lifecycles of the findings; without, the deadline counts from ``on``.
        assignments: identity of a finding → its assignment, where an incident explains it.
    """
    if not finding.is_violation or finding.identity in assignments:
        return assignments.get(finding.identity)
    cause = cause_of(finding)
    owner, effort = (OPERATIONS, _UNEXPLAINED) if cause is None else (cause.owner, cause.effort)
    lifecycle = _seen(finding, state)
    due = due_on(effort, first_seen_on(finding, on, state))
    return Assignment(owner, due, can_be_late=lifecycle is None or lifecycle.is_open)


def word_with_assignment(on: date, state: LifecycleState | None = None) -> Callable[[Finding], Wording]:
    """Return a function that words a finding with who sees to it, and by when.

    Args:
        on: last day of the report.
        state: the lifecycles of the findings; without, the deadline counts from ``on``.
    """

    def worded_with_assignment(finding: Finding) -> Wording:
        wording, own = word(finding), assignment_of(finding, on, state)
        return wording if own is None else replace(wording, owner=own.owner, due=own.due_words(on))

    return worded_with_assignment


def worded(
    findings: Iterable[Finding],
    on: date | None = None,
    state: LifecycleState | None = None,
    assignments: Mapping[str, Assignment] = MappingProxyType({}),
) -> list[WordedFinding]:
    """Return the findings in Chinese; violations with effect and effort of their cause, owner and deadline.

    Args:
        findings: any findings.
        on: last day of the report; without, there are no deadlines.
        state: the lifecycles of the findings.
        assignments: as :func:`assignment_of` takes them.
    """
    return [_worded(finding, on, state, assignments) for finding in findings]


def named_alone(finding: Finding, on: date, state: LifecycleState) -> WordedFinding:
    """Return a finding of which only the rule, the entity and the status are known, with owner and deadline.

    Args:
        finding: the finding.
        on: last day of the report.
        state: the lifecycles of the findings.
    """
    named = Wording(
        entity=finding.entity.label,
        check=finding.rule.check,
        limits="",
        event=EventWords(""),
        evidence="",
        since="",
        advice="",
    )
    own = assignment_of(finding, on, state)
    return WordedFinding(
        finding=finding,
        wording=named,
        owner="" if own is None else own.owner,
        due="" if own is None else own.due_words(on),
        is_recorded=True,
    )


def _worded(
    finding: Finding, on: date | None, state: LifecycleState | None, assignments: Mapping[str, Assignment]
) -> WordedFinding:
    cause = cause_of(finding)
    owner, due = "" if cause is None else cause.owner, ""
    if on is not None and (assignment := assignment_of(finding, on, state, assignments)) is not None:
        owner, due = assignment.owner, assignment.due_words(on)
    return WordedFinding(
        finding=finding,
        wording=word(finding),
        effect="" if cause is None else cause.effect,
        owner=owner,
        effort="" if cause is None else EFFORTS[cause.effort][0],
        due=due,
    )
