import datetime as dt
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from deltalake import DeltaTable
from sqlalchemy.pool import NullPool

from ntanalytics.contract import DATASETS
from ntanalytics.errors import UnknownName, UsageError
from ntanalytics.extraction import Extractor
from ntanalytics.extraction.retry_budget import RetryBudget
from ntanalytics.extraction.spool import Spool
from ntanalytics.extraction.work_claims import BACKLOG_FROM
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.ledger.tables import extractions
from ntanalytics.sources.source import SourceBase
from tests.extraction.small_site import SmallSite

D18, D19, D20 = (dt.date(2026, 11, day) for day in (18, 19, 20))
GOOD = (1, "2026-11-19 09:00:00", "mobile", 1, "delivered", "2026-11-19 09:00:02.500")


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path)


def kept(site: SmallSite, dataset: str = "sms.messages") -> list[dict[str, object]]:
    lake = DeltaLake(site.settings.lake)
    table = DuckReader(lake).table(DATASETS[dataset], lake.version(dataset))
    return sorted(
        table.to_pyarrow().to_pylist(), key=lambda row: (row["day"], row["source"], str(row.get("message_id")))
    )


def test_rows_come_converted_stamped_and_with_their_derived_columns(site: SmallSite):
    site.messages("shop", GOOD)
    (taken, empty) = site.extractor().extract(["sms.messages"], D19, D19)
    (row,) = kept(site)
    assert row["submitted_at"] == dt.datetime(2026, 11, 19, 1, tzinfo=dt.UTC)
    assert (row["source"], row["day"], row["receipt_latency_s"], row["message_id"]) == ("shop", D19, 2.5, "1")
    assert (taken.rows, taken.rows_read, taken.rejected.total(), taken.error) == ({D19: 1}, 1, 0, "")
    assert empty.source == "twin"
    assert empty.rows.total() == 0


def test_a_day_is_replaced_and_not_added_to(site: SmallSite):
    site.messages("shop", GOOD, (2, "2026-11-20 09:00:00", "unicom", 1, None, None))
    site.extractor().extract(["sms.messages"], D18, D20)
    site.run("shop", "DELETE FROM message WHERE id = 1")
    site.messages("shop", (3, "2026-11-19 10:00:00", "telecom", 2, None, None))
    site.extractor().extract(["sms.messages"], D19, D19)
    assert [(row["day"], row["message_id"]) for row in kept(site)] == [(D19, "3"), (D20, "2")]


def test_a_day_that_has_become_empty_is_emptied(site: SmallSite):
    site.messages("shop", GOOD)
    site.extractor().extract(["sms.messages"], D19, D19)
    site.run("shop", "DELETE FROM message")
    site.extractor().extract(["sms.messages"], D19, D19)
    assert kept(site) == []


def test_sources_of_one_dataset_do_not_touch_each_others_rows(site: SmallSite):
    site.messages("shop", GOOD)
    site.messages("twin", GOOD)
    site.extractor().extract(["sms.messages"], D19, D19)
    site.run("twin", "DELETE FROM message")
    site.extractor().extract(["sms.messages"], D19, D19)
    assert [row["source"] for row in kept(site)] == ["shop"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((2, "2026-11-19 09:00:00", None, 1, None, None), "运营商（carrier）缺失"),
        ((2, "2026-11-19 09:00:00", "mobile", "many", None, None), "计费条数（segments）不是整数"),
        ((2, "2026-11-19 09:00:00", "mobile", 0, None, None), "计费条数（segments）小于 1"),
        ((2, "2026-11-19 09:00:00", "mobile", 101, None, None), "计费条数（segments）大于 100"),
        ((2, "2026-11-19 09:00:00", "mobile", 1, None, "0001-01-01 00:00:00"), "回执时间（reported_at）不是时间"),
        ((2, "2026-11-19 09:00:00", "mobile", 1, None, "2026-00-00 00:00:00"), "回执时间（reported_at）不是时间"),
        ((2, "2026-11-19 09:00:00", "mobile", 1, None, b"\xff\x00"), "回执时间（reported_at）不是时间"),
        ((2, "2026-11-19 99:00:00", "mobile", 1, None, None), "提交时间（submitted_at）不是时间"),
        ((1, "2026-11-19 09:00:00", "mobile", 1, None, None), "与另一行的短信编号相同"),
    ],
)
def test_a_row_that_breaks_the_contract_is_rejected_counted_and_kept_with_its_reason(site: SmallSite, row, reason: str):
    site.messages("shop", GOOD, row)
    taken, _ = site.extractor().extract(["sms.messages"], D19, D19)
    assert {text: rows for (_, text), rows in taken.rejected.items()} == {reason: 1}
    assert len(kept(site)) == 1
    assert site.ledger.coverage.rejected("sms.messages", D19, D19) == [("shop", reason, 1)]
    (rejects,) = (Path(site.settings.lake) / "sms.messages.rejects").glob("*.parquet")
    assert rejects.stat().st_size > 0


@pytest.mark.parametrize("reported", ["2026-11-19 08:00:00", "9999-12-31 23:59:59"])
def test_a_clock_that_is_off_loses_the_latency_and_not_the_message(site: SmallSite, reported: str):
    site.messages("shop", (2, "2026-11-19 09:00:00", "mobile", 1, "ok", reported))
    taken, _ = site.extractor().extract(["sms.messages"], D19, D19)
    assert not taken.rejected
    assert [(row["message_id"], row["receipt_latency_s"]) for row in kept(site)] == [("2", None)]


def test_where_nothing_fits_all_is_counted_and_the_first_rows_are_kept(site: SmallSite):
    site.messages("shop", *((n, "2026-11-19 09:00:00", "mobile", 0, None, None) for n in range(1200)))
    taken, _ = site.extractor().extract(["sms.messages"], D19, D19)
    assert taken.rejected_by_reason == {"计费条数（segments）小于 1": 1200}
    rejects = DeltaTable(str(site.settings.lake / "sms.messages.rejects")).to_pyarrow_table().to_pylist()
    assert sum(row["source_rows"] for row in rejects) == 1200
    assert [row["source_rows"] for row in rejects if row["record"] is None] == [200]
    assert len({row["record"] for row in rejects if row["record"]}) == 1000


def test_what_is_rejected_is_counted_once_however_often_it_is_taken(site: SmallSite):
    site.messages("shop", GOOD, (2, "2026-11-19 09:00:00", "mobile", 0, None, None))
    for _ in range(2):
        site.extractor().extract(["sms.messages"], D19, D19)
    assert [rows for _, _, rows in site.ledger.coverage.rejected("sms.messages", D18, D20)] == [1]


def test_a_source_that_fails_is_recorded_and_leaves_the_others_and_the_lake_as_they_were(site: SmallSite):
    site.messages("shop", GOOD)
    site.messages("twin", GOOD)
    site.extractor().extract(["sms.messages"], D19, D19)
    before = kept(site)
    site.run("twin", "DROP TABLE message")
    site.messages("shop", (5, "2026-11-19 10:00:00", "mobile", 1, None, None))
    good, failed = site.extractor().extract(["sms.messages"], D19, D19)
    assert (good.error, "no such table" in failed.error) == ("", True)
    assert [row for row in kept(site) if row["source"] == "twin"] == [row for row in before if row["source"] == "twin"]
    assert len(kept(site)) == 3
    assert ("sms.messages", "twin") in site.ledger.coverage.failed_sources()
    assert {day.source for day in site.ledger.coverage.days("sms.messages", D19, D19)} == {"shop", "twin"}


def test_a_case_is_merged_by_its_key_on_the_day_of_its_opening(site: SmallSite):
    site.run(
        "shop",
        "INSERT INTO ticket VALUES (?, ?, ?)",
        ("T1", "2026-11-18 09:00:00", None),
        ("T2", "2026-11-18 10:00:00", None),
    )
    site.extractor().extract(["desk.tickets"], D18, D18)
    site.run("shop", "UPDATE ticket SET closed = '2026-11-20 17:00:00' WHERE no = 'T1'")
    site.extractor().extract(["desk.tickets"], D20, D20)
    rows = {row["ticket_no"]: row for row in kept(site, "desk.tickets")}
    assert rows["T1"]["closed_at"] == dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    assert rows["T1"]["day"] == D18
    assert rows["T2"]["closed_at"] is None


def test_what_was_open_before_the_first_day_is_taken_once_however_old_it_is(site: SmallSite):
    """A ticket of 2025 is open, another one was closed; the open one is closed later."""
    site.run(
        "shop",
        "INSERT INTO ticket VALUES (?, ?, ?)",
        ("OLD", "2025-01-03 09:00:00", None),
        ("DONE", "2025-01-04 09:00:00", "2025-02-01 09:00:00"),
        ("T1", "2026-11-18 09:00:00", None),
    )
    taken = [each for each in site.extractor().extract(["desk.tickets"], D18, D18) if each.source == "shop"]
    assert [(each.is_backlog, each.rows.total()) for each in taken] == [(True, 1), (False, 1)]
    assert {row["ticket_no"]: row["day"] for row in kept(site, "desk.tickets")} == {
        "OLD": dt.date(2025, 1, 3),
        "T1": D18,
    }
    assert [day.day for day in site.ledger.coverage.days("desk.tickets", dt.date(2025, 1, 1), D20)] == [D18, D18]
    site.run("shop", "UPDATE ticket SET closed = '2026-11-19 17:00:00' WHERE no = 'OLD'")
    again = site.extractor().extract(["desk.tickets"], D19, D19)
    assert not any(each.is_backlog for each in again)
    closed = {row["ticket_no"]: row["closed_at"] for row in kept(site, "desk.tickets")}
    assert closed == {"OLD": dt.datetime(2026, 11, 19, 9, tzinfo=dt.UTC), "T1": None}


def test_a_lake_that_was_filled_without_older_cases_gets_them(site: SmallSite):
    """A former version did not ask for what was open before the first day."""
    site.run("shop", "INSERT INTO ticket VALUES (?, ?, ?)", ("OLD", "2025-01-03 09:00:00", None))
    site.extractor().extract(["desk.tickets"], D18, D18)
    with sa.create_engine(site.settings.ledger, poolclass=NullPool).begin() as ledger:
        ledger.execute(extractions.delete().where(extractions.c.first_on == BACKLOG_FROM))
    taken = site.extractor().extract(["desk.tickets"], D20, D20)
    backlog = next(each for each in taken if each.is_backlog and each.source == "shop")
    assert (backlog.last, backlog.rows.total()) == (D18 - dt.timedelta(days=1), 1)


WITHDRAWN = """\
/*
window: changed_at
times: {opened_at: naive, closed_at: naive, changed_at: naive}
dialects: [sqlite]
absent: [unit, responded_at, due_at, deadline_class, cause, close_code, reopenings, satisfaction, incident_no]
*/
SELECT no AS ticket_no, opened AS opened_at, category, 'oa' AS subsystem, closed AS closed_at, changed AS changed_at,
    CASE WHEN is_deleted THEN '已删除' END AS withdrawn_because
FROM case_ WHERE changed >= :since AND changed < :until
"""


def test_a_case_that_is_withdrawn_or_rejected_later_does_not_stay_open(site: SmallSite):
    """Four open tickets; one is deleted, one gets a closing time that is none, one has no category any more."""
    (site.folder / "queries" / "shop" / "desk.tickets.sql").write_text(WITHDRAWN, encoding="utf-8")
    for source in ("shop", "twin"):
        site.run(source, "CREATE TABLE case_ (no, opened, closed, category, changed, is_deleted)")
        rows = [(f"T{n}", "2026-11-18 09:00:00", None, "fault", "2026-11-18 09:00:00", 0) for n in range(1, 5)]
        site.run(source, "INSERT INTO case_ VALUES (?, ?, ?, ?, ?, ?)", *rows)
    site.extractor().extract(["desk.tickets"], D18, D18)
    change = "UPDATE case_ SET changed = '2026-11-20 09:00:00', "
    site.run("shop", f"{change} is_deleted = 1 WHERE no = 'T1'")
    site.run("shop", f"{change} closed = '下午' WHERE no = 'T2'")
    site.run("shop", f"{change} category = NULL WHERE no = 'T3'")
    taken, other = site.extractor().extract(["desk.tickets"], D20, D20)
    assert (taken.error, taken.withdrawn, other.withdrawn) == ("", {"已删除": 1}, {})
    assert taken.rejected == {(D20, "关闭时间（closed_at）不是时间"): 1, (D20, "类别（category）缺失"): 1}
    assert [row["ticket_no"] for row in kept(site, "desk.tickets") if row["source"] == "shop"] == ["T4"]
    assert len([row for row in kept(site, "desk.tickets") if row["source"] == "twin"]) == 4
    # the day of the opening is not in the window; what was rejected is told all the same
    assert {reason for _, reason, _ in site.ledger.coverage.rejected("desk.tickets", D20, D20)} == {
        "关闭时间（closed_at）不是时间",
        "类别（category）缺失",
    }
    site.run("shop", "UPDATE case_ SET changed = '2026-11-20 10:00:00', closed = '2026-11-20 10:00:00' WHERE no = 'T2'")
    site.extractor().extract(["desk.tickets"], D20, D20)
    again = {row["ticket_no"]: row["closed_at"] for row in kept(site, "desk.tickets") if row["source"] == "shop"}
    assert again == {"T2": dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC), "T4": None}


def test_a_case_that_ended_or_changed_in_the_future_is_rejected_and_its_former_version_holds_no_more(site: SmallSite):
    """Read on 20 November at 08:00 (UTC 00:00): up to 08:00 of the 21st a clock may be ahead; a year is a mistake."""
    (site.folder / "queries" / "shop" / "desk.tickets.sql").write_text(WITHDRAWN, encoding="utf-8")
    for source in ("shop", "twin"):
        site.run(source, "CREATE TABLE case_ (no, opened, closed, category, changed, is_deleted)")
    rows = [(f"T{n}", "2026-11-18 09:00:00", None, "fault", "2026-11-18 09:00:00", 0) for n in range(1, 4)]
    site.run("shop", "INSERT INTO case_ VALUES (?, ?, ?, ?, ?, ?)", *rows)
    extractor = Extractor(site.settings, site.ledger, clock=lambda: dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    extractor.extract(["desk.tickets"], D18, D18)
    change = "UPDATE case_ SET changed = '2026-11-19 09:00:00', "
    site.run("shop", f"{change} closed = '2027-11-19 09:00:00' WHERE no = 'T1'")
    site.run("shop", f"{change} closed = '2026-11-21 08:00:00' WHERE no = 'T2'")
    taken, _ = extractor.extract(["desk.tickets"], D19, D19)
    assert taken.rejected == {(D19, "关闭时间（closed_at）晚于抽取时间"): 1}
    closed = {row["ticket_no"]: row["closed_at"] for row in kept(site, "desk.tickets")}
    assert closed == {"T2": dt.datetime(2026, 11, 21, tzinfo=dt.UTC), "T3": None}
    # a change that lies a year ahead is met by the window that reaches today
    site.run("shop", "UPDATE case_ SET changed = '2027-11-19 09:00:00' WHERE no = 'T3'")
    taken, _ = extractor.extract(["desk.tickets"], D19, D19)
    assert "更新时间（changed_at）晚于抽取时间" not in {reason for _, reason in taken.rejected}
    taken, _ = extractor.extract(["desk.tickets"], D20, D20)
    assert taken.rejected == {(None, "更新时间（changed_at）晚于抽取时间"): 1}
    assert [row["ticket_no"] for row in kept(site, "desk.tickets")] == ["T2"]


@pytest.mark.parametrize(("is_read_whole", "day"), [(False, D19), (True, None)])
def test_what_every_extraction_meets_again_is_of_no_day(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch, is_read_whole: bool, day: dt.date | None
):
    sql = WITHDRAWN.replace("'已删除' END AS withdrawn_because", "'不算' END AS rejected_because")
    (site.folder / "queries" / "shop" / "desk.tickets.sql").write_text(sql, encoding="utf-8")
    for source in ("shop", "twin"):
        site.run(source, "CREATE TABLE case_ (no, opened, closed, category, changed, is_deleted)")
    moment = "2026-11-19 09:00:00"
    site.run("shop", "INSERT INTO case_ VALUES (?, ?, ?, ?, ?, ?)", ("T1", moment, None, "fault", moment, 1))
    monkeypatch.setattr(SourceBase, "is_read_whole", is_read_whole)
    results = site.extractor().extract(["desk.tickets"], D19, D19)
    assert {key for result in results for key in result.rejected if not result.is_backlog} == {(day, "不算")}


def test_what_has_happened_does_not_lie_ahead_and_a_deadline_may(site: SmallSite):
    """Read on 20 November at 08:00: an opening or an answer of next year is a mistake."""
    sql = WITHDRAWN.replace("SELECT no", "SELECT responded AS responded_at, due AS due_at, no")
    sql = sql.replace("times: {", "times: {responded_at: naive, due_at: naive, ").replace("responded_at, due_at, ", "")
    (site.folder / "queries" / "shop" / "desk.tickets.sql").write_text(sql, encoding="utf-8")
    for source in ("shop", "twin"):
        site.run(source, "CREATE TABLE case_ (no, opened, responded, due, closed, category, changed, is_deleted)")
    at, ahead = "2026-11-19 09:00:00", "2027-11-19 09:00:00"
    rows = [
        ("answered", at, at, ahead, None, "fault", at, 0),
        ("mistaken", at, ahead, ahead, None, "fault", at, 0),
        ("opened", ahead, None, None, None, "fault", at, 0),
    ]
    site.run("shop", "INSERT INTO case_ VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *rows)
    extractor = Extractor(site.settings, site.ledger, clock=lambda: dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    results = extractor.extract(["desk.tickets"], D19, D19)
    [taken] = [result for result in results if result.source == "shop" and not result.is_backlog]
    assert taken.rejected == {
        (D19, "首次响应（responded_at）晚于抽取时间"): 1,
        (D19, "受理时间（opened_at）晚于抽取时间"): 1,
    }
    assert [row["ticket_no"] for row in kept(site, "desk.tickets")] == ["answered"]


def test_a_case_may_be_withdrawn_before_anything_was_taken(site: SmallSite):
    (site.folder / "queries" / "shop" / "desk.tickets.sql").write_text(WITHDRAWN, encoding="utf-8")
    for source in ("shop", "twin"):
        site.run(source, "CREATE TABLE case_ (no, opened, closed, category, changed, is_deleted)")
    gone = ("T1", "2026-11-18 09:00:00", None, "fault", "2026-11-18 09:00:00", 1)
    site.run("shop", "INSERT INTO case_ VALUES (?, ?, ?, ?, ?, ?)", gone)
    _, taken, *_ = site.extractor().extract(["desk.tickets"], D18, D18)
    assert (taken.error, taken.withdrawn, taken.rejected) == ("", {"已删除": 1}, {})


def test_a_case_written_down_twice_is_one_case_as_it_changed_last(site: SmallSite):
    site.run(
        "shop",
        "INSERT INTO ticket VALUES (?, ?, ?)",
        ("T1", "2026-11-18 09:00:00", None),
        ("T1", "2026-11-19 10:00:00", None),
    )
    for _ in range(2):  # into an empty table, and merged into one
        taken = next(each for each in site.extractor().extract(["desk.tickets"], D18, D19) if each.first == D18)
        assert (taken.error, dict(taken.rows)) == ("", {D18: 0, D19: 1})
        assert taken.rejected_by_reason == {"与另一行的工单号相同": 1}
        assert [row["day"] for row in kept(site, "desk.tickets")] == [D19]


def test_of_two_rows_with_one_key_the_same_is_kept_whatever_their_order(site: SmallSite):
    late = (1, "2026-11-19 10:00:00", "unicom", 1, None, None)
    site.messages("shop", GOOD, late)
    site.messages("twin", late, GOOD)
    site.extractor().extract(["sms.messages"], D19, D19)
    assert [row["carrier"] for row in kept(site)] == ["unicom", "unicom"]


def test_only_what_is_lacking_or_unsettled_is_taken_again(site: SmallSite):
    long_ago = D20 - dt.timedelta(days=300)
    first = site.extractor().ensure_coverage({"sms.messages": 2}, long_ago, long_ago)
    assert {(each.source, each.first, each.last) for each in first} == {
        (name, long_ago - dt.timedelta(days=2), long_ago) for name in ("shop", "twin")
    }
    assert site.extractor().ensure_coverage({"sms.messages": 2}, long_ago, long_ago) == []
    wider = site.extractor().ensure_coverage({"sms.messages": 3}, long_ago, long_ago)
    assert {(each.first, each.last) for each in wider} == {(long_ago - dt.timedelta(days=3),) * 2}
    today = dt.datetime.now(site.settings.zone).date()
    site.extractor().ensure_coverage({"sms.messages": 0}, today, today)
    assert site.extractor().ensure_coverage({"sms.messages": 0}, today, today) != []  # today has not ended


def test_reports_that_share_their_data_take_an_unsettled_day_once(site: SmallSite):
    yesterday = dt.datetime.now(site.settings.zone).date() - dt.timedelta(days=1)
    site.messages("shop", (1, f"{yesterday} 09:00:00", "mobile", 1, None, None))
    mark = site.extractor().ledger.coverage.last_extraction_id()
    needs = {"sms.messages": 0}
    site.extractor().ensure_coverage(needs, yesterday, yesterday, known_since=mark)
    site.run("shop", f"UPDATE message SET outcome = 'delivered', reported = '{yesterday} 21:00:00'")
    wider = site.extractor().ensure_coverage({"sms.messages": 1}, yesterday, yesterday, known_since=mark)
    assert {each.first for each in wider if not each.is_claimed_elsewhere} == {yesterday - dt.timedelta(days=1)}
    assert [row["outcome"] for row in kept(site)] == [None]
    # the reports of the next command take it again
    after = site.extractor().ledger.coverage.last_extraction_id()
    site.extractor().ensure_coverage(needs, yesterday, yesterday, known_since=after)
    assert [row["outcome"] for row in kept(site)] == ["delivered"]


def test_a_day_that_the_lake_has_lost_is_taken_again(site: SmallSite):
    site.messages("shop", (1, "2026-01-09 09:00:00", "mobile", 1, None, None))
    day = dt.date(2026, 1, 9)
    site.extractor().ensure_coverage({"sms.messages": 0}, day, day)
    shutil.rmtree(site.settings.lake)
    taken = site.extractor().ensure_coverage({"sms.messages": 0}, day, day)
    assert [(each.source, dict(each.rows)) for each in taken] == [("shop", {day: 1})]
    assert len(kept(site)) == 1


def test_a_report_that_comes_later_is_picked_up_while_the_day_has_not_settled(site: SmallSite):
    now = dt.datetime.now(site.settings.zone)
    yesterday = now.date() - dt.timedelta(days=1)
    site.messages("shop", (1, f"{yesterday} 09:00:00", "mobile", 1, None, None))
    site.extractor().ensure_coverage({"sms.messages": 0}, yesterday, yesterday)
    assert [row["outcome"] for row in kept(site)] == [None]
    site.run("shop", f"UPDATE message SET outcome = 'delivered', reported = '{yesterday} 21:00:00'")
    site.extractor().ensure_coverage({"sms.messages": 0}, yesterday, yesterday)
    assert [(row["outcome"], row["receipt_latency_s"]) for row in kept(site)] == [("delivered", 12 * 3600.0)]


def test_a_long_window_is_taken_a_week_at_a_time_from_monday_to_sunday(site: SmallSite):
    taken = site.extractor().extract(["sms.messages"], D20 - dt.timedelta(days=15), D20)
    assert [(each.last - each.first).days + 1 for each in taken if each.source == "shop"] == [4, 7, 5]


def test_a_source_that_is_down_is_asked_once(site: SmallSite):
    (site.folder / "twin.sqlite").unlink()
    taken = site.extractor().extract(["sms.messages"], D20 - dt.timedelta(days=15), D20)
    assert [bool(each.error) for each in taken if each.source == "twin"] == [True]
    assert len([each for each in taken if each.source == "shop"]) == 3


def test_an_unknown_dataset_is_said(site: SmallSite):
    with pytest.raises(UnknownName, match="did you mean 'sms.messages'"):
        site.extractor().extract(["sms.message"], D19, D19)


def test_a_dataset_that_no_source_feeds_is_refused(site: SmallSite):
    with pytest.raises(UsageError, match=r"no source feeds infra\.requests"):
        site.extractor().extract(["infra.requests"], D19, D19)


def test_a_lake_that_cannot_be_written_is_told_from_a_source_that_fails(site: SmallSite):
    site.messages("shop", GOOD)
    site.settings.lake.write_text("no folder", encoding="utf-8")
    taken, _ = site.extractor().extract(["sms.messages"], D19, D19)
    assert (taken.exit_code, taken.cause) == (6, "写入数据湖出错")


def test_a_retry_logs_the_failure_and_no_settings(site: SmallSite, capsys: pytest.CaptureFixture[str]):
    (site.folder / "twin.sqlite").unlink()
    site.extractor().extract(["sms.messages"], D19, D19)
    output = "".join(capsys.readouterr())
    assert "retry" in output
    assert "Settings" not in output


def test_what_a_killed_extraction_left_is_removed_by_the_next(site: SmallSite):
    left = site.settings.lake / ".spool" / "sms.messages.abc"
    left.mkdir(parents=True)
    (left / "2026-11-19.parquet").write_bytes(b"half")
    site.messages("shop", GOOD)
    site.extractor().extract(["sms.messages"], D19, D19)
    assert list(left.parent.iterdir()) == []


def test_the_spool_of_an_extraction_under_way_is_left_alone(site: SmallSite):
    folder = site.settings.lake / ".spool"
    with Spool(folder, DATASETS["sms.messages"]):
        site.extractor().extract(["sms.messages"], D19, D19)
        assert len([path for path in folder.iterdir() if path.is_dir()]) == 1
    assert list(folder.iterdir()) == []


def test_a_source_that_dies_in_mid_stream_leaves_no_half_day(site: SmallSite, monkeypatch: pytest.MonkeyPatch):
    site.messages("shop", *((number, f"2026-11-19 09:00:0{number}", "mobile", 1, None, None) for number in range(5)))
    monkeypatch.setattr("ntanalytics.sources.database.BATCH_ROWS", 2)

    def go_away_after_two_batches(what: str, rows: int) -> None:
        if rows > 2:
            raise OSError("the server went away")

    extractor = Extractor(site.settings, site.ledger, go_away_after_two_batches)
    taken, _ = extractor.extract(["sms.messages"], D19, D19)
    assert "went away" in taken.error
    assert kept(site) == []
    assert list((site.settings.lake / ".spool").iterdir()) == []


def test_a_source_that_comes_back_in_time_is_waited_for_after_the_others_and_one_that_was_down_before_is_not(
    site: SmallSite,
):
    site.messages("twin", GOOD)
    (site.folder / "twin.sqlite").rename(site.folder / "away")
    waited: list[float] = []

    def comes_back(seconds: float) -> None:
        waited.append(seconds)
        (site.folder / "away").rename(site.folder / "twin.sqlite")

    retry_budget = RetryBudget(60, tick=lambda: sum(waited), sleep=comes_back, draw=lambda: 0.0)
    taken = site.extractor().ensure_coverage({"sms.messages": 0}, D19, D19, retry_budget=retry_budget)
    assert [(each.source, each.error, dict(each.rows)) for each in taken] == [("shop", "", {}), ("twin", "", {D19: 1})]
    assert waited == [15]
    (site.folder / "twin.sqlite").rename(site.folder / "away")
    [failed] = [each for each in site.extractor().ensure_coverage({"sms.messages": 0}, D18, D18) if each.error]
    assert failed.is_retryable
    site.extractor().ensure_coverage({"sms.messages": 0}, D18, D18, retry_budget=retry_budget)
    assert waited == [15]
