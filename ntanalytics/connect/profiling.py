"""Profiling of databases and workbooks: their tables, and the columns that may be read."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, Inspector

from ntanalytics.connect.sensitive_columns import is_personal, is_secret
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import time_form
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.sources.workbook import WorkbookSource, without_header
from ntanalytics.sources.workbook_formulas import ERROR_VALUE, WITHOUT_RESULT

_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], ColumnType], ...] = (
    (sa.Boolean, ColumnType.BOOLEAN),
    (mysql.BIT, ColumnType.INTEGER),
    (sa.DateTime, ColumnType.NAIVE),
    (sa.Date, ColumnType.DATE),
    (sa.Integer, ColumnType.INTEGER),
    (sa.Numeric, ColumnType.NUMBER),
    (sa.String, ColumnType.TEXT),
    (sa.Enum, ColumnType.TEXT),
    (sa.Uuid, ColumnType.TEXT),
)
_TIME_FORMS = {ColumnType.AWARE: "aware", ColumnType.NAIVE: "naive", ColumnType.DATE: "date"}


def profile_database(source: DatabaseSource) -> list[SourceTable]:
    """Return the tables and views of the database's own schema, without samples.

    Raises:
        SourceError: the database cannot be reached.
    """
    with source.inspection() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # a type unknown to SQLAlchemy is ColumnType.OTHER
        inspector = sa.inspect(connection)
        comments, keys = _comments(inspector), inspector.get_multi_pk_constraint()
        columns_by_table = inspector.get_multi_columns(kind=sa.engine.reflection.ObjectKind.ANY)
        key_by_table = {name: key["constrained_columns"] for (_, name), key in keys.items() if key}
        return [
            _table(connection, source.dialect, name, columns, comments.get((schema, name), ""), key_by_table.get(name))
            for (schema, name), columns in columns_by_table.items()
        ]


def profile_workbook(source: WorkbookSource) -> list[SourceTable]:
    """Return the sheets that have a header, with samples.

    Raises:
        SourceUnreachable, SourceDamaged: there is no such file, or it is no workbook.
        SourceRefused: no sheet has its column names in its first row, and one has them below it.
    """
    tables, sheets = [], {name: sheet for name, sheet in source.sheets().items() if sheet.table.num_columns}
    titled = [name for name, sheet in sheets.items() if sheet.has_title]
    if titled and not any(sheet.table.num_rows for name, sheet in sheets.items() if name not in titled):
        raise without_header(titled[0], source.name)
    for name, sheet in ((name, sheet.table) for name, sheet in sheets.items()):
        hidden = tuple(column for column in sheet.column_names if is_secret(column, table=name))
        shown = [column for column in sheet.column_names if column not in hidden]
        columns = tuple(SourceColumn(name=column, type=ColumnType.TEXT, sql=quote_name(column)) for column in shown)
        table = SourceTable(
            name=name, kind="workbook", dialect="duckdb", origin=quote_name(name), columns=columns, hidden=hidden
        )
        values = [
            [None if cell in (WITHOUT_RESULT, ERROR_VALUE) else cell for cell in sheet[column].to_pylist()]
            for column in shown
        ]
        tables.append(_with_samples(table, values, sheet.num_rows))
    return tables


def quote_name(name: str) -> str:
    """Return a name quoted for standard SQL."""
    return '"' + name.replace('"', '""') + '"'


def _comments(inspector: Inspector) -> dict[tuple[str | None, str], str]:
    try:
        return {table: comment["text"] or "" for table, comment in inspector.get_multi_table_comment().items()}
    except NotImplementedError:  # SQLite has no comments
        return {}


def _table(
    connection: Connection, dialect: str, name: str, described: Sequence[Any], comment: str, key: list[str] | None
) -> SourceTable:
    """Return a table from the description of its columns by SQLAlchemy."""
    quote = connection.dialect.identifier_preparer.quote
    hidden, columns = [], []
    for column in described:
        column_name, column_comment = column["name"], column.get("comment") or ""
        if is_secret(column_name, column_comment, table=f"{name} {comment}") or _is_document(column["type"], dialect):
            hidden.append(column_name)
            continue
        kind = next((kind for sql_type, kind in _TYPES if isinstance(column["type"], sql_type)), ColumnType.OTHER)
        if kind is ColumnType.NAIVE and getattr(column["type"], "timezone", False):
            kind = ColumnType.AWARE
        columns.append(
            SourceColumn(
                name=column_name,
                type=kind,
                comment=column_comment,
                sql=quote(column_name),
                is_key=key == [column_name],
                form=_TIME_FORMS.get(kind, ""),
            )
        )
    return SourceTable(
        name=name,
        kind="database",
        dialect=dialect,
        origin=quote(name),
        columns=tuple(columns),
        hidden=tuple(hidden),
        comment=comment,
    )


def _is_document(sql_type: sa.types.TypeEngine[Any], dialect: str) -> bool:
    """Return whether a type holds texts, files or structures, in which anything may stand."""
    if isinstance(sql_type, sa.LargeBinary | sa.JSON):
        return True
    # PostgreSQL and SQLite use TEXT for any string, MySQL and DM only for long ones.
    return (isinstance(sql_type, sa.Text) and dialect in ("mysql", "oracle")) or str(sql_type).upper() == "XML"


def _with_samples(table: SourceTable, samples: list[list[Any]], rows: int) -> SourceTable:
    """Return the table with samples, without the columns whose values identify a person."""
    columns, hidden = [], list(table.hidden)
    for column, given in zip(table.columns, samples, strict=True):
        values = tuple(value for value in given if value is not None and value != "")
        if is_personal(values) and column.type in (ColumnType.TEXT, ColumnType.INTEGER, ColumnType.OTHER):
            hidden.append(column.name)
        elif column.form or not values or column.type is ColumnType.BOOLEAN:
            columns.append(replace(column, values=values))
        else:
            columns.append(replace(column, values=values, form=time_form(values)))
    return replace(table, columns=tuple(columns), hidden=tuple(hidden), sampled=rows)
