"""Days of the datasets with rows, from which the first day of a source is told (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa


@dataclass(frozen=True, kw_only=True)
class RowsHeld:
    """Days of a dataset from a source that gave rows of it.

    Attributes:
        first: the first day with a row.
        days: number of its days from then on, with or without a row.
        days_with_rows: number of those with a row.
        empty_before: number of its days before, all without a row.
    """

    first: dt.date
    days: int
    days_with_rows: int
    empty_before: int


def rows_held(connection: sa.Connection, coverage: sa.FromClause) -> dict[tuple[str, str], RowsHeld]:
    """Return (dataset, source) → its days with rows; those without any row are left out.

    Args:
        connection: connection to the ledger.
        coverage: the covered days.
    """
    day, earlier = coverage.c, coverage.alias().c
    has_rows = day.rows > 0
    counts = (sa.func.count().label("held"), sa.func.sum(sa.case((has_rows, 1), else_=0)).label("with_rows"))
    first_on = sa.func.min(sa.case((has_rows, day.day))).label("first_on")
    # one pass over the days of years; those before the first one with a row are few
    pairs = sa.select(day.dataset, day.source, first_on, *counts).where(day.is_held).group_by(day.dataset, day.source)
    pair = pairs.subquery().c
    is_before = (earlier.dataset == pair.dataset, earlier.source == pair.source, earlier.day < pair.first_on)
    columns = tuple(pair)
    query = (
        sa.select(*columns, sa.func.count(earlier.day))
        .join_from(pair.first_on.table, earlier.day.table, sa.and_(*is_before, earlier.is_held), isouter=True)
        .where(pair.first_on.is_not(None))
        .group_by(*columns)
    )
    return {
        (row[0], row[1]): RowsHeld(first=row[2], days=row[3] - row[5], days_with_rows=int(row[4]), empty_before=row[5])
        for row in connection.execute(query)
    }


def held_since(first: dt.date, extracted: RowsHeld | None) -> RowsHeld:
    """Return the days of a dataset of cases, whose rows stand on the days of their beginning.

    Args:
        first: the first day with a case.
        extracted: the days on which cases changed; None where none did.
    """
    if extracted is None:
        return RowsHeld(first=first, days=1, days_with_rows=1, empty_before=0)
    earlier = max(0, (extracted.first - first).days)
    empty = max(0, extracted.empty_before - earlier)
    return replace(extracted, first=min(first, extracted.first), empty_before=empty)
