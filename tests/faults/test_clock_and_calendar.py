"""A clock that goes back, a year without a calendar: nothing comes twice, nothing is lost, the operators hear once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.extraction import Extractor
from ntanalytics.scheduling.alerts import alert_calendar, alert_health
from ntanalytics.scheduling.health import health
from ntanalytics.scheduling.jobs import Job
from tests.faults.town import JOB, Town

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    town = Town(tmp_path)
    town.fill([DAY, DAY + dt.timedelta(days=1)])
    return town


def test_a_clock_that_goes_back_issues_nothing_twice_and_is_told_of_once(town: Town):
    [done] = town.due(EIGHT + 2 * HOUR)
    stood = town.bytes_of(f"{DAY}")
    for back in (EIGHT - 24 * 90 * HOUR, EIGHT - 3 * HOUR, EIGHT - HOUR / 2, EIGHT + HOUR):
        assert [each for each in town.due(back) if each.period == done.period] == []
    assert town.bytes_of(f"{DAY}") == stood
    assert town.told() == ["【运维提醒】本机时钟倒退"]
    assert town.ledger.notices.list_open() == []
    [tomorrow] = town.due(EIGHT + 24 * HOUR)
    assert (tomorrow.status, tomorrow.period) == ("issued", "2026-11-25")
    town.is_whole()
    assert [each.status for each in town.ledger.scheduled_runs.for_job("daily")] == ["issued", "issued"]


def test_days_that_a_clock_took_which_was_ahead_are_taken_again(town: Town):
    """It noted that the days had settled, which had not come yet."""
    ahead = EIGHT + dt.timedelta(days=30)
    Extractor(town.settings, town.ledger, clock=lambda: ahead).extract(["sms.messages"], DAY, DAY + 7 * dt.timedelta(1))
    town.fill([DAY], 2, since=3)
    town.due(EIGHT)
    assert town.counted(f"{DAY}") == 5


def test_a_lease_of_a_killed_process_does_not_outlast_a_clock_that_went_back(town: Town):
    with town.ledger.lease("scheduled run daily 2026-11-25T00:00") as held:
        assert held is not None
        with sa.create_engine(town.settings.ledger, poolclass=NullPool).begin() as connection:
            connection.execute(sa.text("UPDATE leases SET expires_at = datetime('now', '+1 day')"))
        [done] = town.due(EIGHT)
        assert done.status == "issued"


def test_a_year_without_a_calendar_is_told_of_once_and_made_up_for_when_it_has_one(town: Town):
    """The job's own turn needs no working day, its period does."""
    day = dt.date(2027, 1, 4)
    eight = dt.datetime(2027, 1, 5, 0, tzinfo=dt.UTC)
    town.fill([day])
    town.due(EIGHT)
    stood = town.bytes_of(f"{DAY}")
    said = {"period": "last-working-day", "when": "working day 08:00", "catch_up": "latest"}
    for minutes in (0, 5):
        [done] = town.due(eight + dt.timedelta(minutes=minutes), **said)
        assert (done.status, done.exit_code, "2027" in done.why) == ("failed", 10, True)
    jobs = {"daily": Job.model_validate({**JOB, **said})}
    alert_health(town.context(eight), health(town.context(eight), jobs))  # the same matter
    town.is_whole()
    assert town.bytes_of(f"{DAY}") == stood
    assert town.told().count("【运维提醒】任务 daily 无法判断") == 1

    (town.home / "calendar.yml").write_text("2027: {holidays: [2027-01-01], workdays: []}\n", encoding="utf-8")
    with town.config.open("a", encoding="utf-8") as settings:
        settings.write("site: {calendar: calendar.yml}\n")
    done = town.due(eight + dt.timedelta(minutes=10), **said)
    assert ("2027-01-04", "issued") in [(each.period, each.status) for each in done]
    town.is_whole()
    assert town.counted(f"{day}") == 3
    assert town.told().count("【运维提醒】任务 daily 无法判断") == 1
    assert town.ledger.notices.list_open() == []


def test_a_year_that_ends_is_told_of_once_from_november_on_and_the_notice_ends_it(town: Town):
    november = dt.datetime(2026, 11, 2, 0, tzinfo=dt.UTC)
    jobs = {"daily": Job.model_validate({**JOB, "when": "working day 08:00"})}
    alert_calendar(town.context(november - dt.timedelta(days=2)), jobs)
    assert town.ledger.notices.list_open() == []
    for days in (0, 1):
        alert_calendar(town.context(november + dt.timedelta(days=days)), jobs)
    assert health(town.context(november), jobs).calendar_end.stops == {"daily": dt.date(2027, 1, 1)}
    [notice] = town.ledger.notices.list_open()
    assert (notice.key, "2027年1月1日起 daily" in notice.text) == ("calendar 2027", True)
    (town.home / "calendar.yml").write_text("2027: {holidays: [2027-01-01]}\n", encoding="utf-8")
    alert_calendar(town.context(november), jobs)
    assert town.ledger.notices.list_open() == []
    assert len(town.told()) == 1
