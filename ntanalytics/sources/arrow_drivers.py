"""The fast ways from a database to Arrow, where their drivers are installed.

Measured on 2 M rows (rows/s): PostgreSQL by ADBC 1.0 M against 0.25 M by SQLAlchemy, MariaDB by
connectorx 1.2 M against 0.08 M. Neither is needed: without them SQLAlchemy reads the same rows.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import stamina
from sqlalchemy.engine import URL

from ntanalytics.errors import SourceError, SourceRefused
from ntanalytics.sources.binding import rename_parameters
from ntanalytics.sources.source import BATCH_ROWS
from ntanalytics.sources.stall_guard import CONNECT_S


class DriverUnavailable(Exception):  # no failure: SQLAlchemy reads it then
    """The fast driver gives up on what it does not understand: a column of nulls alone, MySQL's zero date.

    Attributes:
        has_begun: whether rows were given before, so that all of them must be read again.
    """

    def __init__(self, why: str, *, has_begun: bool = False) -> None:
        self.has_begun = has_begun
        super().__init__(why)


#: What a server says when it is asked for what is not there, or not allowed; another try changes nothing.
_REFUSALS = ("no such", "denied", "unknown column", "doesn't exist", "does not exist", "authentication failed")


#: What connectorx says of a value that it has no type for.
_UNCONVERTED = "Couldn't convert the value"

#: What a server says when an account has as many connections as it may.
_FULL = ("max_user_connections", "too many connections for role")

#: ADBC cuts its batches by their bytes, 16 MiB where it is not told; several batches are in memory at once.
_BATCH_BYTES = "adbc.postgresql.batch_size_hint_bytes"


def failure(text: str, where: str, needs: str) -> SourceError:
    """A database's words as an error of ours: refused where it says no, else failed."""
    if any(word in text.lower() for word in _REFUSALS):
        return SourceRefused(text, where=where, todo=needs)
    return SourceError(text, where=where)


def serves(url: URL) -> bool:
    """Whether there is a fast driver for that database, and it knows the options of its URL."""
    backend = url.get_backend_name()
    if backend == "postgresql":
        return importlib.util.find_spec("adbc_driver_postgresql") is not None
    # connectorx knows none of PyMySQL's options; a charset it finds by itself.
    known = backend in ("mysql", "mariadb") and set(url.query) <= {"charset"}
    return known and importlib.util.find_spec("connectorx") is not None


def read(
    url: URL, sql: str, values: dict[str, Any], session: list[str], *, where: str, needs: str
) -> Iterator[pa.RecordBatch]:
    """The rows of ``sql`` by the fast driver of a database that it serves, over one connection.

    Args:
        url: the database, with its password.
        sql: one SELECT with :since and :until.
        values: what is bound to them.
        session: statements that make the session read-only and time-limited.
        where: the source and the mapping, for messages.
        needs: the access that the product wants, for a refusal.

    Raises:
        SourceError: the driver failed; while iterating.
        CannotServe: it cannot read such rows; while iterating.
    """
    driver = _adbc if url.get_backend_name() == "postgresql" else _connectorx
    return driver(url, sql, values, session, where, needs)


def read_with_retries(is_failure: Callable[[Exception], bool]) -> Iterable[stamina.Attempt]:
    """Attempts to connect: again, for some seconds, while the account has as many connections as it may.

    A server counts a connection out only a moment after it was closed.

    Args:
        is_failure: tells the driver's failures to connect from other errors.
    """

    def is_full(error: Exception) -> bool:
        return is_failure(error) and any(word in str(error) for word in _FULL)

    return stamina.retry_context(on=is_full, attempts=None, timeout=10, wait_initial=0.05, wait_max=0.5)


def _adbc(
    url: URL, sql: str, values: dict[str, Any], session: list[str], where: str, needs: str
) -> Iterator[pa.RecordBatch]:
    from adbc_driver_postgresql import dbapi

    limited = url.update_query_dict({"connect_timeout": str(CONNECT_S), **url.query})
    plain = _address(limited.set(drivername="postgresql"))
    try:
        for attempt in read_with_retries(lambda error: isinstance(error, dbapi.Error)):
            with attempt:
                opened = dbapi.connect(plain)
        with opened as connection, connection.cursor() as cursor:
            for statement in session:
                cursor.execute(statement)
            connection.commit()
            cursor.adbc_statement.set_options(**{_BATCH_BYTES: str(64 * BATCH_ROWS)})
            cursor.execute(_with_literals(sql, values, "postgresql"))
            yield from cursor.fetch_record_batch()
    except (dbapi.Error, OSError) as error:
        raise failure(_first_line(error), where, needs) from None


def _connectorx(
    url: URL, sql: str, values: dict[str, Any], session: list[str], where: str, needs: str
) -> Iterator[pa.RecordBatch]:
    import connectorx

    plain = _address(url.set(drivername="mysql", query={}))
    has_begun = False
    try:
        stream = connectorx.read_sql(
            plain,
            _with_literals(sql, values, "mysql"),
            return_type="arrow_stream",
            batch_size=BATCH_ROWS,
            pre_execution_query=session,
        )
        for batch in stream:
            has_begun = True
            yield batch
    except RuntimeError as error:
        raise failure(_first_line(error), where, needs) from None
    except BaseException as error:
        # connectorx reports what it cannot do (a column that is only NULL, a zero date) and an error in mid-stream
        # as a Rust panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        if not has_begun or _UNCONVERTED in str(error):
            raise DriverUnavailable(_first_line(error), has_begun=has_begun) from None
        raise failure(_first_line(error), where, needs) from None


def _address(url: URL) -> str:
    """The URL with its password, as other drivers want it: SQLAlchemy leaves a blank in a password as it is."""
    return url.render_as_string(hide_password=False).replace(" ", "%20")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]


def _with_literals(sql: str, values: dict[str, Any], backend: str) -> str:
    """The SQL with typed literals in place of the parameters: connectorx binds none.

    Only our own :since and :until are written, and they are times or integers, or text made by
    strftime, whose quotes are doubled.
    """
    literals = {name: _literal(value, backend) for name, value in values.items()}
    marked = rename_parameters(sql, "\x00")
    for name, literal in literals.items():
        marked = marked.replace(f"\x00{name}", literal)
    return marked


def _literal(value: Any, backend: str) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime) and value.tzinfo:
        if backend != "postgresql":
            raise SourceError("MySQL has no times with a zone; declare them as utc or naive")
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(' ')}'"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"
