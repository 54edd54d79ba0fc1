"""Rows that agree in all but their number, counted by hand."""

from __future__ import annotations

import datetime as dt

import ibis
import pytest

from ntanalytics.metrics.copied_rows import adjacent_rows, copied_rows, copies_by_day
from ntanalytics.metrics.rows import rows

DAY = dt.date(2026, 11, 20)


def _messages(*given: tuple[str, str, float], source: str = "sms") -> ibis.Table:
    begin = dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)
    return ibis.memtable(
        [
            {"no": no, "unit": unit, "at": begin + dt.timedelta(seconds=second), "day": DAY, "source": source}
            for no, unit, second in given
        ],
        schema={"no": "string", "unit": "string", "at": "timestamp('UTC')", "day": "date", "source": "string"},
    )


def test_a_row_that_comes_three_times_has_two_copies() -> None:
    table = _messages(("1", "a", 0), ("2", "a", 0), ("3", "a", 0), ("4", "b", 0), ("5", "a", 7))
    assert [(row["unit"], row["copies"]) for row in rows(copied_rows(table, "no"))] == [("a", 2)]
    assert rows(copies_by_day(table, "no")) == [{"source": "sms", "day": DAY, "copied_rows": 2}]


def test_the_same_row_of_two_sources_is_no_copy() -> None:
    table = _messages(("1", "a", 0)).union(_messages(("2", "a", 0), source="other"))
    assert rows(copies_by_day(table, "no")) == []


@pytest.mark.parametrize(("fraction", "is_whole"), [(0.0, True), (0.25, False)])
def test_alike_rows_within_a_second_are_adjacent_and_copies_are_not(fraction: float, is_whole: bool) -> None:
    table = _messages(
        ("1", "a", 0), ("2", "a", 0), ("3", "a", 1), ("4", "b", 1 + fraction), ("5", "a", 9), ("6", "a", 10)
    )
    # of a: 1 after 0, and 10 after 9; of b none
    assert rows(adjacent_rows(table, "no", "at", [])) == [{"source": "sms", "adjacent_rows": 2, "is_whole": is_whole}]
