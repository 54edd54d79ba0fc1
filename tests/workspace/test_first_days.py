"""First days of the sources, by hand-made coverage."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.contract import dataset
from ntanalytics.ledger import CoverageDay
from ntanalytics.ledger.rows_held import RowsHeld, held_since
from ntanalytics.workspace.first_days import FirstDays

D = dt.date(2026, 11, 1)


def held(first: int, days: int, with_rows: int, empty: int) -> RowsHeld:
    return RowsHeld(first=D + dt.timedelta(days=first), days=days, days_with_rows=with_rows, empty_before=empty)


@pytest.mark.parametrize(
    ("incidents", "first"),
    [
        # a row on each of twenty days, ten empty days before: no chance
        (held(10, 20, 20, 10), 10),
        # a row on one day of twenty: ten empty days before are likely, the source was there since its first day
        (held(10, 20, 1, 10), 3),
        # on working days alone: two empty days may be a weekend, four may not
        (held(5, 14, 10, 2), 3),
        (held(7, 14, 10, 4), 7),
        # on two of four days: the other two may be a weekend
        (held(6, 4, 2, 3), 6),
        # never a row: nobody knows whether anybody records them
        (None, None),
    ],
)
def test_empty_days_before_the_first_row_are_judged_by_those_after_it(
    incidents: RowsHeld | None, first: int | None
) -> None:
    rows = {("desk.tickets", "book"): held(3, 27, 25, 3)}
    if incidents is not None:
        rows["desk.incidents", "book"] = incidents
    expected = None if first is None else D + dt.timedelta(days=first)
    assert FirstDays(rows, []).first("desk.incidents", "book") == expected


def test_the_first_day_of_cases_is_that_of_the_oldest_case_or_of_the_first_change() -> None:
    changed = held(10, 20, 20, 10)
    assert held_since(D + dt.timedelta(days=10), changed) == changed
    # a case of day 4 was taken with the change of day 10: six of the empty days before lie after it
    assert held_since(D + dt.timedelta(days=4), changed) == held(4, 20, 20, 4)
    assert held_since(D, changed) == held(0, 20, 20, 0)
    assert held_since(D, None) == held(0, 1, 1, 0)
    purged = {("desk.incidents", "book"): held(3, 27, 25, 3), ("desk.tickets", "book"): changed}
    assert FirstDays(purged, []).first("desk.tickets", "book") == D + dt.timedelta(days=10)


def test_a_source_without_any_row_has_no_first_day() -> None:
    assert FirstDays({("desk.tickets", "book"): held(3, 27, 25, 3)}, []).first("desk.tickets", "other") is None


def covered(day: int, rows: int, source: str = "book") -> CoverageDay:
    moment = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
    on = D + dt.timedelta(days=day)
    return CoverageDay(source=source, day=on, taken_at=moment, rows=rows, source_rows=rows, rejected=0, is_held=True)


def test_only_empty_days_before_the_first_day_are_not_held() -> None:
    first = FirstDays({("desk.tickets", "book"): held(3, 27, 25, 3)}, ["log"])
    days = [covered(2, 0), covered(3, 1), covered(4, 0), covered(2, 0, "log"), covered(4, 0, "empty")]
    known = first.known(dataset("desk.tickets"), days)
    assert [day.is_held for day in known] == [False, True, True, True, False]


def test_an_empty_snapshot_is_not_held() -> None:
    first = FirstDays({("sso.apps", "book"): held(3, 27, 25, 3)}, [])
    assert [day.is_held for day in first.known(dataset("sso.apps"), [covered(5, 0), covered(6, 2)])] == [False, True]
