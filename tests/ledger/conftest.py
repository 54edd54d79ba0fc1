"""A ledger's URL, on SQLite and on real servers, each time empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

#: Real servers beside SQLite; a test of a ledger's SQL is run on all three.
SERVERS = [pytest.param(name, marks=pytest.mark.servers) for name in ("postgres", "mariadb")]
EVERYWHERE = pytest.mark.parametrize("url", ["sqlite", *SERVERS], indirect=True)


@pytest.fixture(params=["sqlite", SERVERS[0]])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger.sqlite"
        return
    server = sa.make_url(request.getfixturevalue(f"{request.param}_url"))
    admin = sa.create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS audited")
        connection.exec_driver_sql("CREATE DATABASE audited")
    yield server.set(database="audited").render_as_string(hide_password=False)
