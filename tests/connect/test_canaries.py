"""No column with a person, a text or a secret is read, in the schemas of seven products of the demo and five others.

Each value of such a column is a canary. SQLite tells which columns a statement reads; PostgreSQL refuses those that the
account may not read.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.pool import NullPool

from ntanalytics.cli.results import show_connection
from ntanalytics.connect import ConnectionReport, ConnectionRequest, connect

SCHEMAS = yaml.safe_load(Path(__file__).with_name("schemas.yml").read_text(encoding="utf-8"))
QUERIES = Path(__file__).parents[1] / "queries"
CANARY = "CANARY"
ROWS = 30

_TYPES = {
    "key": sa.Integer(),
    "textkey": sa.String(36),
    "bigint": sa.BigInteger(),
    "int": sa.Integer(),
    "flag": sa.SmallInteger(),
    "severity": sa.SmallInteger(),
    "epoch_s": sa.BigInteger(),
    "epoch_ms": sa.BigInteger(),
    "datetime": sa.DateTime(),
    "boolean": sa.Boolean(),
    "text": sa.Text(),
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "longtext": sa.Text(),
    "moment": sa.DateTime(),
    "date": sa.Date(),
    "old_date": sa.String(10),
    "old_datetime": sa.String(19),
}
Table = dict[str, tuple[str, str, bool]]


def products() -> dict[str, dict[str, Table]]:
    """Product → table with its comment → column → type, comment, and whether it must not be read."""
    found: dict[str, dict[str, Table]] = {}
    for product, tables in SCHEMAS["foreign"].items():
        found[product] = {
            table: {name: _column(text) for name, text in columns.items()} for table, columns in tables.items()
        }
    for product, hidden in SCHEMAS["demo"].items():
        declared = yaml.safe_load((QUERIES / product / "tables.yml").read_text(encoding="utf-8"))
        found[product] = {
            table: {name: (kind, "", name in hidden.get(table, ())) for name, kind in columns.items()}
            for table, columns in declared.items()
        }
    return found


def _column(text: str) -> tuple[str, str, bool]:
    kind, _, comment = text.removeprefix("! ").partition(" ")
    return kind, comment, text.startswith("! ")


PRODUCTS = products()


def make(url: str, tables: dict[str, Table]) -> None:
    """Make the tables with rows in which each value that must not be read is a canary."""
    metadata = sa.MetaData()
    for heading, columns in tables.items():
        name, _, comment = heading.partition(" ")
        declared = [
            sa.Column(column, _type(kind), primary_key=kind.endswith("key"), comment=said, autoincrement=False)
            for column, (kind, said, _) in columns.items()
        ]
        sa.Table(name, metadata, *declared, comment=comment or None)
    engine = sa.create_engine(url, poolclass=NullPool)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for heading, columns in tables.items():
            table = metadata.tables[heading.partition(" ")[0]]
            rows = [
                {column: _value(column, *facts[::2], row) for column, facts in columns.items()} for row in range(ROWS)
            ]
            connection.execute(table.insert(), rows)
    engine.dispose()


def _type(kind: str) -> sa.types.TypeEngine[Any]:
    if kind.startswith(("varchar", "char")):
        return sa.String(max(40, int(kind.lstrip("varch"))))
    return _TYPES[kind]


def _value(column: str, kind: str, is_hidden: bool, row: int) -> Any:
    moment = dt.datetime(2026, 11, 20, 9, row)
    if kind in ("datetime", "moment", "date"):
        return moment.date() if kind == "date" else moment
    if kind in ("key", "bigint", "int", "integer", "number"):
        return row + 1
    if kind in ("flag", "severity", "boolean"):
        return bool(row % 2) if kind == "boolean" else row % 2
    if kind.startswith("epoch"):
        return int(moment.timestamp()) * (1000 if kind == "epoch_ms" else 1)
    if kind.startswith("old_"):
        return moment.isoformat(" ")[: _type(kind).length]  # type: ignore[attr-defined]
    if is_hidden:
        return f"{CANARY} {column} {row % 3}"  # few different ones, as an enumeration has
    return f"{column} {row}" if kind == "textkey" else str(row % 2)


def run(name: str, url: str, folder: Path) -> ConnectionReport:
    request = ConnectionRequest(
        name=f"{name}-new",
        targets=[url],
        folder=folder / "queries",
        zone=ZoneInfo("Asia/Shanghai"),
        today=dt.date(2026, 11, 24),
    )
    return connect(request, lambda what, rows: None)


@contextmanager
def told(statements: list[str]) -> Iterator[None]:
    """Collect the statements that SQLAlchemy sends, with their parameters."""

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append(f"{statement} {parameters}")

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@contextmanager
def read_columns(columns: set[tuple[str, str]]) -> Iterator[None]:
    """Collect the columns that SQLite reads, as its authorizer tells them."""

    def note(action: int, table: str | None, column: str | None, *_rest: Any) -> int:
        if action == sqlite3.SQLITE_READ and table and column:
            columns.add((table, column))
        return sqlite3.SQLITE_OK

    def watch(driver: Any, _record: Any) -> None:
        driver.set_authorizer(note)

    sa.event.listen(sa.Engine, "connect", watch)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "connect", watch)


def all_told(found: ConnectionReport, statements: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    show_connection(found)
    shown = capsys.readouterr()
    files = "".join(path.read_text(encoding="utf-8") for path in found.folder.glob("*"))
    return f"{found.as_data()} {files} {shown.out} {shown.err} {statements}"


@pytest.mark.parametrize("product", PRODUCTS)
def test_sqlite_reads_no_column_that_must_not_be_read(product: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    url = f"sqlite:///{tmp_path}/product.sqlite"
    make(url, PRODUCTS[product])
    statements: list[str] = []
    columns: set[tuple[str, str]] = set()
    with told(statements), read_columns(columns):
        found = run(product, url, tmp_path)
    hidden = {
        (heading.partition(" ")[0], column)
        for heading, facts in PRODUCTS[product].items()
        for column, (_, _, is_hidden) in facts.items()
        if is_hidden
    }
    assert columns & hidden == set()
    assert columns
    assert CANARY not in all_told(found, statements, capsys)


@pytest.mark.servers
@pytest.mark.parametrize("product", SCHEMAS["foreign"])
def test_postgresql_is_asked_for_no_column_that_must_not_be_read(
    product: str, postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    server = sa.create_engine(postgres_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    url = sa.make_url(postgres_url).set(database=f"canary_{product}")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE canary_{product}")
        connection.exec_driver_sql("CREATE ROLE reader LOGIN")
    try:
        make(url.render_as_string(), PRODUCTS[product])
        owner = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            for heading, facts in PRODUCTS[product].items():
                allowed = ", ".join(f'"{column}"' for column, (_, _, is_hidden) in facts.items() if not is_hidden)
                connection.exec_driver_sql(f'GRANT SELECT ({allowed}) ON "{heading.partition(" ")[0]}" TO reader')
        statements: list[str] = []
        with told(statements):
            found = run(product, url.set(username="reader").render_as_string(), tmp_path)
        everything = all_told(found, statements, capsys)
        assert "permission denied" not in everything
        assert CANARY not in everything
        assert found.proposals
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE canary_{product} WITH (FORCE)")
            connection.exec_driver_sql("DROP ROLE reader")
        server.dispose()
