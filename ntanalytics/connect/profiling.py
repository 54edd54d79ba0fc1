"""Looking at a database or a workbook: what there is, and samples of what may be looked at."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Inspector

from ntanalytics.connect.sensitive_columns import is_personal, is_secret
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import time_form
from ntanalytics.errors import SourceError
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.sources.workbook import WorkbookSource

#: Rows sampled of a table; all of a sheet is in memory anyway.
SAMPLED_ROWS = 200

_SORTS: tuple[tuple[type[sa.types.TypeEngine[Any]], ColumnType], ...] = (
    (sa.Boolean, ColumnType.BOOLEAN), (sa.DateTime, ColumnType.NAIVE), (sa.Date, ColumnType.DATE), (sa.Integer, ColumnType.INTEGER),
    (sa.Numeric, ColumnType.NUMBER), (sa.String, ColumnType.TEXT), (sa.Enum, ColumnType.TEXT), (sa.Uuid, ColumnType.TEXT),
)  # fmt: skip


def profile_database(source: DatabaseSource) -> list[SourceTable]:
    """The tables and views of the database's own schema, without a sample.

    Raises:
        SourceError: it cannot be reached.
    """
    with source.inspection() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # a type that SQLAlchemy does not know is Sort.OTHER
        look = sa.inspect(connection)
        comments, keys = _comments(look), look.get_multi_pk_constraint()
        return [
            _table(connection, source.dialect, name, columns, comments.get((schema, name), ""), keys)
            for (schema, name), columns in look.get_multi_columns(kind=sa.engine.reflection.ObjectKind.ANY).items()
        ]


def sample_table(source: DatabaseSource, place: SourceTable) -> SourceTable:
    """The table with samples of the columns that may be looked at, and of no other.

    Raises:
        SourceError: it may not be read.
    """
    table = sa.table(place.name, *(sa.column(each.name) for each in place.fields))
    if not place.fields:
        return place
    with source.inspection() as connection:
        query = sa.select(*table.columns).limit(SAMPLED_ROWS)
        key = next((each for each in place.fields if each.is_key and each.sort is ColumnType.INTEGER), None)
        if key is not None:  # the newest rows tell most
            query = query.order_by(table.columns[key.name].desc())
        rows = connection.execute(query).fetchall()
    return _sampled(place, [[row[index] for row in rows] for index in range(len(place.fields))], len(rows))


def newest_value(source: DatabaseSource, place: SourceTable, field: SourceColumn) -> object:
    """The greatest value of a column; None where there is none, or the database does not say in time."""
    table = sa.table(place.name, sa.column(field.name))
    try:
        with source.inspection() as connection:
            return connection.execute(sa.select(sa.func.max(table.columns[field.name]))).scalar()
    except SourceError:
        return None


def profile_workbook(source: WorkbookSource) -> list[SourceTable]:
    """The sheets that hold a header, with their values.

    Raises:
        SourceUnreachable: there is no such file, or it is no workbook.
    """
    places = []
    for name, table in source.sheets().items():
        if not table.num_columns:
            continue
        hidden = tuple(column for column in table.column_names if is_secret(column, table=name))
        shown = [column for column in table.column_names if column not in hidden]
        fields = tuple(SourceColumn(column, ColumnType.TEXT, sql=quoted(column)) for column in shown)
        place = SourceTable(name, "workbook", "duckdb", quoted(name), fields, hidden)
        places.append(_sampled(place, [table[column].to_pylist() for column in shown], table.num_rows))
    return places


def quoted(name: str) -> str:
    """A name as standard SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _comments(look: Inspector) -> dict[tuple[str | None, str], str]:
    try:
        return {key: found["text"] or "" for key, found in look.get_multi_table_comment().items()}
    except NotImplementedError:  # SQLite keeps none
        return {}


def _table(
    connection: Connection, dialect: str, name: str, columns: Sequence[Any], comment: str, keys: dict[Any, Any]
) -> SourceTable:
    key = next((found["constrained_columns"] for (_, table), found in keys.items() if table == name), None) or []
    quote = connection.dialect.identifier_preparer.quote
    hidden, fields = [], []
    for column in columns:
        said = column.get("comment") or ""
        if is_secret(column["name"], said, table=f"{name} {comment}"):
            hidden.append(column["name"])
            continue
        sort = next((sort for kind, sort in _SORTS if isinstance(column["type"], kind)), ColumnType.OTHER)
        if sort is ColumnType.NAIVE and getattr(column["type"], "timezone", False):
            sort = ColumnType.AWARE
        form = {ColumnType.AWARE: "aware", ColumnType.NAIVE: "naive", ColumnType.DATE: "date"}.get(sort, "")
        fields.append(
            SourceColumn(column["name"], sort, said, quote(column["name"]), key == [column["name"]], (), form)
        )
    return SourceTable(name, "database", dialect, quote(name), tuple(fields), tuple(hidden), comment)


def _sampled(place: SourceTable, columns: list[list[Any]], rows: int) -> SourceTable:
    """The place with values, without the columns whose values tell of a person."""
    fields, hidden = [], list(place.hidden)
    for field, given in zip(place.fields, columns, strict=True):
        values = tuple(value for value in given if value is not None and value != "")
        if is_personal(values) and field.sort in (ColumnType.TEXT, ColumnType.INTEGER, ColumnType.OTHER):
            hidden.append(field.name)
        elif field.form or not values or field.sort is ColumnType.BOOLEAN:
            fields.append(replace(field, values=values))
        else:
            fields.append(replace(field, values=values, form=time_form(values)))
    return replace(place, fields=tuple(fields), hidden=tuple(hidden), samples=rows)
