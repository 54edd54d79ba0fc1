"""Series of days: the value of the last one, what is usual, since when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.detectors.series import Onset, Series, by_key

ON = dt.date(2026, 11, 18)
GAP = "gap"


def _series(*values: float | str | None) -> Series:
    rows: list[dict[str, Any]] = [
        {
            "day": ON - dt.timedelta(days=len(values) - 1 - index),
            "is_covered": value != GAP,
            "rate": None if value == GAP else value,
        }
        for index, value in enumerate(values)
    ]
    return Series(tuple(rows), ON)


@pytest.mark.parametrize(
    ("values", "since"),
    [
        ((0.99, 0.99, 0.71), Onset(dt.date(2026, 11, 18))),
        ((0.99, 0.96, 0.71), Onset(dt.date(2026, 11, 17))),
        ((0.99, 0.90, None, 0.71), Onset(dt.date(2026, 11, 16))),  # a quiet day neither begins nor ends it
        ((0.99, None, 0.71), Onset(dt.date(2026, 11, 18))),
        ((0.90, GAP, 0.71), Onset(dt.date(2026, 11, 18), is_bound=True)),  # what was in the gap is not known
        ((0.90, 0.90, 0.71), Onset(dt.date(2026, 11, 16), is_bound=True)),
        ((0.71,), Onset(dt.date(2026, 11, 18))),
        ((0.71, 0.99), None),
        ((0.71, GAP), None),
    ],
)
def test_since_is_the_first_day_of_the_trailing_run_beyond_the_threshold(
    values: tuple[float | str | None, ...], since: Onset | None
) -> None:
    assert _series(*values).since("rate", lambda rate: rate < 0.97) == since


@pytest.mark.parametrize(
    ("values", "since"),
    [
        ((0.99, 0.99, GAP), Onset(dt.date(2026, 11, 18))),
        ((0.99, GAP, GAP), Onset(dt.date(2026, 11, 17))),
        ((GAP, GAP), Onset(dt.date(2026, 11, 17), is_bound=True)),
        ((GAP, 0.99), None),
        ((), Onset(dt.date(2026, 11, 18))),
    ],
)
def test_a_gap_is_dated_from_its_first_day(values: tuple[float | str | None, ...], since: Onset | None) -> None:
    assert _series(*values).missing_since() == since


def test_usual_is_the_median_of_three_earlier_days_at_least() -> None:
    assert _series(0.97, 0.99, GAP, 0.98, 0.1).usual("rate") == 0.98
    assert _series(0.97, 0.99, 0.1).usual("rate") is None


def test_a_day_that_was_not_extracted_is_not_today() -> None:
    assert _series(0.99, GAP).today == {}
    assert Series((), ON).today == {}


def test_each_key_has_its_series_in_order_of_days_without_later_ones() -> None:
    rows = [
        {"day": ON + dt.timedelta(days=offset), "is_covered": True, "carrier": carrier}
        for offset in (1, 0, -1)
        for carrier in ("mobile", "unicom")
    ]
    series = by_key(rows, "carrier", ON)
    assert list(series) == ["mobile", "unicom"]
    assert [row["day"].day for row in series["unicom"].rows] == [17, 18]
