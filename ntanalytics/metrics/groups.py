"""Joins of figures by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import ibis
import ibis.expr.types as ir


def join_groups(
    left: ir.Table, right: ir.Table, by: Sequence[str], *, how: Literal["left", "outer"] = "left"
) -> ir.Table:
    """Return the columns of ``left`` with those of ``right`` of the same group; nulls match nulls.

    Args:
        left: one row a group, named by the columns ``by``; one row in all where there are none.
        right: one row a group; the names of its other columns differ from those of ``left``.
        by: the columns that name a group.
        how: ``left`` keeps the groups of ``left``, ``outer`` those of either.

    Returns:
        ``by``, then the other columns of both; null where a table lacks the group.
    """
    if not by:
        return left.cross_join(right)
    theirs = right.rename({f"_by_{name}": name for name in by})
    on = [left[name].identical_to(theirs[f"_by_{name}"]) for name in by]
    joined = left.left_join(theirs, on) if how == "left" else left.outer_join(theirs, on)
    # a key of an outer join is null on the side that lacks the row
    keys = {name: ibis.coalesce(joined[name], joined[f"_by_{name}"]) for name in by}
    return joined.mutate(**keys).drop(*(f"_by_{name}" for name in by))
