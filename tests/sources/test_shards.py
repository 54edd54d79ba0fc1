import datetime as dt
import sqlite3

import pytest

from ntanalytics.sources.shards import expand, find_shards, shard_day

SQL = "SELECT s.a AS a, COUNT(r.b) AS n FROM submit AS s LEFT JOIN report AS r ON r.a = s.a GROUP BY s.a ORDER BY 1"


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("submit_20261120", dt.date(2026, 11, 20)),
        ("submit20261120", dt.date(2026, 11, 20)),
        ("submit_2026_11_20", dt.date(2026, 11, 20)),
        ("submit", None),
        ("submit_20261399", None),
        ("submit_await", None),
    ],
)
def test_the_day_of_a_shard_is_its_suffix(table, day):
    assert shard_day(table) == day


def test_only_whole_names_match():
    tables = ["submit_20261120", "submit", "submit_await", "presubmit_20261120", "submit_20261120_old"]
    assert find_shards(tables, r"submit(_?\d{8})?") == ["submit", "submit_20261120"]


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(19, 20, [(1, 1), (2, 0), (9, 0)]), (20, 20, [(2, 0), (9, 0)]), (1, 2, [(9, 0)])]
)
def test_shards_of_the_window_are_read_as_one_table(first, last, expected):
    db = sqlite3.connect(":memory:")
    db.executescript(
        """
        CREATE TABLE submit (a INTEGER, extra TEXT); INSERT INTO submit VALUES (9, 'x');
        CREATE TABLE submit_20261119 (a INTEGER); INSERT INTO submit_20261119 VALUES (1);
        CREATE TABLE submit_20261120 (a INTEGER, newer TEXT); INSERT INTO submit_20261120 VALUES (2, 'y');
        CREATE TABLE report_20261119 (a INTEGER, b INTEGER); INSERT INTO report_20261119 VALUES (1, 5);
        """
    )
    shards = {"submit": ["submit", "submit_20261119", "submit_20261120"], "report": ["report_20261119"]}
    sql = expand(SQL, shards, dt.date(2026, 11, first), dt.date(2026, 11, last), "sqlite")
    assert db.execute(sql).fetchall() == expected
    db.close()


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "postgres", "oracle"])
def test_the_parameters_of_the_window_stay_as_they_are(dialect):
    sql = expand(
        "SELECT s.a AS a FROM submit AS s WHERE s.a >= :since AND s.a < :until",
        {"submit": ["submit"]},
        dt.date(2026, 11, 19),
        dt.date(2026, 11, 19),
        dialect,
    )
    assert sql.endswith("s.a >= :since AND s.a < :until")
