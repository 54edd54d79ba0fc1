"""What is overdue is said, also where nothing ever ran; the ledger's turns are written by hand."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections import Counter

import pytest

from ntanalytics.ledger import ExtractionResult
from ntanalytics.scheduling.health import health, prometheus
from ntanalytics.scheduling.jobs import Job
from tests.desk import Desk

#: Tuesday, an hour and a half after the inspection's turn at 07:30.
NOW = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)
JOBS = {
    "daily": Job.model_validate(
        {"report": "probe", "period": "last-working-day", "when": "working day 07:30", "deadline_min": 60}
    )
}


def _turn(day: int) -> dt.datetime:
    return dt.datetime(2026, 11, day - 1, 23, 30, tzinfo=dt.UTC)


def test_where_nothing_ever_ran_the_latest_is_overdue_once_its_deadline_has_passed(desk: Desk):
    found = health(desk.context(NOW), JOBS)
    assert found.jobs[0].overdue == (("2026-11-23", "missing"),)
    assert not found.is_well
    early = health(desk.context(NOW - dt.timedelta(minutes=31)), JOBS)
    assert early.is_well


def test_each_that_did_not_come_is_named_with_how_it_stands(desk: Desk):
    turns = desk.ledger.scheduled_runs
    for day, status in ((19, "issued"), (20, "failed"), (23, "issued")):
        turns.begin("daily", _turn(day), f"2026-11-{day - 1}", "host")
        turns.end("daily", _turn(day), status)
    [job] = health(desk.context(NOW), JOBS).jobs
    assert job.period == "2026-11-22"
    assert job.overdue == (("2026-11-19", "failed"), ("2026-11-23", "missing"))
    turns.skip("daily", _turn(20), "2026-11-19", "a reason")
    turns.begin("daily", _turn(24), "2026-11-23", "host")
    turns.end("daily", _turn(24), "issued")
    assert health(desk.context(NOW), JOBS).is_well


def test_what_a_person_issued_is_not_overdue(desk: Desk):
    """The index lists it, too."""
    run = desk.ledger.runs.start("probe", "2026-11-23", {})
    assert not health(desk.context(NOW), JOBS).is_well  # it has not ended
    desk.ledger.runs.finish(run, "published", version=1)
    assert health(desk.context(NOW), JOBS).is_well
    other = {"daily": JOBS["daily"].model_copy(update={"parameters": {"unit": "市局"}})}
    assert not health(desk.context(NOW), other).is_well  # another report


def test_the_last_issue_is_that_of_the_latest_period_whoever_issued_it(desk: Desk):
    """The index shows it as the latest, too."""
    turns, runs = desk.ledger.scheduled_runs, desk.ledger.runs
    turns.begin("daily", _turn(20), "2026-11-19", "host")
    turns.end("daily", _turn(20), "issued")
    for period, parameters in (("2026-11-18", {}), ("2026-W47", {}), ("2026-11-23", {"unit": "市局"})):
        runs.finish(runs.start("probe", period, parameters), "published", version=1)
    [job] = health(desk.context(NOW), JOBS).jobs
    assert job.period == "2026-11-19"  # one is older, one of a week, one of a unit
    run = runs.start("probe", "2026-11-20", {})
    runs.finish(run, "published", version=1)
    [job] = health(desk.context(NOW), JOBS).jobs
    ended = runs.get(run)
    assert ended is not None
    assert (job.period, job.issued_at) == ("2026-11-20", ended.ended_at)


def test_a_year_without_a_calendar_is_trouble_and_not_health(desk: Desk):
    desk.ledger.scheduled_runs.skip("daily", _turn(20), "2026-11-19", "x")
    found = health(desk.context(dt.datetime(2027, 1, 8, tzinfo=dt.UTC)), JOBS)
    assert "2027" in found.jobs[0].trouble
    assert not found.is_well


def test_the_age_of_the_data_is_that_of_the_last_day_that_a_source_had(desk: Desk):
    first, last = dt.date(2026, 11, 20), dt.date(2026, 11, 22)
    taken = ExtractionResult(
        dataset="sms.messages",
        source='sms "a"',
        first=first,
        last=last,
        taken_at=NOW,
        seconds=1.0,
        rows=Counter({first: 5}),
        absent_days=frozenset({last}),
    )
    desk.ledger.coverage.record(taken)
    found = health(desk.context(NOW), {})
    assert found.data == {("sms.messages", 'sms "a"'): dt.date(2026, 11, 21)}
    # 2026-11-21 00:00 UTC, counted by hand: 20,778 days since 1970
    line = 'ntanalytics_data_last_day_timestamp_seconds{dataset="sms.messages",source="sms \\"a\\""} 1795219200'
    assert line in prometheus(found).splitlines()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")
def test_prometheus_takes_every_line(desk: Desk):
    desk.ledger.scheduled_runs.begin("daily", _turn(23), "2026-11-22", "host")
    desk.ledger.scheduled_runs.end("daily", _turn(23), "issued")
    text = prometheus(health(desk.context(NOW), JOBS))
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
