"""Summary of the SMS platform in any report."""

from __future__ import annotations

import ibis.expr.types as ir

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    evaluated,
    highlights,
    no_source_summary,
    series,
)
from ntanalytics.metrics.sms import volume as sms_volume
from ntanalytics.subsystems.sms import bill_checks


def summarize(context: CheckContext) -> SubsystemSummary:
    """Volume, delivery and latency, by carrier and application (docs/domain.md, SMS); a day by the thresholds given."""
    messages = context.dataset("sms.messages", history=HISTORY)
    if missing := no_source_summary("sms", "delivery_rate", messages):
        return missing
    whole, was_whole = messages.is_complete, messages.was_complete

    def volume(*by: str) -> ir.Table:
        now, before = messages.table, messages.before
        return sms_volume.compare_volume(now, before, messages.as_of, by, is_complete=whole, was_complete=was_whole)

    [total] = volume().to_pyarrow().to_pylist()
    carriers, applications = volume("carrier"), volume("application")
    by_day = sms_volume.daily(messages.recent, messages.days, messages.as_of, ["carrier"])
    # of a day it is asked in workspace.inspecting
    findings = (
        [] if context.period.kind == "day" else bill_checks.worst_days(by_day, context.period.first, context.rules)
    )
    daily = sms_volume.daily(messages.recent, messages.days, messages.as_of)
    return SubsystemSummary(
        "sms",
        tuple(findings),
        highlights(total, ["submitted", "delivery_rate"], is_complete=whole),
        "delivery_rate",
        total,
        series(daily, "delivery_rate"),
        evaluated(("carriers", carriers), ("applications", applications), ("by_day", by_day), ("daily", daily)),
        context.origin("sms.volume", messages),
        messages.note,
        whole,
        was_whole,
    )
