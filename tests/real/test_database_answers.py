"""What a real MariaDB does that SQLite does not: zero dates, columns that are only NULL, refusals."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import load_product
from ntanalytics.contract import dataset
from ntanalytics.errors import SettingsError, SourceRefused
from ntanalytics.extraction import Extractor
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.ledger import Ledger
from ntanalytics.settings import Settings, SourceSettings, load
from ntanalytics.sources.database import DatabaseSource

pytestmark = pytest.mark.servers

HEADER = "/*\nwindow: submitted_at\ntimes: {submitted_at: naive, reported_at: naive}\ndialects: [mysql]\n*/\n"
SELECT = """\
SELECT id AS message_id, at AS submitted_at, 'mobile' AS carrier, 'OA' AS application, UNIT AS unit, 1 AS segments,
    'delivered' AS outcome, '' AS failure_code, reported AS reported_at
FROM answers WHERE at >= :since AND at < :until
"""
DAY = dt.date(2026, 11, 18)
SINCE, UNTIL = dt.datetime(2026, 11, 17, 16, tzinfo=dt.UTC), dt.datetime(2026, 11, 18, 16, tzinfo=dt.UTC)


@pytest.fixture
def table(mariadb_url: str):
    """A message whose report was never dated: MariaDB keeps it as a zero date."""
    engine = sa.create_engine(mariadb_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("SET sql_mode = ''")
        connection.exec_driver_sql("CREATE TABLE answers (id INT, at DATETIME, reported DATETIME)")
        connection.exec_driver_sql(
            "INSERT INTO answers VALUES (1, '2026-11-18 09:00:00', '2026-11-18 09:00:02'),"
            " (2, '2026-11-18 10:00:00', '0000-00-00 00:00:00')"
        )
        yield
        connection.exec_driver_sql("DROP TABLE answers")


def read(folder: Path, url: str, sql: str, **settings) -> pa.Table:
    home = folder / "shop"
    home.mkdir()
    (home / "source.yml").write_text("title: A shop\nkind: database\nneeds: SELECT on answers\n", encoding="utf-8")
    (home / "sms.messages.sql").write_text(HEADER + sql, encoding="utf-8")
    source = DatabaseSource(
        "shop", SourceSettings(product="shop", url=url, **settings), load_product(home), ZoneInfo("Asia/Shanghai")
    )
    with source.read(source.mapping("sms.messages"), SINCE, UNTIL) as batches:
        return pa.Table.from_batches(list(batches))


def site(folder: Path, url: str, sql: str) -> Settings:
    (folder / "queries" / "shop").mkdir(parents=True)
    home = folder / "queries" / "shop"
    (home / "source.yml").write_text("title: A shop\nkind: database\nneeds: SELECT on answers\n", encoding="utf-8")
    (home / "sms.messages.sql").write_text(HEADER + sql, encoding="utf-8")
    config = folder / "ntanalytics.yml"
    config.write_text(f'queries: queries\nsources: {{shop: {{product: shop, url: "{url}"}}}}\n', encoding="utf-8")
    return load(config)


#: connectorx reads the URL of the fixture; an option of PyMySQL's leaves it to that.
DRIVERS = {"connectorx": "", "pymysql": "&connect_timeout=10"}


@pytest.mark.parametrize("unit", ["'unit'", "NULL"])
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_zero_date_is_no_date_by_every_driver(table, mariadb_url: str, tmp_path: Path, driver: str, unit: str):
    settings = site(tmp_path, mariadb_url + DRIVERS[driver], SELECT.replace("UNIT", unit))
    (taken,) = Extractor(settings, Ledger(settings.ledger)).extract(["sms.messages"], DAY, DAY)
    assert (taken.error, dict(taken.rejected_by_reason)) == ("", {})
    lake = DeltaLake(settings.lake)
    rows = DuckReader(lake).table(dataset("sms.messages"), lake.version("sms.messages")).to_pyarrow().to_pylist()
    reported = {row["message_id"]: row["reported_at"] for row in rows}
    assert reported == {"1": dt.datetime(2026, 11, 18, 1, 0, 2, tzinfo=dt.UTC), "2": None}


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_zero_date_where_there_must_be_one_is_rejected_by_every_driver(
    table, mariadb_url: str, tmp_path: Path, driver: str
):
    zero = SELECT.replace("UNIT", "NULL").replace("at AS submitted_at", "reported AS submitted_at")
    settings = site(tmp_path, mariadb_url + DRIVERS[driver], zero)
    (taken,) = Extractor(settings, Ledger(settings.ledger)).extract(["sms.messages"], DAY, DAY)
    assert (taken.rows.total(), dict(taken.rejected_by_reason)) == (1, {"提交时间（submitted_at）缺失": 1})


def test_a_zero_date_behind_many_rows_is_read_at_the_second_try(table, mariadb_url: str, tmp_path: Path):
    engine = sa.create_engine(mariadb_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("SET sql_mode = ''")
        connection.exec_driver_sql("DELETE FROM answers")
        connection.exec_driver_sql(
            "INSERT INTO answers SELECT seq, '2026-11-18 09:00:00', '2026-11-18 09:00:02' FROM seq_1_to_200000"
        )
        connection.exec_driver_sql("INSERT INTO answers VALUES (200001, '2026-11-18 10:00:00', '0000-00-00 00:00:00')")
    settings = site(tmp_path, mariadb_url, SELECT.replace("UNIT", "'unit'"))
    (taken,) = Extractor(settings, Ledger(settings.ledger)).extract(["sms.messages"], DAY, DAY)
    assert (taken.error, taken.rows.total(), dict(taken.rejected_by_reason)) == ("", 200_001, {})


def test_rows_arrive_with_a_column_that_is_only_null(table, mariadb_url: str, tmp_path: Path):
    rows = read(tmp_path, mariadb_url, SELECT.replace("UNIT", "NULL")).sort_by("message_id")
    assert (rows["message_id"].to_pylist(), rows["unit"].to_pylist()) == ([1, 2], [None, None])


def test_a_missing_column_is_a_refusal_and_not_tried_again(table, mariadb_url: str, tmp_path: Path):
    with pytest.raises(SourceRefused, match="unit_no") as caught:
        read(tmp_path, mariadb_url, SELECT.replace("UNIT", "unit_no"))
    assert not caught.value.retryable
    assert "SELECT on answers" in caught.value.todo


def test_a_wrong_password_is_a_refusal_without_the_password(
    mariadb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NTA_TEST_PW", "hunter2")
    with pytest.raises(SourceRefused, match="Access denied") as caught:
        read(tmp_path, mariadb_url, SELECT.replace("UNIT", "NULL"), password="env:NTA_TEST_PW")
    assert "password right" in caught.value.todo
    assert "hunter2" not in str(caught.value)


def test_a_driver_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match="no driver"):
        read(tmp_path, "mysql+nodriver://reader@127.0.0.1:1/db", SELECT.replace("UNIT", "NULL"))
