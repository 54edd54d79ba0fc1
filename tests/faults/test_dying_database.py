"""A database that dies while it is read: no half day comes into the lake, and the whole one when it lives again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.faults.town import Town

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
ROWS = 300_000

_FILL = f"""
    CREATE TABLE message (id INTEGER, at TIMESTAMP);
    INSERT INTO message SELECT n, TIMESTAMP '{DAY} 10:00:00' FROM generate_series(1, {ROWS}) AS s(n);
    INSERT INTO message VALUES (0, '{DAY - dt.timedelta(days=1)} 10:00:00')
"""
#: One that was ended is listed until it has gone: each is counted by its number, and not by how often it was ended.
#: So is one that the extraction of the day before has closed, which is idle.
_KILL = """
    SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND position('FROM message' IN query) > 0
    AND backend_type = 'client backend' AND state = 'active'
"""


@pytest.mark.servers
def test_a_database_that_dies_in_mid_stream_is_a_hole_until_it_lives_again(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    engine = sa.create_engine(postgres_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(_FILL)
    town = Town(tmp_path, postgres_url)
    killed: set[int] = set()

    def dies(_what: str, rows: int) -> None:
        if 0 < rows < ROWS:
            with engine.connect() as connection:
                killed.update(connection.exec_driver_sql(_KILL).scalars())

    try:
        town.due(EIGHT - dt.timedelta(days=1))
        stood = town.bytes_of("2026-11-23")
        assert town.counted("2026-11-23") == 1
        [done] = town.due(EIGHT, dies)
        assert done.status == "issued"
        assert len(killed) == 3  # at each try
        town.is_whole()
        assert town.bytes_of("2026-11-23") == stood
        assert town.counted(f"{DAY}") == 0
        [gap] = town.manifest(f"{DAY}")["gaps"]
        assert "数据源 shop 缺11月24日的完整数据" in gap
        assert list((town.settings.lake / ".spool").iterdir()) == []

        [corrected] = town.due(EIGHT + dt.timedelta(minutes=15))
        assert corrected.status == "corrected"
        town.is_whole()
        assert (town.manifest(f"{DAY}")["version"], town.counted(f"{DAY}")) == (2, ROWS)
        assert town.told() == ["【运维提醒】数据源 shop 取数失败"]
        assert town.ledger.notices.list_open() == []
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP TABLE message")
