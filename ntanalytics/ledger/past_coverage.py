"""Coverage as it was after an earlier extraction: what replaced rows said is kept, and nothing of it is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from ntanalytics.ledger import tables

#: Function of a table of covered days: the conditions on its rows.
Conditions: TypeAlias = Callable[[sa.FromClause], Sequence[sa.ColumnElement[bool]]]

#: Columns of a covered day.
_NAMES = [column.name for column in tables.coverage.columns]
_KEY = ("dataset", "source", "day")


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
    present, past = tables.coverage, tables.past_coverage
    held = _columns(present).where(present.c.extraction_id <= extraction_id, *conditions(present))
    # a day whose present row was there already has no later one: what it replaced is not looked at
    is_held = sa.exists().where(present.c.extraction_id <= extraction_id, *_same(present, past, _KEY))
    known = (past.c.extraction_id <= extraction_id, ~is_held, *conditions(past))
    replaced = _columns(past).where(*known).distinct().cte("replaced")
    key = [replaced.c[name] for name in _KEY]
    latest = sa.select(*key, sa.func.max(replaced.c.extraction_id).label("extraction_id")).group_by(*key).subquery()
    last = _columns(replaced).join(latest, sa.and_(*_same(replaced, latest, (*_KEY, "extraction_id"))))
    return sa.union_all(held, last).subquery("coverage_until")


def _columns(table: sa.FromClause) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in _NAMES))


def _same(one: sa.FromClause, other: sa.FromClause, names: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    return [one.c[name] == other.c[name] for name in names]
