"""Transactions on the ledger's database, with its errors as ours, and times as the database stores them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, overload

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.errors import LakeError
from ntanalytics.language import tr

_Record = TypeVar("_Record")


def unpooled_engine(url: str | sa.URL, **connect_args: Any) -> sa.Engine:
    """Return an engine that keeps no connection, and shows no value in an error.

    Args:
        url: the ledger.
        connect_args: arguments for the driver.
    """
    return sa.create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection for queries.

    Raises:
        LakeError: the ledger cannot be reached, or another process holds it too long.
    """
    with _translated_errors(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction. It is committed at the end, and rolled back on an exception.

    Raises:
        LakeError: the ledger cannot be written, or another process holds it too long.
    """
    with _translated_errors(engine), engine.begin() as connection:
        yield connection


def utc_now() -> dt.datetime:
    """Return the present moment as stored: naive UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@overload
def to_stored(moment: dt.datetime) -> dt.datetime: ...
@overload
def to_stored(moment: dt.datetime | None) -> dt.datetime | None: ...
def to_stored(moment: dt.datetime | None) -> dt.datetime | None:
    """Return an aware moment as naive UTC, the one form that SQLite, PostgreSQL and MySQL all keep."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment else None


@overload
def from_stored(moment: dt.datetime) -> dt.datetime: ...
@overload
def from_stored(moment: dt.datetime | None) -> dt.datetime | None: ...
def from_stored(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a stored moment as aware UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment else None


def record_of(record: type[_Record], row: sa.Row[Any]) -> _Record:
    """Return a row as a dataclass: fields named as the columns, times as aware UTC."""
    names, read = _reader_of(record)  # type: ignore[arg-type]  # a class is hashable
    values = dict(zip(names, read(row), strict=True))
    for name, value in values.items():
        if isinstance(value, dt.datetime):
            values[name] = from_stored(value)
    return record(**values)


def records_of(record: type[_Record], rows: sa.CursorResult[Any]) -> list[_Record]:
    """Return all rows of a query as :func:`record_of` does, by the places of their columns: years have many days.

    Args:
        record: the dataclass.
        rows: the rows; each field is a column's stored name, for which ``record_of`` also takes the key of a column.
    """
    columns, declared = list(rows.keys()), fields(record)  # type: ignore[arg-type]  # it is a dataclass
    names = [field.name for field in declared]
    times = [field.name for field in declared if "datetime" in str(field.type)]
    places = map(columns.index, names)
    values = list(zip(*rows.fetchall(), strict=True))
    if not values:
        return []
    by_name = {name: values[place] for name, place in zip(names, places, strict=True)}
    by_name |= {name: tuple(map(from_stored, by_name[name])) for name in times}
    return [record(**dict(zip(names, row, strict=True))) for row in zip(*by_name.values(), strict=True)]


@cache
def _reader_of(record: type[Any]) -> tuple[tuple[str, ...], Callable[[sa.Row[Any]], tuple[Any, ...]]]:
    """Return the fields of a dataclass, and what reads them of a row: a site has thousands of runs."""
    names = tuple(field.name for field in fields(record))
    return names, attrgetter(*names)


@contextmanager
def _translated_errors(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise LakeError(
            tr("the ledger failed: {reason}", reason=reason),
            where=engine.url.render_as_string(hide_password=True),
            todo=tr(
                "does another process hold it, is its disk full, may this user write it? see "
                "`ledger:` in ntanalytics.yml"
            ),
        ) from error
