"""Accounts of a source that does not know their units: orphans are unknown of it, and not all of them."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ntanalytics.catalog import load_product
from ntanalytics.checks.context import CheckContext
from ntanalytics.errors import ContractError
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.metrics.identity import logins as metric
from ntanalytics.periods import Period
from ntanalytics.settings import Settings, load
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.identity import SUBSYSTEM
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace
from tests.test_cli import nta

DAY = dt.date(2026, 11, 20)
ACCOUNTS = """\
/*
times: {last_login_at: naive}
dialects: [sqlite]
absent: [%s]
*/
SELECT id AS account_id, %s 1 AS is_enabled, NULL AS last_login_at FROM account
"""
UNITS = "/*\ndialects: [sqlite]\n*/\nSELECT id AS unit_id, id AS unit, NULL AS parent_id, 1 AS is_enabled FROM unit\n"
SETTINGS = 'queries: queries\nsources:\n  keys: {product: keys, url: "sqlite:///keys.sqlite"}\n'
HALL = '  hall: {product: hall, url: "sqlite:///hall.sqlite"}\n'


def site(folder: Path, *, has_hall: bool) -> Settings:
    """A source of 5 accounts without units; and one of 3, of which one is of no unit."""
    for name, absent, unit in (("keys", "unit_id, opened_at", ""), ("hall", "opened_at", "unit AS unit_id,")):
        home = folder / "queries" / name
        home.mkdir(parents=True)
        (home / "source.yml").write_text("title: T\nkind: database\nneeds: SELECT\n", encoding="utf-8")
        (home / "identity.accounts.sql").write_text(ACCOUNTS % (absent, unit), encoding="utf-8")
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as db, db:
            db.execute("CREATE TABLE account (id TEXT, unit TEXT)")
            db.execute("CREATE TABLE unit (id TEXT)")
            db.execute("INSERT INTO unit VALUES ('u')")
            units = [None] * 5 if name == "keys" else ["u", "u", "gone"]
            db.executemany("INSERT INTO account VALUES (?, ?)", [(f"a{n}", unit) for n, unit in enumerate(units)])
        db.close()
    (folder / "queries" / "hall" / "identity.units.sql").write_text(UNITS, encoding="utf-8")
    config = folder / "ntanalytics.yml"
    config.write_text(SETTINGS + (HALL if has_hall else ""), encoding="utf-8")
    return load(config)


def context(settings: Settings) -> CheckContext:
    moment = dt.datetime(2026, 11, 21, 6, tzinfo=settings.zone)
    Extractor(settings, Ledger(settings.ledger), clock=lambda: moment).extract((), DAY, DAY)
    return CheckContext(Report(Workspace(settings), "daily_inspection", "", Period.day(DAY)), RULES)


@pytest.mark.parametrize(
    ("has_hall", "found"),
    [
        (True, [("units/none", "warning", 1.0, ""), ("source/keys", "unknown", None, "not_in_source")]),
        (False, [("source/keys", "unknown", None, "not_in_source")]),
    ],
)
def test_orphans_are_unknown_of_a_source_without_units(tmp_path: Path, has_hall: bool, found: list[object]):
    judged = context(site(tmp_path, has_hall=has_hall))
    [check] = [check for check in SUBSYSTEM.checks if check.rule == "identity.orphan_accounts"]
    findings = check.evaluate(judged, RULES[check.rule])
    assert [(each.entity.identity, each.status, each.value, each.unknown) for each in findings] == found
    accounts = judged.dataset("identity.accounts")
    assert accounts.absent_columns["keys"] == {"unit_id", "opened_at"}
    figures = metric.accounts(
        accounts.table, judged.dataset("identity.units").table, judged.ends_at, without_units=["keys"]
    )
    [row] = figures.to_pyarrow().to_pylist()
    assert (row["accounts"], row["orphan_accounts"]) == ((8, 1) if has_hall else (5, None))


def test_map_check_says_what_a_source_does_not_have(tmp_path: Path):
    settings = site(tmp_path, has_hall=False)
    done = nta("--config", str(settings.file), "map", "check", "keys", "--from", str(DAY))
    assert "not in the source, so unknown of it: opened_at, unit_id" in done.stdout


@pytest.mark.parametrize(
    ("absent", "unit", "what"),
    [
        ("opened_at, is_enabled", "unit AS unit_id,", "absent: 'is_enabled' is no column of identity.accounts"),
        ("opened_at, unit_id", "unit AS unit_id,", "'unit_id' is selected, and is listed under absent"),
        ("opened_at", "", "'unit_id' of identity.accounts is missing"),
    ],
)
def test_a_column_is_absent_or_selected_and_may_be_null(tmp_path: Path, absent: str, unit: str, what: str):
    site(tmp_path, has_hall=False)
    home = tmp_path / "queries" / "keys"
    (home / "identity.accounts.sql").write_text(ACCOUNTS % (absent, unit), encoding="utf-8")
    with pytest.raises(ContractError, match=what):
        load_product(home)
