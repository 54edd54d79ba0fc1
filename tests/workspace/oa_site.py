"""A small site for tests of states: two OA sources with members and units, extracted at a chosen time."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

from ntanalytics.extraction import Extractor
from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.settings import load

SETTINGS = """\
queries: queries
sources:
  club: {product: club, url: "sqlite:///club.sqlite"}
  annex: {product: club, url: "sqlite:///annex.sqlite"}
"""
SOURCE = "title: A club\nkind: database\nneeds: SELECT on member and unit\n"
MEMBERS = """\
/*
dialects: [sqlite]
*/
SELECT id AS account_id, unit AS unit, 'general' AS edition, 1 AS is_pc_enabled, mobile AS is_mobile_enabled FROM member
"""
UNITS = """\
/*
dialects: [sqlite]
*/
SELECT id AS unit_id, name AS unit, parent AS parent_id, 1 AS is_enabled FROM unit
"""


class OaSite:
    """The site in a folder; ``club`` and ``annex`` are its two sources."""

    def __init__(self, folder: Path, settings: str = SETTINGS) -> None:
        home = folder / "queries" / "club"
        home.mkdir(parents=True)
        (home / "source.yml").write_text(SOURCE, encoding="utf-8")
        (home / "oa.members.sql").write_text(MEMBERS, encoding="utf-8")
        (home / "identity.units.sql").write_text(UNITS, encoding="utf-8")
        self.folder = folder
        self.config = folder / "ntanalytics.yml"
        self.config.write_text(settings, encoding="utf-8")
        for name in ("club", "annex"):
            self.run(name, "CREATE TABLE member (id TEXT, unit TEXT, mobile INTEGER)")
            self.run(name, "CREATE TABLE unit (id TEXT, name TEXT, parent TEXT)")
        self.settings = load(self.config)
        self.ledger = Ledger(self.settings.ledger)

    def run(self, source: str, sql: str, *rows: tuple[object, ...]) -> None:
        """Execute a statement on a source's database, once, or once a row."""
        with closing(sqlite3.connect(self.folder / f"{source}.sqlite")) as db, db:
            db.executemany(sql, rows) if rows else db.execute(sql)
        db.close()

    def add_members(self, source: str, *members: str, unit: str | None = None) -> None:
        """Add members."""
        self.run(source, "INSERT INTO member VALUES (?, ?, 1)", *((member, unit) for member in members))

    def add_units(self, source: str, *units: tuple[str, str, str | None]) -> None:
        """Add units: id, name, id of the parent."""
        self.run(source, "INSERT INTO unit VALUES (?, ?, ?)", *units)

    def extractor(self, at: str) -> Extractor:
        """Return an extractor with a local time: ``2026-11-23 06:30``."""
        moment = dt.datetime.fromisoformat(at).replace(tzinfo=self.settings.zone)
        return Extractor(self.settings, self.ledger, clock=lambda: moment)

    def take(self, at: str, *datasets: str) -> list[ExtractionResult]:
        """Extract the snapshots at a local time."""
        day = dt.date.fromisoformat(at[:10])
        return self.extractor(at).extract(datasets or ["oa.members"], day, day)
