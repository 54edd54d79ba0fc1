"""A mistake in a mapping's SQL: its file and line are named, and no panic of a driver is shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import load_product
from ntanalytics.errors import MappingRefused
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings
from ntanalytics.sources import SOURCES
from ntanalytics.sources.sql_mistakes import mistake_line
from tests import warm

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))
HEADER = "/*\nwindow: month_on\ntimes: {month_on: date}\ndialects: [DIALECT]\n*/\n"
#: ``wrong`` stands in line 8 of the file, and in a comment before it.
SELECT = (
    "-- not wrong\nSELECT\n    d AS month_on, 'telecom' AS carrier, wrong AS billed_segments, NULL AS billed_yuan\n"
    "FROM bill WHERE d >= :since AND d < :until OR d IS NULL\n"
)


def read(url: str, dialect: str, folder: Path, sql: str) -> list[dict[str, object]]:
    home = folder / "shop"
    home.mkdir(exist_ok=True)
    (home / "source.yml").write_text("title: A shop\nkind: database\nneeds: SELECT\n", encoding="utf-8")
    (home / "sms.bills.sql").write_text(HEADER.replace("DIALECT", dialect) + sql, encoding="utf-8")
    product = load_product(home)
    source = SOURCES["database"]("shop", SourceSettings(product="shop", url=url), product, ZONE)
    with source.read(source.mapping("sms.bills"), *local_window(*NOVEMBER, ZONE)) as batches:
        return [row for batch in batches for row in batch.to_pylist()]


def bill(url: str, folder: Path, dialect: str) -> None:
    """Make a table, and see that a wrong column and a wrong word of SQL are told with file and line."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE bill (d DATE, c INTEGER)")
    try:
        with pytest.raises(MappingRefused) as caught:
            read(url, dialect, folder, SELECT)
        assert caught.value.where == f"{folder}/shop/sms.bills.sql:8"
        assert caught.value.exit_code == 4
        with pytest.raises(MappingRefused) as caught:
            read(url, dialect, folder, SELECT.replace("wrong AS", "frobnicate(c) AS"))
        assert caught.value.where == f"{folder}/shop/sms.bills.sql:8"
        assert read(url, dialect, folder, SELECT.replace("wrong AS", "c AS")) == []
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE bill")
        engine.dispose()


def test_a_mistake_that_sqlite_finds_names_file_and_line(tmp_path: Path):
    bill(f"sqlite:///{tmp_path}/shop.sqlite", tmp_path, "sqlite")


@pytest.mark.servers
def test_a_mistake_that_postgresql_finds_names_file_and_line(postgres_url: str, tmp_path: Path):
    bill(postgres_url, tmp_path, "postgres")


@pytest.mark.servers
def test_a_mistake_that_mariadb_finds_names_file_and_line(mariadb_url: str, tmp_path: Path):
    bill(mariadb_url, tmp_path, "mariadb")


@pytest.mark.servers
def test_a_zero_date_and_a_plain_null_are_read_without_a_panic_on_the_terminal(mariadb_url: str, tmp_path: Path):
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET SESSION sql_mode = ''")
        connection.exec_driver_sql("CREATE TABLE bill (d DATE, c INTEGER)")
        connection.exec_driver_sql("INSERT INTO bill VALUES ('0000-00-00', 1), ('2026-11-20', 2)")
    sql = SELECT.replace("wrong AS", "c AS").replace("d IS NULL", "d = 0")
    call = (
        f"from tests.sources.test_sql_mistakes import read; from pathlib import Path\n"
        f"rows = read({mariadb_url!r}, 'mysql', Path({str(tmp_path)!r}), {sql!r})\n"
        "print([(row['billed_segments'], row['billed_yuan']) for row in rows])"
    )
    try:
        done = warm.run("-c", call, check=True)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE bill")
        engine.dispose()
    assert done.stdout.splitlines()[-1] == "[(1, None), (2, None)]"
    assert "panicked" not in done.stderr
    assert "backtrace" not in done.stderr


def test_what_native_code_says_besides_a_panic_is_not_lost():
    call = (
        "import os, sys; from ntanalytics.sources.native_stderr import without_panics\n"
        "with without_panics(), without_panics():\n"
        "    os.write(2, b\"kept\\n\\nthread '<unnamed>' (7) panicked at a.rs:1:2:\\nwhy\\nstack backtrace:\\n  0: x\\n"
        'note: Some details are omitted\\nkept too\\n")\n'
        "    print('from Python', file=sys.stderr)\n"
        "print('after', file=sys.stderr)"
    )
    done = warm.run("-c", call, check=True)
    assert done.stderr == "from Python\nkept\nkept too\nafter\n"


@pytest.mark.parametrize(
    ("message", "word", "line"),
    [
        ("You have an error in your SQL syntax near 'x' at line 12", "x", 12),
        ('syntax error at or near "FORM" (LINE 4)', "FORM", 4),
        ("Unknown column 'there' in 'field list'", "there", 3),
        ("no such column: gone", "gone", None),
    ],
)
def test_the_line_is_that_of_the_message_or_of_the_word_outside_of_comments(message: str, word: str, line: int | None):
    assert mistake_line("/* there\n*/ SELECT -- there\n there FROM x", message, word) == line
