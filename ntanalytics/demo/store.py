"""Databases of the estate: a SQLite file each, or databases on servers that a person named.

A product's tables are declared in the product's own names and written in columns, so that one writer serves every
backend and the rows are the same on each.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import mysql
from sqlalchemy.pool import NullPool

from ntanalytics.errors import SourceUnreachable, UsageError
from ntanalytics.language import tr

#: Values of one column: an array or a list, a ``datetime64`` array (NaT is NULL), or one value for all rows.
Values: TypeAlias = NDArray[Any] | Sequence[Any] | str | int | float | None
#: Column → values.
Columns: TypeAlias = Mapping[str, Values]

#: Head of the databases' names on a server; a database of such a name is replaced without asking.
PREFIX = "ntanalytics_demo_"
#: Environment variable with the password of the servers, where they need one.
FROM_ENVIRONMENT = "NTANALYTICS_DEMO_PASSWORD"

_INSERT = "INSERT INTO {table} ({names}) VALUES ({marks})"
_SERVERS = ("postgresql", "mysql")

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "bigint": sa.BigInteger(),
    "int": sa.Integer(),
    "smallint": sa.SmallInteger(),
    "bit": sa.SmallInteger().with_variant(mysql.BIT(1), "mysql", "mariadb"),
    "bool": sa.Boolean(),
    "double": sa.Double(),
    "text": sa.Text(),
    "char": sa.CHAR(1),
    "date": sa.Date(),
    "time": sa.DateTime(),
    "time_ms": sa.DateTime().with_variant(mysql.DATETIME(fsp=3), "mysql", "mariadb"),
}


@dataclass(frozen=True)
class DemoTable:
    """Table of a product."""

    name: str
    columns: dict[str, sa.types.TypeEngine[Any]]
    key: tuple[str, ...] = ()  # every other column may be NULL
    index: tuple[str, ...] = ()  # made when all rows are written


def parse_tables(text: str) -> tuple[DemoTable, ...]:
    """Return the tables that a text declares, as ``log: id* bigint, name 200, opened_at time; index opened_at``.

    A star marks a column of the primary key, and a number is the length of a text. Lines that begin with a blank go on
    with the table above them.
    """
    tables = []
    for entry in re.split(r"\n(?=\S)", text.strip()):
        name, _, rest = entry.partition(":")
        declared, _, index = rest.partition(";")
        pairs = [column.split() for column in declared.split(",")]
        columns = {name.rstrip("*"): _TYPES.get(type_) or sa.String(int(type_)) for name, type_ in pairs}
        key = tuple(name.rstrip("*") for name, _ in pairs if name.endswith("*"))
        tables.append(DemoTable(name, columns, key, tuple(index.split()[1:])))
    return tuple(tables)


class Database:
    """One database that is being written, in one transaction.

    Args:
        connection: connection to the database.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._backend = connection.dialect.name
        self._quote = connection.dialect.identifier_preparer.quote
        self._indexes: list[tuple[str, tuple[str, ...]]] = []

    def create(self, *tables: DemoTable, suffix: str = "") -> None:
        """Create empty tables, with a suffix to their names."""
        for table in tables:
            name, columns = table.name + suffix, []
            for column, type_ in table.columns.items():
                is_key = column in table.key
                options: Any = {"primary_key": is_key, "autoincrement": False, "nullable": not is_key}
                columns.append(sa.Column(self._folded(column), type_, **options))
            sa.Table(self._folded(name), sa.MetaData(), *columns).create(self._connection)
            self._indexes += [(name, table.index)] if table.index else []

    def insert(self, name: str, columns: Columns) -> int:
        """Append rows to a table, and return their number.

        Args:
            name: name of the table.
            columns: column → values; at least one is an array or a list, and all of these have the same length.
        """
        rows = next(len(values) for values in columns.values() if isinstance(values, np.ndarray | list | tuple))
        lists = [self._plain(values, rows) for values in columns.values()]
        table = self._quote(self._folded(name))
        names = ", ".join(self._quote(self._folded(column)) for column in columns)
        driver: Any = self._connection.connection.driver_connection
        if self._backend == "postgresql":
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in zip(*lists, strict=True):
                    copy.write_row(row)
        else:
            mark = "?" if self._backend == "sqlite" else "%s"
            statement = _INSERT.format(table=table, names=names, marks=", ".join([mark] * len(lists)))
            with closing(driver.cursor()) as cursor:
                cursor.executemany(statement, list(zip(*lists, strict=True)))
        return rows

    def finish(self) -> None:
        """Make the indexes; after the rows this is faster."""
        for number, (table, columns) in enumerate(self._indexes):
            name = self._quote(self._folded(f"ix_{table}_{number}"))
            names = ", ".join(self._quote(self._folded(column)) for column in columns)
            statement = f"CREATE INDEX {name} ON {self._quote(self._folded(table))} ({names})"
            self._connection.exec_driver_sql(statement)

    def _folded(self, name: str) -> str:
        """Return a name in the case of the backend: PostgreSQL folds the unquoted names of a product's scripts."""
        return name.lower() if self._backend == "postgresql" else name

    def _plain(self, values: Values, rows: int) -> list[Any]:
        """Return a column's values for the driver; SQLite keeps times as texts of the length of the array's unit."""
        if not isinstance(values, np.ndarray):
            return list(values) if isinstance(values, list | tuple) else [values] * rows
        is_text = values.dtype.kind == "M" and self._backend == "sqlite"
        plain: list[Any] = pa.array(values).cast(pa.string()).to_pylist() if is_text else values.tolist()
        return plain


class Store:
    """The databases of an estate.

    Args:
        folder: folder of the SQLite files.
        servers: backend (``postgresql``, ``mysql``) → URL of an account that may create databases there.
    """

    def __init__(self, folder: Path, servers: Mapping[str, sa.URL] | None = None) -> None:
        self._folder = folder
        self._servers = dict(servers or {})

    @contextmanager
    def database(self, name: str, backend: str) -> Iterator[Database]:
        """Yield a new, empty database; it replaces the one of an earlier estate.

        Args:
            name: name of the file, or end of the database's name on a server.
            backend: backend that the product runs on; without a server of it a SQLite file is written.

        Raises:
            SourceUnreachable: the server does not answer, or refuses.
        """
        url = self._create(name, backend)
        is_sqlite = url.get_backend_name() == "sqlite"
        engine = sa.create_engine(url, poolclass=NullPool)
        try:
            with engine.connect() as connection:
                if is_sqlite:
                    connection.exec_driver_sql("PRAGMA journal_mode = OFF")
                    connection.exec_driver_sql("PRAGMA synchronous = OFF")
                database = Database(connection)
                yield database
                database.finish()
                connection.commit()
                if url.database and is_sqlite:
                    # it is complete, and no reader should be able to add to it
                    Path(url.database).chmod(0o444)
        finally:
            engine.dispose()

    def settings_lines(self, name: str, backend: str) -> list[str]:
        """Return the lines of ``ntanalytics.yml`` about a database: ``url``, and ``password`` where there is one."""
        url = self._url(name, backend)
        if url.get_backend_name() == "sqlite":
            return [f"url: sqlite:///sources/{name}.sqlite"]
        bare = sa.URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
        lines = [f"url: {bare.render_as_string()}"]
        return [*lines, f"password: env:{FROM_ENVIRONMENT}"] if url.password else lines

    def _url(self, name: str, backend: str) -> sa.URL:
        server = self._servers.get(backend)
        if server is None:
            return sa.URL.create("sqlite", database=str(self._folder / f"{name}.sqlite"))
        return server.set(database=PREFIX + name)

    def _create(self, name: str, backend: str) -> sa.URL:
        """Remove the database of an earlier estate, create it on a server, and return its URL."""
        url = self._url(name, backend)
        if url.get_backend_name() == "sqlite":
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{name}.sqlite").unlink(missing_ok=True)
            return url
        engine = sa.create_engine(self._servers[backend], poolclass=NullPool, isolation_level="AUTOCOMMIT")
        charset = " CHARACTER SET utf8mb4" if backend == "mysql" else " ENCODING 'UTF8' TEMPLATE template0"
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {PREFIX}{name}")
                connection.exec_driver_sql(f"CREATE DATABASE {PREFIX}{name}{charset}")
        except sa.exc.DBAPIError as error:
            message = (str(error.orig).strip().splitlines() or ["no message"])[0]
            todo = tr("may the account create databases there, and is its password in $") + FROM_ENVIRONMENT + "?"
            raise SourceUnreachable(message, where=self._servers[backend].render_as_string(), todo=todo) from None
        finally:
            engine.dispose()
        return url


def servers_of(urls: Sequence[str]) -> dict[str, sa.URL]:
    """Return backend → server for URLs that a person named; the password comes from the environment.

    Raises:
        UsageError: a URL is not that of a PostgreSQL or MariaDB server, holds a password, or a backend is named twice.
    """
    servers: dict[str, sa.URL] = {}
    for text in urls:
        try:
            url = sa.make_url(text)
        except sa.exc.ArgumentError:
            url = sa.URL.create("unreadable")
        backend = {"mariadb": "mysql"}.get(url.get_backend_name(), url.get_backend_name())
        if backend not in _SERVERS or backend in servers:
            raise UsageError(
                tr("not the URL of a PostgreSQL or MariaDB server, or the second of its kind"),
                where="--servers",
                todo=tr(
                    "write e.g. postgresql+psycopg://postgres@127.0.0.1/postgres or mysql+pymysql://root@127.0.0.1/"
                ),
            )
        if url.password:
            raise UsageError(
                tr("the URL holds a password"),
                where="--servers",
                todo=tr("put it into ${from_environment}", from_environment=FROM_ENVIRONMENT),
            )
        servers[backend] = url.set(password=os.environ.get(FROM_ENVIRONMENT))
    return servers
