"""The same SMS platform in SQLite and in a real MariaDB: through source, contract and lake to the same figures."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
import sqlalchemy as sa

from ntanalytics.contract import dataset
from ntanalytics.demo import Destinations, write_estate
from ntanalytics.demo.store import PREFIX
from ntanalytics.extraction import Extractor
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load

pytestmark = pytest.mark.servers

FIRST, LAST = dt.date(2026, 11, 18), dt.date(2026, 11, 20)
SETTINGS = """\
sources:
  sqlite: {{product: sms_platform, url: "sqlite:///sources/sms_platform.sqlite"}}
  mariadb: {{product: sms_platform, url: "{url}"}}
"""


@pytest.fixture(scope="module")
def lake(mariadb_url: str, tmp_path_factory: pytest.TempPathFactory) -> DeltaLake:
    """The messages of both sources, in one lake."""
    folder = tmp_path_factory.mktemp("city") / "estate"
    for servers in ([mariadb_url], []):  # the folder of the second, which is written anew, has the file
        write_estate(folder, until=LAST, days=3, scale=0.005, destinations=Destinations(servers=servers))
    url = sa.make_url(mariadb_url).set(database=PREFIX + "sms_platform").render_as_string()
    config = folder / "ntanalytics.yml"
    config.write_text(SETTINGS.format(url=url), encoding="utf-8")
    settings = load(config)
    taken = Extractor(settings, Ledger(settings.ledger)).extract(["sms.messages"], FIRST, LAST)
    assert [entry.error for entry in taken] == [""] * 2
    return DeltaLake(settings.lake)


def rows(lake: DeltaLake, name: str) -> pa.Table:
    """The rows of a dataset from both sources."""
    version = lake.version(name)
    assert version is not None
    return ds.dataset(lake.files(name, version), format="parquet", partitioning="hive").to_table()


@pytest.fixture(scope="module")
def messages(lake: DeltaLake) -> pa.Table:
    return rows(lake, "sms.messages")


def test_every_message_is_the_same_from_both(messages: pa.Table) -> None:
    columns = [name for name in messages.column_names if name != "source"]
    by_source = {
        source: sorted(
            tuple(row.items())
            for row in messages.filter(pc.equal(messages["source"], source)).select(columns).to_pylist()
        )
        for source in ("sqlite", "mariadb")
    }
    assert len(by_source["sqlite"]) > 1000
    assert by_source["sqlite"] == by_source["mariadb"]


def test_a_message_is_known_by_its_number(messages: pa.Table) -> None:
    key = ["source", *dataset("sms.messages").key]
    counts = messages.group_by(key).aggregate([([], "count_all")])["count_all"].to_pylist()
    assert set(counts) == {1}
