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
_BACULA = Path("/usr/share/bacula-director/make_postgresql_tables")


def load_schema(product: str, url: str) -> bool:
    """Make a product's tables in the empty PostgreSQL database of ``url``; False where no package carries them.

    The test is skipped when the package that does is not installed.
    """
    if product not in _SCHEMAS:
        return False
    _SCHEMAS[product](make_url(url))
    return True


def _zabbix(url: URL) -> None:
    _psql(url, gzip.decompress(_found(_ZABBIX).read_bytes()))


def _bacula(url: URL) -> None:
    command = ["sh", str(_found(_BACULA))]
    subprocess.run(command, env={**_environment(url), "db_name": str(url.database)}, check=True, capture_output=True)


_SCHEMAS: Mapping[str, Callable[[URL], None]] = {"zabbix": _zabbix, "bacula": _bacula}


def _found(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"{path} is not installed")
    return path


def _psql(url: URL, statements: bytes) -> None:
    command = [program("psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", str(url.database)]
    subprocess.run(command, env=_environment(url), input=statements, check=True, capture_output=True)


def _environment(url: URL) -> dict[str, str]:
    return {**os.environ, "PGHOST": str(url.host), "PGPORT": str(url.port), "PGUSER": str(url.username)}
