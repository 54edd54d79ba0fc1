"""The chain on SQLite, PostgreSQL and MariaDB: which row was changed, removed or inserted; writers do not fork it."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import Anchor, Ledger
from ntanalytics.ledger.chain import adopt
from tests.ledger.conftest import EVERYWHERE


def _force(url: str, *statements: str) -> None:
    """Do as the owner of the database can: drop the triggers, and change what they guard."""
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        tables = ("events", "prunings", "publications", "chain")
        if connection.dialect.name == "sqlite":
            for table in tables:
                for name in ("kept", "not_deleted", "not_replaced"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{name}")
        elif connection.dialect.name == "postgresql":
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            connection.exec_driver_sql(statement)


def _adopt(url: str) -> int:
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        return adopt(connection)


def _filled(url: str) -> Ledger:
    """Return a ledger with entries 1 to 5: events 1 to 3, publication 1, event 4."""
    ledger = Ledger(url)
    for number in range(3):
        ledger.audit.record("maintain", f"subject {number}", {"名": [1.5, None, True], "a": "é"})
    ledger.publications.append("run-1", "1" * 64)
    ledger.audit.record("maintain", "last")
    return ledger


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE events SET subject = 'other' WHERE id = 2", "events 2 was changed; its entry is 2"),
        ("UPDATE events SET details = '{}' WHERE id = 3", "events 3 was changed; its entry is 3"),
        ("DELETE FROM events WHERE id = 4", "events 4 was removed; its entry is 5"),
        ("UPDATE publications SET manifest_sha256 = 'x'", "publications 1 was changed; its entry is 4"),
        (
            "INSERT INTO events SELECT 99, at, kind, subject, details, account, '', host, 1 FROM events WHERE id = 1",
            "events 99 was inserted: the chain has no entry of it",
        ),
        ("UPDATE chain SET row_sha256 = 'x' WHERE seq = 2", "entry 2 of the chain, of events 2, was changed"),
        ("DELETE FROM chain WHERE seq = 3", "entry 3 of the chain was removed"),
        ("DELETE FROM chain WHERE seq >= 4", "the last 2 entries of the chain were removed, from 4 on"),
        ("DELETE FROM chain_head", "the head of the chain was removed"),
    ],
)
def test_a_forced_change_is_named(url: str, statement: str, problem: str):
    ledger = _filled(url)
    assert ledger.chain.verify() == (5, [])
    _force(url, statement)
    assert problem in ledger.chain.verify()[1]


@EVERYWHERE
def test_a_whole_chain_has_no_problem_and_each_forced_change_is_named(url: str):
    ledger = _filled(url)
    assert ledger.chain.verify() == (5, [])
    _force(url, "UPDATE events SET subject = 'other' WHERE id = 2", "DELETE FROM publications")
    assert ledger.chain.verify()[1] == [
        "events 2 was changed; its entry is 2",
        "publications 1 was removed; its entry is 4",
    ]


@EVERYWHERE
def test_writers_at_once_make_one_chain(url: str):
    Ledger(url)
    failed: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            ledger = Ledger(url)
            for number in range(4):
                ledger.audit.record("maintain", f"{worker} {number}")
                ledger.publications.append(f"run-{worker}-{number}", "a" * 64)
        except BaseException as error:  # noqa: BLE001 - a thread would lose it
            failed.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Ledger(url).chain.verify() == (32, [])


@EVERYWHERE
def test_a_chain_that_was_made_anew_after_a_change_contradicts_an_anchor(url: str):
    ledger = _filled(url)
    anchor = ledger.chain.anchor()
    assert anchor is not None
    assert (anchor.entry, ledger.chain.differs_from(anchor)) == (5, "")
    _force(
        url,
        "UPDATE events SET subject = 'other' WHERE id = 2",
        "DELETE FROM chain",
        "UPDATE chain_head SET seq = 0, sha256 = ''",
    )
    _adopt(url)  # all rows again, as an upgrade takes up those of a ledger without a chain
    forged = Ledger(url)
    assert forged.chain.verify() == (5, [])
    assert "another digest" in forged.chain.differs_from(anchor)
    assert "is gone" in forged.chain.differs_from(Anchor(6, anchor.sha256))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_pruned_events_are_no_gap_and_removed_ones_are(url: str):
    ledger = _filled(url)
    month = dt.datetime.now(dt.UTC).date().replace(day=1)
    _force(url, "UPDATE events SET at = '2020-01-05 00:00:00' WHERE id = 1", "DELETE FROM chain")
    _force(url, "UPDATE chain_head SET seq = 0, sha256 = ''")
    assert _adopt(url) == 5
    assert _adopt(url) == 0
    ledger = Ledger(url)
    assert ledger.audit.prune(month) == 1
    assert ledger.chain.verify() == (7, [])  # the pruning, and its event
    _force(url, "DELETE FROM events WHERE id = 2")
    assert ledger.chain.verify()[1] == ["events 2 was removed; its entry is 2"]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_anchor_of_a_moment_is_the_last_entry_before_its_second(url: str):
    ledger = _filled(url)
    assert ledger.chain.anchor(dt.datetime(2020, 1, 1, tzinfo=dt.UTC)) is None
    later = ledger.chain.anchor(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2))
    assert later == ledger.chain.anchor()
