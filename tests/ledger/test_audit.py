"""The audit trail on SQLite and on PostgreSQL: who did what, and nobody changes it afterwards."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import socket
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.errors import UsageError
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.settings_changes import record_settings_changes

FILE = Path("/etc/city/ntanalytics.yml")


def _execute(url: str, statement: str) -> None:
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(statement)


def test_an_event_says_when_who_where_and_what(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUDO_USER", "zhang")
    monkeypatch.setenv("USER", "somebody else")
    begun = dt.datetime.now(dt.UTC)
    Ledger(url).audit.record("backfill", "sms_volume", {"period": "2026-W47", "名": [1, None]})
    [event] = Ledger(url).audit.events()
    assert begun <= event.at <= dt.datetime.now(dt.UTC)
    assert (event.account, event.sudo_user) == (pwd.getpwuid(os.getuid()).pw_name, "zhang")
    assert (event.host, event.process) == (socket.gethostname(), os.getpid())
    assert (event.kind, event.subject) == ("backfill", "sms_volume")
    assert event.details == {"period": "2026-W47", "名": [1, None]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET subject = 'nothing happened'",
        "UPDATE events SET at = '2020-01-01 00:00:00'",
        "DELETE FROM events",
        "UPDATE prunings SET before = '2030-01-01 00:00:00'",
        "DELETE FROM prunings",
    ],
)
def test_the_database_refuses_to_change_or_delete_what_was_noted(url: str, statement: str):
    ledger = Ledger(url)
    ledger.audit.record("maintain", "told")
    _execute(url, "INSERT INTO prunings (before, at) VALUES ('2020-01-01 00:00:00', '2026-01-01 00:00:00')")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        _execute(url, statement)
    assert [each.subject for each in ledger.audit.events()] == ["told"]


@pytest.mark.servers
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_postgresql_refuses_to_empty_the_trail(url: str):
    Ledger(url).audit.record("maintain", "told")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        _execute(url, "TRUNCATE events, prunings")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_refuses_to_replace_a_row_and_has_its_triggers_back_when_the_ledger_is_opened(url: str):
    Ledger(url).audit.record("maintain", "told")
    replace = (
        "INSERT OR REPLACE INTO events (id, at, kind, subject, details, account, sudo_user, host, process) "
        "VALUES (1, '2026-01-01', 'notice', 'other', '{}', '', '', '', 1)"
    )
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        _execute(url, replace)
    _execute(url, "DROP TRIGGER events_not_deleted")
    Ledger(url)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        _execute(url, "DELETE FROM events")


def _long_ago(url: str, moment: str) -> None:
    """An event of the past, as that day's program added it."""
    _execute(
        url,
        "INSERT INTO events (at, kind, subject, details, account, sudo_user, host, process) "
        f"VALUES ('{moment}', 'notice', '{moment}', '{{}}', 'a', '', 'h', 1)",
    )


def test_whole_months_are_pruned_and_the_pruning_is_an_event(url: str):
    ledger = Ledger(url)
    for moment in ("2024-12-31 23:59:59.999999", "2025-01-01 00:00:00.000000", "2026-02-01 00:00:00.000000"):
        _long_ago(url, moment)
    assert ledger.audit.prune(dt.date(2025, 1, 1)) == 1
    left = ledger.audit.events()
    assert [(each.kind, each.subject) for each in left] == [
        ("retention", "audit trail"),
        ("notice", "2026-02-01 00:00:00.000000"),
        ("notice", "2025-01-01 00:00:00.000000"),
    ]
    assert left[0].details == {"before": "2025-01-01", "events": 1}
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):  # what is younger stays guarded
        _execute(url, "DELETE FROM events")
    assert ledger.audit.prune(dt.date(2025, 1, 1)) == 0
    assert len(ledger.audit.events()) == 3


@pytest.mark.parametrize("before", [dt.date(2025, 1, 2), dt.date(2099, 1, 1)])
def test_only_whole_months_that_are_over_are_pruned(tmp_path: Path, before: dt.date):
    with pytest.raises(UsageError, match="first day of a month"):
        Ledger(f"sqlite:///{tmp_path}/ledger.sqlite").audit.prune(before)


def test_a_change_of_settings_is_noted_by_its_keys_and_no_value(url: str):
    audit = Ledger(url).audit
    content = {"site": {"name": "南通", "timezone": "Asia/Shanghai"}, "sources": {"sms": {"url": "mysql://db/sms"}}}
    assert record_settings_changes(audit, FILE, content) == []
    assert record_settings_changes(audit, FILE, content) == []
    changed = {"site": {"name": "如皋", "timezone": "Asia/Shanghai"}, "sources": {"web": {"paths": ["/var/x"]}}}
    assert record_settings_changes(audit, FILE, changed) == ["site.name", "sources.sms.url", "sources.web.paths"]
    latest, first = audit.events(["settings"])
    assert latest.details["changed"] == ["site.name", "sources.sms.url", "sources.web.paths"]
    assert (first.details["is_first"], first.details["changed"]) == (True, [])
    assert "如皋" not in str(latest.details)
    assert "/var/x" not in str(latest.details)


def test_a_password_in_a_url_leaves_no_trace_in_what_is_compared(url: str):
    audit = Ledger(url).audit
    record_settings_changes(audit, FILE, {"ledger": "postgresql://nta:one@db/ledger?sslmode=on&password=one"})
    assert (
        record_settings_changes(audit, FILE, {"ledger": "postgresql://nta:two@db/ledger?sslmode=on&password=two"}) == []
    )
    assert record_settings_changes(
        audit, FILE, {"ledger": "postgresql://nta:two@other/ledger?sslmode=on&password=two"}
    ) == ["ledger"]


def test_two_machines_with_settings_of_their_own_do_not_note_each_others_as_changes(
    url: str, monkeypatch: pytest.MonkeyPatch
):
    audit = Ledger(url).audit
    for host, lake in (("a", "/lake/a"), ("b", "/lake/b"), ("a", "/lake/a"), ("b", "/lake/b"), ("pod", "/lake/b")):
        monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
        record_settings_changes(audit, FILE, {"lake": lake})
    assert [each.host for each in audit.events(["settings"])] == ["b", "a"]
