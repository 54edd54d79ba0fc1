"""Elapsed time between two clocks: a derived duration by day, as its two moments tell it before it is bounded."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue

#: Quantile that stands for the quickest events: what their duration cannot fall below shows the clocks.
_LOW = 0.05

MEASURES = catalogue(
    (
        Measure(
            "clock_offset_s",
            "时钟偏差",
            "Time by which the moments of a source, or of one of its channels, are late or early against the days "
            "before, without the sign (docs/domain.md, Clocks).",
            format="seconds",
            good="down",
        ),
    )
)


def elapsed_by_day(events: ir.Table, start: str, end: str, by: Sequence[str]) -> ir.Table:
    """Return what the duration between two moments was on each day.

    Args:
        events: rows of a dataset.
        start: the column of the first moment (UTC).
        end: the column of the second moment, which another clock may tell.
        by: columns that name a group.

    Returns:
        ``day``, ``by``, ``elapsed_events`` (with both moments), ``backward_events`` (that end before they start),
        ``elapsed_low_s`` and ``elapsed_mid_s`` (their 5 % quantile and median), ``backward_mid_s`` (the median of
        those that end before they start); in no order.
    """
    timed = events.filter(events[start].notnull() & events[end].notnull())
    elapsed = (timed[end].epoch_seconds() - timed[start].epoch_seconds()).cast("float64")
    timed = timed.mutate(_elapsed=elapsed)
    is_backward = timed["_elapsed"] < 0
    return timed.group_by("day", *by).aggregate(
        elapsed_events=timed.count(),
        backward_events=timed.count(where=is_backward),
        elapsed_low_s=timed["_elapsed"].quantile(_LOW),
        elapsed_mid_s=timed["_elapsed"].quantile(0.5),
        backward_mid_s=timed["_elapsed"].quantile(0.5, where=is_backward),
    )
