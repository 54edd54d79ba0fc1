"""What is due comes out once: small notebooks in real kernels, killed takers, two at once, a job that fails."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from ntanalytics.ledger.schedule_tables import leases
from ntanalytics.runner import run_report
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.outcomes import RunOutcome
from ntanalytics.scheduling.run_due import run_due
from tests.desk import Desk

#: A Monday morning.
NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)


def _jobs(**more: object) -> dict[str, Job]:
    said = {"report": "probe", "period": "last-week", "when": "Monday 08:00", **more}
    return {"weekly": Job.model_validate(said)}


def _run(desk: Desk, jobs: dict[str, Job] | None = None, now: dt.datetime = NOW) -> list[RunOutcome]:
    return run_due(desk.context(now), jobs or _jobs())


def _turns(desk: Desk) -> list[tuple[str, str, int]]:
    return [(each.period, each.status, each.attempts) for each in desk.ledger.scheduled_runs.for_job("weekly")]


def test_what_is_due_is_issued_once(desk: Desk):
    desk.write()
    [done] = _run(desk)
    assert (done.job, done.period, done.status, done.why) == ("weekly", "2026-W47", "issued", str(desk.published))
    assert (desk.published / "report.html").is_file()
    assert _run(desk) == []
    assert _turns(desk) == [("2026-W47", "issued", 1)]
    assert len(desk.ledger.runs.history()) == 1


def test_a_week_later_the_next_is_due_and_what_was_missed_long_ago_is_skipped_with_its_reason(desk: Desk):
    desk.write()
    _run(desk)
    found = _run(desk, now=NOW + dt.timedelta(weeks=2))
    assert [(each.period, each.status, each.why) for each in found] == [
        ("2026-W48", "issued", str(desk.published.parent / "2026-W48")),
        ("2026-W49", "issued", str(desk.published.parent / "2026-W49")),
    ]
    found = _run(desk, _jobs(max_age_days=3), now=NOW + dt.timedelta(weeks=4))
    assert [(each.period, each.status, each.why) for each in found][:1] == [
        ("2026-W50", "skipped", "older than 3 days")
    ]


def test_a_report_that_fails_is_recorded_with_its_cause_not_retried_and_does_not_stop_the_others(desk: Desk):
    desk.write('raise ValueError("a bug")')
    good = Job.model_validate({"report": "good", "period": "last-week", "when": "Monday 08:05"})
    (desk.notebooks / "probe.ipynb").rename(desk.notebooks / "critical.ipynb")
    desk.write()
    (desk.notebooks / "probe.ipynb").rename(desk.notebooks / "good.ipynb")
    jobs = {"weekly": _jobs(report="critical")["weekly"], "good": good}
    critical, fine = _run(desk, jobs)
    assert (critical.status, critical.exit_code, "a bug" in critical.why) == ("failed", 7, True)
    assert fine.status == "issued"
    assert _run(desk, jobs) == []


def test_a_kernel_that_was_killed_is_tried_again_until_the_deadline(desk: Desk):
    desk.write("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    [killed] = _run(desk)
    assert (killed.status, killed.exit_code) == ("retry", 7)
    desk.write()
    [late] = [*_run(desk, now=NOW + dt.timedelta(minutes=59)), *_run(desk, now=NOW + dt.timedelta(minutes=61))]
    assert late.status == "issued"
    assert _turns(desk) == [("2026-W47", "issued", 2)]


def test_a_turn_whose_taker_was_killed_after_publishing_is_issued_and_not_made_again(desk: Desk):
    desk.write()
    scheduled_at = NOW - dt.timedelta(hours=1)
    # its clock was two hours fast, and was put right since
    desk.ledger.scheduled_runs.begin(
        "weekly", scheduled_at, "2026-W47", "another host", now=NOW + dt.timedelta(hours=2)
    )
    context = desk.context(
        before_publishing=lambda run_id: desk.ledger.scheduled_runs.record_publication("weekly", scheduled_at, run_id)
    )
    run_report(context, "probe", "2026-W47", {})
    [done] = _run(desk)
    assert (done.status, done.why) == ("issued", str(desk.published))
    assert len(desk.ledger.runs.history()) == 1


def test_a_lease_that_a_killed_process_left_is_deleted_by_a_later_call(desk: Desk):
    with desk.ledger.lease("take a dataset that nobody asks for again"):
        ended_at = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(hours=2)
        engine = sa.create_engine(desk.settings.ledger, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            connection.execute(leases.update().values(expires_at=ended_at))
        run_due(desk.context(NOW), {})
        with engine.connect() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(leases)) == 0


def test_a_report_that_somebody_made_by_hand_does_not_stand_for_the_turn(desk: Desk):
    desk.write()
    desk.run()
    [done] = _run(desk)
    assert done.status == "issued"
    assert [run.version for run in desk.ledger.runs.history()] == [2, 1]


def test_a_turn_whose_taker_was_killed_before_publishing_is_taken_again(desk: Desk):
    desk.write()
    desk.ledger.scheduled_runs.begin("weekly", NOW - dt.timedelta(hours=1), "2026-W47", "another host")
    [done] = _run(desk)
    assert done.status == "issued"
    assert _turns(desk) == [("2026-W47", "issued", 2)]


def test_a_turn_that_another_process_is_at_is_left_to_it(desk: Desk):
    desk.write()
    with desk.ledger.lease("scheduled run weekly 2026-11-23T00:00") as held:
        assert held is not None
        assert _run(desk) == []
    assert not desk.published.exists()


def test_a_year_without_a_calendar_is_a_failure_that_names_it_and_stops_no_other_job(desk: Desk):
    desk.write()
    inspection = Job.model_validate({"report": "probe", "period": "yesterday", "when": "working day 07:30"})
    found = _run(desk, {"daily": inspection, **_jobs()}, now=dt.datetime(2027, 1, 11, 1, tzinfo=dt.UTC))
    assert [(each.job, each.status, each.exit_code) for each in found] == [
        ("daily", "failed", 10),
        ("weekly", "issued", 0),
    ]
    assert "2027" in found[0].why


@pytest.mark.parametrize("period", ["yesterday", "last-week"])
def test_the_period_is_seen_from_the_day_of_the_turn_and_not_from_today(desk: Desk, period: str):
    desk.write()
    _run(desk, _jobs(period=period))
    found = _run(desk, _jobs(period=period), now=NOW + dt.timedelta(days=9))
    assert [each.period for each in found] == ["2026-11-29" if period == "yesterday" else "2026-W48"]
