"""What the inspection of a day asks of the SMS platform: carriers by the half hour, applications, the month's bill."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ibis

from ntanalytics.checks.baseline import unusual
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.detectors.failure_rate_rise import RateWords, failure_rate_rise
from ntanalytics.detectors.peer_outlier import peer_outlier
from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.sms import billing, volume
from ntanalytics.metrics.sms import slots as sms_slots
from ntanalytics.periods import Period, days_between
from ntanalytics.subsystems.sms import bill_checks, carrier_checks
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history: what is usual, and the whole of the month before.
HISTORY = 70

#: Days that are told beside a carrier's figure of the day.
SHOWN = 28

_SLOT_S, _HOUR_S = 1800, 3600

#: Messages come in batches: silent is what sends next to nothing.
_SILENT = 0.15

#: What is said of a carrier by its hours, and what then need not be said by its day.
_SAID = {
    "sms.failures_rise": ("sms.internal_failures_rise", "sms.delivery_rate", "sms.carrier_unlike"),
    "sms.internal_failures_rise": ("sms.delivery_rate", "sms.carrier_unlike"),
    "sms.late_rise": ("sms.receipt_latency_p95_s", "sms.backlog"),
}


def inspect_sms(context: CheckContext) -> list[Finding]:
    """Delivery, latency, backlog and silence of each carrier; rises and silences of applications; the last bill."""
    messages = context.dataset("sms.messages", history=HISTORY)
    if not messages.sources:
        return []
    on, rules = context.period.last, context.rules
    by_day = volume.daily(messages.recent, messages.days, messages.as_of, ["carrier"]).to_pyarrow().to_pylist()
    waiting = volume.backlog(messages.recent, context.ends_at, ["carrier"])
    lately = [row for row in by_day if row["day"] >= on - timedelta(days=SHOWN)]
    found = _by_hours(context, messages)
    found += carrier_checks.sms(lately, waiting, on, rules=rules)
    today = [row for row in by_day if row["day"] == on]
    found += [each for each in peer_outlier(rules["sms.carrier_unlike"], today, _carrier) if each.state != "ok"]
    return _said_once(found) + _applications(context, messages) + _bills(context, messages)


def _by_hours(context: CheckContext, messages: DatasetView) -> list[Finding]:
    """Each carrier's worst hours: failed, failed inside the carrier's network, reported late; and silences."""
    on, rules = context.period.last, context.rules
    counted = sms_slots.outcomes(messages.recent, context.utc_offset_h, _SLOT_S).to_pyarrow().to_pylist()
    found: list[Finding] = []
    for code, events, hits, words in (
        ("sms.failures_rise", "settled", "failed", RateWords("失败", "已出结果短信", "条")),
        ("sms.internal_failures_rise", "settled", "internal", RateWords("因运营商内部原因失败", "已出结果短信", "条")),
        ("sms.late_rise", "submitted", "late", RateWords("超过 10 分钟才有回执或仍无回执", "提交短信", "条")),
    ):
        table = [{**row, "events": row[events], "hits": row[hits]} for row in counted]
        found += failure_rate_rise(rules[code], table, messages.days, on, words, slot_s=_SLOT_S, subject=_carrier)
    sent = [{**row, "events": row["submitted"]} for row in counted]
    rule = rules["sms.carrier_lull"]
    # what all of them lack, the platform lacks
    silent = volume_gap(rule, sent_together(sent), messages.days, on, slot_s=_SLOT_S, most_left=_SILENT)
    return found + (
        silent or volume_gap(rule, sent, messages.days, on, slot_s=_SLOT_S, subject=_carrier, most_left=_SILENT)
    )


def sent_together(slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of all groups by day and slot."""
    total: dict[tuple[Any, int], int] = {}
    for row in slots:
        key = row["day"], row["slot"]
        total[key] = total.get(key, 0) + row["events"]
    return [{"day": day, "slot": slot, "events": events} for (day, slot), events in total.items()]


def _said_once(found: list[Finding]) -> list[Finding]:
    """What is wrong in some hours is not said of the day again."""
    said = {
        (code, each.subject)
        for each in found
        for code in _SAID.get(each.code, ())
        if each.state in ("warning", "critical")
    }
    return [each for each in found if (each.code, each.subject) not in said]


def _applications(context: CheckContext, messages: DatasetView) -> list[Finding]:
    on, rules = context.period.last, context.rules
    daily = volume.daily(messages.recent, messages.days, messages.as_of, ["application"])
    subject = _application
    found = unusual(context, rules["sms.application_rise"], daily, subject=subject, is_wrong_only=True)
    hours = sms_slots.outcomes(messages.recent, context.utc_offset_h, _HOUR_S, ["application"])
    sent = hours.select("day", "slot", "application", events=hours.submitted)
    silent = volume_gap(
        rules["sms.application_lull"], sent, messages.days, on, slot_s=_HOUR_S, subject=subject, most_left=_SILENT
    )
    # a platform that stands still was said of the carriers
    return found + (silent if len(silent) <= FEW_SILENT else [])


#: Where more applications are silent at once, the platform is.
FEW_SILENT = 2


def _bills(context: CheckContext, messages: DatasetView) -> list[Finding]:
    """The bills of the month before, once they have come, against what was sent.

    Defined in docs/domain.md, SMS: reconciliation.
    """
    month = Period.month(context.period.last).previous()
    bills = context.dataset("sms.bills", history=2 * HISTORY)
    if not bills.sources:
        return []
    billed = bills.recent.filter(bills.recent.month_on == ibis.literal(month.first))
    span = messages.days.filter((messages.days.day >= month.first) & (messages.days.day <= month.last))
    covered = span.filter(span.is_covered).count().execute()
    if not billed.count().execute() or covered < len(days_between(month.first, month.last)):
        return []
    sent = messages.recent.filter((messages.recent.day >= month.first) & (messages.recent.day <= month.last))
    return bill_checks.bills(billing.reconciliation(sent, billed), rule=context.rules["sms.bill"])


def _carrier(row: Mapping[str, Any]) -> str:
    return CARRIERS.get(row["carrier"], str(row["carrier"]))


def _application(row: Mapping[str, Any]) -> str:
    return str(row["application"])
