"""The databases that benchmarks fill have what the mappings read: nobody runs the benchmarks for weeks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks import extraction
from ntanalytics.catalog import load_product
from ntanalytics.settings import project_dir


def test_the_messages_of_the_sms_platform_are_read_by_its_mapping(tmp_path: Path) -> None:
    extraction.fill_sqlite(tmp_path / "sms.sqlite", extraction.tables(100))
    sql = load_product(project_dir("queries") / "sms_platform").mapping("sms.messages").sql
    day = {"since": "2026-11-20 00:00:00", "until": "2026-11-21 00:00:00"}
    with closing(sqlite3.connect(tmp_path / "sms.sqlite")) as database:
        outcomes = [row[6] for row in database.execute(sql, day).fetchall()]
    assert (len(outcomes), outcomes.count("failed")) == (100, 2)
