"""Which snapshot of a state stands for a period, through the real extractor."""

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.reports.blocks.head import SnapshotLoss
from ntanalytics.workspace import DatasetView, open_report, open_workspace
from tests.workspace.oa_site import OaSite

MONDAY, SUNDAY, NEXT_MONDAY = dt.date(2026, 11, 16), dt.date(2026, 11, 22), dt.date(2026, 11, 23)
W47 = "2026-W47"  # 16 to 22 November
NEEDS = {"oa.members": 28}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OaSite:
    site = OaSite(tmp_path)
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(site.config))
    site.add_members("club", "a")
    site.add_members("annex", "x")
    return site


def members(period: str = W47, history: int = 0) -> DatasetView:
    return open_report("oa_adoption", period).dataset("oa.members", history)


def ids(table) -> list[str]:
    return sorted(table.account_id.to_pyarrow().to_pylist())


def days(table) -> set[dt.date]:
    return set(table.day.to_pyarrow().to_pylist())


def test_the_morning_after_stands_for_a_week_and_the_monday_before_for_the_week_before(site: OaSite):
    site.take("2026-11-16 06:30")
    site.add_members("club", "b")
    site.take("2026-11-19 06:30")
    site.add_members("club", "c")
    site.take("2026-11-23 06:30")
    site.add_members("club", "d")
    site.take("2026-11-24 06:30")
    view = members()
    assert (ids(view.table), days(view.table)) == (["a", "b", "c", "x"], {NEXT_MONDAY})
    assert (ids(view.before), days(view.before)) == (["a", "x"], {MONDAY})
    assert view.wholeness == {"is_complete": True, "was_complete": True}
    assert (view.note, view.gaps()) == ("", [])
    taken = {(line.source, line.rows, line.taken_at, line.missing_days, line.error) for line in view.status()}
    at = dt.datetime(2026, 11, 22, 22, 30, tzinfo=dt.UTC)
    assert taken == {("club", 3, at, (), ""), ("annex", 1, at, (), "")}
    assert view.as_of == at


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        (("2026-11-22 06:30", "2026-11-23 06:30"), dt.date(2026, 11, 23)),  # taken every morning
        (("2026-11-22 23:00", "2026-11-23 23:00"), dt.date(2026, 11, 22)),  # taken every evening
        (("2026-11-20 09:00",), dt.date(2026, 11, 20)),  # within the week
        (("2026-11-15 23:00",), None),  # older than the week
        (("2026-11-29 23:00",), dt.date(2026, 11, 29)),  # the week's own length after it
        (("2026-11-30 00:30",), None),  # longer
    ],
)
def test_the_nearest_to_the_end_stands_for_it_within_reason(site: OaSite, at: tuple[str, ...], stands: dt.date | None):
    for moment in at:
        site.take(moment)
    view = members()
    assert days(view.table) == ({stands} if stands else set())
    assert view.missing == ([] if stands else [SUNDAY])


def test_a_day_has_a_week_and_a_month_has_a_month(site: OaSite):
    site.take("2026-11-23 06:30")
    assert members("2026-11-16").is_complete
    assert not members("2026-11-15").is_complete
    assert members("2026-10").is_complete  # 23 days after its end
    assert not members("2026-09").is_complete


def test_a_table_says_of_which_day_an_odd_snapshot_is(site: OaSite):
    site.take("2026-11-20 09:00")
    assert members().note == "期末状态取自11月20日的快照。"


@pytest.mark.parametrize(
    ("at", "later"),
    [
        ("2026-11-20 09:00", None),
        ("2026-11-23 06:30", None),  # the morning after
        ("2026-11-25 06:30", dt.date(2026, 11, 25)),
    ],
)
def test_a_snapshot_from_after_the_morning_after_is_later(site: OaSite, at: str, later: dt.date | None):
    site.take(at)
    assert members().later_snapshot == later


def test_one_snapshot_never_stands_for_two_periods(site: OaSite):
    site.take("2026-11-18 06:30")  # of this week; nearest to the end of the week before, too
    view = members()
    assert days(view.table) == {dt.date(2026, 11, 18)}
    assert (ids(view.before), view.missing_before) == ([], [dt.date(2026, 11, 15)])
    assert members("2026-W46").is_complete  # alone it does


def test_each_source_has_its_own_snapshot(site: OaSite):
    site.take("2026-11-21 06:30")
    site.run("annex", "DROP TABLE member")
    site.add_members("club", "b")
    site.take("2026-11-23 06:30")
    view = members()
    found = {(row["source"], row["account_id"], row["day"]) for row in view.table.to_pyarrow().to_pylist()}
    saturday = dt.date(2026, 11, 21)
    assert found == {("annex", "x", saturday), ("club", "a", NEXT_MONDAY), ("club", "b", NEXT_MONDAY)}
    assert view.as_of == dt.datetime(2026, 11, 20, 22, 30, tzinfo=dt.UTC)
    assert view.is_complete


def test_a_source_without_a_snapshot_is_a_hole_that_the_head_names(site: OaSite):
    site.take("2026-11-10 06:30")
    site.run("annex", "DROP TABLE member")
    site.take("2026-11-23 06:30")
    report = open_report("oa_adoption", W47)
    view = report.dataset("oa.members")
    assert (ids(view.table), view.missing) == (["a"], [SUNDAY])
    (gap,) = report.head().gaps
    assert gap == (
        "协同办公成员：数据源 annex 没有能代表11月22日期末的快照，手头最近的取自11月10日"
        "（数据源拒绝访问或缺少表、列），相关数量为下限，环比不作比较。"
    )
    assert view.note == "缺少能代表期末的快照：数量为下限，比率与环比不予计算。"
    annex = next(line for line in report.status() if line.source == "annex")
    assert (annex.taken_at, annex.rows, annex.missing_days) == (None, None, (SUNDAY,))


def test_a_state_that_was_never_taken_is_a_hole_and_no_error(site: OaSite):
    site.settings.lake.mkdir()
    view = members(history=7)
    assert (ids(view.table), ids(view.before), ids(view.recent)) == ([], [], [])
    assert "尚未取得" in view.gaps()[0]
    assert view.as_of == dt.datetime(2026, 11, 22, 16, tzinfo=dt.UTC)


def test_every_snapshot_of_the_span_is_there_for_a_trend(site: OaSite):
    site.take("2026-11-14 06:30")
    site.run("annex", "DROP TABLE member")
    site.add_members("club", "b")
    site.take("2026-11-17 06:30")
    view = members(history=7)
    counted = view.recent.group_by("day").agg(n=lambda t: t.count()).to_pyarrow().to_pylist()
    assert {row["day"]: row["n"] for row in counted} == {dt.date(2026, 11, 14): 2, dt.date(2026, 11, 17): 2}
    covered = [row["day"] for row in view.days.to_pyarrow().to_pylist() if row["is_covered"]]
    assert covered == [dt.date(2026, 11, 14)]  # on the 17th one source of two is missing


def test_what_was_rejected_is_that_of_the_snapshot_which_stands(site: OaSite):
    site.run("club", "INSERT INTO member VALUES (NULL, NULL, 1)")
    site.take("2026-11-16 06:30")
    site.take("2026-11-23 06:30")
    (only,) = members().rejected()
    assert (only[0], only[2]) == ("club", 1)


def test_what_was_rejected_stays_so_in_an_open_workspace_alone(site: OaSite):
    site.run("club", "INSERT INTO member VALUES (NULL, NULL, 1)")
    site.take("2026-11-23 06:30")
    workspace = open_workspace(site.config)
    asked = "oa.members", NEXT_MONDAY, NEXT_MONDAY
    assert len(found := workspace.answers.rejected(*asked)) == 1
    site.run("club", "DELETE FROM member WHERE id IS NULL")
    site.take("2026-11-23 06:40")
    assert workspace.answers.rejected(*asked) == found
    assert open_workspace(site.config).answers.rejected(*asked) == []


@pytest.mark.parametrize(
    ("held", "now", "takes"),
    [
        ((), "2026-11-23 06:30", True),
        ((), "2027-03-01 06:30", True),  # far too late for the week, and better than never
        (("2026-11-15 23:00",), "2026-11-27 06:30", True),  # what is held is older than the week
        (("2026-11-22 06:30",), "2026-11-23 06:30", True),  # the morning after is nearer
        (("2026-11-22 23:00",), "2026-11-23 06:30", False),
        (("2026-11-23 06:30",), "2026-11-23 15:00", False),
        (("2026-11-23 06:30",), "2026-12-24 06:30", False),
        (("2026-11-18 06:30",), "2026-11-18 15:00", False),  # the week goes on; today's is there
        (("2026-11-18 06:30",), "2026-11-19 06:30", True),
    ],
)
def test_a_report_takes_todays_snapshot_where_none_is_as_near(
    site: OaSite, held: tuple[str, ...], now: str, takes: bool
):
    for moment in held:
        site.take(moment)
    taken = site.extractor(now).ensure_coverage(NEEDS, MONDAY, SUNDAY)
    today = dt.date.fromisoformat(now[:10])
    assert {(each.source, each.first, each.last) for each in taken} == (
        {("club", today, today), ("annex", today, today)} if takes else set()
    )


def test_a_snapshot_that_the_lake_lost_is_taken_again_if_the_day_has_not_passed(site: OaSite):
    site.take("2026-11-23 06:30")
    for file in (site.settings.lake / "oa.members").rglob("*"):
        if file.is_file():
            file.unlink()
    assert len(site.extractor("2026-11-23 07:00").ensure_coverage(NEEDS, MONDAY, SUNDAY)) == 2
    assert ids(members().table) == ["a", "x"]


def take_nine_and_lose_six(site: OaSite, *days: str) -> None:
    """Have the club be taken with nine members of its own, and on the later days with three of them."""
    site.add_members("club", *"bcdefghi")
    for number, day in enumerate(days):
        if number == 2:
            site.run("club", "DELETE FROM member WHERE id > 'c'")
        site.take(f"{day} 06:30")


def test_a_whole_snapshot_stands_in_the_place_of_one_that_lost_most_rows(site: OaSite):
    take_nine_and_lose_six(site, "2026-11-19", "2026-11-20", "2026-11-23")
    view = members(history=14)
    assert ids(view.table) == [*"abcdefghi", "x"]
    assert {row["source"]: row["day"] for row in view.table.to_pyarrow().to_pylist()} == {
        "club": dt.date(2026, 11, 20),
        "annex": NEXT_MONDAY,
    }
    assert view.is_complete
    assert ids(view.recent) == sorted([*"abcdefghi" * 2, "x", "x"])
    (line,) = [line for line in view.status() if line.loss]
    stands = dt.date(2026, 11, 20)
    assert line.loss == SnapshotLoss(day=NEXT_MONDAY, rows=6, rows_read=3, whole_on=stands, stands_on=stands)
    assert (line.source, line.rows, line.missing_days) == ("club", 9, ())
    assert "club" in view.gaps()[0]
    assert view.note


def test_the_rows_that_were_rejected_of_a_damaged_snapshot_are_counted(site: OaSite):
    site.add_members("club", *"bcdefghi")
    site.take("2026-11-19 06:30")
    site.run("club", "UPDATE member SET id = NULL WHERE id > 'c'")
    site.take("2026-11-23 06:30")
    view = members()
    (line,) = [line for line in view.status() if line.loss]
    assert (line.rows, line.rejected, line.loss.rows_read) == (9, 6, 3)
    assert [(source, rows) for source, _, rows in view.rejected()] == [("club", 6)]


def test_without_a_whole_snapshot_of_the_period_it_is_a_gap(site: OaSite):
    take_nine_and_lose_six(site, "2026-11-12", "2026-11-13", "2026-11-17", "2026-11-23")
    view = members()
    assert (ids(view.table), view.missing, view.gap_sources) == (["x"], [SUNDAY], frozenset({"club"}))
    (line,) = [line for line in view.status() if line.loss]
    whole_on = dt.date(2026, 11, 13)
    assert line.loss == SnapshotLoss(day=NEXT_MONDAY, rows=6, rows_read=3, whole_on=whole_on, stands_on=None)
    assert (line.rows, line.missing_days) == (None, (SUNDAY,))
    assert len(view.gaps()) == 1


def test_one_that_stays_small_for_ten_working_days_is_the_truth(site: OaSite):
    take_nine_and_lose_six(site, "2026-11-05", "2026-11-06", "2026-11-09", "2026-11-20", "2026-11-23")
    view = members()
    assert (ids(view.table), view.missing, view.gaps()) == ([*"abc", "x"], [], [])
    assert [line.loss for line in view.status()] == [None, None]
    assert "club" in members("2026-W45").gaps()[0]  # what was unknown then stays so


def test_units_come_from_the_last_whole_directory(site: OaSite):
    site.add_units("club", *((f"{number}", f"Unit {number}", None) for number in range(9)))
    site.take("2026-11-19 06:30", "identity.units")
    site.run("club", "DELETE FROM unit WHERE id > '2'")
    site.take("2026-11-23 06:30", "identity.units")
    listed = open_workspace().units(SUNDAY).table
    assert sorted(listed.unit.to_pyarrow().to_pylist()) == [f"Unit {number}" for number in range(9)]


def test_a_damaged_snapshot_is_taken_again_on_its_day(site: OaSite):
    take_nine_and_lose_six(site, "2026-11-19", "2026-11-20", "2026-11-23")
    asked = NEEDS, MONDAY, SUNDAY
    site.add_members("club", *"defghi")
    (again,) = site.extractor("2026-11-23 10:00").ensure_coverage(*asked)
    assert again.rows.total() == 9
    assert site.extractor("2026-11-23 11:00").ensure_coverage(*asked) == []
    assert (ids(members().table), members().gaps()) == ([*"abcdefghi", "x"], [])


def test_a_snapshot_without_an_edition_that_had_many_members_is_damaged(site: OaSite):
    mapping = site.folder / "queries" / "club" / "oa.members.sql"
    by_unit = mapping.read_text(encoding="utf-8").replace("'general'", "COALESCE(unit, 'general')")
    mapping.write_text(by_unit, encoding="utf-8")
    site.add_members("club", *(f"p{number}" for number in range(20)), unit="party")
    site.add_members("club", *(f"g{number}" for number in range(280)))
    site.take("2026-11-20 06:30")
    site.run("club", "DELETE FROM member WHERE unit = 'party'")
    site.take("2026-11-23 06:30")
    view = members()
    assert len(ids(view.table)) == 302
    (line,) = [line for line in view.status() if line.loss]
    assert (line.loss.rows, line.loss.kinds) == (20, ("市委版",))
    assert "没有市委版" in view.gaps()[0]
