"""Volumes of the year over a lake of two sources: sums worked out by hand, bounds over gaps, nothing of no year."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.quantity import quantity
from ntanalytics.metrics.year import year_on_year
from ntanalytics.periods import Period
from ntanalytics.report_content.year_volumes import AnnualVolume, volumes_of_year, year_volumes
from ntanalytics.settings import load
from ntanalytics.workspace import Report, Workspace, open_report
from tests.extraction.small_site import SmallSite
from tests.report_content.adoption.test_adoption import WEEK, Office

MONDAY, SUNDAY = dt.date(2026, 1, 12), dt.date(2026, 1, 18)
SUBMITTED = MEASURES["submitted"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """Each of the two sources has 3 messages in the week, 1 before it, and 2 in the same week of the year before."""
    site = SmallSite(tmp_path)
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(site.config))
    moments = ["2026-01-12", "2026-01-13", "2026-01-18", "2026-01-02", "2025-01-13", "2025-01-19"]
    for source in ("shop", "twin"):
        rows = [(number, f"{day} 09:00:00", "mobile", 1, None, None) for number, day in enumerate(moments)]
        site.messages(source, *rows)
    return site


def submitted(period: str = "2026-W03") -> AnnualVolume:
    context = CheckContext(open_report("sms_volume", period), {})
    [found] = [item for item in volumes_of_year(context, "sms") if item.volume.measure == "submitted"]
    return found


def test_a_week_stands_beside_that_of_the_year_before_and_the_year_to_date(site: SmallSite) -> None:
    site.extractor().extract(["sms.messages"], dt.date(2025, 1, 13), dt.date(2025, 1, 19))
    site.extractor().extract(["sms.messages"], dt.date(2026, 1, 1), SUNDAY)
    found = submitted()
    assert (found.now.value, found.total.value, found.since) == (6, 8, dt.date(2026, 1, 1))
    assert found.before is not None
    assert (found.before.value, found.before.certainty, found.total.certainty) == (4, "exact", "exact")
    growth = year_on_year(found.now, found.before)
    assert growth is not None
    assert growth.value == pytest.approx(0.5)


def test_a_year_that_is_not_there_is_not_shown_and_the_year_to_date_is_a_bound(site: SmallSite) -> None:
    site.extractor().extract(["sms.messages"], dt.date(2026, 1, 8), SUNDAY)
    found = submitted()
    assert found.before is None
    assert (found.total.value, found.total.certainty) == (6, "lower_bound")
    # the days before a source's first row are no zeros
    assert found.since == MONDAY
    assert year_on_year(found.now, found.before) is None


@pytest.mark.parametrize(("until", "total"), [(dt.date(2026, 1, 4), 2), (dt.date(2025, 12, 31), 0)])
def test_a_week_across_new_year_says_that_the_year_to_date_lacks_its_first_days(
    site: SmallSite, until: dt.date, total: int
) -> None:
    for source in ("shop", "twin"):
        site.messages(source, (9, "2025-12-30 09:00:00", "mobile", 1, None, None))
    site.extractor().extract(["sms.messages"], dt.date(2025, 12, 29), until)
    found = submitted("2026-W01")
    assert (found.now.value, found.total.value) == (2 + total, total)
    # days that were not extracted are no zero
    assert (found.total.certainty == "exact") is (total > 0)
    context = CheckContext(open_report("sms_volume", "2026-W01"), {})
    summary = SubsystemSummary(subsystem="sms", highlights="", lead="submitted", total=FigureRow({}))
    table = year_volumes(Evaluation(context=context, findings=(), summaries={"sms": summary}, codes=frozenset()))
    assert len(table.rows) == 2
    assert table.note.startswith("年累计自2026年1月1日起，不含本周在2025年的日子。")
    assert "没有数据的未列" not in table.note


def test_over_a_gap_in_the_year_before_the_growth_is_unknown(site: SmallSite) -> None:
    site.extractor().extract(["sms.messages"], dt.date(2025, 1, 13), dt.date(2025, 1, 15))
    site.extractor().extract(["sms.messages"], MONDAY, SUNDAY)
    found = submitted()
    assert found.before is not None
    assert (found.before.value, found.before.certainty) == (2, "lower_bound")
    growth = year_on_year(found.now, found.before)
    assert growth is not None
    assert (growth.value, growth.shown) == (None, "unknown")


def test_a_correction_of_an_old_day_changes_the_year_and_what_was_counted_of_others_is_kept(site: SmallSite) -> None:
    extractor = site.extractor()
    extractor.extract(["sms.messages"], dt.date(2025, 1, 13), dt.date(2025, 1, 19))
    extractor.extract(["sms.messages"], dt.date(2026, 1, 1), SUNDAY)
    submitted()
    # a message of 2 January came late, one of the year before was counted twice, and one of the week was split in three
    site.messages("shop", (11, "2026-01-02 10:00:00", "unicom", 1, None, None))
    site.run("twin", "DELETE FROM message WHERE at = '2025-01-19 09:00:00'")
    site.run("shop", "UPDATE message SET segments = 3 WHERE at = '2026-01-13 09:00:00'")
    for day in (dt.date(2026, 1, 2), dt.date(2025, 1, 19), dt.date(2026, 1, 13)):
        site.extractor().extract(["sms.messages"], day, day)
    found = submitted()
    assert found.before is not None
    assert (found.now.value, found.total.value, found.before.value) == (6, 9, 3)
    context = CheckContext(open_report("sms_volume", "2026-W03"), {})
    [segments] = [item for item in volumes_of_year(context, "sms") if item.volume.measure == "segments"]
    assert (segments.now.value, segments.total.value) == (8, 11)


def test_the_next_report_counts_no_row_of_the_year_again(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.extractor().extract(["sms.messages"], dt.date(2026, 1, 1), SUNDAY)
    first = submitted()

    def refused(*_: object) -> None:
        raise AssertionError("the lake was read")

    monkeypatch.setattr(Workspace, "table", refused)
    assert submitted().total == first.total


def test_growth_from_nothing_is_not_told() -> None:
    growth = year_on_year(quantity(SUBMITTED, 5), quantity(SUBMITTED, 0))
    assert growth is not None
    assert (growth.value, growth.shown) == (None, "exact")


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (Period.week(dt.date(2026, 11, 20)), Period.week(dt.date(2025, 11, 17))),
        (Period.week(dt.date(2020, 12, 31)), None),  # week 53
        (Period.month(dt.date(2028, 2, 29)), Period.month(dt.date(2027, 2, 1))),
        (Period.day(dt.date(2028, 2, 29)), None),
        (Period.day(dt.date(2026, 11, 20)), Period.day(dt.date(2025, 11, 20))),
        (Period.contract(dt.date(2026, 3, 1), dt.date(2026, 4, 1)), None),
    ],
)
def test_the_same_period_of_the_year_before(period: Period, before: Period | None) -> None:
    assert period.year_before() == before


TASKS = """\
/*
window: changed_at
times:
  started_at: "text:%Y-%m-%d %H:%M:%S"
  finished_at: "text:%Y-%m-%d %H:%M:%S"
  changed_at: "text:%Y-%m-%d %H:%M:%S"
dialects: [sqlite]
absent: [due_at, step, matter_id]
*/
SELECT id AS task_id, at AS started_at, unit AS unit, 'general' AS edition, 'documents' AS module, at AS finished_at,
  0 AS is_cancelled, at AS changed_at
FROM task WHERE at >= :since AND at < :until
"""


def test_a_source_that_stopped_bounds_the_period_where_its_cases_were_read_for_that_alone(tmp_path: Path) -> None:
    """30 accounts act on each day up to Tuesday 17 November and finish two tasks a day; then nothing comes any more."""
    office = Office(tmp_path)
    (tmp_path / "queries" / "club" / "oa.tasks.sql").write_text(TASKS, encoding="utf-8")
    office.config.write_text(
        "queries: queries\nsources:\n  club: {product: club, url: 'sqlite:///club.sqlite', "
        "datasets: [oa.activities, oa.tasks]}\n",
        encoding="utf-8",
    )
    office.settings = load(office.config)
    office.run("club", "CREATE TABLE task (id TEXT, at TEXT, unit TEXT)")
    days = [dt.date(2026, 11, 17) - dt.timedelta(days=back) for back in range(42)]
    acts = [(f"{day} 09:00:00", f"{number}", "甲局", "documents") for day in days for number in range(30)]
    office.run("club", "INSERT INTO act VALUES (?, ?, ?, ?)", *acts)
    office.run(
        "club",
        "INSERT INTO task VALUES (?, ?, '甲局')",
        *((f"{day}/{n}", f"{day} 09:00:00") for day in days for n in "12"),
    )
    extractor = office.extractor("2026-11-23 06:30")
    extractor.extract(["oa.activities"], days[-1], WEEK.last)
    extractor.extract(["oa.tasks"], WEEK.first, WEEK.last)  # a lake that was newly made has no more of them
    context = CheckContext(Report(Workspace(office.settings), "weekly_service_report", "", WEEK), {})
    [tasks] = volumes_of_year(context, "oa")
    assert (tasks.now.value, tasks.now.certainty) == (4, "lower_bound")
    assert (tasks.total.value, tasks.total.certainty) == (4, "lower_bound")
    stopped = [dt.date(2026, 11, day) for day in range(18, 23)]
    assert context.dataset("oa.tasks").missing == stopped


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A source of tasks whose ends and changes have times of their own."""
    office = Office(tmp_path)
    ends = TASKS.replace("at AS finished_at", "done AS finished_at").replace(
        "at AS changed_at", "changed AS changed_at"
    )
    ends = ends.replace("WHERE at >= :since AND at < :until", "WHERE changed >= :since AND changed < :until")
    (tmp_path / "queries" / "club" / "oa.tasks.sql").write_text(ends, encoding="utf-8")
    office.config.write_text(
        "queries: queries\nsources:\n  club: {product: club, url: 'sqlite:///club.sqlite', datasets: [oa.tasks]}\n",
        encoding="utf-8",
    )
    office.settings = load(office.config)
    office.run("club", "CREATE TABLE task (id TEXT, at TEXT, done TEXT, changed TEXT, unit TEXT)")
    return office


def _take_tasks(office: Office, *tasks: tuple[str, str, str | None]) -> None:
    """Take tasks: their key, the day on which they began, and that on which they ended, if they did."""
    rows = [(key, f"{at} 09:00:00", done and f"{done} 23:30:00", f"{done or at} 23:30:00") for key, at, done in tasks]
    office.run("club", "INSERT INTO task VALUES (?, ?, ?, ?, '甲局')", *rows)
    office.extractor("2026-11-23 06:30").extract(["oa.tasks"], dt.date(2025, 11, 1), WEEK.last)


def _tasks(office: Office) -> tuple[float | None, float | None]:
    context = CheckContext(Report(Workspace(office.settings), "weekly_service_report", "", WEEK), {})
    [tasks] = volumes_of_year(context, "oa")
    return tasks.now.value, tasks.total.value


def test_a_task_counts_in_the_year_in_which_it_ended_whenever_it_began(office: Office) -> None:
    _take_tasks(
        office,
        ("of the year before", "2025-12-30", "2025-12-31"),
        ("over the turn of the year", "2025-12-30", "2026-01-01"),
        ("long", "2025-11-03", "2026-11-16"),
        ("of the week", "2026-11-17", "2026-11-22"),
        ("before the week", "2026-11-12", "2026-11-15"),
        ("open", "2026-03-02", None),
    )
    assert _tasks(office) == (2, 4)


def test_a_task_that_ends_later_is_counted_again_and_the_others_are_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_tasks(office, ("open", "2026-03-02", None), ("of the week", "2026-11-17", "2026-11-22"))
    assert _tasks(office) == (1, 1)
    office.run("club", "UPDATE task SET done = '2026-11-20 10:00:00' WHERE id = 'open'")
    office.run("club", "UPDATE task SET changed = done WHERE id = 'open'")
    office.extractor("2026-11-23 06:30").extract(["oa.tasks"], WEEK.first, WEEK.last)
    assert _tasks(office) == (2, 2)

    def refused(*_: object) -> None:
        raise AssertionError("the lake was read")

    monkeypatch.setattr(Workspace, "table", refused)
    assert _tasks(office) == (2, 2)
