"""Databases: a read-only session with a statement timeout; rows are streamed as Arrow batches.

SQLAlchemy opens every database. Where it is installed, a faster driver reads: ADBC for PostgreSQL, connectorx for MySQL
and MariaDB (see ``arrow_drivers``).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Generator, Iterable, Iterator
from collections.abc import Mapping as Map
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import Mapping, Product
from ntanalytics.catalog.parameters import escape_colons
from ntanalytics.errors import SettingsError, SourceError, SourceRefused, SourceUnreachable
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings, read_secret
from ntanalytics.sources import arrow_drivers, privileges, shards, sqlite_files, stall_guard
from ntanalytics.sources.binding import bound_window
from ntanalytics.sources.privileges import Account
from ntanalytics.sources.source import BATCH_ROWS, SourceBase
from ntanalytics.sources.sql_mistakes import first_line, naming_mistakes

_Item = TypeVar("_Item")

#: SQLAlchemy backend → sqlglot dialect. A database with the wire protocol of PostgreSQL or MySQL counts as that.
_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite", "dm": "oracle"}

#: Statement timeout of MariaDB and of MySQL in one statement, since both have the URL scheme mysql: each executes its
#: own comment and skips the other.
_MYSQL_TIMEOUT = "SET SESSION /*M!100100 max_statement_time = {s} */ /*!50708 max_execution_time = {s}000 */"

_MYSQL_LOCK = "SET SESSION lock_wait_timeout = {lock_s}"

#: Statements of a backend that make the session read-only, cancel a query after {s} seconds, and end its waiting for a
#: lock before that, so that the two are told apart.
_SESSION = {
    "postgresql": (
        "SET default_transaction_read_only = on",
        "SET statement_timeout = '{s}s'",
        "SET lock_timeout = '{lock_s}s'",
    ),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", _MYSQL_TIMEOUT, _MYSQL_LOCK),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", _MYSQL_TIMEOUT, _MYSQL_LOCK),
    "sqlite": ("PRAGMA query_only = ON", sqlite_files.READ_HEAD),
}

#: Driver → its argument for the connection timeout.
_CONNECT_ARGS = {"psycopg": "connect_timeout", "psycopg2": "connect_timeout", "pymysql": "connect_timeout"}

#: Dialect → default port of the server.
_PORTS = {"postgres": 5432, "mysql": 3306, "oracle": 5236}


class DatabaseSource(SourceBase):
    """A database behind SQLAlchemy.

    Args:
        name: name of the source in ntanalytics.yml.
        settings: its url, password reference, timeout and pause.
        product: product of the database.
        zone: time zone of its naive times.

    Raises:
        SettingsError: the url is missing or its scheme is unknown.
    """

    chunk_days = 7  # the server groups the segments of a week in one query

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        super().__init__(name, product, zone)
        self._timeout_s = settings.timeout_s
        self._pause_s = settings.pause_s
        self._was_read = False
        self._wait = time.sleep
        self._slow_mappings: set[Path] = set()  # mappings with rows that the fast driver cannot read
        self._password = settings.password
        try:
            self._url = make_url(settings.url)
            self.dialect = _DIALECTS[self._url.get_backend_name()]
        except (sa.exc.ArgumentError, KeyError):
            raise SettingsError(
                tr("{url!r} is not the URL of a known database", url=settings.url or tr("nothing")),
                where=f"sources.{name}.url",
                todo=tr("write e.g. mysql+pymysql://reader@host/db; known: {dialects}", dialects=", ".join(_DIALECTS)),
            ) from None

    def mapping(self, dataset: str) -> Mapping:
        """Return the mapping for a dataset in the dialect of this database; see :meth:`Source.mapping`."""
        mapping = self.product.mapping(dataset, self.dialect)
        if self.dialect not in mapping.dialects:
            raise SourceRefused(
                tr(
                    "the mapping is written for {dialects}, this database is {dialect}",
                    dialects=", ".join(mapping.dialects),
                    dialect=self.dialect,
                ),
                where=f"{self.name}: {mapping.path.name}",
                todo=tr("write {dataset}.{dialect}.sql beside it", dataset=dataset, dialect=self.dialect),
            )
        return mapping

    def account(self) -> Account:
        """Return the privileges of the account, and the clock of the server.

        Raises:
            SourceError: the server cannot be reached, or does not answer.
        """
        with self._connected() as connection, self._translated_errors("asking for privileges"):
            return privileges.account(connection, self.dialect)

    @contextmanager
    def inspection(self) -> Iterator[Connection]:
        """Yield a read-only connection, to inspect the tables.

        Raises:
            SourceError: the server cannot be reached, or refuses a query.
        """
        with self._connected() as connection, self._translated_errors("looking at it"):
            yield connection

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """Return the days without a shard (yet, or any more); none for a mapping without sharded tables."""
        names = shards.sharded_names(mapping.sql, self.product.shards, self.dialect)
        if not names:
            return set()
        with self._connected() as connection:
            by_table = self._shards(connection)
        held = {shards.shard_day(table) for table in by_table[names[0]]}
        return set(days) - held if held - {None} else set()

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """Yield the rows of the mapping in the window; see :meth:`Source.read`."""
        values = bound_window(mapping.window_form, since, until, self.zone)
        is_fast = arrow_drivers.supports(self._url) and mapping.path not in self._slow_mappings
        if self._was_read and self._pause_s:
            self._wait(self._pause_s)
        self._was_read = True
        with self._connected() as connection:
            sql = self._expanded_sql(connection, mapping, since, until)
            if not is_fast:
                with naming_mistakes(mapping), self._translated_errors(mapping.path.name):
                    yield self._read_by_sqlalchemy(connection, sql, values)
        if is_fast:  # on a connection of its own, after the first is closed: one connection per source at a time
            with (
                closing(self._read_fast(mapping, sql, values)) as batches,
                naming_mistakes(mapping),
                self._translated_errors(mapping.path.name),
            ):
                yield batches

    def count(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> int:
        """Return the number of rows of the mapping in ``[since, until)``; the server counts them.

        Raises:
            SourceError: the server cannot be reached, or refuses the query.
        """
        values = self._bindable(bound_window(mapping.window_form, since, until, self.zone))
        if self._was_read and self._pause_s:
            self._wait(self._pause_s)
        self._was_read = True
        with self._connected() as connection, naming_mistakes(mapping), self._translated_errors(mapping.path.name):
            sql = self._expanded_sql(connection, mapping, since, until)
            counting = f"SELECT count(*) FROM ({sql.rstrip().rstrip(';')}\n) counted"  # noqa: S608 — the checked SQL of a mapping
            with self._close_after(self._timeout_s + stall_guard.GRACE_S):
                return int(connection.execute(sa.text(escape_colons(counting)), values).scalar_one())

    def _bindable(self, values: Map[str, Any]) -> Map[str, Any]:
        """Return the bounds as the driver can bind them; that of SQLite compares times as text."""
        if self.dialect != "sqlite":
            return values
        return {name: str(value) if isinstance(value, dt.date) else value for name, value in values.items()}

    def _expanded_sql(self, connection: Connection, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> str:
        """Return the SQL of the mapping, with the shards of the window."""
        if not self.product.shards:
            return mapping.sql
        first = since.astimezone(self.zone).date()
        last = (until - dt.timedelta(microseconds=1)).astimezone(self.zone).date()
        by_table = self._shards(connection)
        # A delivery report may arrive some days after its submission.
        margin = dt.timedelta(days=mapping.dataset.settles_after)
        return shards.expand(mapping.sql, by_table, first, last + margin, self.dialect)

    def _shards(self, connection: Connection) -> dict[str, list[str]]:
        tables = sa.inspect(connection).get_table_names()
        by_table = {name: shards.find_shards(tables, pattern) for name, pattern in self.product.shards.items()}
        for name, shard_tables in by_table.items():
            if not shard_tables:
                raise SourceRefused(
                    tr("there is no table {name} and no shard of it", name=name),
                    where=self.name,
                    todo=self.product.needs,
                )
        return by_table

    def _read_fast(self, mapping: Mapping, sql: str, values: dict[str, Any]) -> Generator[pa.RecordBatch, None, None]:
        """Yield the rows by the fast driver, or by SQLAlchemy if the fast driver fails before the first row.

        If it fails later, the yielded rows are invalid: an error is raised, and the retry uses SQLAlchemy.
        """
        try:
            yield from self._with_timeout(
                arrow_drivers.read(
                    self._full_url(), sql, values, self._session(), where=self.name, needs=self.product.needs
                )
            )
        except arrow_drivers.DriverUnavailable as refusal:
            import structlog  # it takes long to import, and this is rare

            structlog.get_logger(__name__).info("read without the fast driver", source=self.name, because=str(refusal))
            self._slow_mappings.add(mapping.path)
            if refusal.has_yielded:
                raise SourceError(
                    tr("the fast driver gave up: {refusal}", refusal=refusal), where=self.name, todo=tr("try again")
                ) from None
        else:
            return
        with self._connected() as connection:
            yield from self._read_by_sqlalchemy(connection, sql, values)

    def _read_by_sqlalchemy(self, connection: Connection, sql: str, values: dict[str, Any]) -> Iterator[pa.RecordBatch]:
        streamed = connection.execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
        with self._close_after(self._timeout_s + stall_guard.GRACE_S):
            result = streamed.execute(sa.text(escape_colons(sql)), self._bindable(values))
        names = list(result.keys())
        for rows in self._with_timeout(result.partitions(BATCH_ROWS)):
            yield pa.RecordBatch.from_arrays([_array(values) for values in zip(*rows, strict=True)], names)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._translated_errors("connecting"):
            engine = sa.create_engine(
                self._full_url(), poolclass=NullPool, hide_parameters=True, connect_args=self._connect_args()
            )
        try:
            with self._translated_errors("connecting"), self._connect(engine) as connection:
                for statement in self._session():
                    connection.exec_driver_sql(statement)
                connection.rollback()  # the settings are valid from the next transaction on
                if self.dialect == "sqlite":
                    sqlite_files.limit_time(connection, self._timeout_s)
                yield connection
        finally:
            engine.dispose()

    def _connect(self, engine: sa.Engine) -> Connection:
        """Return a connection; retry while the server still counts the last closed one."""
        for attempt in arrow_drivers.connection_attempts(lambda error: isinstance(error, sa.exc.OperationalError)):
            with attempt, self._close_after(stall_guard.CONNECT_S):
                connection = engine.connect()
        return connection

    def _connect_args(self) -> dict[str, int]:
        name = _CONNECT_ARGS.get(self._url.get_driver_name())
        return {name: stall_guard.CONNECT_S} if name and name not in self._url.query else {}

    def _close_after(self, seconds: float) -> AbstractContextManager[None]:
        """Close the connection if the server does not answer in time."""
        return stall_guard.close_after(seconds, self._url.host, self._url.port or _PORTS.get(self.dialect, 0))

    def _with_timeout(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield the items of the server, each within the timeout."""
        port = self._url.port or _PORTS.get(self.dialect, 0)
        return stall_guard.close_on_stall(items, self._timeout_s + stall_guard.GRACE_S, self._url.host, port)

    def _session(self) -> list[str]:
        statements = _SESSION.get(self._url.get_backend_name(), ())
        lock_s = max(1, self._timeout_s // 4)
        return [statement.format(s=self._timeout_s, lock_s=lock_s) for statement in statements]

    def _full_url(self) -> URL:
        url = self._url
        if self.dialect == "sqlite":
            return sqlite_files.read_only_url(url, self.name)
        password = read_secret(self._password, where=f"sources.{self.name}.password")
        return url.set(password=password) if password else url

    @contextmanager
    def _translated_errors(self, doing: str) -> Iterator[None]:
        """Translate errors of the driver, without SQL, values or password in the message."""
        where = f"{self.name}: {doing}"
        try:
            yield
        except (sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(
                tr("no driver: {error}", error=error),
                where=where,
                todo=tr("install the extra, e.g. ntanalytics[mysql]"),
            ) from None
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            failure = arrow_drivers.source_error(first_line(error.orig), where, self.product.needs)
            if error.statement is not None:
                raise failure from None
            if failure.retryable:
                todo = tr("is the server up, and the url right?")
                raise SourceUnreachable(failure.what, where=where, todo=todo) from None
            # No retry: some servers lock an account after some wrong passwords.
            raise SourceRefused(failure.what, where=where, todo=tr("are the account and its password right?")) from None
        except sa.exc.DBAPIError as error:
            if damage := sqlite_files.damage(error.orig, self._url, self.name):
                raise damage from None
            raise SourceRefused(first_line(error.orig), where=where, todo=self.product.needs) from None


def _array(values: tuple[Any, ...]) -> pa.Array:
    """Return one column of a batch; values of mixed types (in SQLite) become text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])
