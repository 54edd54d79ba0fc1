"""A small site for tests: two SQLite sources of one product, ``shop``, with messages and tickets."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load

SETTINGS = """\
queries: queries
sources:
  shop: {product: shop, url: "sqlite:///shop.sqlite"}
  twin: {product: shop, url: "sqlite:///twin.sqlite"}
"""
SOURCE = "title: A shop\nkind: database\nneeds: SELECT on message and ticket\n"
MESSAGES = """\
/*
window: submitted_at
times: {submitted_at: naive, reported_at: naive}
dialects: [sqlite]
*/
SELECT id AS message_id, at AS submitted_at, carrier AS carrier, 'OA' AS application, NULL AS unit,
    segments AS segments, outcome AS outcome, NULL AS failure_code, reported AS reported_at
FROM message WHERE at >= :since AND at < :until
"""
TICKETS = """\
/*
window: changed_at
times: {opened_at: naive, responded_at: naive, due_at: naive, closed_at: naive, changed_at: naive}
dialects: [sqlite]
absent: [deadline_class, cause, close_code, reopenings, satisfaction, incident_no]
*/
SELECT no AS ticket_no, opened AS opened_at, 'fault' AS category, 'oa' AS subsystem, NULL AS unit,
    NULL AS responded_at, NULL AS due_at, closed AS closed_at, COALESCE(closed, opened) AS changed_at
FROM ticket WHERE COALESCE(closed, opened) >= :since AND COALESCE(closed, opened) < :until
"""


class SmallSite:
    """The site in a folder, with a database for each of its two sources."""

    def __init__(self, folder: Path) -> None:
        home = folder / "queries" / "shop"
        home.mkdir(parents=True)
        (home / "source.yml").write_text(SOURCE, encoding="utf-8")
        (home / "sms.messages.sql").write_text(MESSAGES, encoding="utf-8")
        (home / "desk.tickets.sql").write_text(TICKETS, encoding="utf-8")
        self.config = folder / "ntanalytics.yml"
        self.config.write_text(SETTINGS, encoding="utf-8")
        self.folder = folder
        for name in ("shop", "twin"):
            self.run(name, "CREATE TABLE message (id, at TEXT, carrier TEXT, segments, outcome TEXT, reported TEXT)")
            self.run(name, "CREATE TABLE ticket (no TEXT, opened TEXT, closed TEXT)")
        self.settings = load(self.config)
        self.ledger = Ledger(self.settings.ledger)

    def run(self, source: str, sql: str, *rows: tuple[object, ...]) -> None:
        """Execute a statement on a source's database, once, or once a row."""
        with closing(sqlite3.connect(self.folder / f"{source}.sqlite")) as db, db:
            db.executemany(sql, rows) if rows else db.execute(sql)
        db.close()

    def messages(self, source: str, *rows: tuple[object, ...]) -> None:
        """Add rows of ``message``: id, at, carrier, segments, outcome, reported."""
        self.run(source, "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)", *rows)

    def extractor(self) -> Extractor:
        """A fresh extractor of the site."""
        return Extractor(self.settings, self.ledger)
