"""Could an account write? Asked of real servers, for one that may only read and for one that owns the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.sources.privileges import Account, account, granted_writes

DIALECTS = {"postgresql": "postgres", "mysql": "mysql"}


@contextmanager
def database(url: str, *statements: str) -> Iterator[sa.URL]:
    """A database of its own, after the statements were run in it; dropped afterwards, with the accounts."""
    server = sa.make_url(url)
    _run(server, "DROP DATABASE IF EXISTS guarded", "CREATE DATABASE guarded")
    own = server.set(database="guarded")
    try:
        _run(own, *statements)
        yield own
    finally:
        _run(server, "DROP DATABASE guarded")


def _run(url: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def asked(url: sa.URL, user: str) -> Account:
    engine = sa.create_engine(url.set(username=user), poolclass=NullPool)
    with engine.connect() as connection:
        found = account(connection, DIALECTS[url.get_backend_name()])
    engine.dispose()
    return found


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[sa.URL]:
    users = ("reader", "writer", "owner", "columnist")
    with database(
        postgres_url,
        *(f"CREATE ROLE {user} LOGIN" for user in users),
        "CREATE TABLE ticket (id integer, no text)",
        "CREATE TABLE bill (id integer)",
        f"GRANT SELECT ON ticket, bill TO {', '.join(users)}",
        "GRANT INSERT ON ticket TO writer",
        "GRANT UPDATE (no) ON ticket TO columnist",
        "ALTER TABLE bill OWNER TO owner",
        "REVOKE ALL ON bill FROM owner",
    ) as url:
        try:
            yield url
        finally:
            _run(url, "DROP TABLE ticket, bill", f"DROP ROLE {', '.join(users)}")


@pytest.mark.servers
def test_postgresql_tells_a_reader_from_who_could_write(postgres: sa.URL):
    reader = asked(postgres, "reader")
    assert (reader.writes, reader.is_known) == ((), True)
    assert reader.clock_ahead_s is not None
    assert abs(reader.clock_ahead_s) < 60
    assert asked(postgres, "writer").writes == ("writing in public.ticket",)
    assert asked(postgres, "columnist").writes == ("writing in public.ticket",)
    assert asked(postgres, "owner").writes == ("writing in public.bill",)  # he may grant himself what was revoked
    assert "superuser or CREATEROLE" in asked(postgres, str(postgres.username)).writes


@pytest.fixture
def mariadb(mariadb_url: str) -> Iterator[sa.URL]:
    users = ("reader", "writer", "owner", "columnist", "member")
    with database(
        sa.make_url(mariadb_url).set(username="root").render_as_string(),  # who may grant
        "CREATE TABLE ticket (id integer, no varchar(9))",
        *(f"CREATE USER {user}@'127.0.0.1'" for user in users),
        "CREATE ROLE clerk",
        *(f"GRANT SELECT ON guarded.* TO {user}@'127.0.0.1'" for user in users),
        "GRANT PROCESS ON *.* TO reader@'127.0.0.1'",
        "GRANT INSERT, SELECT ON guarded.ticket TO writer@'127.0.0.1'",
        "GRANT UPDATE (no) ON guarded.ticket TO columnist@'127.0.0.1'",
        "GRANT ALL ON guarded.* TO owner@'127.0.0.1'",
        "GRANT DELETE ON guarded.* TO clerk",
        "GRANT clerk TO member@'127.0.0.1'",
    ) as url:
        try:
            yield url
        finally:
            _run(url, "DROP ROLE clerk", *(f"DROP USER {user}@'127.0.0.1'" for user in users))


@pytest.mark.servers
def test_mariadb_tells_a_reader_from_who_could_write_by_himself_or_by_a_role(mariadb: sa.URL):
    reader = asked(mariadb, "reader")
    assert (reader.writes, reader.is_known) == ((), True)
    assert reader.clock_ahead_s is not None
    assert abs(reader.clock_ahead_s) < 60
    assert asked(mariadb, "writer").writes == ("INSERT on guarded.ticket",)
    assert asked(mariadb, "columnist").writes == ("UPDATE on guarded.ticket",)
    assert asked(mariadb, "owner").writes == ("ALL PRIVILEGES on guarded.*",)
    # MariaDB shows a role's privileges only to who has set it: rather a warning too many.
    assert asked(mariadb, "member").writes == ("role `clerk`, whose privileges this account may not see",)


@pytest.mark.parametrize(
    ("grant", "writes"),
    [
        ("GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*1'", []),
        ("GRANT SELECT (`id`, `no`), SHOW VIEW ON `city`.`t` TO `a`@`%`", []),
        ("GRANT SELECT, INSERT (`id`, `no`) ON `city`.`t` TO `a`@`%`", ["INSERT on city.t"]),
        ("GRANT EXECUTE ON `city`.* TO `a`@`%`", ["EXECUTE on city.*"]),
        ("GRANT `clerk`@`%` TO `a`@`%`", []),
    ],
)
def test_a_line_of_grants_is_read(grant: str, writes: list[str]):
    assert granted_writes(grant) == writes


def test_a_file_knows_only_its_permissions(tmp_path: Path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'city.sqlite'}", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        found = account(connection, "sqlite")
    engine.dispose()
    assert (found.writes, found.clock_ahead_s) == (("the file, as far as its permissions go",), None)
