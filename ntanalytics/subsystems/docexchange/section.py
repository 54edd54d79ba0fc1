"""Summary of document exchange in any report."""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY as RECENT_DAYS
from ntanalytics.checks.section import SubsystemSummary, compared, highlights, is_whole, series
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics.docexchange import documents as document_metrics
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
    units = delivered(context, deliveries.recent, at, ("receiver_unit",)).to_pyarrow()
    waiting = delivered(context, deliveries.recent, at).select("overdue_deliveries", "pending_deliveries")
    [open_now] = waiting.to_pyarrow().to_pylist()
    total = {**sent, **moved, "overdue_deliveries": open_now["overdue_deliveries"]}
    daily = by_days.fill_days(
        document_metrics.documents(documents.recent, ["day"]), documents.days, document_metrics.MEASURES
    )
    overdue = sum(bool(row["overdue_deliveries"]) for row in units.to_pylist())
    second = "deliveries" if context.is_day else "signed_in_time_rate"
    is_complete = is_whole(documents, deliveries)
    return SubsystemSummary(
        subsystem="docexchange",
        highlights=highlights(total, ["documents_sent", second, "overdue_deliveries"], is_complete=is_complete),
        lead="documents_sent",
        total=total,
        recent=series(daily, "documents_sent"),
        tables={
            "units": units,
            "overdue": units.slice(0, overdue),
            "callers": document_metrics.calls(calls.table, ["caller"]).to_pyarrow(),
        },
        origin=context.origin("docexchange.deliveries", documents, deliveries),
        note=documents.note or deliveries.note,
        is_complete=is_complete,
        was_complete=documents.was_complete and deliveries.was_complete,
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
