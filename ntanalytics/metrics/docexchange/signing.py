"""Time from the arrival of a document to its receipt, before and since (docs/domain.md, Burden)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis.expr.types as ir

from ntanalytics.metrics.docexchange.records import mark_disordered
from ntanalytics.metrics.measure import Measure, catalogue

_NOW = Measure(
    "arrival_to_signing_s",
    "送达至签收",
    "Median of signing − arrival of the deliveries signed in the period whose times do not contradict each other "
    "(docs/domain.md, Burden: arrival to signing).",
    format="seconds",
    good="down",
)

SIGNING = (_NOW, replace(_NOW, name="arrival_to_signing_s_before", label="前一期送达至签收", spans="before"))

MEASURES = catalogue(SIGNING)


def arrival_to_signing(
    deliveries: ir.Table, begins_at: dt.datetime, ends_at: dt.datetime, before_at: dt.datetime
) -> ir.Table:
    """Return the median seconds from arrival to signing of the period and of the one before; one row.

    Deliveries whose times contradict each other tell no time between two of them, and are left out.

    Args:
        deliveries: rows of ``docexchange.deliveries`` that were signed in either period.
        begins_at: UTC moment at which the period begins.
        ends_at: UTC moment at which it ends.
        before_at: UTC moment at which the period before begins.
    """
    marked = mark_disordered(deliveries)
    ordered = marked.filter(~marked.is_hit & marked.signed_at.notnull())
    arrived = ordered.delivered_at.coalesce(ordered.sent_at)
    signed = ordered.mutate(_waited_s=ordered.signed_at.epoch_seconds() - arrived.epoch_seconds())
    at, waited_s = signed.signed_at, signed["_waited_s"].cast("float64")
    return signed.aggregate(
        arrival_to_signing_s=waited_s.quantile(0.5, where=(at >= begins_at) & (at < ends_at)),
        arrival_to_signing_s_before=waited_s.quantile(0.5, where=(at >= before_at) & (at < begins_at)),
    )
