"""Summary of document exchange in any report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import ibis

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    compared,
    highlights,
    is_whole,
    no_source_summary,
    series,
)
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics.docexchange import documents as docexchange_documents

#: Deliveries may wait that long and are still looked at; the calendar is needed that much longer.
OLDEST_DELIVERY, CALENDAR_AFTER = 60, 14

#: Of so many days up to an inspected one it is judged whether deliveries are signed for in time.
DUE_DAYS = 7


def summarize(context: CheckContext) -> SubsystemSummary:
    """Documents, deliveries, overdue units, interface calls (docs/domain.md, Document exchange)."""
    documents = context.dataset("docexchange.documents", history=HISTORY)
    deliveries = context.dataset("docexchange.deliveries", history=OLDEST_DELIVERY)
    calls = context.dataset("docexchange.interface_calls", history=HISTORY)
    if missing := no_source_summary("docexchange", "documents_sent", documents, deliveries):
        return missing
    offset = context.utc_offset_h
    worked = context.nearby_working_days(OLDEST_DELIVERY, CALENDAR_AFTER)

    def delivered(table: Any, at: Any, by: tuple[str, ...] = ()) -> Any:
        return docexchange_documents.deliveries(table, worked, at, offset, by)

    at = min(context.ends_at, deliveries.as_of)
    sent = compared(
        docexchange_documents.documents(documents.table),
        docexchange_documents.documents(documents.before),
        docexchange_documents.DOCUMENTS,
        documents,
    )
    # those of the period before are seen as they were a period ago
    moved = compared(
        delivered(deliveries.table, at),
        delivered(deliveries.before, context.begins_at),
        docexchange_documents.DELIVERIES,
        deliveries,
    )
    units = delivered(deliveries.recent, at, ("receiver_unit",)).to_pyarrow()
    [waiting] = (
        delivered(deliveries.recent, at).select("overdue_deliveries", "pending_deliveries").to_pyarrow().to_pylist()
    )
    callers = docexchange_documents.calls(calls.table, ["caller"]).to_pyarrow()
    whole = is_whole(documents, deliveries)
    rule = context.rules["docexchange.signed_in_time_rate"]
    worth_knowing = ["documents_sent", "signed_in_time_rate", "overdue_deliveries"]
    if context.period.kind == "day":
        worth_knowing = ["documents_sent", "deliveries", "overdue_deliveries"]
        # what was sent on a day is due on the next working day: the day's inspection judges the week that ends with it
        first = context.period.last - timedelta(days=DUE_DAYS - 1)
        sent_lately = deliveries.recent.filter(deliveries.recent.day >= ibis.literal(first))
        rule = replace(rule, check=f"近 {DUE_DAYS} 天按时签收率")
        findings = evaluate_rules([rule], delivered(sent_lately, at), is_complete=whole)
    else:
        findings = evaluate_rules([rule], [moved], is_complete=whole)
    # of a day it is asked in workspace.inspecting: by units' own measure, by the hour, and each said once
    if context.period.kind != "day":
        findings += _beyond(context.rules["docexchange.overdue_deliveries"], units, "receiver_unit")
        senders = delivered(
            docexchange_documents.with_sender(deliveries.table, documents.table), at, ("sender_unit",)
        ).to_pyarrow()
        findings += _beyond(context.rules["docexchange.returned_share"], senders, "sender_unit")
        rule = context.rules["docexchange.call_failure_rate"]
        findings += evaluate_rules(
            [rule], docexchange_documents.calls(calls.table), "全部接口", is_complete=calls.is_complete
        )
        findings += _beyond(rule, callers, "caller")
    total = {**sent, **moved, "overdue_deliveries": waiting["overdue_deliveries"]}
    daily = by_days.fill_days(
        docexchange_documents.documents(documents.recent, ["day"]), documents.days, docexchange_documents.MEASURES
    )
    late = [row for row in units.to_pylist() if row["overdue_deliveries"]]
    return SubsystemSummary(
        "docexchange",
        tuple(findings),
        highlights(total, worth_knowing, is_complete=whole),
        "documents_sent",
        total,
        series(daily, "documents_sent"),
        {"units": units, "overdue": units.slice(0, len(late)), "callers": callers},
        context.origin("docexchange.deliveries", documents, deliveries),
        documents.note or deliveries.note,
        whole,
        documents.was_complete and deliveries.was_complete,
    )


def _beyond(rule: Any, table: Any, subject: str) -> list[Any]:
    """Only what is beyond its threshold: of hundreds of units the others are of no interest."""
    named = [row for row in table.to_pylist() if row[subject] is not None]
    found = evaluate_rules([rule], named, lambda row: str(row[subject]))
    return [each for each in found if each.state in ("warning", "critical")]
