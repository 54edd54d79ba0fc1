import datetime as dt
import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.errors import LakeError
from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.ledger.upgrading import upgrade_ledger

D1, D2, D3 = (dt.date(2026, 11, day) for day in (1, 2, 3))
AT = dt.datetime(2026, 11, 4, 1, 2, 3, tzinfo=dt.UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path}/deep/ledger.sqlite")


def taken(first: dt.date = D1, last: dt.date = D2, **more) -> ExtractionResult:
    return ExtractionResult(
        dataset="sms.messages", source="sms", first=first, last=last, taken_at=AT, seconds=0.5, **more
    )


def test_coverage_says_for_each_day_what_was_brought(ledger: Ledger):
    ledger.coverage.record(
        taken(
            rows=Counter({D1: 5}),
            rejected=Counter({(D1, "odd"): 2, (None, "no time"): 1}),
            source_rows=Counter({D1: 50}),
        )
    )
    days = ledger.coverage.days("sms.messages", D1, D3)
    assert [(day.day, day.rows, day.source_rows, day.rejected) for day in days] == [(D1, 5, 50, 2), (D2, 0, 0, 0)]
    assert {day.taken_at for day in days} == {AT}
    assert sorted(ledger.coverage.rejected("sms.messages", D1, D1)) == [("sms", "no time", 1), ("sms", "odd", 2)]


def test_a_day_that_the_source_did_not_hold_is_not_a_zero(ledger: Ledger):
    ledger.coverage.record(taken(absent_days=frozenset({D2})))
    assert [day.is_held for day in ledger.coverage.days("sms.messages", D1, D2)] == [True, False]


def test_taking_a_day_again_replaces_its_coverage_and_keeps_the_history(ledger: Ledger, tmp_path: Path):
    ledger.coverage.record(taken(rows=Counter({D1: 5})))
    ledger.coverage.record(taken(D1, D1, rows=Counter({D1: 7})))
    assert [day.rows for day in ledger.coverage.days("sms.messages", D1, D2)] == [7, 0]
    with sa.create_engine(f"sqlite:///{tmp_path}/deep/ledger.sqlite", poolclass=NullPool).connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM extractions")).scalar() == 2


def test_a_row_without_a_time_is_counted_once_a_source_whatever_the_extractions(ledger: Ledger):
    """Each extraction meets it anew: a week that was taken day by day has it once, and not seven times."""
    for day, rows in ((D1, 2), (D2, 3), (D3, 3)):
        ledger.coverage.record(taken(day, day, rejected=Counter({(None, "no time"): rows})))
    assert ledger.coverage.rejected("sms.messages", D1, D3) == [("sms", "no time", 3)]
    assert ledger.coverage.rejected("sms.messages", D1, D1) == [("sms", "no time", 2)]


def test_what_was_rejected_of_a_day_that_was_taken_again_is_counted_once(ledger: Ledger):
    ledger.coverage.record(taken(rejected=Counter({(D1, "odd"): 2, (D2, "odd"): 3})))
    ledger.coverage.record(taken(D2, D2, rejected=Counter({(D2, "odd"): 4})))
    assert ledger.coverage.rejected("sms.messages", D1, D2) == [("sms", "odd", 6)]
    assert ledger.coverage.rejected("sms.messages", D2, D2) == [("sms", "odd", 4)]


def test_datasets_of_later_extractions_are_those_whose_days_they_cover(ledger: Ledger):
    first = ledger.coverage.record(taken())
    ledger.coverage.record(replace(taken(D3, D3), dataset="oa.tasks"))
    ledger.coverage.record(replace(taken(error="gone"), dataset="im.messages"))
    assert ledger.coverage.datasets_extracted_since(0) == {"sms.messages", "oa.tasks"}
    assert ledger.coverage.datasets_extracted_since(first) == {"oa.tasks"}
    assert ledger.as_of(first, AT).coverage.datasets_extracted_since(0) == {"sms.messages"}


def test_a_failure_leaves_the_coverage_and_is_remembered_until_it_works(ledger: Ledger):
    ledger.coverage.record(taken(rows=Counter({D1: 5})))
    ledger.coverage.record(taken(error="gone", cause="数据源不可达"))
    assert ledger.coverage.days("sms.messages", D1, D1)[0].rows == 5
    assert ledger.coverage.failed_sources() == {("sms.messages", "sms"): "数据源不可达"}
    ledger.coverage.record(taken())
    assert ledger.coverage.failed_sources() == {}


def test_the_run_that_published_a_folder_last_is_known_by_the_folder(ledger: Ledger):
    runs = [ledger.runs.start("weekly_service_report", "2026-W47", {}) for _ in range(3)]
    for run, version in zip(runs[:2], (1, 2), strict=True):
        ledger.runs.finish(run, "published", version=version, path="/out/2026-W47")
    ledger.runs.finish(runs[2], "failed", error="boom", path="/out/2026-W47")
    assert ledger.runs.newest_by_path() == {"/out/2026-W47": runs[1]}


def test_runs_are_listed_newest_first_with_how_they_ended(ledger: Ledger):
    first = ledger.runs.start("sms_volume", "2026-W47", {"a": 1})
    second = ledger.runs.start("sms_volume", "2026-W47", {"a": 1})
    ledger.runs.finish(first, "published", version=1, path="/out")
    ledger.runs.finish(second, "failed", error="boom", path="/out/.failed")
    runs = {run.id: run for run in ledger.runs.history()}
    assert (runs[first].status, runs[first].version, runs[first].path) == ("published", 1, "/out")
    assert (runs[second].status, runs[second].error) == ("failed", "boom")
    assert all(run.started_at.tzinfo and run.who for run in runs.values())


def test_versions_count_the_publications_of_the_same_report_period_and_parameters(ledger: Ledger):
    assert ledger.runs.next_version("r", "2026-11", {}) == 1
    run = ledger.runs.start("r", "2026-11", {})
    ledger.runs.finish(run, "published", version=1)
    failed = ledger.runs.start("r", "2026-11", {})
    ledger.runs.finish(failed, "failed")
    assert ledger.runs.next_version("r", "2026-11", {}) == 2
    assert ledger.runs.next_version("r", "2026-11", {"unit": "x"}) == 1
    assert ledger.runs.next_version("r", "2026-10", {}) == 1


def test_a_ledger_that_cannot_be_opened_is_said_without_its_password():
    pytest.importorskip("psycopg")
    with pytest.raises(LakeError, match="ledger") as caught:
        Ledger("postgresql+psycopg://u:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value)


def test_a_ledger_that_another_process_holds_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    Ledger(url)
    impatient = Ledger(f"{url}?timeout=0")
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LakeError, match="database is locked") as caught:
            impatient.runs.start("sms_volume", "2026-W47", {})
        with pytest.raises(LakeError, match="database is locked"):
            impatient.coverage.days("sms.messages", dt.date(2026, 11, 1), dt.date(2026, 11, 2))
    assert "another process" in caught.value.todo


@pytest.mark.parametrize("url", ["nothing", "oracle://u@h/db", "nosuch://h/db", "sqlite:////proc/none/ledger.sqlite"])
def test_a_ledger_that_cannot_be_opened_is_an_error_of_ours(url: str):
    with pytest.raises(LakeError, match="ledger"):
        Ledger(url)


def test_a_ledger_that_another_version_made_is_refused_with_the_way_out(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/old.sqlite"
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE coverage (dataset TEXT, source TEXT, day DATE)"))
    engine.dispose()
    with pytest.raises(LakeError, match="older than this program") as caught:
        Ledger(url)
    assert "ntanalytics upgrade" in caught.value.todo
    with pytest.raises(LakeError, match="coverage has no taken_at"):
        upgrade_ledger(url)  # of a state before 0.1.0
    assert sa.inspect(sa.create_engine(url, poolclass=NullPool)).get_table_names() == ["coverage"]


def test_several_that_open_a_new_ledger_at_once_all_find_its_tables(url: str):
    begin = threading.Barrier(8)

    def opened(_number: int) -> int:
        begin.wait()
        return Ledger(url).audit.prune(dt.date(2026, 1, 1))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(8))) == [0] * 8
