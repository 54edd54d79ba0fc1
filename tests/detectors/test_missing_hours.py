"""Hours in the middle of a day without a row, of a source and of its parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.detectors.missing_hours import hours_missing, partial_parts

#: 200 rows of a working day.
WORK = np.array([0, 0, 0, 0, 0, 0, 0, 2, 20, 40, 30, 14, 0, 2, 30, 30, 20, 8, 2, 2, 0, 0, 0, 0], dtype=float)
HOURS = np.arange(24)
USUAL = np.tile(WORK, (10, 1))


def _without(first: int, until: int, day: np.ndarray = WORK) -> np.ndarray:
    return np.where((first <= HOURS) & (until > HOURS), 0.0, day)


@pytest.mark.parametrize(
    ("first", "until", "share"),
    [
        (9, 11, 70 / 200),
        (9, 12, 84 / 200),
        (8, 12, 104 / 200),
        (14, 16, 60 / 200),
        (16, 19, 30 / 200),  # a row of 19 o'clock follows
        (10, 14, 46 / 200),  # over noon: of 12 o'clock no day has a row
    ],
)
def test_hours_without_a_row_that_always_have_many_are_a_hours_missing(first: int, until: int, share: float) -> None:
    found = hours_missing(_without(first, until), USUAL)
    assert found is not None
    assert (found.kind, found.hour, found.hours) == ("hours_missing", first, (first, until))
    assert list(found.missing_hours) == list(range(first, until))
    assert found.share == pytest.approx(share)


@pytest.mark.parametrize(
    "day",
    [
        WORK,
        _without(9, 10),  # one hour alone
        _without(11, 14),  # around noon: 16 of 200 rows, 8 %
        _without(17, 19),  # 10 of 200 rows, 5 %
        _without(14, 24),  # nothing follows: the day ends early
        np.where(HOURS == 9, 3.0, 0.0),  # three rows: too few to say so
    ],
)
def test_hours_that_may_be_silent_are_none(day: np.ndarray) -> None:
    assert hours_missing(day, USUAL) is None


def test_hours_that_a_comparable_day_lacked_too_are_none_unless_it_is_one_of_ten() -> None:
    quiet = _without(9, 11)
    assert hours_missing(quiet, USUAL[:5]) is not None
    assert hours_missing(quiet, USUAL[:4]) is None
    assert hours_missing(quiet, np.vstack([USUAL[:8], quiet])) is None
    assert hours_missing(quiet, np.vstack([USUAL[:9], quiet])) is not None
    assert hours_missing(quiet, np.vstack([USUAL[:8], quiet, quiet])) is None


def test_of_two_gaps_the_one_with_more_rows_is_told() -> None:
    found = hours_missing(_without(8, 10, _without(14, 16)), USUAL)
    assert found is not None
    assert found.hours in {(8, 10), (14, 16)}
    assert found.share == pytest.approx(60 / 200)


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1), st.integers(5, 3000))
def test_chance_makes_no_missing_hours(seed: int, rows: int) -> None:
    days = np.random.default_rng(seed).multinomial(rows, (WORK + 0.02) / (WORK + 0.02).sum(), size=11).astype(float)
    assert hours_missing(days[0], days[1:]) is None


# of fewer rows a share of the day from eight to ten comes below a tenth by chance
@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.integers(1500, 5000), st.integers(8, 10))
def test_hours_cut_out_of_any_day_of_many_rows_are_found(seed: int, rows: int, first: int) -> None:
    days = np.random.default_rng(seed).multinomial(rows, (WORK + 0.02) / (WORK + 0.02).sum(), size=11).astype(float)
    found = hours_missing(_without(first, first + 2, days[0]), days[1:])
    assert found is not None
    assert found.hours[0] <= first < first + 2 <= found.hours[1]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 3), min_size=24, max_size=24), st.lists(st.integers(0, 3), min_size=48, max_size=48))
def test_any_table_of_counts_is_judged_without_an_error(today: list[int], usual: list[int]) -> None:
    days = np.array(usual, dtype=float).reshape(2, 24).repeat(4, axis=0)
    hours_missing(np.array(today, dtype=float), days)
    partial_parts({"": np.array(today, dtype=float)}, [{"": day} for day in days])


def test_a_part_that_ends_at_two_is_told_with_its_share_of_the_source() -> None:
    usual = [{"oa": WORK, "portal": 3 * WORK} for _ in range(6)]
    found = partial_parts({"oa": _without(14, 24), "portal": 3 * WORK}, usual)
    # 92 of the 200 rows of one, of 800 rows of both
    assert found == [ProfileDamage("ends_early", 14, pytest.approx(92 / 800), ("oa",), (14, 24))]


def test_parts_with_the_same_hours_are_one_and_the_larger_loss_comes_first() -> None:
    usual = [{"exchange": WORK, "oa": WORK, "portal": WORK, "seal": WORK} for _ in range(6)]
    lacking = {"exchange": _without(9, 11), "oa": _without(9, 11), "portal": _without(14, 16), "seal": WORK}
    found = partial_parts(lacking, usual)
    assert [(damage.kind, *damage.hours, damage.parts) for damage in found] == [
        ("hours_missing", 9, 11, ("exchange", "oa")),
        ("hours_missing", 14, 16, ("portal",)),
    ]
    assert [damage.share for damage in found] == [pytest.approx(140 / 800), pytest.approx(60 / 800)]
    assert partial_parts(dict.fromkeys(usual[0], WORK), usual) == []
