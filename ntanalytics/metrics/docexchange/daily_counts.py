"""Document exchange by day and unit or caller: counts of events, and of failures among them.

Defined in docs/domain.md, Document exchange.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.docexchange.documents import with_deadline, with_sender
from ntanalytics.metrics.measure import catalogue, rate
from ntanalytics.metrics.slots import slot_of

SHARES = (
    rate(
        "unsigned_share",
        "未按时签收占比",
        "Deliveries not signed for within one working day / deliveries whose working day is over, without those given "
        "back (docs/domain.md, Document exchange: sign-for rate).",
        good="down",
        digits=0,
    ),
    rate(
        "undelivered_share",
        "次日仍未送达占比",
        "Deliveries that had not reached the unit a day after they were sent / deliveries.",
        good="down",
    ),
)

MEASURES = catalogue(SHARES)


def late_signings(
    deliveries: ir.Table, working_days: Sequence[date], at: datetime, utc_offset_h: int, by: Sequence[str]
) -> ir.Table:
    """Return the deliveries whose working day was over at a moment, and those not signed for within it.

    Args:
        deliveries: rows of ``docexchange.deliveries``.
        working_days: the working days of the span up to the moment, or more.
        at: the moment (aware).
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns that name a group: ``day`` (of sending), ``receiver_unit``.

    Returns:
        ``by``, ``events`` and ``hits``; no row where none was over; in no order.
    """
    moment = ibis.literal(at)
    dated = with_deadline(deliveries, working_days, utc_offset_h)
    is_back = dated.state.isin(["returned", "refused", "recalled"]) & (dated.returned_at <= moment).fill_null(True)
    is_dated = (dated.signed_at >= dated.sent_at).fill_null(True)
    over = dated.filter(~is_back & is_dated & (dated["_ends_at"] <= moment))
    in_time = (over.signed_at <= over["_ends_at"]).fill_null(False)
    return over.aggregate(by=list(by), events=over.count(), hits=over.count(where=~in_time))


def returns(deliveries: ir.Table, documents: ir.Table, at: datetime, by: Sequence[str]) -> ir.Table:
    """Return the deliveries, and those that the receiving unit had returned or refused by a moment.

    Args:
        deliveries: rows of ``docexchange.deliveries``.
        documents: rows of ``docexchange.documents``, of the same period at least.
        at: the moment (aware).
        by: columns that name a group: ``day`` (of sending), ``sender_unit``.

    Returns:
        ``by``, ``events`` and ``hits``; without deliveries that the sender recalled; in no order.
    """
    sent = with_sender(deliveries, documents)
    sent = sent.filter(sent.state != "recalled")
    is_back = sent.state.isin(["returned", "refused"]) & (sent.returned_at <= ibis.literal(at)).fill_null(True)
    return sent.aggregate(by=list(by), events=sent.count(), hits=sent.count(where=is_back))


def overdue_units(deliveries: ir.Table, at: datetime) -> ir.Table:
    """Return the units with deliveries that were pending at a moment and past their deadline.

    Defined in docs/domain.md, Document exchange: overdue.

    Args:
        deliveries: rows of ``docexchange.deliveries``.
        at: the moment (aware).

    Returns:
        ``receiver_unit``, ``overdue_deliveries`` and ``oldest_overdue_at``, most first.
    """
    moment = ibis.literal(at)
    is_back = deliveries.state.isin(["returned", "refused", "recalled"])
    is_back &= (deliveries.returned_at <= moment).fill_null(True)
    is_signed = (deliveries.signed_at <= moment).fill_null(False)
    late = deliveries.filter(~is_back & ~is_signed & (deliveries.due_at < moment))
    counted = late.group_by("receiver_unit").aggregate(
        overdue_deliveries=late.count(), oldest_overdue_at=late.due_at.min()
    )
    return counted.order_by(ibis.desc("overdue_deliveries"), "receiver_unit")


def late_deliveries(deliveries: ir.Table, at: datetime) -> ir.Table:
    """Return deliveries by the day after sending, and those that had not arrived within a day.

    Args:
        deliveries: rows of ``docexchange.deliveries``.
        at: the moment (aware) up to which deliveries are counted.

    Returns:
        ``day`` (the day after sending), ``events`` and ``hits``, in no order.
    """
    waited = deliveries.filter(deliveries.sent_at <= ibis.literal(at - timedelta(days=1)))
    waited = waited.filter(waited.state != "recalled").mutate(_due=waited.sent_at + ibis.interval(days=1))
    is_late = waited.delivered_at.isnull() | (waited.delivered_at > waited["_due"])
    dated = waited.mutate(day=(waited.day.cast("timestamp") + ibis.interval(days=1)).date(), _is_late=is_late)
    return dated.aggregate(by=["day"], events=dated.count(), hits=dated.count(where=dated["_is_late"]))


def calls_by_slot(calls: ir.Table, utc_offset_h: int, slot_s: int) -> ir.Table:
    """Return the interface calls by local day, slot and caller, and those that failed.

    Args:
        calls: rows of ``docexchange.interface_calls``.
        utc_offset_h: hours by which local time is ahead of UTC.
        slot_s: seconds of a slot.

    Returns:
        ``day``, ``slot``, ``caller``, ``events`` and ``hits``, in no order.
    """
    slotted = calls.mutate(slot=slot_of(calls.minute_at, utc_offset_h, slot_s))
    return slotted.aggregate(
        by=["day", "slot", "caller"],
        events=slotted.calls.sum(),
        hits=slotted.calls.sum(where=slotted.outcome == "failure").fill_null(0),
    )
