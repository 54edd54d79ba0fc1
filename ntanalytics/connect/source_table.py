"""What was looked at: a table, a sheet or the lines of a log, with its columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """What a column holds, as far as its type and its samples tell."""

    AWARE = "time with zone"
    NAIVE = "time"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True)
class SourceColumn:
    """One column that may be looked at.

    Attributes:
        name: as the source calls it.
        sort: what it holds.
        comment: what the source says of it.
        sql: how a mapping writes it, quoted for its dialect.
        is_key: whether it alone is the primary key.
        values: samples, nulls left out.
        form: for a time, how it is written (``catalog.TIME_FORMS``); empty for what is none.
    """

    name: str
    sort: ColumnType
    comment: str = ""
    sql: str = ""
    is_key: bool = False
    values: tuple[object, ...] = ()
    form: str = ""


@dataclass(frozen=True)
class SourceTable:
    """A table, a sheet or a form of log lines.

    Attributes:
        name: as the source calls it.
        kind: database, workbook or logs.
        dialect: the sqlglot dialect of a mapping over it.
        origin: what a mapping writes after FROM.
        fields: its columns.
        hidden: the columns that are not looked at.
        comment: what the source says of it.
        prelude: for logs, the WITH that takes a line apart.
        remarks: for the person, about how it was recognised.
        samples: how many rows or lines were looked at; None before any was.
    """

    name: str
    kind: str
    dialect: str
    origin: str
    fields: tuple[SourceColumn, ...]
    hidden: tuple[str, ...] = ()
    comment: str = ""
    prelude: str = ""
    remarks: tuple[str, ...] = ()
    samples: int | None = None
