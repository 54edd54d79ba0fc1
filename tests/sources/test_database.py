import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from ntanalytics.catalog import load_product
from ntanalytics.errors import SettingsError, SourceDamaged, SourceError, SourceRefused, SourceUnreachable
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.database import DatabaseSource

ZONE = ZoneInfo("Asia/Shanghai")
SINCE, UNTIL = dt.datetime(2026, 10, 31, 16, tzinfo=dt.UTC), dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
BILLS = """\
/*
window: month_on
times: {month_on: date}
dialects: [sqlite]
*/
SELECT m AS month_on, c AS carrier, s AS billed_segments, y AS billed_yuan FROM bill WHERE m >= :since AND m < :until
"""


@pytest.fixture
def product(tmp_path: Path):
    home = tmp_path / "shop"
    home.mkdir()
    (home / "source.yml").write_text("title: A shop\nkind: database\nneeds: SELECT on bill\n", encoding="utf-8")
    (home / "sms.bills.sql").write_text(BILLS, encoding="utf-8")
    return load_product(home)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE bill (m TEXT, c TEXT, s INTEGER, y REAL)")
        rows = [
            ("2026-10-01", "mobile", 1, 1.0),
            ("2026-11-01", "mobile", 1200, 48.5),
            ("2026-12-01", "unicom", 3, 1.0),
        ]
        db.executemany("INSERT INTO bill VALUES (?, ?, ?, ?)", rows)
    db.close()
    return file


def opened(product, url: str, **more) -> DatabaseSource:
    return DatabaseSource("shop", SourceSettings(product="shop", url=url, **more), product, ZONE)


def read(source: DatabaseSource) -> pa.Table:
    with source.read(source.mapping("sms.bills"), SINCE, UNTIL) as batches:
        return pa.Table.from_batches(list(batches))


def test_the_rows_of_the_window_are_read_and_no_others(product, database: Path):
    rows = read(opened(product, f"sqlite:///{database}")).to_pylist()
    assert rows == [{"month_on": "2026-11-01", "carrier": "mobile", "billed_segments": 1200, "billed_yuan": 48.5}]


def test_a_database_that_is_not_there_is_not_created(product, tmp_path: Path):
    with pytest.raises(SourceUnreachable, match=r"none\.sqlite"):
        read(opened(product, f"sqlite:///{tmp_path}/none.sqlite"))
    assert not (tmp_path / "none.sqlite").exists()


def test_writing_is_refused_by_the_connection_itself(product, database: Path):
    source = opened(product, f"sqlite:///{database}")
    with pytest.raises(SourceError, match="readonly|read-only"), source._connected() as connection:
        connection.exec_driver_sql("DELETE FROM bill")
    assert read(source).num_rows == 1


def test_a_missing_table_is_a_refusal_that_says_what_access_is_wanted(product, database: Path):
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("DROP TABLE bill")
    db.close()
    with pytest.raises(SourceRefused, match="SELECT on bill") as caught:
        read(opened(product, f"sqlite:///{database}"))
    assert not caught.value.retryable


def test_a_statement_that_takes_too_long_is_given_up(product, database: Path, tmp_path: Path):
    endless = "SELECT m AS month_on, c AS carrier, s AS billed_segments, y AS billed_yuan FROM bill, (WITH RECURSIVE"
    endless += " n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n) AS x"
    endless += " WHERE m >= :since AND m < :until AND i < 0"
    (tmp_path / "shop" / "sms.bills.sql").write_text(BILLS.partition("SELECT")[0] + endless, encoding="utf-8")
    with pytest.raises(SourceError, match="interrupted"):
        read(opened(load_product(tmp_path / "shop"), f"sqlite:///{database}", timeout_s=1))


@pytest.mark.parametrize("url", ["", "nonsense", "redis://host/0"])
def test_a_url_of_no_known_database_is_a_settings_error(product, url: str):
    with pytest.raises(SettingsError, match=r"sources\.shop\.url"):
        opened(product, url)


def test_an_unreachable_server_is_said_without_the_password(product, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("NTA_TEST_PW", "hunter2")
    source = opened(product, "postgresql+psycopg://reader@127.0.0.1:1/db", password="env:NTA_TEST_PW")
    with pytest.raises(SourceUnreachable) as caught, source._connected():
        pass
    assert "hunter2" not in str(caught.value)


def test_a_mapping_written_for_another_database_is_refused(product):
    pytest.importorskip("psycopg")
    with pytest.raises(SourceRefused, match=r"sms\.bills\.postgres\.sql"):
        opened(product, "postgresql+psycopg://reader@127.0.0.1:1/db").mapping("sms.bills")


def test_days_without_a_shard_are_known_to_be_absent(tmp_path: Path):
    file = tmp_path / "sms.sqlite"
    with closing(sqlite3.connect(file)) as db, db:
        for table in ("submit", "submit_20261119", "report", "report_20261119"):
            db.execute(f"CREATE TABLE {table} (Id INTEGER)")
    db.close()
    product = load_product(project_dir("queries") / "sms_platform")
    source = DatabaseSource("sms", SourceSettings(product="sms_platform", url=f"sqlite:///{file}"), product, ZONE)
    days = [dt.date(2026, 11, 19), dt.date(2026, 11, 20)]
    assert source.absent_days(source.mapping("sms.messages"), days) == {dt.date(2026, 11, 20)}
    # a product whose tables are not split by day
    maxkey = load_product(project_dir("queries") / "maxkey")
    whole = DatabaseSource("identity", SourceSettings(product="maxkey", url=f"sqlite:///{file}"), maxkey, ZONE)
    assert whole.absent_days(whole.mapping("identity.logins"), days) == set()


@pytest.mark.parametrize(
    ("content", "said"), [(b"Not a database, but a letter to its reader.\n" * 9, "not a SQLite"), (None, "is damaged")]
)
def test_a_file_that_is_no_database_is_told_as_that_and_not_as_missing_rights(
    product, database: Path, content: bytes | None, said: str
):
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2] if content is None else content)
    source = opened(product, f"sqlite:///{database}")
    for ask in (source.account, lambda: read(source)):
        with pytest.raises(SourceDamaged, match=said) as raised:
            ask()
        assert str(database) in raised.value.where
        assert product.needs not in str(raised.value)
