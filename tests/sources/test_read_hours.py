from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.errors import SettingsError, SourceClosed
from ntanalytics.extraction import Extractor
from ntanalytics.operations.diagnosis import State, exit_code
from ntanalytics.operations.doctor import diagnose
from ntanalytics.periods import Hours
from ntanalytics.settings import load
from ntanalytics.sources import check_read_hours
from tests.extraction.small_site import SETTINGS, SmallSite

ZONE = ZoneInfo("Asia/Shanghai")
D1, D16 = dt.date(2026, 11, 1), dt.date(2026, 11, 16)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def shop(tmp_path: Path) -> SmallSite:
    """Its source ``shop`` may be read at night."""
    shop = SmallSite(tmp_path)
    shop.config.write_text(
        SETTINGS.replace('shop.sqlite"', 'shop.sqlite", allowed: 19:00-07:30, pause_s: 5'), encoding="utf-8"
    )
    shop.settings = load(shop.config)
    shop.messages("shop", *((day, f"2026-11-{day:02} 09:00:00", "mobile", 1, None, None) for day in range(1, 17)))
    return shop


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        ("19:00-07:30", ["19:00", "23:59", "00:00", "07:29"], ["07:30", "12:00", "18:59"]),
        ("12:00-13:30", ["12:00", "13:29"], ["00:00", "11:59", "13:30", "23:59"]),
        ("0:00-8:00", ["00:00", "07:59"], ["08:00", "23:59"]),
        ("22:00-00:00", ["22:00", "23:59"], ["00:00", "21:59"]),
    ],
)
def test_hours_begin_with_their_first_minute_and_end_before_their_last(hours, inside, outside):
    assert [Hours.parse(hours).contains(local(f"2026-11-20 {time}")) for time in inside] == [True] * len(inside)
    assert [Hours.parse(hours).contains(local(f"2026-11-20 {time}")) for time in outside] == [False] * len(outside)


@given(st.times(), st.times(), st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(ZONE)))
def test_they_hold_when_they_begin_next_and_that_is_within_a_day(begins, ends, now):
    begins, ends = begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    if begins == ends:
        return
    hours = Hours(begins, ends)
    next_start = hours.next_start(now)
    assert hours.contains(next_start)
    assert dt.timedelta() < next_start - now <= dt.timedelta(days=1)


@pytest.mark.parametrize("hours", ["19:00", "25:00-07:30", "19:00-19:00", "night", "19-7"])
def test_what_are_no_hours_is_a_settings_error_that_names_the_key(shop: SmallSite, hours: str):
    shop.config.write_text(shop.config.read_text().replace("19:00-07:30", f'"{hours}"'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"sources\.shop\.allowed"):
        load(shop.config)


def test_a_source_that_is_closed_says_when_it_opens_and_one_without_hours_is_never(shop: SmallSite):
    with pytest.raises(SourceClosed, match=r"19:00-07:30, and it is 07:30\n.*2026-11-20 19:00"):
        check_read_hours(shop.settings, "shop", dt.datetime(2026, 11, 19, 23, 30, tzinfo=dt.UTC))
    check_read_hours(shop.settings, "shop", dt.datetime(2026, 11, 19, 23, 29, tzinfo=dt.UTC))
    check_read_hours(shop.settings, "twin", local("2026-11-20 12:00"))


def test_outside_its_hours_a_source_is_not_asked_and_the_failure_is_recorded_with_its_cause(shop: SmallSite):
    (shop.folder / "shop.sqlite").unlink()  # to ask it would be another failure
    closed, other = Extractor(shop.settings, shop.ledger, clock=lambda: local("2026-11-20 12:00")).extract(
        ["sms.messages"], D16, D16
    )
    assert (closed.source, closed.exit_code, closed.cause, other.error) == ("shop", 5, "不在允许取数的时段", "")
    assert "again from 2026-11-20 19:00" in closed.error
    assert shop.ledger.coverage.failed_sources() == {("sms.messages", "shop"): "不在允许取数的时段"}
    assert [day.source for day in shop.ledger.coverage.days("sms.messages", D16, D16)] == ["twin"]


def test_when_the_hours_end_the_days_taken_so_far_stay_and_the_rest_is_left(shop: SmallSite):
    now = [local("2026-11-20 07:00")]

    def a_batch_was_read(what: str, rows: int) -> None:
        if "shop 2026-11-02" in what:
            now[0] = local("2026-11-20 07:30")

    extractor = Extractor(shop.settings, shop.ledger, a_batch_was_read, clock=lambda: now[0])
    extractor.sources["shop"]._wait = lambda seconds: None
    taken = [each for each in extractor.extract(["sms.messages"], D1, D16) if each.source == "shop"]
    assert [(each.first.day, each.last.day, each.rows.total(), bool(each.error)) for each in taken] == [
        (1, 1, 1, False),
        (2, 8, 7, False),
        (9, 15, 0, True),
    ]
    held = {day.day.day for day in shop.ledger.coverage.days("sms.messages", D1, D16) if day.source == "shop"}
    assert held == set(range(1, 9))


def test_what_a_report_needs_is_refused_too(shop: SmallSite):
    taken = Extractor(shop.settings, shop.ledger, clock=lambda: local("2026-11-20 07:30")).ensure_coverage(
        {"sms.messages": 0}, D16, D16
    )
    assert {each.source: each.cause for each in taken} == {"shop": "不在允许取数的时段", "twin": ""}


def test_doctor_warns_that_it_has_not_looked(shop: SmallSite):
    (shop.folder / "shop.sqlite").unlink()
    found = [each for each in diagnose(shop.config, local("2026-11-20 12:00")) if each.subject == "sources.shop"]
    assert [(each.item, each.state) for each in found] == [("reachable", State.WARNING)]
    assert "again from 2026-11-20 19:00" in found[0].message
    assert exit_code(found) == 0


def test_a_database_rests_between_two_statements_and_not_before_the_first(shop: SmallSite):
    extractor = Extractor(shop.settings, shop.ledger, clock=lambda: local("2026-11-20 23:00"))
    rests: list[float] = []
    extractor.sources["shop"]._wait = rests.append
    extractor.sources["twin"]._wait = rests.append  # which has no pause
    extractor.extract(["sms.messages", "desk.tickets"], D1, D16)
    # four weeks or parts of one, of two datasets, and the tickets that were open before
    assert rests == [5.0] * 8
