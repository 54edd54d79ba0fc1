"""Where the estate's databases are written: a SQLite file each, or databases on servers that a person named.

A product's tables are declared as ``{column: type}`` in the product's own names and written in
columns, so that one writer serves every backend and the rows are the same on each.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import mysql
from sqlalchemy.pool import NullPool

from ntanalytics.errors import SourceUnreachable, UsageError

#: A moment with milliseconds, on every backend.
TIME_MS = sa.DateTime().with_variant(mysql.DATETIME(fsp=3), "mysql", "mariadb")

#: One column's values: an array or a list, a ``datetime64`` array (NaT is NULL), or one value for all rows.
Values: TypeAlias = NDArray[Any] | Sequence[Any] | str | int | float | None

#: Databases that the demo makes on a server begin with this, and are replaced without asking.
PREFIX = "ntanalytics_demo_"

#: The environment variable that holds the password of the servers, where they want one.
FROM_ENVIRONMENT = "NTANALYTICS_DEMO_PASSWORD"

_INSERT = "INSERT INTO {table} ({names}) VALUES ({marks})"

_SERVERS = ("postgresql", "mysql")


class Database:
    """One database that is being written.

    Args:
        connection: to it; everything is written in one transaction.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._backend = connection.dialect.name
        self._quote = connection.dialect.identifier_preparer.quote
        self._indexes: list[tuple[str, tuple[str, ...]]] = []

    def create(
        self,
        name: str,
        columns: Mapping[str, Any],
        *,
        key: Sequence[str] = (),
        indexes: Sequence[Sequence[str]] = (),
    ) -> None:
        """Create a table.

        Args:
            name: its name.
            columns: column → SQLAlchemy type; all may be NULL but the key.
            key: the primary key's columns.
            indexes: the columns of each index, which is made when all rows are written.
        """
        fields = [
            sa.Column(self._named(each), type_, primary_key=each in key, autoincrement=False, nullable=each not in key)
            for each, type_ in columns.items()
        ]
        table = sa.Table(self._named(name), sa.MetaData(), *fields)
        table.create(self._connection)
        self._indexes += [(name, tuple(index)) for index in indexes]

    def insert(self, name: str, columns: Mapping[str, Values]) -> int:
        """Append rows to a table, and return how many.

        Args:
            name: the table.
            columns: column → its values; one at least is an array or a list, and all of them have its length.
        """
        rows = next(len(values) for values in columns.values() if isinstance(values, np.ndarray | list | tuple))
        lists = [self._plain(values, rows) for values in columns.values()]
        table = self._quote(self._named(name))
        names = ", ".join(self._quote(self._named(column)) for column in columns)
        driver: Any = self._connection.connection.driver_connection
        if self._backend == "postgresql":
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in zip(*lists, strict=True):
                    copy.write_row(row)
        else:
            mark = "?" if self._backend == "sqlite" else "%s"
            marks = ", ".join([mark] * len(lists))
            with closing(driver.cursor()) as cursor:
                statement = _INSERT.format(table=table, names=names, marks=marks)
                cursor.executemany(statement, list(zip(*lists, strict=True)))
        return rows

    def finish(self) -> None:
        """Make the indexes: after the rows, which is faster."""
        for number, (table, columns) in enumerate(self._indexes):
            name = self._quote(self._named(f"ix_{table}_{number}"))
            names = ", ".join(self._quote(self._named(column)) for column in columns)
            statement = f"CREATE INDEX {name} ON {self._quote(self._named(table))} ({names})"
            self._connection.exec_driver_sql(statement)

    def _named(self, name: str) -> str:
        """PostgreSQL folds the names of a product's own scripts, which are not quoted, to small letters."""
        return name.lower() if self._backend == "postgresql" else name

    def _plain(self, values: Values, rows: int) -> list[Any]:
        if isinstance(values, np.ndarray):
            plain: list[Any] = self._moments(values) if values.dtype.kind == "M" else values.tolist()
            return plain
        return list(values) if isinstance(values, list | tuple) else [values] * rows

    def _moments(self, values: NDArray[Any]) -> list[Any]:
        """Times for the driver; SQLite keeps texts, whose length follows the array's unit (seconds, milliseconds)."""
        if self._backend == "sqlite":
            texts: list[str | None] = pa.array(values).cast(pa.string()).to_pylist()
            return texts
        moments: list[dt.datetime | None] = values.tolist()
        return moments


class Store:
    """The databases of an estate.

    Args:
        folder: where SQLite files go.
        servers: backend (``postgresql``, ``mysql``) → the URL of an account that may create databases there.
    """

    def __init__(self, folder: Path, servers: Mapping[str, sa.URL] | None = None) -> None:
        self._folder = folder
        self._servers = dict(servers or {})

    @contextmanager
    def database(self, name: str, home: str) -> Iterator[Database]:
        """A new, empty database; one of that name that an earlier estate left is replaced.

        Args:
            name: what it is called: a file's name, or the end of a database's on a server.
            home: the backend that the product runs on, which is used where a server of that kind was named.

        Raises:
            SourceUnreachable: the server does not answer, or refuses.
        """
        url = self._new(name, home)
        engine = sa.create_engine(url, poolclass=NullPool)
        try:
            with engine.connect() as connection:
                if url.get_backend_name() == "sqlite":
                    connection.exec_driver_sql("PRAGMA journal_mode = OFF")
                    connection.exec_driver_sql("PRAGMA synchronous = OFF")
                database = Database(connection)
                yield database
                database.finish()
                connection.commit()
                if url.database and url.get_backend_name() == "sqlite":
                    # nothing is added to it any more, and whoever reads it should not be able to
                    Path(url.database).chmod(0o444)
        finally:
            engine.dispose()

    def lines(self, name: str, home: str) -> list[str]:
        """What ``ntanalytics.yml`` says of a database: its ``url``, and its ``password`` where there is one."""
        url = self._url(name, home)
        if url.get_backend_name() == "sqlite":
            return [f"url: sqlite:///sources/{name}.sqlite"]
        bare = sa.URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
        found = [f"url: {bare.render_as_string()}"]
        return [*found, f"password: env:{FROM_ENVIRONMENT}"] if url.password else found

    def _url(self, name: str, home: str) -> sa.URL:
        server = self._servers.get(home)
        if server is None:
            return sa.URL.create("sqlite", database=str(self._folder / f"{name}.sqlite"))
        return server.set(database=PREFIX + name)

    def _new(self, name: str, home: str) -> sa.URL:
        url = self._url(name, home)
        if url.get_backend_name() == "sqlite":
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{name}.sqlite").unlink(missing_ok=True)
            return url
        engine = sa.create_engine(self._servers[home], poolclass=NullPool, isolation_level="AUTOCOMMIT")
        text = " CHARACTER SET utf8mb4" if home == "mysql" else " ENCODING 'UTF8' TEMPLATE template0"
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {PREFIX}{name}")
                connection.exec_driver_sql(f"CREATE DATABASE {PREFIX}{name}{text}")
        except sa.exc.DBAPIError as error:
            said = (str(error.orig).strip().splitlines() or ["no message"])[0]
            todo = "may the account create databases there, and is its password in $" + FROM_ENVIRONMENT + "?"
            where = self._servers[home].render_as_string()
            raise SourceUnreachable(said, where=where, todo=todo) from None
        finally:
            engine.dispose()
        return url


def servers_of(urls: Sequence[str]) -> dict[str, sa.URL]:
    """Backend → server, of the URLs that a person named; their password comes from the environment.

    Raises:
        UsageError: a URL is no PostgreSQL's or MariaDB's, holds a password, or a kind is named twice.
    """
    found: dict[str, sa.URL] = {}
    for text in urls:
        try:
            url = sa.make_url(text)
        except sa.exc.ArgumentError:
            url = sa.URL.create("unreadable")
        backend = {"mariadb": "mysql"}.get(url.get_backend_name(), url.get_backend_name())
        if backend not in _SERVERS or backend in found:
            raise UsageError(
                "not the URL of a PostgreSQL or MariaDB server, or the second of its kind",
                where="--servers",
                todo="write e.g. postgresql+psycopg://postgres@127.0.0.1/postgres or mysql+pymysql://root@127.0.0.1/",
            )
        if url.password:
            raise UsageError("the URL holds a password", where="--servers", todo=f"put it into ${FROM_ENVIRONMENT}")
        found[backend] = url.set(password=os.environ.get(FROM_ENVIRONMENT))
    return found
