"""Tables of a source as far as they were profiled: a database table, a sheet, or the lines of a log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """Content of a column, according to its type and its samples."""

    AWARE = "time with zone"
    NAIVE = "time"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """One column that may be read.

    Attributes:
        name: its name at the source.
        type: its content.
        comment: the source's comment.
        sql: its name in a mapping, quoted for the dialect.
        is_key: True if it alone is the primary key.
        values: samples without nulls; of a database the different values of a column of codes, or the ends of a time.
        counts: of a database, value as text → rows, the most frequent first.
        is_varied: True if its values are too many or too long for codes; they were not read.
        has_zero: True for a number with zeros that is a time elsewhere.
        form: for a time, the form in which it is written (``catalog.TIME_FORMS``); else empty.
    """

    name: str
    type: ColumnType
    comment: str = ""
    sql: str = ""
    is_key: bool = False
    values: tuple[object, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    is_varied: bool = False
    has_zero: bool = False
    form: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A table, a sheet or log lines of one form.

    Attributes:
        name: its name at the source.
        kind: database, workbook or logs.
        dialect: the sqlglot dialect of a mapping over it.
        origin: the text after FROM in a mapping.
        columns: its columns that may be read.
        hidden: names of the columns that are never read.
        comment: the source's comment.
        prelude: for logs, the WITH clause that parses a line.
        remarks: for the user, on the form that was recognised.
        sampled: number of rows or lines from which values were taken at most; None before that.
        rows: number of rows, up to a bound; None if it was not counted.
        newest: day of the newest row; None if it is unknown.
    """

    name: str
    kind: str
    dialect: str
    origin: str
    columns: tuple[SourceColumn, ...]
    hidden: tuple[str, ...] = ()
    comment: str = ""
    prelude: str = ""
    remarks: tuple[str, ...] = ()
    sampled: int | None = None
    rows: int | None = None
    newest: dt.date | None = None
