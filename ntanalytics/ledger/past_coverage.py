"""Coverage as it was after an earlier extraction: what replaced rows said is kept, and nothing of it is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import sqlalchemy as sa

from ntanalytics.ledger import tables

#: Function of a table of covered days: the conditions on its rows.
Conditions: TypeAlias = Callable[[sa.FromClause], Sequence[sa.ColumnElement[bool]]]

#: Columns of a covered day.
_NAMES = [column.name for column in tables.coverage.columns]


def keep_replaced(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> None:
    """Copy the covered days that are about to be replaced or deleted."""
    rows = sa.select(*(tables.coverage.c[name] for name in _NAMES)).where(*conditions)
    connection.execute(tables.past_coverage.insert().from_select(_NAMES, rows))


def all_days(_: sa.FromClause) -> Sequence[sa.ColumnElement[bool]]:
    """Return no condition."""
    return ()


def coverage_until(extraction_id: int, conditions: Conditions = all_days) -> sa.Subquery:
    """Return the coverage right after an extraction, with the columns of ``tables.coverage``.

    Days that were replaced before the ledger kept what it replaces are missing.

    Args:
        extraction_id: the extraction.
        conditions: what is wanted by dataset, source and day: no database looks for itself at these days alone.
    """
    parts = [
        sa.select(*(table.c[name] for name in _NAMES)).where(table.c.extraction_id <= extraction_id, *conditions(table))
        for table in (tables.coverage, tables.past_coverage)
    ]
    every = sa.union_all(*parts).subquery()
    key = (every.c.dataset, every.c.source, every.c.day)
    latest = sa.select(*key, sa.func.max(every.c.extraction_id).label("extraction_id")).group_by(*key).subquery()
    same = sa.and_(*(every.c[name] == latest.c[name] for name in ("dataset", "source", "day", "extraction_id")))
    return sa.select(*(every.c[name] for name in _NAMES)).distinct().join(latest, same).subquery("coverage_until")
