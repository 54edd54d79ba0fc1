"""Changes of states: what became of the rows of one snapshot in the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, rate

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
    fresh = after.semi_join(before, "source").anti_join(before, names)
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
