"""What should have come out: failed runs, and gaps in what comes out regularly, judged by working days."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from ntanalytics.delivery.issued_reports import read_issued_reports
from ntanalytics.delivery.missing import failures, publication_gaps
from ntanalytics.ledger import Run
from ntanalytics.periods import Calendar
from tests.delivery.shelf import issue, ran

TUESDAY = dt.date(2026, 11, 24)


def gap_texts(outputs: Path, *runs: Run, today: dt.date = TUESDAY) -> list[list[str]]:
    """The missing periods, those of one row together."""
    issued, _ = read_issued_reports(outputs)
    found, unjudged = publication_gaps(issued, failures(issued, runs, outputs), today, Calendar())
    assert unjudged == []
    return [[period.text for period in each.periods] for each in found]


def test_a_missing_week_is_named(tmp_path: Path) -> None:
    for week in (43, 44, 46, 47):
        issue(tmp_path, "weekly", f"2026-W{week}")
    assert gap_texts(tmp_path) == [["2026-W45"]]


def test_missing_periods_that_follow_one_another_stand_together(tmp_path: Path) -> None:
    for week in (40, 41, 42, 46):
        issue(tmp_path, "weekly", f"2026-W{week}")
    assert gap_texts(tmp_path) == [["2026-W47"], ["2026-W45", "2026-W44", "2026-W43"]]


def test_what_came_out_twice_is_not_regular(tmp_path: Path) -> None:
    for week in (40, 44):
        issue(tmp_path, "weekly", f"2026-W{week}")
    assert gap_texts(tmp_path) == []


def test_of_daily_reports_only_working_days_count(tmp_path: Path) -> None:
    # National Day is 1 to 7 October 2026; Saturday 10 October is worked. Monday the 12th is missing, and the 10th.
    for day in ("2026-09-29", "2026-09-30", "2026-10-08", "2026-10-09"):
        issue(tmp_path, "daily", day)
    assert gap_texts(tmp_path, today=dt.date(2026, 10, 14)) == [["2026-10-12", "2026-10-10"]]


def test_a_report_is_late_when_the_working_day_after_its_period_has_passed(tmp_path: Path) -> None:
    for day in ("2026-11-17", "2026-11-18", "2026-11-19"):
        issue(tmp_path, "daily", day)
    # Friday's report is made on Monday the 23rd: on that day it is not late yet, on the 24th it is.
    assert gap_texts(tmp_path, today=dt.date(2026, 11, 23)) == []
    assert gap_texts(tmp_path, today=dt.date(2026, 11, 24)) == [["2026-11-20"]]


def test_a_months_report_is_due_on_the_first_working_day_of_the_next(tmp_path: Path) -> None:
    for month in ("2026-07", "2026-08", "2026-09"):
        issue(tmp_path, "monthly", month)
    # 1 November is a Sunday
    assert gap_texts(tmp_path, today=dt.date(2026, 11, 2)) == []
    assert gap_texts(tmp_path, today=dt.date(2026, 11, 3)) == [["2026-10"]]


def test_weeks_months_and_parameters_are_regular_each_for_themselves(tmp_path: Path) -> None:
    for week in (45, 46, 47):
        issue(tmp_path, "oa", f"2026-W{week}")
    issue(tmp_path, "oa", "2026-08")
    for week in (44, 45, 47):
        issue(tmp_path, "oa", f"2026-W{week}", own={"unit": "市局"})
    issued, _ = read_issued_reports(tmp_path)
    (one,), _ = publication_gaps(issued, [], TUESDAY, Calendar())
    assert (one.parameters, [each.text for each in one.periods]) == ({"unit": "市局"}, ["2026-W46"])


def test_no_gap_is_looked_for_longer_than_a_year_ago(tmp_path: Path) -> None:
    for week in ("2024-W10", "2026-W46", "2026-W47"):
        issue(tmp_path, "weekly", week)
    (row,) = gap_texts(tmp_path)
    assert (row[0], row[-1]) == ("2026-W45", "2025-W43")  # 400 days before 24 November 2026 is 20 October 2025


def test_a_year_without_a_calendar_is_said_and_not_guessed(tmp_path: Path) -> None:
    for day in ("2026-12-29", "2026-12-30", "2026-12-31"):
        issue(tmp_path, "daily", day, title="每日巡检")
    issued, _ = read_issued_reports(tmp_path)
    found, unjudged = publication_gaps(issued, [], dt.date(2027, 1, 12), Calendar())
    assert (found, unjudged) == ([], ["每日巡检：缺少工作日历，未能判断是否有缺期"])


def test_a_failed_run_is_named_with_its_kind_and_without_its_words(tmp_path: Path) -> None:
    evidence = tmp_path / ".failed" / "r1"
    evidence.mkdir(parents=True)
    (evidence / "error.json").write_text(json.dumps({"exit_code": 7, "error": "secret"}), encoding="utf-8")
    (one,) = failures([], [ran("weekly", "2026-W47", "failed", run_id="r1")], tmp_path)
    assert (one.why, one.run_id, one.standing) == ("报告程序出错", "r1", None)
    assert one.at == dt.datetime(2026, 11, 23, 22, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"exit_code": "7"}', '{"exit_code": 77}'])
def test_evidence_that_says_nothing_is_no_obstacle(tmp_path: Path, content: str) -> None:
    (tmp_path / ".failed" / "r1").mkdir(parents=True)
    (tmp_path / ".failed" / "r1" / "error.json").write_text(content, encoding="utf-8")
    (one,) = failures([], [ran("weekly", "2026-W47", "failed", run_id="r1")], tmp_path)
    assert one.why == "运行未完成"


def test_a_mistyped_command_is_no_missing_report_and_hides_no_failure(tmp_path: Path) -> None:
    """Exit code 2 is that of a wrong use: an unknown unit, a wrong value."""
    for run_id, code in (("r1", 7), ("r2", 2)):
        (tmp_path / ".failed" / run_id).mkdir(parents=True)
        (tmp_path / ".failed" / run_id / "error.json").write_text(f'{{"exit_code": {code}}}', encoding="utf-8")
    mistyped = ran("oa_adoption", "2026-W47", "failed", run_id="r2")
    assert failures([], [mistyped], tmp_path) == []
    (one,) = failures([], [mistyped, ran("oa_adoption", "2026-W47", "failed", run_id="r1")], tmp_path)
    assert one.run_id == "r1"


def test_only_the_latest_run_of_a_period_counts(tmp_path: Path) -> None:
    published, failed = ran("weekly", "2026-W47", "published"), ran("weekly", "2026-W47", "failed")
    assert failures([], [published, failed], tmp_path) == []
    assert len(failures([], [failed, published, failed], tmp_path)) == 1
    other = ran("weekly", "2026-W47", "failed", unit="市局")
    assert len(failures([], [published, other], tmp_path)) == 1  # another unit's page


def test_a_run_under_way_decides_nothing(tmp_path: Path) -> None:
    runs = [ran("weekly", "2026-W47", "running"), ran("weekly", "2026-W47", "failed")]
    assert len(failures([], runs, tmp_path)) == 1
    assert failures([], runs[:1], tmp_path) == []


def test_a_further_run_that_failed_leaves_the_version_that_stands(tmp_path: Path) -> None:
    issue(tmp_path, "weekly", "2026-W47", version=3)
    issued, _ = read_issued_reports(tmp_path)
    (one,) = failures(issued, [ran("weekly", "2026-W47", "failed")], tmp_path)
    assert one.standing == 3


def test_what_a_failed_run_explains_is_no_gap(tmp_path: Path) -> None:
    for week in (43, 44, 47):
        issue(tmp_path, "weekly", f"2026-W{week}")
    assert gap_texts(tmp_path, ran("weekly", "2026-W46", "failed")) == [["2026-W45"]]
