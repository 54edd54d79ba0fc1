import datetime as dt
import shutil
from pathlib import Path

import pytest

from ntanalytics.errors import NoData, SettingsError, UnknownName
from ntanalytics.metrics.figures import case_list, figures
from ntanalytics.workspace import Report, open_report, open_workspace
from tests.extraction.small_site import SmallSite

W47 = "2026-W47"  # 16 to 22 November
MONDAY, SUNDAY = dt.date(2026, 11, 16), dt.date(2026, 11, 22)

#: The first day with messages, of the week before.
SOME = dt.date(2026, 11, 10)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    site = SmallSite(tmp_path)
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(site.config))
    for source in ("shop", "twin"):
        site.messages(
            source,
            (1, "2026-11-17 09:00:00", "mobile", 1, None, None),
            (2, "2026-11-10 09:00:00", "mobile", 3, None, None),
        )
    return site


def count(table) -> int:
    return table.count().to_pyarrow().as_py()


def test_a_scope_parts_the_period_from_the_one_before(site: SmallSite):
    site.extractor().extract(["sms.messages"], MONDAY - dt.timedelta(days=7), SUNDAY)
    messages = open_report("sms_volume", W47).dataset("sms.messages", history=7)
    assert (count(messages.table), count(messages.before), count(messages.recent)) == (2, 2, 4)
    assert messages.before.segments.sum().to_pyarrow().as_py() == 6
    assert count(messages.days) == 14


def test_cases_that_are_open_are_read_however_old_they_are(site: SmallSite):
    """Of four old tickets two touch the two weeks: one is open, one was closed in the week before."""
    rows = (
        ("OPEN", "2025-01-03 09:00:00", None),
        ("LATE", "2025-01-04 09:00:00", "2026-11-10 09:00:00"),
        ("DONE", "2025-01-05 09:00:00", "2026-11-08 09:00:00"),
        ("GONE", "2025-01-06 09:00:00", "2025-01-07 09:00:00"),
        ("NEW", "2026-11-17 09:00:00", None),
    )
    for source in ("shop", "twin"):
        site.run(source, "INSERT INTO ticket VALUES (?, ?, ?)", *rows)
    site.extractor().extract(["desk.tickets"], dt.date(2025, 1, 1), SUNDAY)
    tickets = open_report("weekly_service_report", W47).dataset("desk.tickets")
    by_source = tickets.cases.to_pyarrow().to_pylist()
    assert sorted(row["ticket_no"] for row in by_source if row["source"] == "shop") == ["LATE", "NEW", "OPEN"]
    assert count(tickets.recent) == 2


def test_a_day_never_taken_is_a_hole_in_every_way(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY - dt.timedelta(days=1))
    report = open_report("sms_volume", W47)
    messages = report.dataset("sms.messages")
    assert (messages.is_complete, messages.was_complete, messages.missing) == (False, False, [SUNDAY])
    days = {row["day"]: row["is_covered"] for row in messages.days.to_pyarrow().to_pylist()}
    assert [day for day, covered in days.items() if not covered] == [SUNDAY]
    (first, second) = report.head().gaps
    assert "shop" in first
    assert "11月22日" in first
    assert "下限" in second


def test_a_lake_that_was_emptied_is_a_hole_whatever_the_ledger_says(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    shutil.rmtree(site.settings.lake)
    site.settings.lake.mkdir()
    messages = open_report("sms_volume", W47).dataset("sms.messages")
    assert messages.missing == [dt.date(2026, 11, 17)]  # the one day that had rows


def test_one_source_of_two_missing_is_a_hole(site: SmallSite):
    site.run("twin", "DROP TABLE message")
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    report = open_report("sms_volume", W47)
    assert not report.dataset("sms.messages").is_complete
    by_source = {line.source: line for line in report.status()}
    assert (by_source["shop"].missing_days, by_source["shop"].error) == ((), "")
    assert by_source["twin"].error == "数据源拒绝访问或缺少表、列"
    assert by_source["twin"].rows is None


def test_a_day_taken_before_it_ended_is_not_whole(site: SmallSite):
    today = dt.datetime.now(site.settings.zone).date()
    site.extractor().extract(["sms.messages"], today, today)
    messages = open_report("sms_volume", today.isoformat()).dataset("sms.messages")
    assert not messages.is_complete
    assert messages.as_of <= messages.known_end < messages.period.window(site.settings.zone)[1]
    assert "本期尚未结束" in "".join(open_report("sms_volume", today.isoformat()).head().notes)


def test_the_head_names_the_versions_that_were_read(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    report = open_report("sms_volume", W47)
    report.dataset("sms.messages")
    version = report.workspace.version("sms.messages")
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    assert report.head().versions == {"sms.messages": version}  # pinned when it was first met


def test_the_as_of_is_the_earliest_of_the_sources(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    report = open_report("sms_volume", W47)
    messages = report.dataset("sms.messages")
    taken = [line.taken_at for line in messages.status()]
    assert messages.as_of == min(moment for moment in taken if moment)
    assert messages.known_end == report.ends_at < messages.as_of


def test_a_dataset_without_a_source_has_no_say_in_the_as_of(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    report = open_report("sms_volume", W47)
    messages, none = report.dataset("sms.messages"), report.dataset("infra.metrics")
    assert (none.sources, none.as_of < messages.as_of) == ([], True)  # the end of the period
    known = messages.as_of.isoformat()
    assert report.origin("sms.volume", messages, none)["as_of"] == known
    assert figures([], messages, none).origin["as_of"] == known
    assert "as_of" not in report.origin("sms.volume", none)


def test_days_before_a_lost_one_are_known_until_they_were_taken(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    taken = open_report("sms_volume", W47).dataset("sms.messages").as_of
    monday = SUNDAY + dt.timedelta(days=1)
    lost = open_report("sms_volume", monday.isoformat()).dataset("sms.messages")
    assert [line.taken_at for line in lost.status()] == [None, None]
    assert lost.as_of == taken


def test_what_a_source_gave_after_another_one_stopped_counts(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    view = open_report("sms_volume", W47).dataset("sms.messages")
    taken = {source: view._known_until(source) for source in view.sources}
    stopped = dt.datetime(2026, 11, 18, 4, tzinfo=dt.UTC)
    view._known_until = {**taken, view.sources[0]: stopped}.get  # type: ignore[method-assign]
    assert view.as_of == stopped
    assert view.known_end == open_report("sms_volume", W47).ends_at


def test_the_calendar_marks_days(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    report = open_report("x", "2026-10-10")
    row = report.dataset("sms.messages", history=9).days.to_pyarrow().to_pylist()
    assert (row[-1]["label"], row[-1]["is_working_day"]) == ("调休上班", True)
    assert (row[0]["label"], row[0]["is_working_day"]) == ("节假日", False)
    assert report.working_days == [dt.date(2026, 10, 10)]


def test_an_analyst_opens_the_lake_in_three_lines(site: SmallSite):
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    lake = open_workspace(site.config)
    frame = (
        lake.table("sms.messages", "2026-11-17", "2026-11-17")
        .group_by("carrier")
        .agg(n=lambda t: t.count())
        .to_pandas()
    )
    assert frame.to_dict("records") == [{"carrier": "mobile", "n": 2}]
    with pytest.raises(UnknownName):
        lake.table("sms.message")


def test_without_settings_or_data_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(tmp_path / "none.yml"))
    with pytest.raises(SettingsError, match="ntanalytics init"):
        open_report("x", W47)
    (tmp_path / "none.yml").write_text("", encoding="utf-8")
    with pytest.raises(NoData, match="ntanalytics extract"):
        open_report("x", W47)


def test_a_report_knows_its_zone(site: SmallSite):
    report = Report(open_workspace(site.config), "x", "", open_report_period())
    assert report.utc_offset_h == 8
    assert report.begins_at == dt.datetime(2026, 11, 15, 16, tzinfo=dt.UTC)
    assert report.ends_at == dt.datetime(2026, 11, 22, 16, tzinfo=dt.UTC)


def open_report_period():
    from ntanalytics.periods import parse_period

    return parse_period(W47, SUNDAY)


def test_days_before_the_first_row_of_a_source_are_no_zeros(site: SmallSite):
    """Both sources were asked for two weeks, and have rows since the 10th."""
    site.extractor().extract(["sms.messages"], MONDAY - dt.timedelta(days=14), SUNDAY)
    messages = open_report("weekly_service_report", "2026-W46").dataset("sms.messages")
    assert messages.missing == [dt.date(2026, 11, 9)]
    assert not messages.was_complete
    days = {row["day"]: row["is_covered"] for row in messages.days.to_pyarrow().to_pylist()}
    assert (days[SOME], days[SOME - dt.timedelta(days=1)]) == (True, False)


def test_a_source_that_never_gave_a_row_knows_nothing(site: SmallSite):
    site.run("twin", "DELETE FROM message")
    site.extractor().extract(["sms.messages"], SOME, SUNDAY)
    messages = open_report("weekly_service_report", W47).dataset("sms.messages")
    assert messages.missing == [MONDAY + dt.timedelta(days=number) for number in range(7)]


def test_a_past_week_of_a_young_source_is_a_part_in_the_report_that_quotes_it(site: SmallSite):
    """Both sources have rows since the 10th of November; four weeks later the week before is still a part."""
    for source in ("shop", "twin"):
        site.run(source, "INSERT INTO ticket VALUES (?, ?, ?)", ("OPEN", "2026-11-10 09:00:00", None))
    site.extractor().extract(["desk.tickets", "sms.messages"], dt.date(2026, 10, 20), SUNDAY)
    tickets = open_report("weekly_service_report", "2026-W50").dataset("desk.tickets")
    assert (dict(tickets.young_sources), set(tickets.young_sources_before.values())) == ({}, {SOME})
    row = figures(
        [{"closed_tickets": 2, "closed_tickets_before": 1, "is_complete": True, "was_complete": True}], tickets
    )
    assert "closed_tickets" not in tickets.part_measures  # the weeks since were never taken, which is a gap of its own
    assert row.total.certainty("closed_tickets_before") == "unknown"
    later = open_report("weekly_service_report", "2026-W51").dataset("desk.tickets")
    assert later.young_sources_before == {}


@pytest.mark.parametrize(("asked_since", "is_young"), [(dt.date(2026, 10, 20), True), (SOME, False)])
def test_what_is_open_is_a_part_where_the_source_begins_shortly_before(site: SmallSite, asked_since, is_young):
    """Both sources have rows since the 10th; asked about October, they have nothing of it."""
    for source in ("shop", "twin"):
        site.run(source, "INSERT INTO ticket VALUES (?, ?, ?)", ("OPEN", "2026-11-10 09:00:00", None))
    site.extractor().extract(["desk.tickets", "sms.messages"], asked_since, SUNDAY)
    tickets = open_report("weekly_service_report", W47).dataset("desk.tickets")
    made = figures([{"open_tickets": 2, "opened_tickets": 1, "overdue_tickets": 0}], tickets)
    assert tickets.is_complete
    assert made.total.quantity("opened_tickets").is_exact
    assert made.total.quantity("open_tickets").text == ("≥ 2 件" if is_young else "2 件")
    assert made.total.certainty("overdue_tickets") == ("unknown" if is_young else "exact")
    assert set(tickets.young_sources.values()) == ({SOME} if is_young else set())
    assert ("存量与了结数为下限" in made.note) == is_young


@pytest.mark.parametrize(
    ("lost", "is_known"),
    [
        (dt.date(2026, 11, 10), False),
        (dt.date(2026, 10, 19), False),  # four weeks before the period
        (dt.date(2026, 10, 18), True),  # most of what began then has ended
        (dt.date(2026, 10, 9), True),  # the first extraction took what was open then
    ],
)
def test_what_began_on_a_lost_day_before_may_be_open_or_end_in_the_week(site: SmallSite, lost: dt.date, is_known: bool):
    """Of two sources one has a ticket of the lost day; both were never asked about that day."""
    site.run("shop", "INSERT INTO ticket VALUES (?, ?, ?)", ("LOST", f"{lost} 09:00:00", None))
    for source in ("shop", "twin"):
        rows = (("OLD", "2026-10-10 09:00:00", None), ("NEW", "2026-11-17 09:00:00", "2026-11-17 10:00:00"))
        site.run(source, "INSERT INTO ticket VALUES (?, ?, ?)", *rows)
    day = dt.timedelta(days=1)
    for first, last in ((dt.date(2026, 10, 10), lost - day), (max(lost + day, dt.date(2026, 10, 10)), SUNDAY)):
        if first <= last:
            site.extractor().extract(["desk.tickets", "sms.messages"], first, last)
    tickets = open_report("weekly_service_report", W47).dataset("desk.tickets")
    counted = {"opened_tickets": 2, "open_tickets": 2, "closed_tickets": 2, "resolution_p50_s": 3600.0}
    made = figures([counted], tickets)
    assert tickets.is_complete
    assert made.total.quantity("opened_tickets").text == "2 件"
    assert made.total.quantity("closed_tickets").text == ("2 件" if is_known else "≥ 2 件")
    assert made.total.certainty("open_tickets") == ("exact" if is_known else "unknown")
    assert made.total.certainty("resolution_p50_s") == ("exact" if is_known else "unknown")
    assert {source: list(days) for source, days in tickets.unfilled.lost.items()} == (
        {} if is_known else {"shop": [lost], "twin": [lost]}
    )
    assert (f"缺{lost.month}月{lost.day}日的完整数据" in made.note) is not is_known
    assert case_list([{"ticket_no": "NEW"}], tickets).is_complete is is_known


def test_covered_days_are_the_same_in_whatever_parts_they_are_asked_for(site: SmallSite):
    """Days between two questions that do not meet are read, too; none stands twice."""
    site.extractor().extract(["sms.messages"], dt.date(2026, 10, 20), SUNDAY)
    whole = open_workspace().covered_days("sms.messages", dt.date(2026, 10, 20), SUNDAY)
    assert len(whole) == 2 * 34
    in_parts = open_workspace()
    asked = [("11-16", "11-22"), ("11-09", "11-18"), ("10-25", "10-27"), ("11-01", "11-03"), ("10-20", "11-22")]
    for first, last in [
        (dt.date.fromisoformat(f"2026-{one}"), dt.date.fromisoformat(f"2026-{two}")) for one, two in asked
    ]:
        known = in_parts.covered_days("sms.messages", first, last)
        assert sorted(known, key=str) == sorted((day for day in whole if first <= day.day <= last), key=str)
        assert [day.day for day in known] == sorted(day.day for day in known)
    # a correction of an old day is seen by the next report
    site.messages("shop", (5, "2026-10-21 09:00:00", "mobile", 1, None, None))
    site.extractor().extract(["sms.messages"], dt.date(2026, 10, 21), dt.date(2026, 10, 21))
    now = open_workspace()
    now.covered_days("sms.messages", MONDAY, SUNDAY)
    rows = {(day.source, day.day): day.rows for day in now.covered_days("sms.messages", dt.date(2026, 10, 20), SUNDAY)}
    assert (rows["shop", dt.date(2026, 10, 21)], rows["twin", dt.date(2026, 10, 21)]) == (1, 0)
