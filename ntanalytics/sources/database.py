"""Databases: one read-only transaction, a statement timeout, rows streamed as Arrow batches.

SQLAlchemy opens every database. Two have a faster way to Arrow, taken where its driver is
installed: ADBC for PostgreSQL, connectorx for MySQL and MariaDB (see ``fast.py``).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import Mapping, Product
from ntanalytics.catalog.parameters import escape_colons
from ntanalytics.errors import SettingsError, SourceError, SourceRefused, SourceUnreachable
from ntanalytics.settings import SourceSettings, read_secret
from ntanalytics.sources import arrow_drivers, privileges, shards, stall_guard
from ntanalytics.sources.binding import bound_window
from ntanalytics.sources.privileges import Account
from ntanalytics.sources.source import BATCH_ROWS

log = structlog.get_logger(__name__)

_Item = TypeVar("_Item")

#: SQLAlchemy backend → sqlglot dialect. What speaks PostgreSQL's or MySQL's wire is that here.
_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite", "dm": "oracle"}

#: The statement timeout of MariaDB and of MySQL in one statement: each reads its own comment and skips the other's,
#: and one URL scheme, mysql, names both.
_MYSQL_TIMEOUT = "SET SESSION /*M!100100 max_statement_time = {s} */ /*!50708 max_execution_time = {s}000 */"

#: How each backend is told to refuse writes and to give a statement up after {s} seconds.
_SESSION = {
    "postgresql": ("SET default_transaction_read_only = on", "SET statement_timeout = '{s}s'"),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", _MYSQL_TIMEOUT),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", _MYSQL_TIMEOUT),
    "sqlite": ("PRAGMA query_only = ON",),
}


#: How drivers are told how long a connection may take to come about; SQLAlchemy's name of the driver → its argument.
_CONNECT_ARGS = {"psycopg": "connect_timeout", "psycopg2": "connect_timeout", "pymysql": "connect_timeout"}

#: Where each kind of server listens, if its URL does not say.
_PORTS = {"postgres": 5432, "mysql": 3306, "oracle": 5236}


class DatabaseSource:
    """A database, reached through SQLAlchemy and only ever read.

    Args:
        name: the source's name in ntanalytics.yml.
        settings: its url, password reference, timeout and pause.
        product: what it is.
        zone: the zone of its naive times.

    Raises:
        SettingsError: the url is missing or no database is known by its scheme.
    """

    chunk_days = 7  # a week of segments is grouped by the server at once
    silence_is_absence = False

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        self.name = name
        self.product = product
        self.zone = zone
        self._timeout_s = settings.timeout_s
        self._pause_s = settings.pause_s
        self._was_read = False
        self._wait = time.sleep
        self._unfit: set[Path] = set()  # mappings whose rows the fast driver could not read
        self._password = settings.password
        try:
            self._url = make_url(settings.url)
            self.dialect = _DIALECTS[self._url.get_backend_name()]
        except (sa.exc.ArgumentError, KeyError):
            raise SettingsError(
                f"{settings.url or 'nothing'!r} is not the URL of a database that is known",
                where=f"sources.{name}.url",
                todo=f"write e.g. mysql+pymysql://reader@host/db; known: {', '.join(_DIALECTS)}",
            ) from None

    def mapping(self, dataset: str) -> Mapping:
        """The mapping for a dataset in this database's dialect."""
        found = self.product.mapping(dataset, self.dialect)
        if self.dialect not in found.dialects:
            raise SourceRefused(
                f"the mapping is written for {', '.join(found.dialects)}, this database is {self.dialect}",
                where=f"{self.name}: {found.path.name}",
                todo=f"write {dataset}.{self.dialect}.sql beside it",
            )
        return found

    def account(self) -> Account:
        """What the server says about the account: what it could write, and its clock.

        Raises:
            SourceError: it cannot be reached, or does not say.
        """
        with self._connected() as connection, self._explained("asking for privileges"):
            return privileges.account(connection, self.dialect)

    @contextmanager
    def looked_into(self) -> Iterator[Connection]:
        """A connection that may only read, for a look at what there is.

        Raises:
            SourceError: it cannot be reached, or refuses what it is asked.
        """
        with self._connected() as connection, self._explained("looking at it"):
            yield connection

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """Of ``days``, those whose shard the product does not have (yet, or any more).

        A mapping that reads no sharded table, of the applications that there are, has no absent day.
        """
        used = shards.named(mapping.sql, self.product.shards, self.dialect)
        if not used:
            return set()
        with self._connected() as connection:
            by_table = self._shards(connection)
        held = {shards.shard_day(table) for table in by_table[used[0]]}
        return set(days) - held if held - {None} else set()

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """The mapping's rows in the window; see :class:`ntanalytics.sources.source.Source`."""
        values = bound_window(mapping.window_form, since, until, self.zone)
        is_fast = arrow_drivers.serves(self._url) and mapping.path not in self._unfit
        if self._was_read and self._pause_s:
            self._wait(self._pause_s)
        self._was_read = True
        with self._connected() as connection:
            sql = self._whole(connection, mapping, since, until)
            if not is_fast:
                with self._explained(mapping.path.name):
                    yield self._slowly(connection, sql, values)
        if is_fast:  # over a connection of its own, and so only after the first is closed: one a source at any time
            with closing(self._quickly(mapping, sql, values)) as batches, self._explained(mapping.path.name):
                yield batches

    def _whole(self, connection: Connection, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> str:
        """The mapping's SQL with the shards of the window in place."""
        if not self.product.shards:
            return mapping.sql
        first = since.astimezone(self.zone).date()
        last = (until - dt.timedelta(microseconds=1)).astimezone(self.zone).date()
        by_table = self._shards(connection)
        # A report may be filed a few days after the submission it belongs to.
        margin = dt.timedelta(days=mapping.dataset.settles_after)
        return shards.expand(mapping.sql, by_table, first, last + margin, self.dialect)

    def _shards(self, connection: Connection) -> dict[str, list[str]]:
        tables = sa.inspect(connection).get_table_names()
        found = {name: shards.matching(tables, pattern) for name, pattern in self.product.shards.items()}
        for name, tables_found in found.items():
            if not tables_found:
                raise SourceRefused(
                    f"there is no table {name} and no shard of it", where=self.name, todo=self.product.needs
                )
        return found

    def _quickly(self, mapping: Mapping, sql: str, values: dict[str, Any]) -> Generator[pa.RecordBatch, None, None]:
        """By the fast driver, or as any database is read where it gives up before the first row.

        Where it gives up later, the rows that were given are void: the error says so, and the next try goes without it.
        """
        try:
            yield from self._in_time(
                arrow_drivers.read(
                    self._full_url(), sql, values, self._session(), where=self.name, needs=self.product.needs
                )
            )
        except arrow_drivers.DriverUnavailable as refusal:
            log.info("read without the fast driver", source=self.name, because=str(refusal))
            self._unfit.add(mapping.path)
            if refusal.has_begun:
                raise SourceError(f"the fast driver gave up: {refusal}", where=self.name, todo="try again") from None
        else:
            return
        with self._connected() as connection:
            yield from self._slowly(connection, sql, values)

    def _slowly(self, connection: Connection, sql: str, values: dict[str, Any]) -> Iterator[pa.RecordBatch]:
        if self.dialect == "sqlite":  # its driver writes no datetimes: they are compared as text
            values = {name: str(value) if isinstance(value, dt.date) else value for name, value in values.items()}
        streamed = connection.execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
        with self._cut_after(self._timeout_s + stall_guard.GRACE_S):
            result = streamed.execute(sa.text(escape_colons(sql)), values)
        names = list(result.keys())
        for rows in self._in_time(result.partitions(BATCH_ROWS)):
            yield pa.RecordBatch.from_arrays([_array(values) for values in zip(*rows, strict=True)], names)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._explained("connecting"):
            engine = sa.create_engine(
                self._full_url(), poolclass=NullPool, hide_parameters=True, connect_args=self._connect_args()
            )
        try:
            with self._explained("connecting"), self._opened(engine) as connection:
                for statement in self._session():
                    connection.exec_driver_sql(statement)
                connection.rollback()  # the settings above hold from the next transaction on
                if self.dialect == "sqlite":
                    _limit_sqlite(connection, self._timeout_s)
                yield connection
        finally:
            engine.dispose()

    def _opened(self, engine: sa.Engine) -> Connection:
        """A connection; where the account may have one and the server still counts the last one, a moment later."""
        for attempt in arrow_drivers.read_with_retries(lambda error: isinstance(error, sa.exc.OperationalError)):
            with attempt, self._cut_after(stall_guard.CONNECT_S):
                connection = engine.connect()
        return connection

    def _connect_args(self) -> dict[str, int]:
        name = _CONNECT_ARGS.get(self._url.get_driver_name())
        return {name: stall_guard.CONNECT_S} if name and name not in self._url.query else {}

    def _cut_after(self, seconds: float) -> AbstractContextManager[None]:
        """Let a server that says nothing for so long be given up."""
        return stall_guard.close_after(seconds, self._url.host, self._url.port or _PORTS.get(self.dialect, 0))

    def _in_time(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The items, each of which the server gives in time."""
        port = self._url.port or _PORTS.get(self.dialect, 0)
        return stall_guard.close_on_stall(items, self._timeout_s + stall_guard.GRACE_S, self._url.host, port)

    def _session(self) -> list[str]:
        statements = _SESSION.get(self._url.get_backend_name(), ())
        return [statement.format(s=self._timeout_s) for statement in statements]

    def _full_url(self) -> URL:
        url = self._url
        if self.dialect == "sqlite":
            file = Path(url.database or "")
            if not file.is_file():
                raise SourceUnreachable("there is no such SQLite file", where=f"{self.name}: {file}")
            return url.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})
        password = read_secret(self._password, where=f"sources.{self.name}.password")
        return url.set(password=password) if password else url

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Turn a driver's error into ours, without SQL, values or password in its text."""
        where = f"{self.name}: {doing}"
        try:
            yield
        except (sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(
                f"no driver: {error}", where=where, todo="install the extra, e.g. ntanalytics[mysql]"
            ) from None
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            failure = arrow_drivers.failure(_first_line(error.orig), where, self.product.needs)
            if error.statement is not None:
                raise failure from None
            if failure.retryable:
                todo = "is the server up, and the url right?"
                raise SourceUnreachable(failure.what, where=where, todo=todo) from None
            # Not tried again: some servers lock an account after a few wrong passwords.
            raise SourceRefused(failure.what, where=where, todo="are the account and its password right?") from None
        except sa.exc.DBAPIError as error:
            raise SourceRefused(_first_line(error.orig), where=where, todo=self.product.needs) from None


def _array(values: tuple[Any, ...]) -> pa.Array:
    """One column of a batch; values of mixed types, as SQLite allows, become text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


def _limit_sqlite(connection: Connection, seconds: int) -> None:
    """SQLite has no statement timeout: its progress handler stops it."""
    end = time.monotonic() + seconds
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > end, 100_000)


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]
