"""Dispositions in reports: the desk's decisions about the findings, their words, and how many findings are muted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from ntanalytics.checks.engine import Evaluation
from ntanalytics.contract.desk_plans import DISPOSITION_KINDS
from ntanalytics.findings.dispositions import Disposition, Dispositions, judge_dispositions
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.lifecycle import LifecycleState
from ntanalytics.metrics.rows import rows
from ntanalytics.periods.day_text import day_words
from ntanalytics.report_content.contents import DISPOSITIONS, NOTED_DAYS
from ntanalytics.workspace.dataset_view import DatasetView

#: Columns without which nobody knows whether a decision still holds.
_ENDS = ("known_until_on", "withdrawn_at")

#: Decisions of the desk after which nothing is to be done.
_SETTLED = frozenset({"false_alarm", "known"})

_UNDECIDED = "处理情况未知，各项均予列出。"

#: Notes where the decisions of the desk could not be read, where there are none yet, and where days of them lack.
UNREAD = f"检查处置登记未取得，{_UNDECIDED}"
EMPTY = f"已取得的检查处置登记中无记录，{_UNDECIDED}"
PARTIAL = f"检查处置登记不完整，{_UNDECIDED}"


def dispositions_of(
    evaluation: Evaluation, lifecycles: LifecycleState, inspected: Iterable[Finding] = ()
) -> Dispositions:
    """Return the desk's decisions about the findings of a report; unknown without a source, and over a gap.

    Args:
        evaluation: the findings.
        lifecycles: what became of them.
        inspected: findings of the last inspection, beside those of the report.
    """
    context = evaluation.context
    view = context.dataset(DISPOSITIONS, NOTED_DAYS)
    if not view.sources or not view.is_complete or any(map(view.sources_without, _ENDS)):
        return Dispositions(is_known=False, note=_why_unknown(view))
    unnumbered = "（单号未知）" if view.sources_without("ticket_no") else ""
    decisions = [
        Disposition(
            entity=row["entity"],
            check=row["check"],
            kind=row["disposition"],
            noted_on=(row["noted_at"] + timedelta(hours=context.utc_offset_h)).date(),
            until_on=row["known_until_on"],
            ticket_no=row["ticket_no"] or unnumbered,
            remark=row["remark"] or "",
        )
        for row in rows(view.cases)
        if row["noted_at"] < context.ends_at and not (row["withdrawn_at"] and row["withdrawn_at"] < context.ends_at)
    ]
    return judge_dispositions([*evaluation.findings, *inspected], decisions, context.on, lifecycles)


def _why_unknown(view: DatasetView) -> str:
    if not view.sources or any(state.taken_at is None for state in view.status()):
        return UNREAD
    return PARTIAL if rows(view.cases.limit(1)) else EMPTY


def settled_by(dispositions: Dispositions) -> frozenset[str]:
    """Return the identities of the muted findings of which the desk decided that nothing is to be done."""
    kinds = dispositions.by_identity
    return frozenset(identity for identity in dispositions.muted if kinds[identity].kind in _SETTLED)


def disposition_words(disposition: Disposition) -> str:
    """Return a decision in words: ``转工单GD20261119-001``, ``误报``, ``已知至12月31日``."""
    label = DISPOSITION_KINDS.get(disposition.kind, disposition.kind)
    if disposition.kind == "ticketed" and disposition.ticket_no:
        return f"{label}{disposition.ticket_no}"
    return label if disposition.until_on is None else f"{label}至{day_words(disposition.until_on)}"


def muted_sentence(dispositions: Dispositions) -> str:
    """Return how many findings are muted by the desk, and how many came back; empty where there is none.

    Returns:
        For example ``已登记处置的 3 项不再提示（转工单 1 项、误报 2 项）；处置到期、恢复提示 1 项。``.
    """
    if not dispositions.is_known:
        return dispositions.note or UNREAD
    kinds = Counter(dispositions.by_identity[identity].kind for identity in sorted(dispositions.muted))
    parts = []
    if kinds:
        counts = "、".join(f"{label} {kinds[kind]} 项" for kind, label in DISPOSITION_KINDS.items() if kinds[kind])
        parts.append(f"已登记处置的 {sum(kinds.values())} 项不再提示（{counts}）")
    if dispositions.expired:
        parts.append(f"处置到期、恢复提示 {len(dispositions.expired)} 项")
    return f"{'；'.join(parts)}。" if parts else ""
