"""Terms: the time from the begin of a case to its deadline, which counts no day off between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Column
from ntanalytics.metrics.slots import local_day

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
