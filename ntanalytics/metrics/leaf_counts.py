"""Leaf counts: events counted by local day, hour and every dimension at once, from which any coarser count is a sum."""

from __future__ import annotations

import math
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.infra import DURATION_GROWTH
from ntanalytics.metrics.case_endings import end_of
from ntanalytics.metrics.measure import catalogue, rate
from ntanalytics.metrics.slots import local_day, local_hour

#: Largest logarithm of a level that a floating-point number can hold.
_LARGEST = 700.0

#: Values that are levels of a host, most of them shares; and what is added to one: a hundredth.
_LEVELS, _ADDED_TO_LEVEL = ("mean", "peak"), 0.01

MEASURES = catalogue(
    (
        rate(
            "affected_share",
            "影响份额",
            "Events of a day that a subject lacks, or has too many, as a share of all events of its dataset "
            "(docs/domain.md, Surveillance).",
            good="down",
            is_share=False,
        ),
    )
)


def leaf_counts(
    events: ir.Table,
    at: str,
    utc_offset_h: int,
    dimensions: Sequence[str],
    *,
    weight: str = "",
    values: Sequence[str] = (),
    present: Sequence[str] = (),
) -> ir.Table:
    """Return the number of events by local day, hour and dimensions.

    Args:
        events: rows of a dataset.
        at: the column of the time (UTC); empty where only the day is known.
        utc_offset_h: hours by which local time is ahead of UTC.
        dimensions: the columns that divide the events.
        weight: the column that counts the events of a row; empty where a row is one event.
        values: the columns that measure each event; a number of bytes is that of all events of its row.
        present: further columns of which only is asked how many events have them.

    Returns:
        ``day``, ``hour`` (0 without a time), ``dimensions`` (as text), ``events``, for each value and further column
        its number of events ``<name>_events``, and for each value the sum of the logarithms ``<value>_log`` and of the
        squares of these ``<value>_log2``; in no order.
    """
    hour = local_hour(events[at], utc_offset_h) if at else ibis.literal(0)
    count = events[weight] if weight else ibis.literal(1)
    measured = {f"{name}_events": events[name].notnull().ifelse(count, 0).sum() for name in present}
    for name in values:
        value = events[name] / count.nullif(0) if weight and name.endswith("_bytes") else events[name]
        # a bucket is the logarithm of a duration
        logarithm = (
            value.cast("float64")
            if name.endswith("_bucket")
            else (value.cast("float64").clip(lower=0) + _added(name)).ln()
        )
        is_known = events[name].notnull()
        measured[f"{name}_events"] = is_known.ifelse(count, 0).sum()
        measured[f"{name}_log"] = (logarithm * count).sum().fill_null(0.0)
        measured[f"{name}_log2"] = (logarithm**2 * count).sum().fill_null(0.0)
    columns = {name: events[name].cast("string") for name in dimensions}
    counted = events.mutate(**columns).group_by("day", *dimensions, hour=hour)
    return counted.aggregate(events=count.sum() if weight else ibis._.count(), **measured)


def bundles(cases: ir.Table, belongs: str, at: str, names: Sequence[str], size: str) -> ir.Table:
    """Return what cases belong to, with the number of the cases of a day.

    Args:
        cases: rows of a dataset.
        belongs: the column of what they belong to.
        at: the column of their time.
        names: columns that are the same for all cases of one bundle.
        size: name of the number.

    Returns:
        ``day``, the time of the first case, ``names`` and the number, of each day and bundle; in no order.
    """
    first = {at: cases[at].min(), **{name: cases[name].min() for name in names}}
    known = cases.filter(cases[belongs].notnull())
    grouped = known.group_by("day", belongs).aggregate(**{size: ibis._.count()}, **first)
    return grouped.drop(belongs)


def on_day_of(cases: ir.Table, at: str, utc_offset_h: int) -> ir.Table:
    """Return the cases that have a further time, such as their end, on the local day of it.

    Args:
        cases: rows of a dataset.
        at: the column of that time (UTC).
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    had = cases.filter(cases[at].notnull())
    return had.mutate(day=(had[at] + ibis.interval(hours=utc_offset_h)).date())


def by_start_and_end(
    cases: ir.Table, ends: Sequence[str], given_up: tuple[str, str] | None, utc_offset_h: int, dimensions: Sequence[str]
) -> ir.Table:
    """Return the number of cases by the local day of their begin, that of their end, and dimensions.

    Args:
        cases: rows of a dataset.
        ends: the columns of their end (UTC, or a day); see :func:`ntanalytics.metrics.case_endings.end_of`.
        given_up: likewise.
        utc_offset_h: hours by which local time is ahead of UTC.
        dimensions: the columns that divide the cases.

    Returns:
        ``day``, ``ended_on`` (null of an open case), ``dimensions`` (as text) and ``events``; in no order.
    """
    end = end_of(cases, ends, given_up)
    ended_on = end if end.type().is_date() else local_day(end, utc_offset_h)
    columns = {name: cases[name].cast("string") for name in dimensions}
    ended = cases.mutate(ended_on=ended_on, **columns)
    return ended.group_by("day", "ended_on", *dimensions).aggregate(events=ibis._.count())


def level_of(value: str, mean: float) -> float:
    """Return the level that a mean of logarithms stands for, in the unit of the value; of a bucket milliseconds.

    Args:
        value: name of the value, as in :func:`leaf_counts`.
        mean: mean of its logarithms.
    """
    if value.endswith("_bucket"):
        return math.exp(min((mean - 0.5) * math.log(DURATION_GROWTH), _LARGEST))
    return math.exp(min(mean, _LARGEST)) - _added(value)


def _added(value: str) -> float:
    """Return what is added to a value before its logarithm is taken, since it may be 0: little beside most values."""
    return _ADDED_TO_LEVEL if value in _LEVELS else 1.0
