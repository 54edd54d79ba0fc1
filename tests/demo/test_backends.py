"""The demo city on real PostgreSQL and MariaDB servers gives the same figures as in SQLite files."""

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics import settings
from ntanalytics.contract import DATASETS
from ntanalytics.demo import Destinations, Estate, write_estate
from tests.demo.taken import Lake, differing

pytestmark = pytest.mark.servers

UNTIL = dt.date(2026, 11, 22)
#: What runs on a server of its own.
SERVED = {
    "bacula", "ca", "exchange", "identity", "im", "oa_general", "oa_government", "oa_party", "oa_wecom", "seals", "sms",
    "zabbix",
}  # fmt: skip


def written(folder: Path, *servers: str) -> Estate:
    return write_estate(folder / "city", until=UNTIL, days=4, scale=0.002, destinations=Destinations(servers=servers))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, postgres_url: str, mariadb_url: str) -> Estate:
    return written(Path(tmp_path_factory.mktemp("served")), postgres_url, mariadb_url)


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory, served: Estate) -> tuple[Lake, Lake]:
    """Of the city in files, and of the same city on the servers."""
    here = written(Path(tmp_path_factory.mktemp("embedded")))
    found = [Lake(estate, Path(tmp_path_factory.mktemp("lake"))) for estate in (here, served)]
    return found[0], found[1]


def test_each_product_is_read_from_the_server_that_it_runs_on(served: Estate):
    sources = settings.load(served.config).sources
    homes = {name: str(each.url).partition("+")[0] for name, each in sources.items() if each.url}
    assert set(homes) == SERVED
    assert set(homes.values()) == {"postgresql", "mysql"}
    assert homes["identity"] == homes["oa_wecom"] == homes["sms"] == "mysql"
    assert list((served.directory / "sources").glob("*.sqlite")) == []


def test_nothing_fails_and_only_the_planted_broken_lines_are_rejected(lakes: tuple[Lake, Lake]):
    for lake in lakes:
        assert [each.error for each in lake.taken if each.error] == []
        assert {each.dataset for each in lake.taken if each.rejected} == {"infra.requests"}
        # one a day of each of three services
        assert sum(each.rejected.total() for each in lake.taken) == 3 * 4


@pytest.mark.parametrize("name", DATASETS)
def test_every_row_is_the_same_on_every_backend(lakes: tuple[Lake, Lake], name: str):
    embedded, served = (lake.table(name) for lake in lakes)
    assert differing(embedded, served) == 0


def test_every_database_has_rows(lakes: tuple[Lake, Lake]):
    for lake in lakes:
        assert {each.source for each in lake.taken if each.rows} >= SERVED
