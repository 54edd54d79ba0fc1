"""Reading of the few values that a draft needs: words of enumerations and flags with their rows, and ends of times.

A column is read only if its name or its comment says that the contract needs its values, and never if it is sensitive
(``sensitive_columns.py``). The database counts first: values leave it only if they are few and short, as codes are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ntanalytics.connect.flags import is_deletion_mark
from ntanalytics.connect.matching import MOST_WORDS, MatchProposal
from ntanalytics.connect.sensitive_columns import is_personal
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import local_date, time_form, value_text
from ntanalytics.contract import Type
from ntanalytics.errors import SourceError
from ntanalytics.sources.database import DatabaseSource

#: Most rows of a table in which values are counted: the newest, where the table has a key.
COUNTED_ROWS = 100_000

#: Most rows that are counted of a table.
MOST_ROWS = 1_000_000

#: Longest code of an enumeration, and longest time as text; in MySQL in bytes.
_LONGEST_CODE = 60

#: Fewest points with which a column may be a time by its name.
_NAMED_TIME = 3

_WORDS, _TIME = "words", "time"


def needed_columns(proposals: Iterable[MatchProposal]) -> dict[str, str]:
    """Return the columns of a table whose values the contract needs: name → ``words`` or ``time``.

    Args:
        proposals: the datasets that the table could feed, by names and comments alone.
    """
    needs: dict[str, str] = {}
    for proposal in proposals:
        needs |= {column.name: _WORDS for column in proposal.table.columns if is_deletion_mark(column)}
        for column in proposal.dataset.mapped:
            candidates = proposal.candidates[column.name]
            names = [candidate.column.name for candidate in candidates]
            if column.values or column.type is Type.BOOLEAN:
                needs |= dict.fromkeys(names, _WORDS)
            elif column.type in (Type.TIMESTAMP, Type.DATE):
                typed = max(
                    (candidate.points for candidate in candidates if candidate.column.form), default=_NAMED_TIME - 1
                )
                open_times = [
                    candidate for candidate in candidates if not candidate.column.form and candidate.points > typed
                ]
                needs |= {
                    candidate.column.name: _TIME for candidate in open_times if candidate.column.name not in needs
                }
    return needs


def read_values(source: DatabaseSource, table: SourceTable, needs: dict[str, str]) -> SourceTable:
    """Return the table with the values of the needed columns, and of no others.

    Raises:
        SourceError: the table may not be read.
    """
    columns, hidden = [], list(table.hidden)
    with source.inspection() as connection:
        for column in table.columns:
            need = needs.get(column.name)
            if need == _WORDS and not column.form:
                column = _with_counts(connection, table, column)  # noqa: PLW2901
            elif need == _TIME:
                column = _with_time_form(connection, table, column)  # noqa: PLW2901
            if is_personal(column.values):
                hidden.append(column.name)
            else:
                columns.append(column)
    return replace(table, columns=tuple(columns), hidden=tuple(hidden), sampled=COUNTED_ROWS)


def with_size(source: DatabaseSource, table: SourceTable, time: SourceColumn | None, zone: dt.tzinfo) -> SourceTable:
    """Return the table with its number of rows, up to a bound, and the day of the newest value of a time.

    What the database does not tell in time stays unknown.

    Args:
        source: the database.
        table: the table.
        time: the column of the time of its rows; None if there is none.
        zone: the site's zone.
    """
    bounded = sa.select(sa.literal(1)).select_from(sa.table(table.name)).limit(MOST_ROWS + 1).subquery()
    try:
        with source.inspection() as connection:
            rows = connection.execute(sa.select(sa.func.count()).select_from(bounded)).scalar_one()
    except SourceError:
        return table
    newest = newest_value(source, table.name, time.name) if time is not None and rows else None
    form = (time.form or time_form([newest])) if time is not None and newest is not None else ""
    return replace(table, rows=int(rows), newest=local_date(newest, form, zone) if form else None)


def newest_value(source: DatabaseSource, table: str, column: str) -> object:
    """Return the greatest value of a column; None without a value, or if the database does not answer in time."""
    selectable = sa.table(table, sa.column(column))
    try:
        with source.inspection() as connection:
            return connection.execute(sa.select(sa.func.max(selectable.columns[column]))).scalar()
    except SourceError:
        return None


def _values_of(table: SourceTable, column: SourceColumn) -> sa.Subquery:
    """Return the values of a column in the newest rows."""
    key = next(
        (candidate for candidate in table.columns if candidate.is_key and candidate.type is ColumnType.INTEGER), None
    )
    names = {column.name, *([key.name] if key else [])}
    selectable = sa.table(table.name, *map(sa.column, sorted(names)))
    query = sa.select(selectable.columns[column.name].label("value")).limit(COUNTED_ROWS)
    return (query.order_by(selectable.columns[key.name].desc()) if key else query).subquery()


def _with_counts(connection: Connection, table: SourceTable, column: SourceColumn) -> SourceColumn:
    """Return a column with its different values and their rows, or as varied if they are no codes."""
    values = _values_of(table, column)
    value = values.columns["value"]
    length = sa.func.max(sa.func.length(value)) if column.type is ColumnType.TEXT else sa.literal(0)
    different, longest = connection.execute(sa.select(sa.func.count(value.distinct()), length)).one()
    if different > MOST_WORDS or (longest or 0) > _LONGEST_CODE:
        return replace(column, is_varied=True)
    query = sa.select(value, sa.func.count()).group_by(value).order_by(sa.func.count().desc())
    rows = [(_plain(value), int(count)) for value, count in connection.execute(query).all()]
    given = [(value, count) for value, count in rows if value is not None and value != ""]
    counts = tuple((value_text(value), count) for value, count in given)
    return replace(column, values=tuple(value for value, _ in given), counts=counts)


def _with_time_form(connection: Connection, table: SourceTable, column: SourceColumn) -> SourceColumn:
    """Return a column with the form in which it writes times, by its least and greatest value."""
    values = _values_of(table, column)
    value = values.columns["value"]
    if column.type is ColumnType.TEXT:
        if (connection.execute(sa.select(sa.func.max(sa.func.length(value)))).scalar() or 0) > _LONGEST_CODE:
            return replace(column, is_varied=True)
        is_given = value != ""
    else:
        is_given = value > 0  # 0 is no time
    query = sa.select(sa.func.min(value), sa.func.max(value)).where(is_given)
    ends = tuple(end for end in connection.execute(query).one() if end is not None)
    has_zero = column.type is not ColumnType.TEXT and bool(
        connection.execute(sa.select(sa.func.count()).select_from(values).where(value == 0)).scalar()
    )
    return replace(column, values=ends, form=time_form(ends), has_zero=has_zero)


def _plain(value: Any) -> Any:
    """Return a value of a bit field as a number."""
    return int.from_bytes(value) if isinstance(value, bytes) else value
