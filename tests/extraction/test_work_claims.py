"""Several processes on one ledger share out what is to be taken: everything once, and a dead one's is taken over."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.contract import DATASETS
from ntanalytics.extraction.work_claims import claim_windows, windows
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.schedule_tables import leases
from ntanalytics.ledger.tables import extractions
from ntanalytics.settings import load
from tests.extraction import small_site
from tests.servers.process import PATIENCE_S, wait_until
from tests.warm import WarmProcess

#: Six weeks from Monday to Sunday; two sources, so twelve windows.
FIRST, LAST = dt.date(2026, 10, 5), dt.date(2026, 11, 15)

#: The sources and their databases.
SOURCES = ("shop", "twin")


@pytest.fixture
def server(postgres_url: str) -> sa.URL:
    """A PostgreSQL server with an empty ledger, and the databases of the sources, which hold a message a day."""
    url = sa.make_url(postgres_url)
    with sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        for name in ("divided", *SOURCES):
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    for name in SOURCES:
        with sa.create_engine(url.set(database=name), poolclass=NullPool).begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE message AS SELECT day::text AS id, day + interval '9 hours' AS at, 'mobile' AS carrier, "
                "1 AS segments, NULL::text AS outcome, NULL::timestamp AS reported "
                f"FROM generate_series('{FIRST}'::timestamp, '{LAST}', '1 day') AS day"
            )
    return url


@pytest.fixture
def config(tmp_path: Path, server: sa.URL) -> Path:
    home = tmp_path / "queries" / "shop"
    home.mkdir(parents=True)
    (home / "source.yml").write_text(small_site.SOURCE, encoding="utf-8")
    mapping = small_site.MESSAGES.replace("[sqlite]", "[postgres]")
    (home / "sms.messages.sql").write_text(mapping, encoding="utf-8")
    entries = (
        f"  {name}: {{product: shop, url: '{server.set(database=name).render_as_string()}'}}\n" for name in SOURCES
    )
    config = tmp_path / "ntanalytics.yml"
    config.write_text(
        f"queries: queries\nledger: {server.set(database='divided').render_as_string()}\nsources:\n" + "".join(entries),
        encoding="utf-8",
    )
    return config


@contextmanager
def _extracting(config: Path, count: int) -> Iterator[list[WarmProcess]]:
    """Processes that are all asked to take the same."""
    command = ["-m", "ntanalytics.cli", "--config", str(config), "extract", "sms.messages"]
    command += ["--from", FIRST.isoformat(), "--to", LAST.isoformat(), "--json"]
    started = [WarmProcess(*command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def _holders(ledger: sa.Engine) -> dict[int, str]:
    """Process → the lease that it holds on something to be taken."""
    query = sa.select(leases.c.holder, leases.c.name).where(leases.c.name.startswith("take "))
    with ledger.connect() as connection:
        return {int(row.holder.split()[-2]): row.name for row in connection.execute(query)}


@pytest.mark.servers
def test_three_processes_take_everything_once_and_one_that_was_killed_is_taken_over(config: Path, server: sa.URL):
    Ledger(load(config).ledger)
    ledger = sa.create_engine(server.set(database="divided"), poolclass=NullPool)
    shop, twin = (sa.create_engine(server.set(database=name), poolclass=NullPool) for name in SOURCES)
    with _extracting(config, 3) as started:
        # while they are held, nobody can read: each process stands at a window of its own
        with shop.begin() as lock, twin.begin() as other:
            for held in (lock, other):
                held.exec_driver_sql("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
            wait_until(
                lambda: set(_holders(ledger)) == {process.pid for process in started},
                "three processes at three windows",
                lambda: all(process.poll() is None for process in started),
            )
            killed = started.pop()
            lost = _holders(ledger)[killed.pid]
            os.kill(killed.pid, signal.SIGKILL)
            killed.communicate()
        with ledger.begin() as connection:  # as it is after 90 seconds
            dead = leases.update().where(leases.c.name == lost).values(expires_at=dt.datetime(2026, 1, 1))
            connection.execute(dead)
        said = [json.loads(process.communicate(timeout=PATIENCE_S)[0]) for process in started]
        assert [process.returncode for process in started] == [0, 0]
    shares = [[each for each in taken if not each["by_another_process"]] for taken in said]
    assert all(shares), "each had a window when the lock was given back"
    own = shares[0] + shares[1]
    by_window = Counter((each["source"], each["first"], each["last"]) for each in own)
    weeks = [(FIRST + dt.timedelta(7 * number)) for number in range(6)]
    assert by_window == Counter(
        (source, first.isoformat(), (first + dt.timedelta(6)).isoformat()) for source in SOURCES for first in weeks
    )
    with ledger.connect() as connection:
        recorded = connection.execute(sa.select(extractions.c.source, extractions.c.first_on, extractions.c.status))
        assert Counter(map(tuple, recorded)) == Counter(
            (source, first, "taken") for source in SOURCES for first in weeks
        )
        assert connection.execute(sa.select(sa.func.count()).select_from(leases)).scalar_one() == 0
    lake = DeltaLake(load(config).lake)
    table = DuckReader(lake).table(DATASETS["sms.messages"], lake.version("sms.messages"))
    assert table.count().execute() == 2 * 42


class _Source:
    """What a window needs to know of a source."""

    def __init__(self, name: str, chunk_days: int) -> None:
        self.name, self.chunk_days = name, chunk_days


def test_windows_end_where_the_week_does_and_a_source_read_in_one_pass_has_one():
    days = [dt.date(2026, 11, number) for number in (4, 5, 6, 7, 8, 9, 10, 12)]
    contract = DATASETS["sms.messages"]
    cut = windows(contract, _Source("weekly", 7), days)  # type: ignore[arg-type]
    assert [(each.first.day, each.last.day) for each in cut] == [(4, 8), (9, 10), (12, 12)]
    assert cut[1].lease == cut[2].lease != cut[0].lease
    whole = windows(contract, _Source("log", 0), days)  # type: ignore[arg-type]
    assert [(each.first.day, each.last.day) for each in whole] == [(4, 10), (12, 12)]
    assert len({each.lease for each in whole}) == 1


def test_what_others_hold_comes_last_and_is_waited_for_when_nothing_else_is_left(tmp_path: Path):
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    days = [dt.date(2026, 11, 2) + dt.timedelta(7 * number) for number in range(3)]
    wanted = windows(DATASETS["sms.messages"], _Source("weekly", 7), days)  # type: ignore[arg-type]
    rested = []
    with ledger.lease(wanted[0].lease) as other:
        assert other is not None

        def rest(window: object) -> None:
            rested.append(window)
            other.release()

        assert list(claim_windows(wanted, ledger.lease, rest)) == [wanted[1], wanted[2], wanted[0]]
    assert rested == [wanted[0]]
