"""Open items 待办事项: each violation with who sees to it, by when, and what is being done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ntanalytics.findings.dispositions import Dispositions
from ntanalytics.findings.finding import Finding, count_by_status, worst_first
from ntanalytics.findings.lifecycle import CHANGES, LifecycleState
from ntanalytics.findings.lifecycle_text import onset_words
from ntanalytics.findings.phrases import named
from ntanalytics.findings.text import SHORT_DOUBT, WordedFinding
from ntanalytics.metrics.number_format import close_up
from ntanalytics.metrics.quantity import UNKNOWN
from ntanalytics.recommendations.with_cause import LATE
from ntanalytics.report_content.details import HAZARDS, detail_of
from ntanalytics.report_content.dispositions import disposition_words, settled_by
from ntanalytics.report_content.incidents import DeskIncident
from ntanalytics.reports import Table
from ntanalytics.reports.record import DETAIL, Field

_FIELDS = (
    Field("state", "string", "状态", format="state"),
    Field("item", "string", "事项"),
    Field("since", "string", "起始"),
    Field("owner", "string", "责任单位"),
    Field("due", "string", "时限"),
    Field("handling", "string", "处理情况"),
)

#: Columns that the engineer fills in on paper.
_TO_WRITE = (Field("noted", "string", "处理记录（手填）"), Field("done", "string", "办结"))

#: Box to tick.
BOX = "□"

#: What is in the hands of nobody yet.
_WAITING = "待处理"


def open_items(
    findings: Iterable[WordedFinding],
    lifecycles: LifecycleState,
    dispositions: Dispositions,
    incidents: Sequence[DeskIncident] | None = (),
    *,
    is_to_write: bool = False,
    details: Mapping[str, str] = MappingProxyType({}),
    id: str = "open-items",
) -> Table:
    """Return the open items of a report, the worst first, what is muted last.

    Args:
        findings: all findings, with what their causes tell.
        lifecycles: what became of them since the inspections before.
        dispositions: what the desk decided about them.
        incidents: the desk's incidents with the findings that they explain; None where not all are known.
        is_to_write: whether there are columns to write in and to tick.
        details: as :func:`~ntanalytics.report_content.details.detail_of` takes them.
        id: a slug, unique in the report.
    """
    listed = list(findings)
    by_identity = {item.finding.identity: item for item in listed if item.finding.is_violation}
    ordered = worst_first(item.finding for item in by_identity.values())
    ordered.sort(key=lambda finding: finding.identity in dispositions.muted)
    handled = _handled(incidents or ())
    left = _WAITING if incidents is not None and dispositions.is_known else UNKNOWN
    blank = {"noted": "", "done": BOX} if is_to_write else {}
    rows = tuple(
        {
            **_row(by_identity[finding.identity], lifecycles, dispositions),
            "handling": _handling(finding, dispositions, handled) or _left(finding, lifecycles, left),
            **blank,
            DETAIL: HAZARDS if by_identity[finding.identity].is_recorded else detail_of(finding, details),
        }
        for finding in ordered
    )
    note = ("" if rows else "已知的检查中没有待办事项。") + unknown_note(item.finding for item in listed)
    return Table(id, "待办事项", fields=(*_FIELDS, *(_TO_WRITE if is_to_write else ())), rows=rows, note=note)


def unknown_note(findings: Iterable[Finding]) -> str:
    """Return how many checks are unknown, whose open items no list can have; empty where none is."""
    unknown = unknown_checks(findings)
    return f"{unknown} 项检查未知，其待办未列入。" if unknown else ""


def unknown_checks(findings: Iterable[Finding]) -> int:
    """Return the number of checks that are unknown."""
    return count_by_status(findings)["unknown"]


def _handled(incidents: Sequence[DeskIncident]) -> Mapping[str, str]:
    """Return the identity of a finding → the incident that explains it, and whether that is over."""
    return MappingProxyType(
        {finding.identity: f"{item.number}，{item.state_words}" for item in incidents for finding in item.explained}
    )


def _row(item: WordedFinding, lifecycles: LifecycleState, dispositions: Dispositions) -> Mapping[str, object]:
    finding = item.finding
    return {
        "state": finding.status,
        "item": close_up(_item_words(item)),
        "since": close_up(onset_words(finding, lifecycles)) or None,
        "owner": item.owner or None,
        "due": _due(item, dispositions) or None,
    }


def _item_words(item: WordedFinding) -> str:
    """Return what an item is about: subject and check, and whether it may be but missing data."""
    words = named(item.wording.entity, item.wording.check)
    return f"{words}{SHORT_DOUBT}" if item.finding.details.get("is_doubtful") else words


def _due(item: WordedFinding, dispositions: Dispositions) -> str:
    """Return the deadline; of what the desk settled, without a word on its being over."""
    return item.due.removesuffix(LATE) if item.finding.identity in settled_by(dispositions) else item.due


def _handling(finding: Finding, dispositions: Dispositions, handled: Mapping[str, str]) -> str:
    """Return what the desk says of a finding; empty where it says nothing."""
    identity = finding.identity
    if identity in dispositions.by_identity:
        return disposition_words(dispositions.by_identity[identity])
    if identity in dispositions.expired:
        return "处置已到期"
    return handled.get(identity, "")


def _left(finding: Finding, lifecycles: LifecycleState, word: str) -> str:
    """Return that nobody deals with a finding, or that this is not known, with its change."""
    lifecycle = lifecycles.of(finding.identity) if lifecycles.is_known else None
    if lifecycle is None or lifecycles.is_first:
        return word
    return f"{word}（{CHANGES[lifecycle.change]}）"
