"""Every mapping is one that the fast driver of MySQL and MariaDB can read: no column of it is without a type."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.queries import golden
from tests.queries.golden import Case
from tests.queries.test_golden import CATALOG, SERVED, empty_database

pytest.importorskip("connectorx", reason="the extra for MySQL is not installed")

CASES = [case for case, dialect in SERVED if dialect == "mysql"]


@pytest.mark.servers
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mapping_is_read_by_the_fast_driver_of_mariadb(case: Case, mariadb_url: str) -> None:
    with (
        empty_database(mariadb_url) as url,
        golden.open_database(case, CATALOG[case.product], url) as source,
        capture_logs() as told,
    ):
        golden.loaded(case, source)
    assert told == [], "write a NULL with its type, CAST(NULL AS CHAR(1))"
