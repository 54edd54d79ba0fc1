"""Summary of document exchange in any report."""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY as RECENT_DAYS
from ntanalytics.checks.section import SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics.docexchange import documents as document_metrics
from ntanalytics.metrics.figures import figures
from ntanalytics.subsystems.docexchange.checks import HISTORY, as_of, delivered


def summarize(context: CheckContext, _findings: Sequence[Finding]) -> SubsystemSummary:
    """Return documents, deliveries, overdue units, interface calls (docs/domain.md, Document exchange)."""
    documents = context.dataset("docexchange.documents", RECENT_DAYS)
    deliveries = context.dataset("docexchange.deliveries", HISTORY)
    calls = context.dataset("docexchange.interface_calls", RECENT_DAYS)
    at = as_of(context)
    sent_now, sent_before = document_metrics.documents(documents.table), document_metrics.documents(documents.before)
    sent = compared(sent_now, sent_before, document_metrics.DOCUMENTS, documents)
    # the deliveries of the period before are seen as they were a period ago
    now, before = delivered(context, deliveries.table, at), delivered(context, deliveries.before, context.begins_at)
    moved = compared(now, before, document_metrics.DELIVERIES, deliveries)
    units = figures(delivered(context, deliveries.recent, at, ("receiver_unit",)), deliveries)
    waiting = figures(delivered(context, deliveries.recent, at).select("overdue_deliveries"), deliveries).total
    daily = by_days.fill_days(
        document_metrics.documents(documents.recent, ["day"]), documents.days, document_metrics.MEASURES
    )
    total = sent | moved | waiting
    second = "deliveries" if context.is_day else "signed_in_time_rate"
    return SubsystemSummary(
        subsystem="docexchange",
        highlights=highlights(total, ["documents_sent", second, "overdue_deliveries"]),
        lead="documents_sent",
        total=total,
        daily=figures(daily.order_by("day"), documents),
        tables={
            "units": units,
            "overdue": units.where(lambda row: row["overdue_deliveries"]),
            "callers": figures(document_metrics.calls(calls.table, ["caller"]), calls),
        },
        origin=context.origin("docexchange.deliveries", documents, deliveries),
    )


SECTION = Section(
    summarize=summarize,
    lead="documents_sent",
    reads={
        "docexchange.documents": RECENT_DAYS,
        "docexchange.deliveries": HISTORY,
        "docexchange.interface_calls": RECENT_DAYS,
    },
    requires=("docexchange.documents", "docexchange.deliveries"),
)
