"""Figures of document exchange from the three views of the product: documents, deliveries, calls of interfaces."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.truth.figures import Figures, change_rate, difference, nearest_rank, put, rate
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, epoch, is_working, midnight, moment

GIVEN_BACK = ("已退文", "已退回", "已回退", "已拒收")
RECALLED = ("已撤回", "已撤销")

_DELIVERIES = """
SELECT d.receiver_unit, o.sender_unit, d.sent_at, d.due_at, d.signed_at, d.returned_at, d.state
FROM exchange_delivery d LEFT JOIN exchange_document o ON o.document_id = d.document_id
"""


@dataclass(frozen=True)
class Delivery:
    """Delivery of a document to a unit."""

    receiver: str | None
    sender: str | None
    sent_at: dt.datetime
    due_at: dt.datetime | None
    signed_at: dt.datetime | None
    returned_at: dt.datetime | None
    state: str

    @property
    def ends_at(self) -> dt.datetime:
        """Return the end of one working day after sending."""
        on = self.sent_at.date()
        following = on + DAY
        while not is_working(following):
            following += DAY
        if is_working(on):
            return dt.datetime.combine(following, self.sent_at.time())
        return midnight(following + DAY)

    def is_back(self, at: dt.datetime) -> bool:
        """Return whether the receiver had given it back."""
        return self.state in GIVEN_BACK and (self.returned_at is None or self.returned_at <= at)

    def is_recalled(self, at: dt.datetime) -> bool:
        """Return whether the sender had recalled it."""
        return self.state in RECALLED and (self.returned_at is None or self.returned_at <= at)

    def is_signed(self, at: dt.datetime) -> bool:
        """Return whether it had been signed for."""
        return self.signed_at is not None and self.signed_at <= at

    def is_overdue(self, at: dt.datetime) -> bool:
        """Return whether it waited beyond its deadline."""
        is_open = not (self.is_signed(at) or self.is_back(at) or self.is_recalled(at))
        return is_open and self.sent_at < at and self.due_at is not None and self.due_at < at


class Exchange:
    """Documents, deliveries and calls of a city, and the figures that the reports show of them."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.read_at = sources.read_at
        self.deliveries = [
            Delivery(
                sources.unit(receiver), sources.unit(sender), at, moment(due), moment(signed), moment(returned), state
            )
            for receiver, sender, sent, due, signed, returned, state in sources.rows("exchange", _DELIVERIES)
            if (at := moment(sent)) is not None
        ]

    def at(self, span: Span) -> dt.datetime:
        """Return the moment of a span's states: its end."""
        return min(span.until, self.read_at)

    def sent(self, span: Span) -> list[Delivery]:
        """Return the deliveries of the documents that were sent in a span."""
        return [delivery for delivery in self.deliveries if span.since <= delivery.sent_at < span.until]

    def figures(self, chosen: Iterable[Delivery], at: dt.datetime) -> dict[str, float | None]:
        """Return the figures of deliveries as of a moment (docs/domain.md, Document exchange)."""
        kept = [delivery for delivery in chosen if not delivery.is_recalled(at)]
        rated = [delivery for delivery in kept if not delivery.is_back(at) and delivery.ends_at <= at]
        in_time = [delivery for delivery in rated if delivery.is_signed(delivery.ends_at)]
        back = sum(delivery.is_back(at) for delivery in kept)
        return {
            "deliveries": len(kept),
            "signed_in_time_rate": rate(len(in_time), len(rated)),
            "returned_share": rate(back, len(kept)),
        }

    def overdue(self, at: dt.datetime) -> dict[str, list[Delivery]]:
        """Return the deliveries beyond their deadline by receiving unit, however old they are."""
        units: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in self.deliveries:
            if delivery.is_overdue(at):
                units[str(delivery.receiver)].append(delivery)
        return units

    def overdue_rows(self, span: Span) -> Figures:
        """Return the units with overdue deliveries, beside the deliveries of the span."""
        figures: Figures = {}
        at, sent = self.at(span), self.sent(span)
        for unit, late in self.overdue(at).items():
            own = self.figures((delivery for delivery in sent if delivery.receiver == unit), at)
            first = min(delivery.due_at for delivery in late if delivery.due_at)
            values = {"overdue_deliveries": len(late), "oldest_overdue_at": epoch(first)}
            put(
                figures,
                "overdue",
                unit,
                {**values, **{name: own[name] for name in ("deliveries", "signed_in_time_rate")}},
            )
        return figures

    def documents(self, span: Span) -> int:
        """Return the number of documents sent in a span."""
        [(count,)] = self.sources.rows(
            "exchange", "SELECT COUNT(*) FROM exchange_document WHERE sent_at >= ? AND sent_at < ?", span.between
        )
        return int(count)

    def calls(self, span: Span) -> dict[str, tuple[int, int, float | None]]:
        """Return calls, failures and P95 by caller, and of all callers under ``all``."""
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        sql = "SELECT caller, is_success, duration_ms FROM exchange_call WHERE ended_at >= ? AND ended_at < ?"
        for caller, is_success, duration in self.sources.rows("exchange", sql, span.between):
            for name in (caller, "all"):
                found[name].append((is_success, duration))
        return {
            name: (
                len(calls),
                sum(not is_success for is_success, _ in calls),
                nearest_rank((duration for _, duration in calls if duration is not None), 0.95),
            )
            for name, calls in found.items()
        }

    def by_sender(self, span: Span) -> dict[str, dict[str, float | None]]:
        """Return the figures of the documents of each sending unit."""
        units: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in self.sent(span):
            units[str(delivery.sender)].append(delivery)
        return {unit: self.figures(chosen, self.at(span)) for unit, chosen in units.items()}

    def signed_in_time(self, span: Span) -> float | None:
        """Return the sign-for rate of a span as of its end."""
        return self.figures(self.sent(span), self.at(span))["signed_in_time_rate"]

    def headline(self, span: Span) -> Figures:
        """Return the card of the sign-for rate."""
        now, before = self.signed_in_time(span), self.signed_in_time(span.before())
        figures: Figures = {}
        values = {"value": now, "before": before, "change": difference(now, before)}
        put(figures, "headlines", "signed_in_time_rate", values)
        return figures

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks."""
        figures: Figures = {}
        is_day = span.first == span.last
        at = self.at(span)
        judged = self.sent(span.back(7) if is_day else span)
        own = self.figures(judged, at)
        row = "docexchange.signed_in_time_rate:subsystem/docexchange"
        put(figures, block, row, {"value": own["signed_in_time_rate"], "count": own["deliveries"]})
        if is_day:
            figures[block, row, "days"] = 7
            figures[block, "docexchange.surveillance:subject/docexchange.documents", "value"] = self.documents(span)
        for unit, late in self.overdue(at).items():
            figures[block, f"docexchange.overdue_deliveries:unit/{unit}", "value"] = len(late)
        for caller, (calls, failed, _p95) in self.calls(span).items():
            kind = "interface" if caller == "all" else "caller"
            values = {"value": rate(failed, calls), "count": calls}
            put(figures, block, f"docexchange.call_failure_rate:{kind}/{caller}", values)
        for unit, of_unit in self.by_sender(span).items():
            values = {"value": of_unit["returned_share"], "count": of_unit["deliveries"]}
            put(figures, block, f"docexchange.returned_share:unit/{unit}", values)
        return figures


def weekly(exchange: Exchange, span: Span) -> Figures:
    """Return the figures of the weekly report."""
    figures = exchange.overdue_rows(span) | exchange.headline(span) | exchange.findings(span)
    change = change_rate(exchange.documents(span), exchange.documents(span.before()))
    figures["systems", "公文交换", "change-words"] = change
    for caller, (calls, failed, p95) in exchange.calls(span).items():
        if caller != "all":
            values = {"calls": calls, "failed_calls": failed, "call_failure_rate": rate(failed, calls)}
            put(figures, "callers", caller, values | {"call_p95_ms": p95})
    for place, day in enumerate(reversed(span.back(35).days)):
        own = Span(day, day)
        figures["headlines", "signed_in_time_rate", f"spark-{place}"] = None
        figures["systems", "公文交换", f"drawn-{place}"] = exchange.documents(own)
    return figures
