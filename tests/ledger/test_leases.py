"""One at a time is at work on a thing, on SQLite and on PostgreSQL, and a dead holder's lease is taken over."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ntanalytics.errors import LeaseLost
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.leases import delete_abandoned, lease
from ntanalytics.ledger.schedule_tables import leases
from tests.servers.process import PATIENCE_S


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    Ledger(url)
    made = sa.create_engine(url, poolclass=sa.pool.NullPool)
    yield made
    with made.begin() as connection:
        connection.execute(leases.delete())


def test_a_lease_is_held_by_one_and_free_when_it_was_given_back(engine: sa.Engine):
    with lease(engine, "morning") as first, lease(engine, "morning") as second, lease(engine, "other") as third:
        assert first is not None
        assert second is None
        assert third is not None
    with lease(engine, "morning") as again:
        assert again is not None


def test_a_lease_that_is_not_renewed_is_taken_over_and_its_holder_told(engine: sa.Engine):
    with lease(engine, "morning") as held:
        assert held is not None
        held.check()
        _expire(engine)
        with lease(engine, "morning") as taken:
            assert taken is not None
            assert taken.holder != held.holder
            with pytest.raises(LeaseLost, match="morning"):
                held.check()
            taken.check()
    # giving back what was lost takes nothing from the one who has it
    with lease(engine, "morning") as after:
        assert after is not None


def test_only_what_expired_over_an_hour_ago_counts_as_abandoned(engine: sa.Engine):
    with lease(engine, "morning"), lease(engine, "noon"), lease(engine, "evening"):
        assert delete_abandoned(engine) == 0
        _expire(engine, "morning", dt.timedelta(minutes=59))
        _expire(engine, "noon", dt.timedelta(minutes=61))
        assert delete_abandoned(engine) == 1
        with engine.connect() as connection:
            assert set(connection.scalars(sa.select(leases.c.name))) == {"morning", "evening"}


def test_a_holder_that_lives_renews(engine: sa.Engine):
    # a thread of a loaded machine may be a second late
    with lease(engine, "morning", expires_s=6) as held:
        assert held is not None
        begun = _expires(engine)
        assert _until(lambda: _expires(engine) > begun), "the lease was not renewed"
        with lease(engine, "morning") as second:
            assert second is None


def _hold_for_ever(url: str, ready: threading.Event) -> None:
    with lease(sa.create_engine(url, poolclass=sa.pool.NullPool), "morning", expires_s=0.5) as held:
        assert held is not None
        ready.set()
        signal.pause()


@pytest.mark.servers
def test_what_a_killed_process_held_is_free_when_it_has_expired(postgres_url: str):
    Ledger(postgres_url)
    engine = sa.create_engine(postgres_url, poolclass=sa.pool.NullPool)
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=_hold_for_ever, args=(postgres_url, ready))
    holder.start()
    assert ready.wait(PATIENCE_S)
    with lease(engine, "morning") as meanwhile:
        assert meanwhile is None
    os.kill(holder.pid or 0, signal.SIGKILL)
    holder.join()

    def is_free() -> bool:
        with lease(engine, "morning") as taken:
            return taken is not None

    assert _until(is_free), "a dead holder's lease was never free"


@pytest.mark.servers
@pytest.mark.parametrize("server", ["postgres_url", "mariadb_url"])
def test_many_who_want_the_same_few_neither_fail_nor_hold_one_together(request: pytest.FixtureRequest, server: str):
    url = request.getfixturevalue(server)
    Ledger(url)
    held: set[str] = set()
    came: list[object] = []

    def work(number: int) -> None:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        for turn in range(25):
            name = f"few {(number + turn) % 3}"
            try:
                with lease(engine, name) as mine:
                    if mine is None:
                        continue
                    assert name not in held
                    held.add(name)
                    held.discard(name)
                    came.append(name)
            except Exception as error:  # noqa: BLE001 - told below, from whichever thread
                came.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each for each in came if not isinstance(each, str)] == []
    assert set(came) == {"few 0", "few 1", "few 2"}


def _expire(engine: sa.Engine, name: str = "morning", ago: dt.timedelta = dt.timedelta(days=300)) -> None:
    with engine.begin() as connection:
        then = dt.datetime.now(dt.UTC).replace(tzinfo=None) - ago
        connection.execute(leases.update().where(leases.c.name == name).values(expires_at=then))


def _expires(engine: sa.Engine) -> object:
    with engine.connect() as connection:
        return connection.execute(sa.select(leases.c.expires_at)).scalar_one()


def _until(holds: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
    """Whether something comes true within some seconds: it is waited for, never slept through."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if holds():
            return True
        threading.Event().wait(0.05)
    return False
