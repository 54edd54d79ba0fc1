"""Words that no enumeration has, and numbers that are none: the row stays, the value is counted and told."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.contract import DATASETS, Column
from ntanalytics.extraction import Extractor
from ntanalytics.extraction.convert import convert
from ntanalytics.extraction.unknown_values import replace_unusable_numbers
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.tables import unknown_values
from ntanalytics.metrics.identity.logins import logins
from ntanalytics.periods import Period
from ntanalytics.settings import Settings, load
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace

LOGINS = """\
/*
window: logged_in_at
times: {logged_in_at: naive}
dialects: [sqlite]
*/
SELECT id AS login_id, at AS logged_in_at, NULL AS account_id, how AS method, outcome, why AS reason, what AS terminal,
    NULL AS address_hash
FROM login WHERE at >= :since AND at < :until
"""
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    home = tmp_path / "queries" / "door"
    home.mkdir(parents=True)
    (home / "source.yml").write_text("title: A door\nkind: database\nneeds: SELECT on login\n", encoding="utf-8")
    (home / "identity.logins.sql").write_text(LOGINS, encoding="utf-8")
    config = tmp_path / "ntanalytics.yml"
    config.write_text(
        'queries: queries\nsources: {door: {product: door, url: "sqlite:///door.sqlite"}}\n', encoding="utf-8"
    )
    with closing(sqlite3.connect(tmp_path / "door.sqlite")) as db, db:
        db.execute("CREATE TABLE login (id INTEGER PRIMARY KEY, at, how, outcome, why, what)")
        insert = "INSERT INTO login (at, how, outcome, why, what) VALUES ('2026-11-20 09:00:00', ?, ?, ?, ?)"
        db.executemany(insert, [("password", "success", None, "pc")] * 80)
        db.executemany(insert, [("password", "failure", "wrong_password", " ")] * 13)
        db.executemany(insert, [("password", "failure", "captcha_error", "pc")] * 4)
        db.executemany(insert, [("fingerprint", "failure", "13912345678", "pc")] * 2)
        db.executemany(insert, [("password", "perhaps", None, "pc")])
    db.close()
    return load(config)


def test_a_row_with_an_unknown_word_stays_and_the_word_is_counted(site: Settings):
    """19 of 99 logins failed: with the rows thrown away they would be 13 of 93."""
    [taken] = Extractor(site, Ledger(site.ledger)).extract(["identity.logins"], DAY, DAY)
    assert taken.rejected == {(DAY, "结果（outcome）不在取值范围内"): 1}  # a column that must be there
    assert taken.unknown_values == {
        (DAY, "method", "fingerprint"): 2,
        (DAY, "reason", "captcha_error"): 4,
        (DAY, "reason", "***********"): 2,  # what looks like a telephone number is not kept
    }
    assert taken.as_data()["unknown_values"] == {
        "method": {"fingerprint": 2},
        "reason": {"captcha_error": 4, "***********": 2},
    }
    table = Workspace(site).table("identity.logins", DAY, DAY)
    [row] = logins(table).to_pyarrow().to_pylist()
    assert row["login_failure_rate"] == pytest.approx(19 / 99)
    counts = table.group_by("method", "reason", "terminal").aggregate(n=table.count()).to_pyarrow().to_pylist()
    assert {(row["method"], row["reason"], row["terminal"], row["n"]) for row in counts} == {
        ("password", None, "pc", 84),
        ("password", "wrong_password", None, 13),  # a blank is no word
        ("other", None, "pc", 2),
    }


def test_a_report_tells_the_unknown_values_of_its_period(site: Settings):
    ledger = Ledger(site.ledger)
    Extractor(site, ledger).extract(["identity.logins"], DAY - dt.timedelta(days=1), DAY)
    report = Report(Workspace(site), "daily_inspection", "", Period.day(DAY))
    report.dataset("identity.logins")
    assert [note for note in report.head().notes if "未知取值" in note] == [
        "登录：失败原因有 6 条未知取值（captcha_error 4 条、*********** 2 条），按未注明统计，请补充对照表。",
        "登录：方式有 2 条未知取值（fingerprint 2 条），按“其他”统计，请补充对照表。",
    ]
    before = Report(Workspace(site), "daily_inspection", "", Period.day(DAY - dt.timedelta(days=1)))
    before.dataset("identity.logins")
    assert before.head().notes == ()


def test_words_are_deleted_with_the_extractions_that_met_them(site: Settings):
    ledger = Ledger(site.ledger)
    moment = dt.datetime(2026, 10, 21, 8, tzinfo=site.zone)
    Extractor(site, ledger, clock=lambda: moment).extract(["identity.logins"], DAY, DAY)
    Extractor(site, ledger, clock=lambda: moment).extract(["identity.logins"], DAY, DAY)  # the first covers nothing now
    engine = sa.create_engine(site.ledger, poolclass=NullPool)
    count = sa.select(sa.func.count()).select_from(unknown_values)
    with engine.connect() as connection:
        assert connection.scalar(count) == 6
    ledger.pruning.prune(dt.date(2026, 11, 1))
    with engine.connect() as connection:
        assert connection.scalar(count) == 3
    engine.dispose()


@pytest.mark.parametrize(
    ("column", "delivered", "kept", "replaced"),
    [
        (  # a mark from 1 to 5 that may be missing
            DATASETS["desk.tickets"].column("satisfaction"),
            pa.array(["5", "6", "0", None, "满意", "4.5", " 1 "]),
            [5, None, None, None, None, None, 1],
            [None, "6", "0", None, "满意", "4.5", None],
        ),
        (  # a duration that is never negative
            DATASETS["sso.accesses"].column("duration_ms"),
            pa.array([1.5, -1.5, None]),
            [1.5, None, None],
            [None, "-1.5", None],
        ),
    ],
)
def test_a_number_that_cannot_be_used_is_null_and_counted(
    column: Column, delivered: pa.Array, kept: list[float | None], replaced: list[str | None]
):
    values, is_unreadable = convert(delivered, column, "", ZoneInfo("UTC"))
    values, numbers = replace_unusable_numbers(values, delivered, is_unreadable, column)
    assert values.to_pylist() == kept
    assert numbers is not None
    assert numbers.to_pylist() == replaced


def test_a_number_that_must_be_there_is_left_to_the_check():
    column = DATASETS["infra.metrics"].column("mean")
    values = pa.array([-1e300, 1.0])
    assert replace_unusable_numbers(values, values, pa.array([True, False]), column) == (values, None)
