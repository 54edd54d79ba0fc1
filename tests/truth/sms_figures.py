"""Figures of SMS as the reports show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.truth.figures import Figures, change_rate, difference, put, rate
from tests.truth.sms import SMS, UNKNOWN_AFTER, Message, grouped
from tests.truth.sources import Sources
from tests.truth.span import Span

CODES = {"中国移动": "mobile", "中国联通": "unicom", "中国电信": "telecom"}

#: Fewest settled messages of a day that is judged, and the limits of a warning (docs/rules.md).
JUDGED = {"delivery_rate": (400, 0.95), "receipt_latency_p95_s": (200, 120.0)}

CARDS = ("submitted", "segments", "delivery_rate", "receipt_latency_p95_s", "failed")

#: Hours after which a report is late for the inspection.
BACKLOG_S = 3600


def by_carrier(message: Message) -> str:
    """Return the carrier of a message."""
    return message.carrier


def weekly(sms: SMS, span: Span) -> Figures:
    """Return the figures of the weekly report."""
    figures = findings(sms, span)
    columns = ("submitted", "submitted_change_rate", "delivery_rate", "delivery_rate_change", "failed")
    for carrier, row in sms.compared(span, by_carrier).items():
        put(figures, "sms", carrier, {name: row[name] for name in (*columns, "receipt_latency_p95_s")})
    figures |= _card(sms, span, "headlines", "delivery_rate")
    figures["systems", "短信平台", "change-words"] = figures["headlines", "delivery_rate", "change"]
    for place, day in enumerate(reversed(span.back(35).days)):
        figures["systems", "短信平台", f"drawn-{place}"] = sms.headline(Span(day, day), "delivery_rate")
    return figures


def daily(sms: SMS, span: Span) -> Figures:
    """Return the figures of the daily inspection."""
    figures = findings(sms, span) | sms.days("delivery-rate", span, 29, "delivery_rate")
    columns = ("submitted", "delivered", "failed", "pending", "delivery_rate", "receipt_latency_p95_s")
    for carrier, chosen in grouped(sms.of(span), by_carrier).items():
        row = sms.volume(chosen)
        put(figures, "sms-by-carrier", carrier, {name: row[name] for name in columns})
    for carrier, code in CODES.items():
        waiting = sum(_waits(message, span) for message in sms.all if message.carrier == carrier)
        figures["board", f"sms.backlog:carrier/{code}", "value"] = waiting
    return figures


def _waits(message: Message, span: Span) -> bool:
    """Return whether a message waited for its report at the end of a span, longer than an hour and not yet 72."""
    waited = (span.until - message.submitted_at).total_seconds()
    is_open = message.outcome is None or (message.reported_at is not None and message.reported_at > span.until)
    return is_open and BACKLOG_S <= waited < UNKNOWN_AFTER.total_seconds()


def volume_report(sms: SMS, span: Span) -> Figures:
    """Return the figures of the report on volume."""
    figures = findings(sms, span)
    for carrier, row in sms.compared(span, by_carrier).items():
        put(figures, "by-carrier", carrier, row)
    for application, row in sms.compared(span, lambda message: message.application).items():
        put(figures, "by-application", application, row)
    for unit, row in sms.compared(span, lambda message: message.unit).items():
        shown = {name: value for name, value in row.items() if "latency" not in name and name != "delivery_rate_change"}
        put(figures, "by-unit", unit, shown)
    hours = Counter(message.submitted_at.hour for message in sms.of(span))
    for hour in range(24):
        put(figures, "by-hour", hour, {"submitted": hours[hour]})
    for carrier, chosen in grouped(sms.of(span), by_carrier).items():
        failed = [message for message in chosen if message.outcome == "failed"]
        for code, times in Counter(message.code for message in failed).items():
            put(figures, "failure-codes", f"{carrier}|{code}", {"failed": times, "failed_share": times / len(failed)})
    days = (span.last - span.first).days + 1 + 28
    for block, column in (("delivery-rate-by-day", "delivery_rate"), ("submitted-by-day", "submitted")):
        figures |= sms.days(block, span, days, column)
    for name in CARDS:
        figures |= _card(sms, span, "kpis", name, days)
    return figures


def _card(sms: SMS, span: Span, block: str, name: str, days: int = 35) -> Figures:
    """Return a headline figure with its change and its last days."""
    figures: Figures = {}
    now, before = sms.headline(span, name), sms.headline(span.before(), name) if sms.is_whole(span.before()) else None
    change = difference(now, before) if name == "delivery_rate" else change_rate(now, before)
    put(figures, block, name, {"value": now, "before": before, "change": change})
    for place, day in enumerate(reversed(span.back(days).days)):
        own = Span(day, day)
        figures[block, name, f"spark-{place}"] = sms.headline(own, name) if sms.is_whole(own) else None
    return figures


def findings(sms: SMS, span: Span, block: str = "board") -> Figures:
    """Return the worst day of each carrier, where a day of it has enough messages."""
    figures: Figures = {}
    for carrier, code in CODES.items():
        rows = [sms.volume(_own(sms.of(Span(day, day)), carrier)) for day in span.days]
        for name, (least, limit) in JUDGED.items():
            settled = ((row, sum(row[part] or 0 for part in ("delivered", "failed", "unknown"))) for row in rows)
            values = [row[name] for row, count in settled if count >= least and row[name] is not None]
            known = [value for value in values if value is not None]
            if not known:
                continue
            is_rate = name == "delivery_rate"
            beyond = sum(value < limit if is_rate else value > limit for value in known)
            row = f"sms.{name}:carrier/{code}"
            put(figures, block, row, {"value": min(known) if is_rate else max(known), "days_beyond": beyond})
    return figures


def _own(chosen: Iterable[Message], carrier: str) -> list[Message]:
    return [message for message in chosen if message.carrier == carrier]


def reconciliation(sms: SMS, span: Span, sources: Sources) -> Figures:
    """Return our segments of a month beside the bills of the carriers."""
    figures: Figures = {}
    own = grouped(sms.of(span), by_carrier)
    for row in sources.sheet("运营商账单"):
        if row["账期"].date().replace(day=1) != span.first:
            continue
        carrier, billed, yuan = row["运营商"], row["账单条数"], row["账单金额"]
        segments = sum(len(message.statuses) for message in own[carrier])
        share = rate(billed - segments, billed)
        values = {
            "segments": segments,
            "billed_segments": billed,
            "difference_segments": billed - segments,
            "difference_rate": share,
            "billed_yuan": yuan,
            "difference_yuan": None if share is None else share * yuan,
        }
        put(figures, "reconciliation", carrier, values)
        finding = {"value": share, "segments": billed - segments, "yuan": values["difference_yuan"]}
        put(figures, "board", f"sms.bill:carrier/{CODES[carrier]}", finding)
    return figures
