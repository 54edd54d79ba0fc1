"""Summary of the SMS platform in any report."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, evaluated, highlights, series
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.sms import volume as sms_volume


def summarize(context: CheckContext, _findings: Sequence[Finding]) -> SubsystemSummary:
    """Return volume, delivery and latency, by carrier, application and unit (docs/domain.md, SMS)."""
    messages = context.dataset("sms.messages", HISTORY)
    now, before = (context.report.resolve_units(table) for table in (messages.table, messages.before))
    is_complete, was_complete = messages.is_complete, messages.was_complete

    def volume(*by: str) -> ir.Table:
        return sms_volume.compare_volume(
            now, before, messages.as_of, by, is_complete=is_complete, was_complete=was_complete
        )

    [total] = volume().to_pyarrow().to_pylist()
    by_day = sms_volume.daily(messages.recent, messages.days, messages.as_of, ["carrier"])
    daily = sms_volume.daily(messages.recent, messages.days, messages.as_of)
    return SubsystemSummary(
        subsystem="sms",
        highlights=highlights(total, ["submitted", "delivery_rate"], is_complete=is_complete),
        lead="delivery_rate",
        total=total,
        recent=series(daily, "delivery_rate"),
        tables=evaluated(
            ("carriers", volume("carrier")),
            ("applications", volume("application")),
            ("units", volume("unit")),
            ("by_day", by_day),
            ("daily", daily),
        ),
        origin=context.origin("sms.volume", messages),
        note=messages.note,
        is_complete=is_complete,
        was_complete=was_complete,
    )


SECTION = Section(
    summarize=summarize,
    lead="delivery_rate",
    reads={"sms.messages": HISTORY, "identity.units": 0},
    requires=("sms.messages",),
)
