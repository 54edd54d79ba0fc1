"""Reconciliation of our SMS segments with the carriers' monthly bills (docs/domain.md, SMS)."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, rate
from ntanalytics.metrics.year import growth

#: Tolerated difference, in per mille of the bill: 0.5 % (docs/domain.md, SMS).
TOLERANCE_PER_MILLE = 5

#: Segments against bills (docs/domain.md, SMS).
RECONCILIATION = (
    Measure(
        "difference_segments",
        "差异条数",
        "billed_segments − segments: positive where the carrier billed more than was sent.",
        unit="条",
        good="down",
    ),
    rate(
        "difference_rate",
        "差异率",
        "difference_segments / billed_segments; null when nothing was billed.",
        good="down",
        digits=2,
        is_share=False,
    ),
    Measure(
        "difference_yuan",
        "差异金额",
        "difference_segments at the bill's mean price, billed_yuan / billed_segments.",
        format="yuan",
        good="down",
    ),
    Measure("is_finding", "超出容差", "Whether |difference_segments| exceeds 0.5 % of billed_segments.", format="text"),
)

#: Money by the carriers' bills (docs/domain.md, SMS).
COST = (
    Measure("month_yuan", "本月费用", "billed_yuan of the month.", format="yuan", is_additive=True),
    Measure("year_yuan", "本年累计费用", "billed_yuan from January up to the month.", format="yuan", is_additive=True),
    Measure("year_before_yuan", "上年同月费用", "billed_yuan of the same month of the year before.", format="yuan"),
    rate(
        "month_yuan_year_on_year",
        "同比",
        "month_yuan / year_before_yuan − 1; null without a bill of that month.",
        is_share=False,
    ),
)

MEASURES = catalogue((*RECONCILIATION, *COST))


def cost(bills: ir.Table, month: date) -> ir.Table:
    """Return the money of a month, of its year so far and of the same month of the year before, by carrier.

    Args:
        bills: rows of ``sms.bills`` since the same month of the year before.
        month: the first day of the month.

    Returns:
        ``carrier``, ``billed_months`` (months of the year with a bill) and the measures of ``COST``.
    """
    january, before = month.replace(month=1), month.replace(year=month.year - 1)
    is_now, is_before = bills.month_on == ibis.literal(month), bills.month_on == ibis.literal(before)
    is_year = (bills.month_on >= ibis.literal(january)) & (bills.month_on <= ibis.literal(month))
    summed = bills.group_by("carrier").aggregate(
        billed_months=bills.month_on.nunique(where=is_year),
        month_yuan=bills.billed_yuan.sum(where=is_now),
        year_yuan=bills.billed_yuan.sum(where=is_year),
        year_before_yuan=bills.billed_yuan.sum(where=is_before),
    )
    known = summed.filter(summed.billed_months > 0)
    return known.mutate(month_yuan_year_on_year=growth(known.month_yuan, known.year_before_yuan)).order_by("carrier")


def reconciliation(messages: ir.Table, bills: ir.Table, *, is_complete: bool = True) -> ir.Table:
    """Return our segments against the carriers' bills, by month and carrier (docs/domain.md, SMS: reconciliation).

    A carrier that billed a month without any message has 0 segments; without a bill, bill and difference are null.

    Args:
        messages: rows of ``sms.messages`` of whole calendar months.
        bills: rows of ``sms.bills`` of the same months.
        is_complete: the months have no gap; over a gap, our segments and the differences are null, since a gap would
            look like an overcharge.

    Returns:
        ``month_on``, ``carrier``, ``segments``, ``billed_segments``, ``difference_segments`` (bill − ours),
        ``difference_rate`` (of the bill), ``billed_yuan``, ``difference_yuan``, ``is_finding``.
    """
    dated = messages.mutate(month_on=messages.day.truncate("M").cast("date"))
    ours = dated.group_by("month_on", "carrier").aggregate(segments=dated.segments.sum())
    summed = bills.group_by("month_on", "carrier").aggregate(
        billed_segments=bills.billed_segments.sum(), billed_yuan=bills.billed_yuan.sum()
    )
    theirs = summed.rename(_month_on="month_on", _carrier="carrier")
    joined = ours.outer_join(theirs, [ours.month_on == theirs["_month_on"], ours.carrier == theirs["_carrier"]])
    month_on = ibis.coalesce(joined.month_on, joined["_month_on"])
    carrier = ibis.coalesce(joined.carrier, joined["_carrier"])
    segments = joined.segments.fill_null(0).cast("int64") if is_complete else ibis.null("int64")
    billed = joined.billed_segments.cast("int64")
    paired = joined.select(
        month_on=month_on,
        carrier=carrier,
        segments=segments,
        billed_segments=billed,
        difference_segments=billed - segments,
        billed_yuan=joined.billed_yuan,
    )
    rate = paired.difference_segments / paired.billed_segments.nullif(0)
    judged = paired.mutate(
        difference_rate=rate,
        difference_yuan=rate * paired.billed_yuan,
        # whole numbers, so that exactly 0.5 % is within the tolerance whatever the rounding
        is_finding=paired.difference_segments.abs() * 1000 > paired.billed_segments * TOLERANCE_PER_MILLE,
    )
    names = ("segments", "billed_segments", "difference_segments", "difference_rate", "billed_yuan", "difference_yuan")
    return judged.select("month_on", "carrier", *names, "is_finding").order_by("month_on", "carrier")
