"""Records of document exchange that lack something, or contradict themselves (docs/domain.md, Document exchange)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, rate

RECORDS = (
    rate(
        "undated_share",
        "无签收期限占比",
        "Deliveries without a deadline / deliveries: what has none is never overdue (docs/domain.md, Document "
        "exchange: overdue).",
        good="down",
    ),
    rate(
        "disordered_share",
        "时间次序矛盾占比",
        "Deliveries of which a later step is recorded before an earlier one / deliveries with two steps at least.",
        good="down",
    ),
    rate(
        "recalled_share",
        "发文撤回占比",
        "Documents that their sender recalled from one receiver at least / documents sent.",
        good="down",
    ),
)

MEASURES = catalogue(RECORDS)

#: Times of a delivery, in the order in which they come.
STEPS = ("sent_at", "delivered_at", "signed_at", "registered_at")


def mark_undated(deliveries: ir.Table) -> ir.Table:
    """Return deliveries with ``is_hit``: whether they have no deadline.

    Args:
        deliveries: rows of ``docexchange.deliveries``.
    """
    return deliveries.mutate(is_hit=deliveries.due_at.isnull())


def mark_disordered(deliveries: ir.Table) -> ir.Table:
    """Return deliveries with two recorded steps at least, and whether a later one is before an earlier one.

    Steps within one second are in order.

    Args:
        deliveries: rows of ``docexchange.deliveries``.

    Returns:
        The rows with ``is_hit``, and with ``earlier`` and ``later``, the steps that contradict each other; null where
        none do.
    """
    known = deliveries.filter(ibis.coalesce(*(deliveries[step] for step in STEPS[1:])).notnull())
    pairs = [(STEPS[number], later) for number in range(len(STEPS)) for later in STEPS[number + 1 :]]
    wrong = [(known[later] + ibis.interval(seconds=1) <= known[earlier]).fill_null(False) for earlier, later in pairs]
    return known.mutate(
        is_hit=ibis.or_(*wrong),
        earlier=ibis.cases(*((is_wrong, earlier) for is_wrong, (earlier, _) in zip(wrong, pairs, strict=True))),
        later=ibis.cases(*((is_wrong, later) for is_wrong, (_, later) in zip(wrong, pairs, strict=True))),
    )


def mark_recalled(deliveries: ir.Table) -> ir.Table:
    """Return the sent documents, and whether their sender recalled them from one receiver at least.

    Args:
        deliveries: rows of ``docexchange.deliveries``.

    Returns:
        ``source``, ``document_id``, ``day``, ``sent_at`` and ``is_hit``.
    """
    is_recalled = (deliveries.state == "recalled").fill_null(False)
    return deliveries.group_by("source", "document_id", "day").aggregate(
        sent_at=deliveries.sent_at.min(), is_hit=is_recalled.any()
    )
