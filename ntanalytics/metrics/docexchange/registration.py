"""Registration of documents that were signed for: how many are registered when, and how many are left lying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.docexchange.documents import with_deadline
from ntanalytics.metrics.measure import catalogue, count, rate
from ntanalytics.metrics.slots import by_slot, local_day

REGISTRATION = (
    count("registered_deliveries", "登记件次", "件次", "Deliveries that were registered by the receiving unit."),
    rate(
        "unregistered_share",
        "签收后未登记占比",
        "Deliveries not registered within one working day of their receipt / deliveries whose working day is over "
        "(docs/domain.md, Document exchange: registration).",
        good="down",
        digits=0,
    ),
)

MEASURES = catalogue(REGISTRATION)


def registered_by_slot(deliveries: ir.Table, utc_offset_h: int, slot_s: int) -> ir.Table:
    """Return the deliveries that were registered, by local day and slot: ``day``, ``slot`` and ``events``.

    Args:
        deliveries: rows of ``docexchange.deliveries`` that may have been registered in the days of interest.
        utc_offset_h: hours by which local time is ahead of UTC.
        slot_s: seconds of a slot.
    """
    done = deliveries.filter(deliveries.registered_at.notnull())
    dated = done.mutate(day=local_day(done.registered_at, utc_offset_h))
    return by_slot(dated, "registered_at", utc_offset_h, slot_s=slot_s)


def late_registrations(
    deliveries: ir.Table, working_days: Sequence[date], at: datetime, utc_offset_h: int, by: Sequence[str]
) -> ir.Table:
    """Return the receipts whose working day was over at a moment, and those not registered within it.

    Args:
        deliveries: rows of ``docexchange.deliveries``.
        working_days: the working days of the span up to the moment, or more.
        at: the moment (aware).
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns that name a group: ``day`` (of the receipt), ``receiver_unit``.

    Returns:
        ``by``, ``events`` and ``hits``; no row where none was over; in no order.
    """
    signed = deliveries.filter(deliveries.signed_at.notnull())
    signed = signed.mutate(sent_at=signed.signed_at, day=local_day(signed.signed_at, utc_offset_h))
    dated = with_deadline(signed, working_days, utc_offset_h)
    over = dated.filter(dated["_ends_at"] <= ibis.literal(at))
    in_time = (over.registered_at <= over["_ends_at"]).fill_null(False)
    return over.aggregate(by=list(by), events=over.count(), hits=over.count(where=~in_time))
