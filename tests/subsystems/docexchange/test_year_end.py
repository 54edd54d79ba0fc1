"""Deadlines at the end of a year whose successor has no calendar yet."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ntanalytics.checks.context import CheckContext
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Period
from ntanalytics.settings import load
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.docexchange.section import summarize
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace

SETTINGS = 'sources:\n  exchange: {product: exchange, url: "sqlite:///exchange.sqlite"}\n'
COLUMNS = "delivery_id, document_id, receiver_unit"
TIMES = "sent_at, due_at, delivered_at, signed_at, registered_at, returned_at"
DELIVERIES = [  # sent, signed
    ("2026-12-17 10:00:00", "2026-12-18 09:59:00"),  # Thursday → Friday: within a working day
    ("2026-12-17 10:00:00", "2026-12-18 10:01:00"),  # too late
    ("2026-12-13 10:00:00", "2026-12-14 23:00:00"),  # a Sunday, of the week before
    ("2026-12-18 10:00:00", "2026-12-18 10:30:00"),  # may be signed for until Monday, after the week
    ("2026-12-20 10:00:00", None),  # a Sunday: until the end of Monday
]


@pytest.fixture
def exchange(tmp_path: Path) -> Path:
    config = tmp_path / "ntanalytics.yml"
    config.write_text(SETTINGS, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "exchange.sqlite")) as db, db:
        db.execute("CREATE TABLE exchange_document (document_id, sent_at, sender_unit, is_ofd, is_sealed, platform)")
        db.execute(f"CREATE TABLE exchange_delivery ({COLUMNS}, {TIMES}, state, platform, changed_at)")
        db.execute("CREATE TABLE exchange_call (ended_at, caller, interface, is_success, duration_ms)")
        for number, (sent, signed) in enumerate(DELIVERIES):
            state, changed = ("signed", signed) if signed else ("sent", sent)
            row = (f"v{number}", f"d{number}", "市教育局", sent, None, sent, signed, None, None, state, None, changed)
            db.execute(f"INSERT INTO exchange_delivery VALUES ({', '.join('?' * 12)})", row)
            db.execute("INSERT INTO exchange_document VALUES (?, ?, '市政府办', 1, 1, NULL)", (f"d{number}", sent))
    db.close()
    return config


def test_a_week_of_december_needs_no_calendar_of_the_next_year(exchange: Path):
    """2026-W51 ends eleven days before a year of which there is no calendar; it needs no day of it."""
    settings = load(exchange)
    ledger = Ledger(settings.ledger)
    monday = dt.datetime(2026, 12, 21, 8, tzinfo=settings.zone)
    results = Extractor(settings, ledger, clock=lambda: monday).extract((), dt.date(2026, 12, 7), dt.date(2026, 12, 20))
    assert [result.error for result in results if result.error] == []
    report = Report(Workspace(settings), "weekly_service_report", "", Period.week(dt.date(2026, 12, 14)))
    total = summarize(CheckContext(report, RULES)).total
    assert total["deliveries"] == 4
    assert total["signed_in_time_rate"] == pytest.approx(1 / 2)  # of the two whose working day is over
