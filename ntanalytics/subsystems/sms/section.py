"""Summary of the SMS platform in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.identity.units import NO_UNIT
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
            "carriers": volume("carrier"),
            "applications": volume("application"),
            "units": volume("unit").calling("unit", NO_UNIT),
            "by_day": daily("carrier"),
        },
        origin=context.origin("sms.volume", messages),
    )


SECTION = Section(
    summarize=summarize,
    lead="delivery_rate",
    reads={"sms.messages": HISTORY, "identity.units": 0},
    requires=("sms.messages",),
)
