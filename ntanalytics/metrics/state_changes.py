"""Changes of states: what became of the rows of one snapshot in the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, rate
from ntanalytics.metrics.slots import local_day

#: What a row became that the later snapshot does not list, and what one was that the earlier does not.
GONE, NEW = "gone", "new"

#: Column with the end of what lasts, such as a certificate's.
EXPIRES = "expires_at"

MEASURES = catalogue(
    (
        rate(
            "moved_share",
            "变化占比",
            "Rows of a snapshot, of those with one state, that have another one in the next snapshot or are not in it "
            "(docs/domain.md, Surveillance: states).",
            good="down",
        ),
    )
)


def state_changes(
    before: ir.Table, after: ir.Table, key: Sequence[str], state: str, dimensions: Sequence[str], ends_by: datetime
) -> ir.Table:
    """Return how many rows of a snapshot became what, by dimensions.

    Args:
        before: the earlier snapshot. What expires soon is left out: it is renewed, and then given up. The rows of a
            source that it does not have are not new.
        after: the later one.
        key: the key of their rows, without the source.
        state: the column of the state.
        dimensions: columns that divide the rows.
        ends_by: moment until which what expires does so soon.

    Returns:
        ``was`` and ``became`` (as text, ``NEW`` and ``GONE`` where there is none), ``dimensions`` (as text), ``rows``;
        in no order.
    """
    names = ["source", *key]
    fresh = new_rows(before, after, key)
    if EXPIRES in before.columns:
        before = before.filter(before[EXPIRES].isnull() | (before[EXPIRES] > ibis.literal(ends_by, "timestamp('UTC')")))
    now = after.select(*names, _became=after[state].cast("string"))
    joined = before.filter(before[state].notnull()).left_join(now, names)
    named = joined.select(
        *(joined[name].cast("string").name(name) for name in dimensions),
        was=joined[state].cast("string"),
        became=ibis.coalesce(joined["_became"], ibis.literal(GONE)),
    )
    came = fresh.filter(fresh[state].notnull()).select(
        *(fresh[name].cast("string").name(name) for name in dimensions),
        was=ibis.literal(NEW),
        became=fresh[state].cast("string"),
    )
    return named.union(came).group_by("was", "became", *dimensions).aggregate(rows=ibis._.count())


def new_rows(before: ir.Table, after: ir.Table, key: Sequence[str]) -> ir.Table:
    """Return the rows of a snapshot that an earlier one does not have, of the sources that it has.

    Args:
        before: the earlier snapshot.
        after: the later one.
        key: the key of their rows, without the source.
    """
    return after.semi_join(before, "source").anti_join(before, ["source", *key])


def happened_by_day(
    before: ir.Table, after: ir.Table, moments: Sequence[str], renewed_days: int, utc_offset_h: int
) -> ir.Table:
    """Return to how many rows of a snapshot something happened on each day.

    Args:
        before: the earlier snapshot. The rows of a source that it does not have are left out.
        after: the later one.
        moments: columns of what happened.
        renewed_days: days before its end from which on what expires is renewed: what happens to it then is left out.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``moment`` (the column), ``day`` (the local day) and ``rows``; in no order.
    """
    listed = after.semi_join(before, "source")
    parts = []
    for name in moments:
        own = listed.filter(listed[name].notnull())
        if EXPIRES in own.columns:
            renewed = own[EXPIRES] - ibis.interval(days=renewed_days)
            own = own.filter(own[EXPIRES].isnull() | (own[name] < renewed))
        parts.append(own.select(moment=ibis.literal(name), day=local_day(own[name], utc_offset_h)))
    happened = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    return happened.group_by("moment", "day").aggregate(rows=ibis._.count())
