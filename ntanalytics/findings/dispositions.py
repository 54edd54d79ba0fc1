"""Dispositions: what the desk decided about findings, and which of them are muted (docs/domain.md, Dispositions)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.lifecycle import LifecycleState


@dataclass(frozen=True, kw_only=True)
class Disposition:
    """One decision about a finding.

    Attributes:
        entity: label of the finding's entity, as the inspection writes it.
        check: label of its check.
        kind: ``confirmed``, ``ticketed``, ``false_alarm`` or ``known``.
        noted_on: day of the decision.
        until_on: last day for which it holds; None where it holds until the finding is over.
        ticket_no: the ticket that it was turned into; empty without one.
        remark: the reason.
    """

    entity: str
    check: str
    kind: str
    noted_on: date
    until_on: date | None = None
    ticket_no: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Dispositions:
    """Decisions about the findings of one inspection.

    Attributes:
        by_identity: identity of a finding → the decision that holds for it.
        muted: identities that the head of the inspection does not name.
        expired: identities of findings whose decision held and does not any more.
        is_known: whether the desk's decisions could be read; where not, nothing is muted.
        note: Chinese note on why they are unknown; empty where they are known.
    """

    by_identity: Mapping[str, Disposition] = field(default_factory=dict)
    muted: frozenset[str] = frozenset()
    expired: frozenset[str] = frozenset()
    is_known: bool = True
    note: str = ""


def judge_dispositions(
    findings: Iterable[Finding], decisions: Iterable[Disposition], on: date, lifecycles: LifecycleState
) -> Dispositions:
    """Return which decisions hold for the findings of an inspection.

    Of several decisions about one finding the latest counts. A decision holds up to its last day, and not for a finding
    that an inspection saw first after it: that is another event. A finding that is worse than at the inspection before
    is not muted, whatever was decided.

    Args:
        findings: findings of the inspection.
        decisions: the desk's decisions that were not taken back.
        on: the inspected day.
        lifecycles: what became of the findings since the inspections before.
    """
    latest: dict[tuple[str, str], Disposition] = {}
    for noted in sorted(decisions, key=lambda item: item.noted_on):
        if noted.noted_on <= on:
            latest[noted.entity, noted.check] = noted
    held: dict[str, Disposition] = {}
    muted, expired = set(), set()
    for finding in findings:
        decision = latest.get((finding.entity.label, finding.rule.check))
        if decision is None or not finding.is_violation or _is_later(finding, decision, lifecycles):
            continue
        if decision.until_on is not None and decision.until_on < on:
            expired.add(finding.identity)
            continue
        held[finding.identity] = decision
        lifecycle = lifecycles.of(finding.identity) if lifecycles.is_known else None
        if lifecycle is None or lifecycle.change != "worse":
            muted.add(finding.identity)
    return Dispositions(held, frozenset(muted), frozenset(expired))


def _is_later(finding: Finding, decision: Disposition, lifecycles: LifecycleState) -> bool:
    """Return whether the finding began after the decision; one that may be older did not for certain."""
    lifecycle = lifecycles.of(finding.identity) if lifecycles.is_known else None
    if lifecycle is not None and not lifecycles.is_first:
        is_later = lifecycle.begun_on > decision.noted_on and not lifecycle.is_older
        return is_later and lifecycle.opened_on > decision.noted_on
    return finding.since is not None and finding.since > decision.noted_on and not finding.since_is_bound
