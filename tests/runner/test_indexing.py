"""The index is written after each run, published or failed, and decides nothing about it."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.errors import PublishError, ReportFailed
from ntanalytics.runner import indexing
from ntanalytics.scheduling.health import health
from ntanalytics.scheduling.jobs import load_jobs
from tests.desk import Desk


def test_a_published_and_a_failed_run_stand_in_the_index(desk: Desk) -> None:
    desk.write()
    assert desk.run().left_out == {"report.pdf": "no Chromium was found"}
    text = (desk.outputs / "index.html").read_text(encoding="utf-8")
    assert "试点城市报告目录" in text
    assert 'href="probe/2026-W47/report.html"' in text
    assert "运行失败" not in text
    desk.write("raise ValueError('secret words')")
    with pytest.raises(ReportFailed):
        desk.run("2026-W46")
    text = (desk.outputs / "index.html").read_text(encoding="utf-8")
    assert "报告程序出错" in text
    assert "2026年第46周" in text
    assert "secret words" not in text


def test_a_report_is_issued_though_its_index_cannot_be_written(desk: Desk) -> None:
    desk.write()
    (desk.outputs / "index.html").mkdir(parents=True)  # someone made a folder of that name
    (desk.outputs / "index.html" / "x").touch()
    result = desk.run()
    assert "cannot write the index" in result.left_out["index.html"]
    assert (desk.published / "report.html").is_file()


def test_the_index_of_a_site_that_has_run_nothing_is_written(desk: Desk) -> None:
    desk.write()
    made = indexing.index(desk.context())
    assert made.path == desk.outputs.resolve() / "index.html"
    assert (list(made.issued), list(made.missing)) == ([], [])


def test_outputs_where_nothing_can_be_written_are_said_to_be_so(desk: Desk) -> None:
    desk.outputs.write_text("a file", encoding="utf-8")
    with pytest.raises(PublishError, match="cannot write"):
        indexing.index(desk.context())


#: Tuesday, nine o'clock in Shanghai; the week before ended on 22 November, and its report was due on Monday at ten.
TUESDAY = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)
JOBS = "jobs: {weekly: {report: probe, period: last-week, when: Monday 08:00, max_age_days: 30}}"


def _absent(desk: Desk) -> set[str]:
    made = indexing.index(desk.context(TUESDAY))
    return {period.text for report in made.missing for period in report.periods}


def test_what_a_job_owes_is_missing_in_the_index_as_in_the_health(desk: Desk) -> None:
    desk.write()
    desk.settings.jobs.parent.mkdir(parents=True)
    desk.settings.jobs.write_text(JOBS, encoding="utf-8")
    assert _absent(desk) == set()  # the scheduler has not begun
    began = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)  # 8 o'clock in Shanghai on the Monday two weeks before
    desk.ledger.scheduled_runs.begin("weekly", began, "2026-W45", "host")
    desk.ledger.scheduled_runs.end("weekly", began, "issued")
    assert _absent(desk) == {"2026-W46", "2026-W47"}
    [job] = health(desk.context(TUESDAY), load_jobs(desk.settings.jobs)).jobs
    assert {period for period, _ in job.overdue} == {"2026-W46", "2026-W47"}
    desk.run("2026-W47")
    assert _absent(desk) == {"2026-W46"}


def test_jobs_that_cannot_be_read_leave_it_open_whether_a_report_is_missing(desk: Desk) -> None:
    desk.write()
    desk.settings.jobs.parent.mkdir(parents=True)
    desk.settings.jobs.write_text("jobs: {weekly: {report: probe}}", encoding="utf-8")
    assert len(indexing.index(desk.context(TUESDAY)).unjudged) == 1


def test_jobs_that_never_ran_leave_it_open_whether_a_report_is_missing(desk: Desk) -> None:
    """The health has the report overdue then: the page does not say that all were issued."""
    desk.write()
    desk.settings.jobs.parent.mkdir(parents=True)
    desk.settings.jobs.write_text(JOBS, encoding="utf-8")
    desk.run("2026-W40")
    assert len(indexing.index(desk.context(TUESDAY)).unjudged) == 1
    text = (desk.outputs / "index.html").read_text(encoding="utf-8")
    assert "应出的报告均已出具" not in text
    assert "定期任务尚未运行过，未能判断定期报告是否按时出具" in text
    desk.settings.jobs.write_text("jobs: {}", encoding="utf-8")
    assert indexing.index(desk.context(TUESDAY)).unjudged == []
