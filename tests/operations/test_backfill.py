"""Periods of the past: which they are, and that each is issued once, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from ntanalytics.errors import BadParameter, BadPeriod
from ntanalytics.operations.backfill import PeriodKindName, backfill, period_kinds_of, plan
from ntanalytics.runner import RunContext
from ntanalytics.scheduling.jobs import Job, periods_of
from ntanalytics.settings import load
from tests.desk import NOW, TODAY, Desk
from tests.servers.process import PATIENCE_S

NOV2, NOV9, NOV22 = (dt.date(2026, 11, day) for day in (2, 9, 22))


def _planned(desk: Desk, first: str, last: str, *each: PeriodKindName, today: dt.date = TODAY) -> list[str]:
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    now = dt.datetime.combine(today, dt.time(1), dt.UTC)
    found = plan(desk.context(now), "probe", *days, each, {})
    return [one.period.text for one in found]


def test_the_periods_are_those_that_lie_wholly_between_the_days_and_are_over(desk: Desk):
    desk.write()
    # 1 to 7 October are free; Saturday the 10th is worked
    assert _planned(desk, "2026-09-30", "2026-10-12", "working-day") == [
        "2026-09-30",
        "2026-10-08",
        "2026-10-09",
        "2026-10-10",
        "2026-10-12",
    ]
    assert _planned(desk, "2026-10-03", "2026-10-05", "day") == ["2026-10-03", "2026-10-04", "2026-10-05"]
    # Tuesday to Saturday: the first and the last week are cut
    assert _planned(desk, "2026-11-03", "2026-11-21", "week") == ["2026-W46"]
    # today is Monday the 23rd: the week before it is over, the day is not
    assert _planned(desk, "2026-11-16", "2026-11-29", "week", "day")[-2:] == ["2026-W47", "2026-11-22"]
    assert _planned(desk, "2026-11-21", "2026-12-31", "day") == ["2026-11-21", "2026-11-22"]
    with pytest.raises(BadPeriod, match="no week lies wholly"):
        _planned(desk, "2026-11-17", "2026-11-25", "week")
    with pytest.raises(BadPeriod, match="month"):
        _planned(desk, "2026-10-01", "2026-11-25", "month")  # the report takes none


def test_without_being_told_it_fills_what_the_jobs_issue():
    jobs = {
        name: Job.model_validate({"report": report, "period": period, "when": "Monday 08:00"})
        for name, report, period in (
            ("a", "sms_volume", "last-week"),
            ("b", "sms_volume", "last-month"),
            ("c", "daily", "last-working-day"),
        )
    }
    assert period_kinds_of("sms_volume", periods_of("sms_volume", jobs)) == ("week", "month")
    assert period_kinds_of("daily", periods_of("daily", jobs)) == ("working-day",)
    with pytest.raises(BadParameter, match="no job issues it"):
        period_kinds_of("oa_adoption", periods_of("oa_adoption", jobs))


def _fill(desk: Desk) -> list[tuple[str, str]]:
    planned = plan(desk.context(), "probe", NOV2, NOV22, ["week"], {"top": "3"})
    found = backfill(desk.context(), "probe", planned, {"top": "3"})
    return [(each.period, each.status) for each in found]


def test_a_period_that_fails_does_not_stop_the_others_and_is_issued_the_next_time(desk: Desk):
    desk.write("assert period != '2026-W46', 'a bug'", "assert top == 3")
    assert _fill(desk) == [("2026-W45", "published"), ("2026-W46", "failed"), ("2026-W47", "published")]
    desk.write()
    assert _fill(desk) == [("2026-W45", "there"), ("2026-W46", "published"), ("2026-W47", "there")]
    assert sorted(path.name for path in (desk.outputs / "probe").iterdir()) == [
        "2026-W45,top=3",
        "2026-W46,top=3",
        "2026-W47,top=3",
    ]
    ended, begun, failed, _ = desk.ledger.audit.events(["backfill"])
    assert (begun.details["status"], begun.details["periods"]) == ("begun", 3)
    assert (ended.details["status"], ended.details["there"], ended.details["published"]) == ("ended", 2, 1)
    assert failed.details["failed"] == ["2026-W46"]
    assert {each.details["by"] for each in desk.ledger.audit.events(["run"])} == {"backfill"}


def test_an_interruption_is_noted_and_stops_it(desk: Desk):
    desk.write()
    planned = plan(desk.context(), "probe", NOV2, NOV22, ["week"], {})

    def interrupt(_what: str, _amount: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        list(backfill(desk.context(progress=interrupt), "probe", planned, {}))
    assert desk.ledger.audit.events(["backfill"])[0].details["status"] == "interrupted"
    assert not (desk.outputs / "probe" / "2026-W45").exists()


def _fill_elsewhere(config: Path, notebooks: Path) -> None:
    context = RunContext(settings=load(config), clock=lambda: NOW, notebooks=notebooks)
    planned = plan(context, "probe", NOV9, NOV22, ["week"], {})
    list(backfill(context, "probe", planned, {}))


def test_one_that_was_killed_goes_on_where_it_was(desk: Desk):
    reached = desk.home / "reached"
    desk.write(
        "import pathlib, signal, threading\n"
        f"here = pathlib.Path({str(reached)!r})\n"
        "if period == '2026-W47' and not here.exists():\n"
        "    here.touch()\n"
        "    threading.Event().wait(300)"
    )
    process = multiprocessing.get_context("spawn").Process(
        target=_fill_elsewhere, args=(desk.settings.file, desk.notebooks)
    )
    process.start()
    ends = time.monotonic() + PATIENCE_S
    while not reached.exists() and time.monotonic() < ends:
        threading.Event().wait(0.05)
    assert reached.exists()
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    planned = plan(desk.context(), "probe", NOV9, NOV22, ["week"], {})
    found = list(backfill(desk.context(), "probe", planned, {}))
    assert [(each.period, each.status) for each in found] == [("2026-W46", "there"), ("2026-W47", "published")]
    assert sorted((run.period, run.status) for run in desk.ledger.runs.history()) == [
        ("2026-W46", "published"),
        ("2026-W47", "failed"),
        ("2026-W47", "published"),
    ]
