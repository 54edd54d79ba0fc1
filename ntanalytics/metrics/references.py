"""Identifiers of events that the dataset which describes them lacks (docs/domain.md, Rows: references)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def unmatched_ids(events: ir.Table, described: ir.Table, column: str) -> ir.Table:
    """Return how many identifiers of events the dataset of what they refer to lacks, by source.

    Args:
        events: rows of a dataset with ``source`` and the identifier.
        described: rows of the dataset whose key, or a part of it, has the same name.
        column: the identifier.

    Returns:
        ``source`` and the measures of ``data_quality.REFERENCES``; a source without an identifier is left out.
    """
    named = events.filter(events[column].notnull()).select("source", _id=column).distinct()
    known = described.select(_known=column).distinct()
    joined = named.left_join(known, named["_id"] == known["_known"])
    counted = joined.group_by("source").aggregate(ids=ibis._.count(), unmatched=joined["_known"].isnull().sum())
    return counted.mutate(unmatched_share=counted.unmatched / counted.ids).order_by("source")
