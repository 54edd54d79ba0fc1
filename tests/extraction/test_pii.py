"""Telephone and identity card numbers: what is one, and what becomes of it on the way into the lake."""

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.contract import DATASETS, Privacy
from ntanalytics.extraction.pii import mask_identifiers, mask_text
from ntanalytics.extraction.pseudonym import hash_values
from tests.extraction.small_site import SmallSite
from tests.test_cli import nta

KEY = b"k" * 32
#: The example of GB 11643, whose check digit is X.
IDENTITY = "11010519491231002X"
DAY = dt.date(2026, 11, 19)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("市审计局13812345678", "市审计局***********"),
        ("phone13812345678;", "phone***********;"),
        ("+86 13812345678", "***************"),
        ("8613812345678", "*************"),
        ("１３８１２３４５６７８", "***********"),
        (f"证件{IDENTITY}，{IDENTITY.lower()}", f"证件{'*' * 18}，{'*' * 18}"),
        ("13812345678/13912345678", "***********/***********"),
        ("110105194912310021", "110105194912310021"),  # the check digit would be X
        ("11010519491331002X", "11010519491331002X"),  # no thirteenth month
        ("138123456789", "138123456789"),  # twelve digits
        ("12812345678", "12812345678"),  # no such numbers are given out
        ("20261119093000123456", "20261119093000123456"),
        ("0513-85216666", "0513-85216666"),  # an office's line tells of no person
    ],
)
def test_what_is_such_a_number_and_what_only_has_as_many_digits(text: str, becomes: str):
    assert mask_text(text) == becomes


def test_an_identifier_is_hashed_so_that_it_still_joins_and_text_is_masked():
    values = pa.array(["13812345678", "u1", None, "13812345678"])
    account = DATASETS["oa.activities"].column("account_id")
    found, count = mask_identifiers(values, account, KEY)
    once, plain, nothing, again = found.to_pylist()
    assert (count, plain, nothing) == (2, "u1", None)
    assert once == again == hash_values(pa.array(["13812345678"]), KEY)[0].as_py()
    unit, count = mask_identifiers(values, DATASETS["oa.activities"].column("unit"), KEY)
    assert (unit.to_pylist(), count) == (["***********", "u1", None, "***********"], 2)


def test_the_digits_of_a_hash_or_a_uuid_are_no_number():
    values = pa.array(["a13812345678f", "0b0e6a1c-0000-4000-8000-f13812345678", "2026-13812345678"])
    found, count = mask_identifiers(values, DATASETS["sms.messages"].column("message_id"), KEY)
    assert found.to_pylist()[:2] == values.to_pylist()[:2]
    assert count == 1


def test_what_is_hashed_is_by_the_contract_a_pseudonym_and_what_is_shown_is_none():
    hashed_ones = {c.name: c.privacy for d in DATASETS.values() for c in d.columns if c.is_hashed}
    assert set(hashed_ones.values()) == {Privacy.PSEUDONYM}


def test_a_number_reaches_neither_lake_nor_rejects_nor_ledger_and_is_counted(tmp_path: Path):
    site = SmallSite(tmp_path)
    mapping = tmp_path / "queries" / "shop" / "sms.messages.sql"
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace(
            "'OA' AS application", f"'办公13812345678/{IDENTITY}' AS application"
        ),
        encoding="utf-8",
    )
    site.messages(
        "shop",
        ("13912345678", "2026-11-19 09:00:00", "mobile", 1, None, None),
        ("2", "2026-11-19 09:00:00", "13712345678", 1, None, None),  # no such carrier: another one
        ("3", "2026-11-19 09:00:00", "mobile", 0, None, None),  # rejected
    )
    done = nta("--config", str(site.config), "extract", "sms.messages", "--from", str(DAY))
    assert done.returncode == 0, done.stderr
    assert "3 telephone or identity card number(s) masked in application" in done.stdout
    assert "1 telephone or identity card number(s) masked in message_id" in done.stdout
    files = list((tmp_path / "lake").rglob("*.parquet"))
    kept, other = [
        row for path in files if "rejects" not in str(path) for row in pq.ParquetFile(path).read().to_pylist()
    ]
    assert kept["application"] == "办公" + "*" * 11 + "/" + "*" * 18
    assert len(kept["message_id"]) == 24
    assert other["carrier"] == "other"
    (reject,) = [row for path in files if "rejects" in str(path) for row in pq.ParquetFile(path).read().to_pylist()]
    assert json.loads(reject["record"])["application"] == kept["application"]
    engine = sa.create_engine(f"sqlite:///{tmp_path}/ledger.sqlite", poolclass=NullPool)
    with engine.connect() as ledger:
        assert ledger.execute(sa.text('SELECT "column", rows FROM maskings ORDER BY 1')).fetchall() == [
            ("application", 3),
            ("message_id", 1),
        ]
        assert ledger.execute(sa.text("SELECT word, rows FROM unknown_words")).fetchall() == [("***********", 1)]
    engine.dispose()
    told = nta("--config", str(site.config), "map", "check", "shop", "--from", str(DAY))
    assert told.returncode == 4
    assert "the mapping must not select them" in told.stdout
    for said in (done, told):
        assert not any(number in said.stdout + said.stderr for number in ("13812345678", "13912345678", "13712345678"))


def test_a_number_in_the_message_of_a_driver_reaches_neither_log_nor_ledger(tmp_path: Path):
    site = SmallSite(tmp_path)
    mapping = tmp_path / "queries" / "shop" / "sms.messages.sql"
    quoting = mapping.read_text(encoding="utf-8").replace("'OA' AS", "json_extract('{}', id) AS")
    mapping.write_text(quoting, encoding="utf-8")
    site.messages("shop", ("联系13812345678", "2026-11-19 09:00:00", "mobile", 1, None, None))
    failed = nta("--config", str(site.config), "extract", "sms.messages", "--from", str(DAY))
    said = failed.stdout + failed.stderr
    assert failed.returncode != 0
    assert "联系***********" in said  # the driver quotes the value
    assert "13812345678" not in said
    assert b"13812345678" not in (tmp_path / "ledger.sqlite").read_bytes()
