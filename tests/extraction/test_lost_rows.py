"""A second reading that lacks most rows of a day leaves it as it was read."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.contract import DATASETS
from ntanalytics.extraction import Extractor
from ntanalytics.extraction.lost_rows import has_lost
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.ledger import CoverageDay, ExtractionResult
from ntanalytics.settings.parts import AdoptionSettings
from tests.extraction.small_site import SmallSite

DAY = dt.date(2026, 11, 18)
NEXT = DAY + dt.timedelta(days=1)
NEEDS = {"sms.messages": 0}

#: The morning after the day, the one after that, and a moment at which the day has settled.
MORNING, SECOND, SETTLED = (dt.datetime(2026, 11, day, 22, tzinfo=dt.UTC) for day in (18, 19, 25))


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    """A site with ten messages of a day in each of its two sources, read on the morning after it."""
    site = SmallSite(tmp_path)
    for source in ("shop", "twin"):
        site.messages(source, *_messages(DAY, 10))
    read(site, MORNING)
    return site


def _messages(day: dt.date, count: int) -> list[tuple[object, ...]]:
    return [(f"{day}-{number}", f"{day} 09:00:00", "mobile", 1, None, None) for number in range(count)]


def read(site: SmallSite, now: dt.datetime, first: dt.date = DAY, last: dt.date = DAY) -> list[ExtractionResult]:
    return Extractor(site.settings, site.ledger, clock=lambda: now).ensure_coverage(NEEDS, first, last)


def rows(site: SmallSite, day: dt.date = DAY) -> Counter[str]:
    """Count the rows of the lake by source."""
    lake = DeltaLake(site.settings.lake)
    table = DuckReader(lake).table(DATASETS["sms.messages"], lake.version("sms.messages"))
    return Counter(row["source"] for row in table.to_pyarrow().to_pylist() if row["day"] == day)


def covered(site: SmallSite, source: str = "shop", day: dt.date = DAY) -> CoverageDay:
    return next(each for each in site.ledger.coverage.days("sms.messages", day, day) if each.source == source)


def shrink(site: SmallSite, left: int) -> None:
    site.run("shop", f"DELETE FROM message WHERE CAST(substr(id, 12) AS INTEGER) >= {left}")


@given(before=st.integers(0, 200), now=st.integers(0, 300))
def test_a_day_is_lost_where_more_than_a_tenth_of_it_and_five_rows_or_all_are_gone(before: int, now: int) -> None:
    is_fall = 10 * now < 9 * before and before - now > 5
    assert has_lost(before, now) is (is_fall or (now == 0 and before > 0))
    assert has_lost(before, now, is_written=True) is (before >= 20 and 2 * now < before)


def test_what_a_source_has_lost_stays_until_the_day_has_settled(site: SmallSite) -> None:
    shrink(site, 4)
    [shop] = [result for result in read(site, SECOND) if result.kept]
    assert (shop.source, list(shop.kept), shop.error, shop.rows.total()) == ("shop", [DAY], "", 0)
    assert rows(site) == {"shop": 10, "twin": 10}
    assert (covered(site).rows, covered(site).taken_at) == (10, SECOND)
    read(site, SETTLED)
    assert rows(site) == {"shop": 10, "twin": 10}
    assert read(site, SETTLED) == []


def test_other_settings_may_read_fewer_rows(site: SmallSite) -> None:
    shrink(site, 4)
    site.settings = site.settings.model_copy(update={"adoption": AdoptionSettings(ranking="owner")})
    read(site, SECOND)
    assert rows(site) == {"shop": 4, "twin": 10}


def test_reports_of_one_command_ask_for_a_kept_day_once(site: SmallSite) -> None:
    shrink(site, 0)
    mark = site.ledger.coverage.last_extraction_id()
    read(site, SECOND)
    extractor = Extractor(site.settings, site.ledger, clock=lambda: SECOND)
    again = extractor.ensure_coverage(NEEDS, DAY, DAY, known_since=mark)
    assert all(result.is_claimed_elsewhere for result in again)


def test_a_source_that_has_its_rows_again_is_read_again(site: SmallSite) -> None:
    shrink(site, 0)
    read(site, SECOND)
    site.messages("shop", *_messages(DAY, 12))
    read(site, SETTLED)
    assert rows(site)["shop"] == covered(site).rows == 12


def test_by_hand_a_day_is_taken_as_it_is_now_and_five_rows_are_no_loss(site: SmallSite) -> None:
    shrink(site, 5)
    read(site, SECOND)
    assert rows(site)["shop"] == 5
    shrink(site, 1)
    site.extractor().extract(["sms.messages"], DAY, DAY)
    assert rows(site) == {"shop": 1, "twin": 10}


def test_the_other_days_of_the_window_are_taken(site: SmallSite) -> None:
    shrink(site, 0)
    site.messages("shop", *_messages(NEXT, 3), *_messages(DAY - dt.timedelta(days=1), 2))
    read(site, SECOND, DAY - dt.timedelta(days=1), NEXT)
    assert rows(site) == {"shop": 10, "twin": 10}
    assert [rows(site, day)["shop"] for day in (DAY - dt.timedelta(days=1), NEXT)] == [2, 3]
    assert covered(site, day=NEXT).rows == 3


def test_a_day_that_was_read_before_its_end_stays_incomplete(tmp_path: Path) -> None:
    site = SmallSite(tmp_path)
    site.messages("shop", *_messages(DAY, 10))
    afternoon = dt.datetime(2026, 11, 18, 8, tzinfo=dt.UTC)
    read(site, afternoon)
    shrink(site, 0)
    read(site, SECOND)
    assert (rows(site)["shop"], covered(site).taken_at) == (10, afternoon)


def test_what_was_rejected_of_a_kept_day_is_told_as_before(tmp_path: Path) -> None:
    site = SmallSite(tmp_path)
    site.messages("shop", *_messages(DAY, 10), ("bad", f"{DAY} 09:00:00", "mobile", -1, None, None))
    read(site, MORNING)
    told = site.ledger.coverage.rejected("sms.messages", DAY, DAY)
    assert [rows for _, _, rows in told] == [1]
    site.run("shop", "DELETE FROM message")
    read(site, SECOND)
    assert site.ledger.coverage.rejected("sms.messages", DAY, DAY) == told
    assert covered(site).rejected == 1


def test_what_the_lake_has_no_more_cannot_be_kept(site: SmallSite) -> None:
    shutil.rmtree(site.settings.lake)
    for source in ("shop", "twin"):
        site.run(source, "DELETE FROM message WHERE CAST(substr(id, 12) AS INTEGER) >= 1")
    read(site, SECOND)
    assert rows(site) == {"shop": 1, "twin": 1}


def test_a_report_is_made_again_from_the_days_as_it_knew_them(site: SmallSite) -> None:
    known = site.ledger.coverage.last_extraction_id()
    shrink(site, 0)
    read(site, SECOND)
    [before] = [
        day for day in site.ledger.as_of(known, SECOND).coverage.days("sms.messages", DAY, DAY) if day.source == "shop"
    ]
    assert (before.rows, before.taken_at, before.extraction_id <= known) == (10, MORNING, True)
