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

#: Code of the demo's carriers → what it means (CMPP 3.0, SGIP and SMGP, and the tables of vendors).
MEANINGS = {
    "MK:0001": "空号", "DB:0100": "空号", "2:29": "空号", "2:21": "空号", "601": "空号",
    "EXPIRED": "关机或不在服务区", "2:25": "关机或不在服务区",
    "MK:0005": "拦截（未注明原因）", "SUBMIT": "拦截（未注明原因）",
    "DB:0141": "黑名单", "005": "黑名单", "MB:1041": "频控", "ID:0076": "内容审核",
    "MK:0017": "终端故障", "2:26": "终端故障", "2:27": "终端故障",
    "MK:0036": "运营商网络", "MK:0050": "运营商网络", "2:32": "运营商网络", "2:33": "运营商网络",
    "006": "运营商网络", "010": "运营商网络",
}  # fmt: skip

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
    figures |= sms.days("delivery-rate", span, 35, "delivery_rate")
    figures["systems", "短信平台", "change-words"] = figures["headlines", "delivery_rate", "change"]
    for place, day in enumerate(reversed(span.back(35).days)):
        figures["systems", "短信平台", f"drawn-{place}"] = sms.headline(Span(day, day), "delivery_rate")
    return figures


def daily(sms: SMS, span: Span) -> Figures:
    """Return the figures of the daily inspection."""
    figures = findings(sms, span) | sms.days("delivery-rate", span, 29, "delivery_rate")
    columns = ("submitted", "delivered", "failed", "unknown", "pending", "delivery_rate", "receipt_latency_p95_s")
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
    all_failed = [message for message in sms.of(span) if message.outcome == "failed"]
    for meaning, times in Counter(MEANINGS.get(message.code, "其他") for message in all_failed).items():
        share = {"failed": times, "failed_share": times / len(all_failed)}
        put(figures, "failure-classes", meaning, share)
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


def costs(span: Span, sources: Sources) -> Figures:
    """Return the money of a month and of its year so far by carrier."""
    figures: Figures = {}
    bills = [(row["账期"].date().replace(day=1), row["运营商"], row["账单金额"]) for row in sources.sheet("运营商账单")]
    year = [bill for bill in bills if bill[0].year == span.first.year and bill[0] <= span.first]
    for carrier in sorted({name for _, name, _ in year}):
        of_month = [yuan for month, name, yuan in year if (month, name) == (span.first, carrier)]
        of_year = [yuan for _, name, yuan in year if name == carrier]
        put(figures, "costs", carrier, {"month_yuan": sum(of_month) if of_month else None, "year_yuan": sum(of_year)})
    return figures


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
