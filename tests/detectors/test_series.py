from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.detectors.series import Series, by_subject
from ntanalytics.findings.finding import Threshold

ON = dt.date(2026, 11, 18)
RATE = Threshold(0.97, 0.95, "up")
HOLE = "gap"


def _series(*values: float | str | None) -> Series:
    rows: list[dict[str, Any]] = [
        {
            "day": ON - dt.timedelta(days=len(values) - 1 - place),
            "is_covered": value != HOLE,
            "rate": None if value == HOLE else value,
        }
        for place, value in enumerate(values)
    ]
    return Series(tuple(rows), ON)


@pytest.mark.parametrize(
    ("values", "since"),
    [
        ((0.99, 0.99, 0.71), "11月18日"),
        ((0.99, 0.96, 0.71), "11月17日"),
        ((0.99, 0.90, None, 0.71), "11月16日"),  # a quiet day neither begins nor ends it
        ((0.99, None, 0.71), "11月18日"),
        ((0.90, HOLE, 0.71), "11月18日"),  # what was in the hole is not known
        ((0.90, 0.90, 0.71), "11月16日或更早"),
        ((0.71,), "11月18日"),
        ((0.71, 0.99), None),
        ((0.71, HOLE), None),
    ],
)
def test_since_is_the_first_day_of_the_trailing_run_beyond_the_threshold(
    values: tuple[float | str | None, ...], since: str | None
) -> None:
    assert _series(*values).since("rate", RATE) == since


@pytest.mark.parametrize(
    ("values", "since"),
    [
        ((0.99, 0.99, HOLE), "11月18日"),
        ((0.99, HOLE, HOLE), "11月17日"),
        ((HOLE, HOLE), "11月17日或更早"),
        ((HOLE, 0.99), None),
        ((), "11月18日"),
    ],
)
def test_a_hole_is_dated_from_its_first_day(values: tuple[float | str | None, ...], since: str | None) -> None:
    assert _series(*values).missing_since() == since


def test_usual_is_the_median_of_three_earlier_days_at_least() -> None:
    assert _series(0.97, 0.99, HOLE, 0.98, 0.1).usual("rate") == 0.98
    assert _series(0.97, 0.99, 0.1).usual("rate") is None


def test_a_day_that_was_not_extracted_is_not_today() -> None:
    assert _series(0.99, HOLE).today == {}
    assert Series((), ON).today == {}


def test_each_subject_has_its_series_in_order_of_days_without_later_ones() -> None:
    rows = [
        {"day": ON + dt.timedelta(days=offset), "is_covered": True, "carrier": carrier}
        for offset in (1, 0, -1)
        for carrier in ("mobile", "unicom")
    ]
    found = by_subject(rows, "carrier", ON)
    assert list(found) == ["mobile", "unicom"]
    assert [row["day"].day for row in found["unicom"].rows] == [17, 18]
