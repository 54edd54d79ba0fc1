"""Snapshots, words that a site translates, and what is kept as a hash only, through the real extractor."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.errors import ContractError
from ntanalytics.extraction import Extractor
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load

UNITS = """\
/*
dialects: [sqlite]
*/
SELECT id AS unit_id, name AS unit, NULL AS parent_id, live AS is_enabled FROM unit
"""
LOGINS = """\
/*
window: logged_in_at
times: {logged_in_at: naive}
dialects: [sqlite]
translate: {method: methods.csv}
*/
SELECT id AS login_id, at AS logged_in_at, who AS account_id, how AS method, 'success' AS outcome, NULL AS reason,
    NULL AS terminal, ip AS address_hash
FROM login WHERE at >= :since AND at < :until
"""
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def site(tmp_path: Path):
    home = tmp_path / "queries" / "door"
    home.mkdir(parents=True)
    (home / "source.yml").write_text(
        "title: A door\nkind: database\nneeds: SELECT on unit and login\n", encoding="utf-8"
    )
    (home / "identity.units.sql").write_text(UNITS, encoding="utf-8")
    (home / "identity.logins.sql").write_text(LOGINS, encoding="utf-8")
    (home / "methods.csv").write_text("theirs,ours\nPwd,password\nQR,scan\n", encoding="utf-8")
    config = tmp_path / "ntanalytics.yml"
    config.write_text(
        'queries: queries\nsources: {door: {product: door, url: "sqlite:///door.sqlite"}}\n', encoding="utf-8"
    )
    with closing(sqlite3.connect(tmp_path / "door.sqlite")) as db, db:
        db.execute("CREATE TABLE unit (id, name, live)")
        db.executemany("INSERT INTO unit VALUES (?, ?, ?)", [("1", "市政府办", 1), ("2", "市委办", 0)])
        db.execute("CREATE TABLE login (id, at, who, how, ip)")
        rows = [("a", "Pwd", "10.0.0.1"), ("b", "QR", "10.0.0.1"), ("c", "Smoke", "10.0.0.2")]
        db.executemany("INSERT INTO login VALUES (?, '2026-11-20 09:00:00', 'u1', ?, ?)", rows)
    db.close()
    return load(config)


def kept(site, dataset: str) -> list[dict[str, object]]:
    lake = DeltaLake(site.lake)
    return DuckReader(lake).table(DATASETS[dataset], lake.version(dataset)).to_pyarrow().to_pylist()


def test_a_state_is_taken_as_it_is_today_whatever_days_are_asked_for(site):
    (taken,) = Extractor(site, Ledger(site.ledger)).extract(["identity.units"], DAY, DAY)
    today = dt.datetime.now(site.zone).date()
    assert (taken.first, taken.last, taken.error) == (today, today, "")
    assert {(row["unit"], row["is_enabled"], row["day"]) for row in kept(site, "identity.units")} == {
        ("市政府办", True, today),
        ("市委办", False, today),
    }


def test_a_state_is_taken_once_a_day(site):
    extractor = Extractor(site, Ledger(site.ledger))
    assert len(extractor.ensure_coverage({"identity.units": 7}, DAY, DAY)) == 1
    assert extractor.ensure_coverage({"identity.units": 7}, DAY, DAY) == []


def test_words_are_translated_and_an_unknown_one_is_another(site):
    (taken,) = Extractor(site, Ledger(site.ledger)).extract(["identity.logins"], DAY, DAY)
    assert {row["login_id"]: row["method"] for row in kept(site, "identity.logins")} == {
        "a": "password",
        "b": "scan",
        "c": "other",
    }
    assert taken.rejected == {}
    assert taken.unknown_values == {(DAY, "method", "Smoke"): 1}


def test_an_address_is_kept_as_a_hash_only(site):
    Extractor(site, Ledger(site.ledger)).extract(["identity.logins"], DAY, DAY)
    hashes = [row["address_hash"] for row in kept(site, "identity.logins")]
    assert len(hashes) == 3
    assert len(set(hashes)) == 2  # two came from one address
    stored = b"".join(path.read_bytes() for path in site.lake.rglob("*") if path.is_file())
    assert b"10.0.0." not in stored


def test_a_site_changes_one_table_of_words_of_a_built_in_product(site):
    own = site.queries / "door" / "methods.csv"
    own.write_text("theirs,ours\nPwd,password\n*,other\n", encoding="utf-8")
    Extractor(site, Ledger(site.ledger)).extract(["identity.logins"], DAY, DAY)
    assert sorted(str(row["method"]) for row in kept(site, "identity.logins")) == ["other", "other", "password"]


def test_a_table_of_words_that_names_no_word_of_ours_is_refused(site):
    (site.queries / "door" / "methods.csv").write_text("theirs,ours\nPwd,pasword\n", encoding="utf-8")
    with pytest.raises(ContractError, match="did you mean 'password'"):
        Extractor(site, Ledger(site.ledger))


def test_a_blank_word_of_ours_is_null_where_the_column_may_lack_it(site):
    home = site.queries / "door"
    file = home / "identity.logins.sql"
    text = file.read_text(encoding="utf-8").replace("NULL AS terminal", "how AS terminal")
    file.write_text(text.replace("translate: {", "translate: {terminal: terminals.csv, "), encoding="utf-8")
    (home / "terminals.csv").write_text("theirs,ours\nPwd,pc\nQR,\n*,\n", encoding="utf-8")
    (home / "methods.csv").write_text("theirs,ours\n*,other\n", encoding="utf-8")
    (taken,) = Extractor(site, Ledger(site.ledger)).extract(["identity.logins"], DAY, DAY)
    assert not taken.rejected
    terminals = {row["login_id"]: row["terminal"] for row in kept(site, "identity.logins")}
    assert terminals == {"a": "pc", "b": None, "c": None}


def test_a_blank_word_of_ours_is_refused_where_the_column_must_be_there(site):
    (site.queries / "door" / "methods.csv").write_text("theirs,ours\nPwd,\n", encoding="utf-8")
    with pytest.raises(ContractError, match="unknown method ''"):
        Extractor(site, Ledger(site.ledger))


def test_a_word_that_stands_twice_in_a_table_is_refused_with_its_line(site):
    file = site.queries / "door" / "methods.csv"
    file.write_text("theirs,ours\nPwd,password\nQR,scan\nPwd ,scan\n", encoding="utf-8")
    with pytest.raises(ContractError, match="'Pwd' stands there twice") as caught:
        Extractor(site, Ledger(site.ledger))
    assert caught.value.where == f"{file}:4"


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
def test_a_table_that_a_spreadsheet_saved_as_gbk_is_read_and_said(
    site, prefix: str, capsys: pytest.CaptureFixture[str]
):
    (site.queries / "door" / "methods.csv").write_bytes(f"{prefix}theirs,ours\n口令,password\n".encode("gb18030"))
    with closing(sqlite3.connect(site.file.parent / "door.sqlite")) as db, db:
        db.execute("UPDATE login SET how = '口令'")
    db.close()
    (taken,) = Extractor(site, Ledger(site.ledger)).extract(["identity.logins"], DAY, DAY)
    assert (taken.rejected, taken.unknown_values) == ({}, {})
    assert [row["method"] for row in kept(site, "identity.logins")] == ["password"] * 3
    said = capsys.readouterr()
    assert "read as GB 18030" in said.out + said.err


def test_a_table_of_words_of_no_known_encoding_is_refused(site):
    (site.queries / "door" / "methods.csv").write_bytes("theirs,ours\n口令,password\n".encode("utf-16"))
    with pytest.raises(ContractError, match="neither UTF-8 nor GB 18030"):
        Extractor(site, Ledger(site.ledger))
