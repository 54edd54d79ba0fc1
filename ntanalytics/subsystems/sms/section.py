"""Summary of the SMS platform in any report."""

from __future__ import annotations

from dataclasses import replace

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.identity.units import NO_UNIT
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.sms import volume as sms_volume
from ntanalytics.subsystems.sms.daily_volume import daily_volume


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return volume, delivery and latency, by carrier, application and unit (docs/domain.md, SMS)."""
    messages = context.dataset("sms.messages", HISTORY)
    now, before = (context.report.resolve_units(table) for table in (messages.table, messages.before))

    def volume(*by: str) -> Figures:
        return figures(sms_volume.compare_volume(now, before, messages.as_of, by, **messages.wholeness), messages)

    def daily(*by: str) -> Figures:
        return figures(daily_volume(messages, context.utc_offset_h, by), messages)

    total = volume().total
    return SubsystemSummary(
        subsystem="sms",
        highlights=highlights(total, ["submitted", "delivery_rate"]),
        lead="delivery_rate",
        total=total,
        daily=daily(),
        tables={
            "carriers": with_pending(volume("carrier"), total),
            "applications": volume("application"),
            "units": volume("unit").calling("unit", NO_UNIT),
            "by_day": daily("carrier"),
        },
        origin=context.origin("sms.volume", messages),
    )


def with_pending(carriers: Figures, total: FigureRow) -> Figures:
    """Return the carriers with a note on where the delivery rate may end, while messages wait for their report."""
    pending, submitted = total.quantity("pending"), total["submitted"]
    if not pending.is_exact or not pending.value or not total.quantity("delivery_rate").is_exact:
        return carriers
    delivered = total["delivered"], total["delivered"] + total["pending"]  # if none, and if each of them is
    low, high = (format_number(count / submitted, "rate:1") for count in delivered)
    if low == high:
        return carriers
    waiting = format_number(total["pending"], "integer", "条")
    return replace(carriers, note=f"{carriers.note}尚有 {waiting}等待回执，送达率最终在 {low} 至 {high} 之间。")


SECTION = Section(
    summarize=summarize,
    lead="delivery_rate",
    reads={"sms.messages": HISTORY, "identity.units": 0},
    requires=("sms.messages",),
)
