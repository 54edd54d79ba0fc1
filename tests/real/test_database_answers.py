"""What a real MariaDB does that SQLite does not: zero dates, columns that are only NULL, refusals."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import load_product
from ntanalytics.errors import SettingsError, SourceRefused
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.database import DatabaseSource

pytestmark = pytest.mark.servers

HEADER = "/*\nwindow: submitted_at\ntimes: {submitted_at: naive, reported_at: naive}\ndialects: [mysql]\n*/\n"
SELECT = """\
SELECT id AS message_id, at AS submitted_at, 'mobile' AS carrier, 'OA' AS application, UNIT AS unit, 1 AS segments,
    'delivered' AS outcome, '' AS failure_code, reported AS reported_at
FROM answers WHERE at >= :since AND at < :until
"""
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


@pytest.mark.parametrize("unit", ["'unit'", "NULL"])
def test_rows_arrive_with_a_zero_date_or_a_column_that_is_only_null(table, mariadb_url: str, tmp_path: Path, unit: str):
    rows = read(tmp_path, mariadb_url, SELECT.replace("UNIT", unit)).sort_by("message_id")
    assert rows["message_id"].to_pylist() == [1, 2]
    first, zero = rows["reported_at"].to_pylist()
    assert str(first) == "2026-11-18 09:00:02"
    assert zero is None or str(zero).startswith("0000-00-00")


def test_a_missing_column_is_a_refusal_and_not_tried_again(table, mariadb_url: str, tmp_path: Path):
    with pytest.raises(SourceRefused, match="unit_no") as caught:
        read(tmp_path, mariadb_url, SELECT.replace("UNIT", "unit_no"))
    assert (caught.value.retryable, caught.value.todo) == (False, "SELECT on answers")


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
