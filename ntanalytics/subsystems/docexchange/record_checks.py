"""Checks of the records of deliveries: what has no deadline, contradicts itself in its times, or was recalled."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.by_detector import failure_rate_rise
from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.rise_parts import with_rise_parts
from ntanalytics.contract.docexchange import DELIVERIES
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.docexchange import records
from ntanalytics.metrics.rows import rows

_DAY_S = 86_400

#: Columns of a delivery's document, by which it is sent.
_SENDING = ("platform", "sender_unit")

#: Columns by which a delivery refers to its document.
_DOCUMENT = ("source", "document_id")


def _undated(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether an unusual share of the deliveries has no deadline; none of sources that know of none."""
    return _unusual(context, rule, records.mark_undated, ("due_at",))


def _disordered(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether a later step of an unusual share of deliveries is recorded before an earlier one, with both."""
    findings = _unusual(context, rule, records.mark_disordered, records.STEPS)
    if not findings:
        return []
    marked = records.mark_disordered(context.dataset("docexchange.deliveries").table)
    steps = marked.filter(marked.is_hit).group_by("earlier", "later").aggregate(hits=ibis._.count())
    most = rows(steps.order_by(ibis.desc("hits"), "earlier", "later"))[0]
    earlier, later = (DELIVERIES.column(most[name]).label for name in ("earlier", "later"))
    return [finding.with_details(earlier=earlier, later=later) for finding in findings]


def _recalled(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether an unusual share of the documents was recalled."""
    return _unusual(context, rule, records.mark_recalled, ())


def _unusual(
    context: CheckContext, rule: Rule, mark: Callable[[ir.Table], ir.Table], columns: tuple[str, ...]
) -> list[Finding]:
    """Return whether an unusual share of deliveries, or documents, is marked, with the senders of most of it."""
    deliveries, documents = (context.dataset(name, HISTORY_DAYS) for name in _READS)
    if not deliveries.is_complete:
        return []
    without = {source for column in columns for source in deliveries.sources_without(column)}
    marked = mark(deliveries.recent.filter(~deliveries.recent.source.isin(sorted(without))))
    shares = marked.aggregate(by=["day"], events=marked.count(), hits=marked.count(where=marked.is_hit))
    findings = failure_rate_rise(rule, shares, deliveries.days, context.on, slot_s=_DAY_S)
    if not findings:
        return []
    hits = marked.filter(marked.is_hit).select(*_DOCUMENT, "day", "sent_at")
    sent = hits.left_join(documents.recent.select(*_DOCUMENT, *_SENDING), _DOCUMENT)
    named = sent.select("day", "sent_at", *_SENDING)
    return [with_rise_parts(context, finding, documents, named, _SENDING) for finding in findings]


_READS = {"docexchange.deliveries": HISTORY_DAYS, "docexchange.documents": HISTORY_DAYS}

RECORD_CHECKS: tuple[Check, ...] = (
    Check(rule="docexchange.undated", evaluate=_undated, reads=_READS, optional=("docexchange.documents",)),
    Check(rule="docexchange.recalled", evaluate=_recalled, reads=_READS, optional=("docexchange.documents",)),
    Check(rule="docexchange.disordered", evaluate=_disordered, reads=_READS, optional=("docexchange.documents",)),
)
