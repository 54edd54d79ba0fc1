"""Optional fast drivers from a database to Arrow.

Measured on 2 M rows (rows/s): PostgreSQL by ADBC 1.0 M, by SQLAlchemy 0.25 M; MariaDB by connectorx 1.2 M, by
SQLAlchemy 0.08 M. Without these drivers SQLAlchemy reads the same rows.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import stamina
from sqlalchemy.engine import URL

from ntanalytics.errors import SourceError, SourceLocked, SourceRefused, SourceTooSlow
from ntanalytics.language import tr
from ntanalytics.sources.binding import rename_parameters
from ntanalytics.sources.native_stderr import without_panics
from ntanalytics.sources.source import BATCH_ROWS
from ntanalytics.sources.sql_mistakes import first_line
from ntanalytics.sources.stall_guard import CONNECT_S


class DriverUnavailable(Exception):  # not a failure: SQLAlchemy reads the rows then
    """A fast driver that cannot read some rows, such as a column of nulls only, or MySQL's zero date.

    Attributes:
        has_yielded: whether some rows were yielded before, so that all must be read again.
    """

    def __init__(self, why: str, *, has_yielded: bool = False) -> None:
        self.has_yielded = has_yielded
        super().__init__(why)


#: Messages of a server about a missing object or privilege; a retry does not help.
_REFUSALS = ("no such", "denied", "unknown column", "doesn't exist", "does not exist", "authentication failed")

#: Messages of a server about a lock that another session holds, and about a statement that took too long.
_LOCKED = ("lock timeout", "lock wait timeout", "database is locked", "could not obtain lock")
_TOO_SLOW = ("statement timeout", "max_statement_time", "maximum statement execution time", "interrupted")

#: Message of connectorx about a value without a type.
_UNCONVERTED = "Couldn't convert the value"

#: Messages of a server about the maximum number of connections of an account.
_TOO_MANY_CONNECTIONS = ("max_user_connections", "too many connections for role")

#: ADBC limits its batches by bytes, by default 16 MiB; several batches are in memory at once.
_BATCH_BYTES = "adbc.postgresql.batch_size_hint_bytes"


def source_error(text: str, where: str, needs: str) -> SourceError:
    """Return a message of a database as SourceRefused, SourceLocked, SourceTooSlow or SourceError."""
    if any(word in text.lower() for word in _LOCKED):
        todo = tr(
            "who changes or maintains the table at this hour? see `allowed:` of the source; it is tried again later"
        )
        return SourceLocked(tr("another session holds a lock on a table: {text}", text=text), where=where, todo=todo)
    if any(word in text.lower() for word in _TOO_SLOW):
        todo = tr("an index on the time of the rows is missing, or `timeout_s:` of the source is too short for it")
        return SourceTooSlow(tr("the statement took too long: {text}", text=text), where=where, todo=todo)
    if any(word in text.lower() for word in _REFUSALS):
        return SourceRefused(text, where=where, todo=needs)
    return SourceError(text, where=where)


def supports(url: URL) -> bool:
    """Return True if a fast driver for the database is installed and supports the options of its URL."""
    backend = url.get_backend_name()
    if backend == "postgresql":
        return importlib.util.find_spec("adbc_driver_postgresql") is not None
    # connectorx supports no option of PyMySQL; it detects the charset.
    is_supported = backend in ("mysql", "mariadb") and set(url.query) <= {"charset"}
    return is_supported and importlib.util.find_spec("connectorx") is not None


def read(
    url: URL, sql: str, values: dict[str, Any], session: list[str], *, where: str, needs: str
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a query by the fast driver, over one connection.

    Args:
        url: URL of the database with its password.
        sql: one SELECT with :since and :until.
        values: their values.
        session: statements that make the session read-only and time-limited.
        where: source and mapping, for messages.
        needs: access that the product needs, for messages.

    Raises:
        SourceError: the driver failed.
        DriverUnavailable: the driver cannot read such rows.
    """
    driver = _adbc if url.get_backend_name() == "postgresql" else _connectorx
    return driver(url, sql, values, session, where, needs)


def connection_attempts(is_failure: Callable[[Exception], bool]) -> Iterable[stamina.Attempt]:
    """Return attempts to connect, repeated for some seconds while the account has its maximum of connections.

    A server releases a closed connection only after a moment.

    Args:
        is_failure: returns True for a connection error of the driver.
    """

    def is_limit_reached(error: Exception) -> bool:
        return is_failure(error) and any(word in str(error) for word in _TOO_MANY_CONNECTIONS)

    return stamina.retry_context(on=is_limit_reached, attempts=None, timeout=10, wait_initial=0.05, wait_max=0.5)


def _adbc(
    url: URL, sql: str, values: dict[str, Any], session: list[str], where: str, needs: str
) -> Iterator[pa.RecordBatch]:
    from adbc_driver_postgresql import dbapi

    limited = url.update_query_dict({"connect_timeout": str(CONNECT_S), **url.query})
    plain = _address(limited.set(drivername="postgresql"))
    try:
        for attempt in connection_attempts(lambda error: isinstance(error, dbapi.Error)):
            with attempt:
                connected = dbapi.connect(plain)
        with connected as connection, connection.cursor() as cursor:
            for statement in session:
                cursor.execute(statement)
            connection.commit()
            cursor.adbc_statement.set_options(**{_BATCH_BYTES: str(64 * BATCH_ROWS)})
            cursor.execute(_with_literals(sql, values, "postgresql"))
            yield from cursor.fetch_record_batch()
    except (dbapi.Error, OSError) as error:
        raise source_error(first_line(error), where, needs) from None


def _connectorx(
    url: URL, sql: str, values: dict[str, Any], session: list[str], where: str, needs: str
) -> Iterator[pa.RecordBatch]:
    import connectorx

    plain = _address(url.set(drivername="mysql", query={}))
    has_yielded = False
    try:
        with without_panics():
            stream = connectorx.read_sql(
                plain,
                _with_literals(sql, values, "mysql"),
                return_type="arrow_stream",
                batch_size=BATCH_ROWS,
                pre_execution_query=session,
            )
            for batch in stream:
                has_yielded = True
                yield batch
                del batch  # it takes memory while the next one is read
    except RuntimeError as error:
        raise source_error(first_line(error), where, needs) from None
    except BaseException as error:
        # connectorx reports unsupported data (a column of NULL only, a zero date) and a failure during reading as a
        # Rust panic, which is not an Exception.
        if type(error).__name__ != "PanicException":
            raise
        if not has_yielded or _UNCONVERTED in str(error):
            raise DriverUnavailable(first_line(error), has_yielded=has_yielded) from None
        raise source_error(first_line(error), where, needs) from None


def _address(url: URL) -> str:
    """Return the URL with its password for other drivers: SQLAlchemy does not escape a blank in a password."""
    return url.render_as_string(hide_password=False).replace(" ", "%20")


def _with_literals(sql: str, values: dict[str, Any], backend: str) -> str:
    """Return the SQL with typed literals in place of the parameters: connectorx cannot bind.

    Only :since and :until are written: times, integers, or texts of strftime with doubled quotes.
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
            raise SourceError(tr("MySQL has no times with a zone; declare them as utc or naive"))
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(' ')}'"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"
