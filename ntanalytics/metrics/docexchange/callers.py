"""Callers of the interfaces that were never seen before (docs/domain.md, Document exchange: unknown caller)."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

#: Days for which a caller is new: long enough to be seen after a weekend.
NEW_FOR = timedelta(days=7)

#: Days with calls before these that must be known.
MIN_DAYS = 10


def unknown_callers(calls: ir.Table, on: date) -> ir.Table:
    """Return the callers of a day whose first call lies within its last week.

    Args:
        calls: rows of ``docexchange.interface_calls`` of the day and of some weeks before it.
        on: the day.

    Returns:
        ``caller``, ``calls`` of the day, ``interfaces`` (their number), ``first_call_at`` and ``last_call_at`` of the
        day, ``first_on`` (the day of its first call), most calls first; no row where fewer than ten days before that
        week had calls.
    """
    known_until = ibis.literal(on - NEW_FOR)
    by_caller = calls.group_by("caller").aggregate(
        calls=calls.calls.sum(where=calls.day == ibis.literal(on)),
        interfaces=calls.interface.nunique(where=calls.day == ibis.literal(on)),
        first_call_at=calls.minute_at.min(where=calls.day == ibis.literal(on)),
        last_call_at=calls.minute_at.max(where=calls.day == ibis.literal(on)),
        first_on=calls.day.min(),
    )
    history = calls.aggregate(_days=calls.day.nunique(where=calls.day <= known_until))
    held = by_caller.cross_join(history)
    new = held.filter((held.calls > 0) & (held.first_on > known_until) & (held["_days"] >= MIN_DAYS))
    return new.drop("_days").order_by(ibis.desc("calls"), "caller")
