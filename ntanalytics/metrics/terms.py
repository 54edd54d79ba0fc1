"""Terms: the time from the begin of a case to its deadline, which counts no day off, and how long a row is valid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Column
from ntanalytics.metrics.slots import local_day
from ntanalytics.metrics.state_changes import new_rows

_DAY_S = 86_400


def with_terms(
    cases: ir.Table, terms: Sequence[Column], utc_offset_h: int, first: date, days_off: Sequence[bool]
) -> ir.Table:
    """Return cases with their terms in seconds; null without a deadline.

    Args:
        cases: rows of a dataset of cases.
        terms: the terms (``contract.dimensions.planned_terms``).
        utc_offset_h: hours by which local time is ahead of UTC.
        first: the first day of which it is known whether it is off.
        days_off: whether that day is off, the next one, and so on; what lies before or behind them counts as worked.
    """
    if not terms:
        return cases
    off = ibis.array(list(accumulate(map(int, days_off))))

    def days_off_until(moment: ir.TimestampValue) -> ir.IntegerValue:
        place = local_day(moment, utc_offset_h).delta(ibis.literal(first), unit="day")
        until: ir.IntegerValue = off[place.clip(lower=0, upper=len(days_off) - 1)]
        return until

    made = {}
    for term in terms:
        start, due = (cases[name] for name in term.elapsed or ())
        between = days_off_until(due) - days_off_until(start)
        made[term.name] = (due.epoch_seconds() - start.epoch_seconds() - between * _DAY_S).cast("float64")
    return cases.mutate(**made)


def terms_of_rows(
    before: ir.Table, after: ir.Table, key: Sequence[str], term: Column, kinds: Sequence[str], utc_offset_h: int
) -> ir.Table:
    """Return how many rows of a snapshot have which term: those of an earlier one, and those that are new since.

    Args:
        before: the earlier snapshot of a dataset of states. The rows of a source that it does not have are not new.
        after: the later one.
        key: the key of their rows, without the source.
        term: the term (``contract.dimensions.planned_terms``).
        kinds: columns that tell the kind of a row.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``is_new``, ``began_on`` (the local day of the begin), ``term_d`` (whole days, rounded), ``kinds`` (as text) and
        ``rows``, of the rows that have both moments; in no order.
    """
    fresh = new_rows(before, after, key)

    def measured(rows: ir.Table, *, is_new: bool) -> ir.Table:
        start, end = (rows[name] for name in term.elapsed or ())
        seconds = end.epoch_seconds() - start.epoch_seconds()
        known = rows.filter(start.notnull() & end.notnull())
        return known.select(
            *(rows[name].cast("string").name(name) for name in kinds),
            is_new=ibis.literal(is_new),
            began_on=local_day(start, utc_offset_h),
            term_d=(seconds / _DAY_S).round().cast("int64"),
        )

    both = measured(before, is_new=False).union(measured(fresh, is_new=True))
    return both.group_by("is_new", "began_on", "term_d", *kinds).aggregate(rows=ibis._.count())
