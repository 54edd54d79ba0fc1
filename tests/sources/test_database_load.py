"""What a real server is asked to bear: one connection a source, and statements that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.pool import NullPool

from ntanalytics.errors import SourceLocked, SourceTooSlow
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.operations.diagnosis import State
from ntanalytics.operations.doctor import diagnose
from ntanalytics.settings import Settings, load

pytestmark = pytest.mark.servers

DAY = dt.date(2026, 11, 19)
NOW = dt.datetime(2026, 11, 19, 2, 0, tzinfo=dt.UTC)  # 10:00 in Shanghai

HEADER = "/*\nwindow: {window}\ntimes: {{{times}}}\ndialects: [mysql, postgres]\n*/\n"
MESSAGES = """\
SELECT m.id AS message_id, m.at AS submitted_at, 'mobile' AS carrier, 'OA' AS application, UNIT AS unit, 1 AS segments,
    'delivered' AS outcome, '' AS failure_code, m.at AS reported_at
FROM message AS m WHERE m.at >= :since AND m.at < :until
"""
LOGINS = """\
SELECT m.id AS login_id, m.at AS logged_in_at, 'u1' AS account_id, 'password' AS method, 'success' AS outcome,
    NULL AS reason, 'pc' AS terminal, NULL AS address_hash
FROM message AS m WHERE m.at >= :since AND m.at < :until
"""
SHARDED = ("message_20261118", "message_20261119")
# A mapping may not call these; a view of the database's own administrator may.
SLOW = {"mysql": "SELECT SLEEP(30) AS unit", "postgresql": "SELECT 'x' AS unit FROM pg_sleep(30)"}
NO_COLUMN_OF_NULLS = "'unit'"  # connectorx cannot read one: then the rows come by PyMySQL


@pytest.fixture(params=["mariadb_url", "postgres_url"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with two daily tables, of an account that may have one connection at a time."""
    server = sa.make_url(request.getfixturevalue(request.param))
    is_postgres = server.get_backend_name() == "postgresql"
    # who may grant
    engine = sa.create_engine(
        server if is_postgres else server.set(username="root"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    made, gone = (
        ("CREATE ROLE single LOGIN CONNECTION LIMIT 1", "DROP ROLE single")
        if is_postgres
        else ("CREATE USER single@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1", "DROP USER single@'127.0.0.1'")
    )
    own = server.set(database="borne")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE borne")
        connection.exec_driver_sql(made)
        if not is_postgres:
            connection.exec_driver_sql("GRANT SELECT ON borne.* TO single@'127.0.0.1'")
    inside = sa.create_engine(engine.url.set(database="borne"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with inside.connect() as connection:
        for table in SHARDED:
            day = f"{table[-8:-4]}-{table[-4:-2]}-{table[-2:]}"
            connection.exec_driver_sql(f"CREATE TABLE {table} (id INTEGER, at TIMESTAMP)")
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES (1, '{day} 09:30:00'), (2, '{day} 09:31:00')")
            if is_postgres:
                connection.exec_driver_sql(f"GRANT SELECT ON {table} TO single")
        connection.exec_driver_sql(f"CREATE VIEW slowly AS {SLOW[server.get_backend_name()]}")
        if is_postgres:
            connection.exec_driver_sql("GRANT SELECT ON slowly TO single")
    inside.dispose()
    try:
        yield own.set(username="single").render_as_string()
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE borne" + (" WITH (FORCE)" if is_postgres else ""))
            connection.exec_driver_sql(gone)
        engine.dispose()


def site(folder: Path, url: str, unit: str, **settings: object) -> Settings:
    home = folder / "queries" / "shop"
    home.mkdir(parents=True)
    about = "title: A shop\nkind: database\nneeds: SELECT on message\nshards: {message: 'message_\\d{8}'}\n"
    (home / "source.yml").write_text(about, encoding="utf-8")
    header = HEADER.format(window="submitted_at", times="submitted_at: naive, reported_at: naive")
    (home / "sms.messages.sql").write_text(header + MESSAGES.replace("UNIT", unit), encoding="utf-8")
    header = HEADER.format(window="logged_in_at", times="logged_in_at: naive")
    (home / "identity.logins.sql").write_text(header + LOGINS, encoding="utf-8")
    more = "".join(f", {name}: {value}" for name, value in settings.items())
    config = folder / "ntanalytics.yml"
    config.write_text(f'queries: queries\nsources: {{shop: {{product: shop, url: "{url}"{more}}}}}\n', encoding="utf-8")
    return load(config)


@pytest.mark.parametrize("unit", [NO_COLUMN_OF_NULLS, "NULL"])
def test_an_account_with_one_connection_is_enough_for_shards_and_several_datasets(url: str, tmp_path: Path, unit: str):
    settings = site(tmp_path, url, unit)
    taken = Extractor(settings, Ledger(settings.ledger)).extract([], DAY - dt.timedelta(days=1), DAY)
    assert [(each.dataset, each.error, each.rows.total()) for each in taken] == [
        ("identity.logins", "", 4),
        ("sms.messages", "", 4),
    ]


def test_an_account_with_one_connection_is_enough_for_doctor(url: str, tmp_path: Path):
    settings = site(tmp_path, url, NO_COLUMN_OF_NULLS)
    found = {each.item: each for each in diagnose(settings.file, NOW) if each.subject == "sources.shop"}
    assert [(item, each.message) for item, each in found.items() if each.state is not State.OK] == []
    assert found["sms.messages"].message.startswith("2 row(s) fit, ")


def test_a_statement_that_takes_too_long_is_given_up_by_the_server(url: str, tmp_path: Path):
    settings = site(tmp_path, url, "(SELECT unit FROM slowly)", timeout_s=1)
    extractor = Extractor(settings, Ledger(settings.ledger))
    (taken,) = extractor.extract(["sms.messages"], DAY, DAY)
    assert any(word in taken.error for word in ("statement timeout", "max_statement_time")), taken.error
    assert (taken.cause, taken.is_retryable) == (SourceTooSlow.public_message, True)
    # and the connection of the statement given up is no longer in the way of the next one
    (fine,) = extractor.extract(["identity.logins"], DAY, DAY)
    assert (fine.error, fine.rows.total()) == ("", 2)


def test_a_table_that_another_session_has_locked_is_told_from_a_slow_one_and_not_asked_at_once_again(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
):
    settings = site(tmp_path, url, NO_COLUMN_OF_NULLS, timeout_s=4)
    is_postgres = url.startswith("postgresql")
    server = sa.make_url(request.getfixturevalue("postgres_url" if is_postgres else "mariadb_url")).set(
        database="borne"
    )
    owner = sa.create_engine(server if is_postgres else server.set(username="root"), poolclass=NullPool)
    lock = "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE" if is_postgres else "LOCK TABLES {} WRITE"
    with owner.connect() as connection, structlog.testing.capture_logs() as logged:
        connection.exec_driver_sql(lock.format(SHARDED[1]))
        (taken,) = Extractor(settings, Ledger(settings.ledger)).extract(["identity.logins"], DAY, DAY)
    assert (taken.cause, taken.is_retryable) == (SourceLocked.public_message, True), taken.error
    # the account's one connection may be in its own way for a moment, which is another reason to try again
    retried = [line["error"] for line in logged if line["event"].startswith("tried again")]
    assert taken.error.partition("\n")[0] not in retried
