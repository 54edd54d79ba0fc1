"""The chain of publications: none is changed or taken out unseen."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import Ledger
from ntanalytics.ledger.upgrading import upgrade_ledger


def _execute(url: str, *statements: str) -> None:
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _unguard(url: str) -> None:
    """Do as the owner of the database can: drop the triggers."""
    if url.startswith("sqlite"):
        for name in ("kept", "not_deleted", "not_replaced"):
            _execute(url, f"DROP TRIGGER publications_{name}")
    else:
        _execute(url, "DROP TRIGGER publications_kept ON publications")


def test_each_publication_is_one_entry_and_the_chain_is_whole(url: str):
    publications = Ledger(url).publications
    for number in range(3):
        publications.append(f"run-{number}", f"{number}" * 64)
        publications.append(f"run-{number}", "f" * 64)  # a second time changes nothing
    entry = publications.of_run("run-1")
    assert (entry.id, entry.manifest_sha256) == (2, "1" * 64)
    assert publications.of_run("run-9") is None
    assert publications.broken_link() is None


@pytest.mark.parametrize(
    "statement", ["UPDATE publications SET manifest_sha256 = 'x'", "DELETE FROM publications WHERE id = 2"]
)
def test_the_database_refuses_a_change_and_the_chain_shows_it_where_it_was_forced(url: str, statement: str):
    publications = Ledger(url).publications
    for number in range(3):
        publications.append(f"run-{number}", f"{number}" * 64)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        _execute(url, statement)
    _unguard(url)
    _execute(url, statement)
    assert publications.broken_link() is not None


def test_processes_that_append_at_once_make_one_chain(url: str):
    Ledger(url)

    def append(worker: int) -> None:
        publications = Ledger(url).publications
        for number in range(4):
            publications.append(f"run-{worker}-{number}", "a" * 64)

    threads = [threading.Thread(target=append, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publications = Ledger(url).publications
    assert all(publications.of_run(f"run-{worker}-{number}") for worker in range(4) for number in range(4))
    assert publications.broken_link() is None


def test_a_ledger_of_an_older_version_gets_the_chain(url: str):
    Ledger(url)
    _unguard(url)
    _execute(url, "DROP TABLE publications", "DROP TABLE ledger_version")
    upgrade_ledger(url)
    publications = Ledger(url).publications
    publications.append("run", "a" * 64)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        _execute(url, "DELETE FROM publications")
