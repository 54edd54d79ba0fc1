"""Summary of document exchange in any report."""

from __future__ import annotations

from datetime import datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY as RECENT_DAYS
from ntanalytics.checks.section import SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.docexchange import documents as document_metrics
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.groups import join_groups
from ntanalytics.subsystems.docexchange.checks import delivered
from ntanalytics.subsystems.docexchange.reading import as_of


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return documents, deliveries, overdue units, interface calls (docs/domain.md, Document exchange)."""
    documents = context.dataset("docexchange.documents", RECENT_DAYS)
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    calls = context.dataset("docexchange.interface_calls", RECENT_DAYS)
    at = as_of(context)
    sent_now, sent_before = document_metrics.documents(documents.table), document_metrics.documents(documents.before)
    sent = compared(sent_now, sent_before, document_metrics.DOCUMENTS, documents)
    # the deliveries of the period before are seen as they were a period ago
    now, before = _delivered(context, deliveries.table, at), _delivered(context, deliveries.before, context.begins_at)
    moved = compared(now, before, document_metrics.DELIVERIES, deliveries)
    units = figures(_delivered(context, deliveries.table, at, "receiver_unit"), deliveries)
    daily = documents.daily(document_metrics.documents, document_metrics.MEASURES)
    total = sent | moved
    second = "deliveries" if context.is_day else "signed_in_time_rate"
    return SubsystemSummary(
        subsystem="docexchange",
        highlights=highlights(total, ["documents_sent", second, "overdue_deliveries"]),
        lead="documents_sent",
        total=total,
        daily=figures(daily, documents),
        tables={
            "overdue": units.counted("overdue_deliveries"),
            "callers": figures(document_metrics.calls(calls.table, ["caller"]), calls),
        },
        origin=context.origin("docexchange.deliveries", documents, deliveries),
    )


def _delivered(context: CheckContext, sent: ir.Table, at: datetime, *by: str) -> ir.Table:
    """Return the deliveries that were sent in a period, and what is overdue at its end, whenever it was sent."""
    cases = context.dataset("docexchange.deliveries", HISTORY_DAYS).cases
    overdue = ("overdue_deliveries", "oldest_overdue_at")
    of_period = delivered(context, sent, at, by).drop(*overdue)
    waiting = delivered(context, cases, at, by).select(*by, *overdue)
    joined = join_groups(of_period, waiting, by, how="outer")
    # a unit may owe a signature for what was sent before, and have received nothing in the period
    counts = [item.name for item in document_metrics.DELIVERIES if item.unit == "件次"]
    return joined.mutate(**{name: joined[name].fill_null(0) for name in counts}).order_by(
        ibis.desc("overdue_deliveries"), ibis.desc("deliveries"), *by
    )


SECTION = Section(
    summarize=summarize,
    lead="documents_sent",
    reads={
        "docexchange.documents": RECENT_DAYS,
        "docexchange.deliveries": HISTORY_DAYS,
        "docexchange.interface_calls": RECENT_DAYS,
    },
    requires=("docexchange.documents", "docexchange.deliveries"),
)
