"""Pairs: the first event of a person in one dataset beside that in another one, by the time between them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.slots import local_hour

_NOON_H = 12


def paired_by_day(first: ir.Table, second: ir.Table, key: str, bin_s: int, reach: int, utc_offset_h: int) -> ir.Table:
    """Return the number of pairs of first events of a day by the time between them.

    Args:
        first: rows with ``day``, ``source``, the key and ``at`` (UTC).
        second: the same of the events that follow.
        key: the column of the person, which both have.
        bin_s: seconds of a bin.
        reach: bins before and after 0; pairs farther apart are left out.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``day``, ``first_source``, ``second_source``, ``half`` (0 before noon), ``bin`` (0 is the earliest) and
        ``pairs``; in no order.
    """
    begin = _firsts(first, key).rename(first_source="source", first_at="at")
    end = _firsts(second, key).rename(second_source="source", second_at="at")
    both = begin.join(end, ["day", key])
    apart = both.second_at.epoch_seconds() - both.first_at.epoch_seconds()
    half = (local_hour(both.first_at, utc_offset_h) >= _NOON_H).cast("int64")
    timed = both.mutate(bin=(apart / bin_s).floor().cast("int64") + reach, half=half)
    near = timed.filter(timed.bin.between(0, 2 * reach - 1))
    return near.group_by("day", "first_source", "second_source", "half", "bin").aggregate(pairs=ibis._.count())


def _firsts(events: ir.Table, key: str) -> ir.Table:
    return events.filter(events[key].notnull()).group_by("day", "source", key).aggregate(at=events["at"].min())
