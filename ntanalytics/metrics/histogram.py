"""Quantiles of durations that are kept as counts in logarithmic buckets (contract, infra.requests)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.infra import DURATION_GROWTH


def quantiles(counts: ir.Table, count: str, by: Sequence[str], timed: str, wanted: Mapping[str, int]) -> ir.Table:
    """Return nearest-rank quantiles: the geometric middle of the bucket, within 5 % (√1.1) of the true quantile.

    Args:
        counts: rows with ``duration_bucket`` (null where there is no duration) and a count.
        count: the column with the count.
        by: columns that name a group.
        timed: the name of the column with the number of durations.
        wanted: name of a quantile → percent.

    Returns:
        ``by``, ``timed`` and the quantiles in ms, of groups that have a duration; one row when ``by`` is empty.
    """
    known = counts.filter(counts.duration_bucket.notnull())
    buckets = known.group_by(*by, "duration_bucket").aggregate(_n=known[count].sum().cast("int64"))
    ranked = buckets.mutate(
        _upto=buckets["_n"].sum().over(ibis.cumulative_window(group_by=list(by), order_by="duration_bucket")),
        _all=buckets["_n"].sum().over(ibis.window(group_by=list(by))),
    )
    figures = {timed: ranked["_n"].sum().fill_null(0).cast("int64")}
    for name, percent in wanted.items():
        bucket = ranked.duration_bucket.min(where=ranked["_upto"] * 100 >= ranked["_all"] * percent)
        figures[name] = ibis.literal(DURATION_GROWTH) ** (bucket - 0.5)
    return ranked.aggregate(by=list(by), **figures)
