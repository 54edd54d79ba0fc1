"""Copied rows: rows that agree with another one of their source in all but the number (docs/domain.md, Rows)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir


def copied_rows(events: ir.Table, key: str) -> ir.Table:
    """Return the rows that another one agrees with in every column but their number, with the times they come again.

    Args:
        events: rows of a dataset with ``source`` and ``day``.
        key: the column of their number.

    Returns:
        Their columns without the number, and ``copies``: the rows beyond the first; in no order.
    """
    alike = [name for name in events.columns if name != key]
    counted = events.group_by(alike).aggregate(_rows=ibis._.count())
    repeated = counted.filter(counted["_rows"] > 1)
    return repeated.mutate(copies=repeated["_rows"] - 1).drop("_rows")


def copies_by_day(events: ir.Table, key: str) -> ir.Table:
    """Return how many rows of each source and day agree with an earlier one in all but their number.

    Args:
        events: rows of a dataset with ``source`` and ``day``.
        key: the column of their number.

    Returns:
        ``source``, ``day`` and ``copied_rows``; days without any are left out; in no order.
    """
    return copied_rows(events, key).group_by("source", "day").aggregate(copied_rows=ibis._.copies.sum())


def adjacent_rows(events: ir.Table, key: str, time: str, beside: Sequence[str]) -> ir.Table:
    """Return how many rows of each source follow one like them within a second, and not at its very moment.

    What is sent to many at once is alike row by row: where its moments are whole seconds, they agree as often as they
    differ by one; where they have milliseconds, a thousandth as often as they differ by less than a second.

    Args:
        events: rows of a dataset with ``source``.
        key: the column of their number.
        time: the column of their moment.
        beside: the columns that follow from the moment, in which such rows differ.

    Returns:
        ``source``, ``adjacent_rows`` and ``is_whole``: whether all its moments are whole seconds; in no order.
    """
    alike = [name for name in events.columns if name not in {key, time, *beside}]
    moments = events.select(*alike, time).distinct()
    window = ibis.window(group_by=[moments[name] for name in alike], order_by=moments[time])
    gap_s = moments[time].epoch_seconds() - moments[time].lag().over(window).epoch_seconds()
    timed = moments.mutate(is_near=gap_s <= 1, is_whole=moments[time] == moments[time].truncate("s"))
    return timed.group_by("source").aggregate(
        adjacent_rows=timed["is_near"].fill_null(False).sum(), is_whole=timed["is_whole"].all()
    )
