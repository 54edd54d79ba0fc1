"""Fixtures that start real servers, once a session; a test that uses one is marked ``servers``.

Where a program is not installed, the test is skipped and says which; tests/conftest.py makes that
skip a failure in continuous integration.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import databases
from tests.servers.gateway import Gateway, kannel
from tests.servers.store import ObjectStore, nanio


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of an empty database of a PostgreSQL server."""
    with databases.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """The URL of an empty database of a MariaDB server."""
    with databases.mariadb() as url:
        yield url


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """An S3 server without a bucket."""
    with nanio() as store:
        yield store


@pytest.fixture(scope="session")
def kannel_gateway() -> Iterator[Gateway]:
    """A Kannel gateway over three carriers, which keep silent to nobody outside the loopback interface."""
    with kannel() as gateway:
        yield gateway
