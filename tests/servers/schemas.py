"""Products' own PostgreSQL schemas, as Debian's packages carry them; loaded as they are, never copied."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from tests.servers.process import program

_ZABBIX = Path("/usr/share/zabbix-server-pgsql/schema.sql.gz")
#: What the package itself installs; its make_postgresql_tables of 15.0.3 leaves `$$` to the shell, and makes no table.
_BACULA = Path("/usr/share/dbconfig-common/data/bacula-director-pgsql/install/pgsql")

_RT = Path("/usr/share/request-tracker5/etc/schema.Pg")
_GAMMU = Path("/usr/share/doc/gammu-smsd/examples/pgsql.sql")


def has_schema(product: str) -> bool:
    """Whether a package carries a product's tables."""
    return product in _SCHEMAS


def load_schema(product: str, url: str) -> None:
    """Make a product's tables in the empty PostgreSQL database of ``url``.

    The test is skipped when the package that carries them is not installed.
    """
    _SCHEMAS[product](make_url(url))


def _zabbix(url: URL) -> None:
    _psql(url, gzip.decompress(_found(_ZABBIX).read_bytes()))


def _bacula(url: URL) -> None:
    _psql(url, _found(_BACULA).read_bytes())


def _request_tracker(url: URL) -> None:
    _psql(url, _found(_RT).read_bytes())


def _gammu(url: URL) -> None:
    # it makes a language that PostgreSQL has had from the start since version 9
    _psql(url, b"DROP EXTENSION plpgsql;" + _found(_GAMMU).read_bytes())


_SCHEMAS: Mapping[str, Callable[[URL], None]] = {
    "zabbix": _zabbix, "bacula": _bacula, "request-tracker": _request_tracker, "gammu-smsd": _gammu,
}  # fmt: skip


def _found(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"{path} is not installed")
    return path


def _psql(url: URL, statements: bytes) -> None:
    environment = {**os.environ, "PGHOST": str(url.host), "PGPORT": str(url.port), "PGUSER": str(url.username)}
    command = [program("psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", str(url.database)]
    subprocess.run(command, env=environment, input=statements, check=True, capture_output=True)
