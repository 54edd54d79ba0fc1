"""Extraction holds little in memory, however much it takes: of a source alone, and of a real server into the lake."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from benchmarks.reading import peak_mb
from benchmarks.week import CASES
from benchmarks.week import fill as fill_database
from ntanalytics.catalog import load_product
from ntanalytics.extraction.filling import fill_spool
from ntanalytics.extraction.spool import Spool
from ntanalytics.extraction.work_claims import ExtractionWindow
from ntanalytics.settings import project_dir

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = dt.date(2026, 1, 1)
AFTERWARDS = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
ROWS_A_DAY = 40_000
#: What the rows of 21 more days weigh is several times as much.
ALLOWED_MB = 60
ROOT = Path(__file__).parents[2]

ROWS_OF_A_WEEK = 1_000_000
MOST_MB = 400


def batches(days: int) -> Iterator[pa.RecordBatch]:
    """Logins as MaxKey's mapping selects them, from people who each have an address of their own.

    The first row of each batch is of the first day: it waits for that day's file, and may not keep its batch with it.
    """
    for day in range(days):
        number = pa.array(range(day * ROWS_A_DAY, (day + 1) * ROWS_A_DAY), pa.int64())
        seconds = pc.add(pc.multiply(pc.subtract(number, day * ROWS_A_DAY), 2), day * 86_400)
        seconds = pa.concat_arrays([pa.array([day]), seconds[1:]])
        at = pc.add(pa.scalar(dt.datetime.combine(FIRST, dt.time()), pa.timestamp("us")), seconds.cast("duration[s]"))
        text = number.cast(pa.string())
        person = pc.binary_join_element_wise("u", pc.utf8_slice_codeunits(text, 0, 4), "")
        words = {name: pa.repeat(word, ROWS_A_DAY) for name, word in (("method", "Jwt"), ("outcome", "success"))}
        columns = {
            "login_id": pc.binary_join_element_wise("00000000000000000000", text, ""),
            "logged_in_at": at,
            "account_id": person,
            **words,
            "reason": pa.nulls(ROWS_A_DAY, pa.string()),
            "terminal": pa.repeat("pc", ROWS_A_DAY),
            "address_hash": person,
        }
        yield from pa.table(columns).to_batches()


def take(days: int, folder: Path) -> None:
    """Take that many days into a spool, in one window, and print rows and the peak of resident memory in MB."""
    mapping = load_product(project_dir("queries") / "maxkey").mapping("identity.logins")

    @contextmanager
    def read(*window: object) -> Iterator[Iterator[pa.RecordBatch]]:
        yield batches(days)

    source = SimpleNamespace(name="idm", zone=ZONE, read=read, mapping=lambda name: mapping)
    window = ExtractionWindow(mapping.dataset, source, FIRST, FIRST + dt.timedelta(days=days - 1))
    with Spool(folder, mapping.dataset) as spool:
        fill_spool(spool, window, site_zone=ZONE, key=bytes(32), taken_at=AFTERWARDS, progress=lambda rows: None)
        rows = sum(pq.read_metadata(file).num_rows for file in spool.files())
    sys.stdout.write(f"{rows} {peak_mb():.0f}")


def peak_of(days: int, folder: Path) -> int:
    command = [sys.executable, "-c", f"from tests.extraction.test_memory import *; take({days}, Path({str(folder)!r}))"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    rows, peak = map(int, done.stdout.split())
    assert rows == days * ROWS_A_DAY
    return peak


def test_memory_does_not_grow_with_the_window(tmp_path: Path) -> None:
    little, much = peak_of(7, tmp_path / "little"), peak_of(28, tmp_path / "much")
    assert much - little < ALLOWED_MB, f"{little} MB for 7 days, {much} MB for 28"


@pytest.fixture
def week(mariadb_url: str) -> Iterator[str]:
    """The URL of a database with a week of a million deliveries, whose days do not come in their order."""
    server = sa.make_url(mariadb_url)
    engine = sa.create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE week CHARACTER SET utf8mb4")
    url = server.set(database="week").render_as_string()
    fill_database(url, CASES["exchange"], ROWS_OF_A_WEEK)
    yield url
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE week")
    engine.dispose()


@pytest.mark.servers
def test_a_million_rows_come_into_the_lake_within_400_mb(week: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.reading", "lake", "exchange", week, str(tmp_path / "site")]
    # The second time each of them takes the place of what is there.
    done = subprocess.run(command, input="go\ngo\n", capture_output=True, text=True, check=True, cwd=ROOT)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["rows"] for each in told] == [ROWS_OF_A_WEEK] * 2
    assert told[-1]["peak_mb"] < MOST_MB
