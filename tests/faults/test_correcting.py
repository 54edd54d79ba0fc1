"""A source is down at eight: the report comes out with the hole, and its second version when the source is back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.faults.town import Town
from tests.servers import databases
from tests.servers.process import free_port

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _no_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")


@pytest.mark.servers
def test_a_database_down_at_eight_is_a_hole_and_then_a_second_version_once(tmp_path: Path):
    port = free_port()
    town = Town(tmp_path, f"postgresql+psycopg://ntanalytics@127.0.0.1:{port}/city")
    [done] = town.due(EIGHT)
    assert done.status == "issued"
    [gap] = town.manifest("2026-11-24")["gaps"]
    assert "数据源 shop 缺11月24日的完整数据（数据源不可达）" in gap
    assert town.counted("2026-11-24") == 0
    assert town.told() == ["【运维提醒】数据源 shop 取数失败"]
    assert town.ledger.corrections.for_job("daily")[0].gaps == {("sms.messages", "shop"): (DAY,)}

    # a quarter of an hour later it is asked again, and is still down: no version is made
    assert town.due(EIGHT + dt.timedelta(minutes=14)) == []
    assert town.due(EIGHT + dt.timedelta(minutes=15)) == []
    [correction] = town.ledger.corrections.for_job("daily")
    assert (correction.status, correction.tries) == ("open", 1)
    assert town.manifest("2026-11-24")["version"] == 1

    with databases.postgres(port) as url:
        town.fill([DAY], url=url)
        assert town.due(EIGHT + dt.timedelta(minutes=29)) == []  # the last try was 14 minutes ago
        [corrected] = town.due(EIGHT + dt.timedelta(minutes=30))
        assert (corrected.status, corrected.period) == ("corrected", "2026-11-24")
        assert town.due(EIGHT + dt.timedelta(minutes=35)) == []
        assert town.due(EIGHT + dt.timedelta(hours=9)) == []
    manifest = town.manifest("2026-11-24")
    assert (manifest["version"], manifest["gaps"], town.counted("2026-11-24")) == (2, [], 3)
    assert town.ledger.corrections.for_job("daily")[0].status == "corrected"
    assert [run.status for run in town.ledger.runs.history()] == ["published", "published"]
    assert town.told() == ["【运维提醒】数据源 shop 取数失败"]
    assert town.ledger.notices.list_open() == []


def test_a_hole_that_is_never_filled_is_given_up_with_what_it_lacks(tmp_path: Path):
    town = Town(tmp_path)
    [done] = town.due(EIGHT)
    assert done.status == "issued"
    late = EIGHT + dt.timedelta(days=10, minutes=1)
    given_up = next(each for each in town.due(late, catch_up="latest") if each.period == "2026-11-24")
    assert given_up.status == "skipped"
    assert given_up.why == "older than 10 days; what it lacks never came: sms.messages of shop"
    assert town.ledger.corrections.for_job("daily")[0].status == "given up"


def closed_by_day(town: Town) -> None:
    """Have the shop read by night alone."""
    settings = town.config.read_text(encoding="utf-8").replace("timeout_s: 5", 'timeout_s: 5, allowed: "22:00-06:00"')
    town.config.write_text(settings, encoding="utf-8")


def test_a_source_that_may_not_be_read_at_the_hour_is_as_it_was_wanted_and_told_to_nobody(tmp_path: Path):
    town = Town(tmp_path)
    town.fill([DAY])
    closed_by_day(town)
    town.by_hand("2026-11-23", EIGHT - dt.timedelta(hours=9))
    [done] = town.due(EIGHT)
    assert done.status == "issued", done.why
    [gap] = town.manifest("2026-11-24")["gaps"]
    assert "不在允许取数的时段" in gap
    assert town.told() == []


def test_the_first_report_of_a_site_whose_source_may_not_be_read_yet_comes_out_and_is_corrected(tmp_path: Path):
    town = Town(tmp_path)
    town.fill([DAY])
    closed_by_day(town)
    [done] = town.due(EIGHT)
    assert done.status == "issued", done.why
    [gap] = town.manifest("2026-11-24")["gaps"]
    assert "不在允许取数的时段" in gap
    [corrected] = town.due(EIGHT + dt.timedelta(hours=14, minutes=1))
    assert corrected.status == "corrected", corrected.why
    assert (town.manifest("2026-11-24")["version"], town.manifest("2026-11-24")["gaps"]) == (2, [])
