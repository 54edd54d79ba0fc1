"""Rows that arrive after their day has settled are found by a count, and taken once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntanalytics.cli import app
from ntanalytics.operations.recount import Recount, take_late_rows
from ntanalytics.runner import RunContext
from ntanalytics.sources.database import DatabaseSource
from tests.extraction.small_site import SmallSite

MONDAY, SUNDAY = dt.date(2026, 11, 9), dt.date(2026, 11, 15)
ROW = ("2026-11-11 09:00:00", "mobile", 1, None, None)
NAMES = ("sms.messages", "shop")


@pytest.fixture
def shop(tmp_path: Path) -> SmallSite:
    """A site whose week 46 was extracted when it had settled."""
    shop = SmallSite(tmp_path)
    shop.messages("shop", (1, *ROW), (2, *ROW))
    shop.extractor().extract(["sms.messages"], MONDAY, SUNDAY)
    return shop


def recount(shop: SmallSite) -> Recount:
    now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    return take_late_rows(RunContext(settings=shop.settings, clock=lambda: now))


def rows(shop: SmallSite, day: int) -> int:
    on = dt.date(2026, 11, day)
    return sum(each.source_rows for each in shop.ledger.coverage.days("sms.messages", on, on) if each.source == "shop")


@contextmanager
def queries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count the questions for a number of rows."""
    asked: list[int] = []
    count = DatabaseSource.count

    def counting(self: DatabaseSource, *arguments: object) -> int:
        asked.append(1)
        return count(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSource, "count", counting)
        yield asked


def test_a_row_that_came_late_is_found_and_its_day_alone_is_extracted_again(shop: SmallSite) -> None:
    assert recount(shop).late == {}
    shop.messages("shop", (3, *ROW))
    before = shop.ledger.coverage.last_extraction_id()
    found = recount(shop)
    assert found.late == {NAMES: [dt.date(2026, 11, 11)]}
    assert [(result.first, result.last) for result in found.results] == [(dt.date(2026, 11, 11),) * 2]
    assert (rows(shop, 11), shop.ledger.coverage.last_extraction_id()) == (3, before + 1)
    assert recount(shop).late == {}


def test_a_row_that_was_deleted_is_found(shop: SmallSite) -> None:
    shop.run("shop", "DELETE FROM message WHERE id = 1")
    assert recount(shop).late == {NAMES: [dt.date(2026, 11, 11)]}
    assert rows(shop, 11) == 1


@pytest.mark.parametrize("left", [[1], [30, 15], [30, 85]])
def test_a_day_that_a_database_forgets_stays_as_it_was_read(shop: SmallSite, left: list[int]) -> None:
    """Of a hundred rows it has fewer each week; once it has most of them again."""
    day = [dt.date(2026, 11, 11)]
    shop.messages("shop", *((number, *ROW) for number in range(3, 101)))
    assert recount(shop).late == {NAMES: day}
    for count in left:
        shop.run("shop", "DELETE FROM message")
        shop.messages("shop", *((number, *ROW) for number in range(count)))
        found = recount(shop)
        assert (found.late, found.kept, found.results) == ({}, {NAMES: day}, [])
        assert rows(shop, 11) == 100
        assert recount(shop).kept == {}  # told once
    shop.messages("shop", *((number, *ROW) for number in range(200, 302)))
    assert recount(shop).late == {NAMES: day}
    assert rows(shop, 11) > 100


def test_where_nothing_came_each_source_is_asked_once(shop: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    with queries(monkeypatch) as asked:
        assert recount(shop).counted == 14  # a week of two sources
    assert len(asked) == 2


def test_days_that_have_not_settled_are_left_to_the_next_report(shop: SmallSite) -> None:
    day = "2026-11-21 09:00:00"  # settled on the 25th
    shop.messages("shop", (4, day, "mobile", 1, None, None))
    shop.extractor().extract(["sms.messages"], dt.date(2026, 11, 21), dt.date(2026, 11, 21))
    shop.messages("shop", (5, day, "mobile", 1, None, None))
    assert recount(shop).late == {}


def test_a_count_that_is_never_the_number_of_rows_is_followed_once(
    shop: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = DatabaseSource.count
    monkeypatch.setattr(DatabaseSource, "count", lambda self, *window: 2 * count(self, *window))
    first = recount(shop)
    assert (first.late, first.recounted) == ({}, {NAMES: [dt.date(2026, 11, 11)]})  # the rows are those of before
    second = recount(shop)
    assert (second.late, second.recounted) == ({}, {})
    shop.messages("shop", (6, *ROW))
    assert recount(shop).late == {NAMES: [dt.date(2026, 11, 11)]}


def test_a_source_that_is_down_is_named_and_the_others_are_counted(shop: SmallSite) -> None:
    shop.run("twin", "DROP TABLE message")
    shop.messages("shop", (7, *ROW))
    found = recount(shop)
    assert list(found.skipped) == ["sms.messages ← twin"]
    assert found.late == {NAMES: [dt.date(2026, 11, 11)]}


def test_maintain_says_what_came_late(shop: SmallSite) -> None:
    day = dt.datetime.now(shop.settings.zone).date() - dt.timedelta(days=10)
    row = (f"{day} 09:00:00", "mobile", 1, None, None)
    shop.messages("shop", (8, *row))
    shop.extractor().extract(["sms.messages"], day, day)
    shop.messages("shop", (9, *row))
    dry = CliRunner().invoke(app, ["--config", str(shop.config), "maintain", "--dry-run"])
    assert "extracted again" not in dry.output
    done = CliRunner().invoke(app, ["--config", str(shop.config), "maintain"])
    assert done.exit_code == 0, done.output
    assert f"1 day(s) have other rows than were read, extracted again: {day}" in done.output.replace("\n", " ")
