"""Real PostgreSQL and MariaDB servers, empty, on the loopback interface."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.servers.process import free_port, home, program, running, user_for

#: The account that tests use; it may do everything in its own server.
ACCOUNT = "ntanalytics"
DATABASE = "city"


@contextmanager
def postgres(port: int | None = None) -> Iterator[str]:
    """A PostgreSQL server, on a given port where the test wants one; yields the SQLAlchemy URL of an empty database."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    places = [str(path) for path in versions]
    initdb, server = program("initdb", *places), program("postgres", *places)
    user, port = user_for("postgres"), port or free_port()
    with home(user) as folder:
        data = folder / "data"
        options = ["--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]
        command = [initdb, "--pgdata", data, "--username", ACCOUNT, *options]
        subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True)
        command = [server, "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
        command += ["-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
        url = sa.make_url(f"postgresql+psycopg://{ACCOUNT}@127.0.0.1:{port}/postgres")
        with running(command, folder / "server.log", user, lambda: _answers(url)):
            _execute(url, f"CREATE DATABASE {DATABASE}")
            yield url.set(database=DATABASE).render_as_string()


@contextmanager
def mariadb() -> Iterator[str]:
    """A MariaDB server; yields the SQLAlchemy URL of an empty database."""
    install, server = program("mariadb-install-db"), program("mariadbd")
    user, port = user_for("mysql"), free_port()
    with home(user) as folder:
        data = folder / "data"
        as_user = [f"--user={user}"] if user else []
        # A tmpdir of its own: at its start a server deletes what another one has in a shared one.
        options = [f"--tmpdir={folder}", "--auth-root-authentication-method=normal", "--skip-test-db", *as_user]
        command = [install, "--no-defaults", f"--datadir={data}", *options]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        command = [
            server,
            "--no-defaults",
            f"--datadir={data}",
            f"--tmpdir={folder}",
            f"--socket={folder}/server.sock",
            f"--port={port}",
        ]
        command += ["--bind-address=127.0.0.1", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", *as_user]
        url = sa.make_url(f"mysql+pymysql://root@127.0.0.1:{port}/mysql?charset=utf8mb4")
        with running(command, folder / "server.log", user, lambda: _answers(url)):
            _execute(url, f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
            _execute(url, f"CREATE USER {ACCOUNT}@'127.0.0.1'")
            _execute(url, f"GRANT ALL ON *.* TO {ACCOUNT}@'127.0.0.1'")
            yield url.set(username=ACCOUNT, database=DATABASE).render_as_string()


def _answers(url: sa.URL) -> bool:
    try:
        _execute(url, "SELECT 1")
    except sa.exc.OperationalError:
        return False
    return True


def _execute(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()
