"""The servers that tests start answer, and are of the kind they claim."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(("fixture", "says"), [("postgres_url", "PostgreSQL"), ("mariadb_url", "MariaDB")])
def test_a_database_server_answers(fixture: str, says: str, request: pytest.FixtureRequest) -> None:
    engine = sa.create_engine(request.getfixturevalue(fixture), poolclass=NullPool)
    with engine.connect() as connection:
        assert says in str(connection.exec_driver_sql("SELECT version()").scalar())
    engine.dispose()
