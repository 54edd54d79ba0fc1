"""Snapshots that lost a large part of their rows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.detectors.snapshot_fall import (
    LASTING_DAYS,
    LEAST_SHARE,
    SnapshotFall,
    SnapshotRows,
    least_rows,
    lost_kinds,
    snapshot_falls,
)

MONDAY = dt.date(2026, 11, 2)


def _is_worked(day: dt.date) -> bool:
    return day.weekday() < 5


def _taken(*rows: int, step: int = 1) -> list[SnapshotRows]:
    """Return one snapshot every ``step`` days from a Monday on."""
    return [SnapshotRows(MONDAY + dt.timedelta(days=step * number), count) for number, count in enumerate(rows)]


def _falls(*rows: int, step: int = 1) -> dict[int, SnapshotFall]:
    """Return number of the snapshot → its fall."""
    falls = snapshot_falls(_taken(*rows, step=step), _is_worked)
    return {(day - MONDAY).days // step: fall for day, fall in falls.items()}


def test_a_snapshot_with_a_seventh_of_the_rows_is_damaged_until_they_are_back() -> None:
    falls = _falls(8540, 8552, 1198, 1198, 8556, 8560)
    day = MONDAY + dt.timedelta(days=1)
    assert falls == {
        2: SnapshotFall(MONDAY + dt.timedelta(days=2), 1198, day, 8552),
        3: SnapshotFall(MONDAY + dt.timedelta(days=3), 1198, day, 8552),
    }
    assert falls[2].lost == 7354


@pytest.mark.parametrize(
    ("rows", "least"),
    [
        ([1000], 900),  # a tenth
        ([1000, 1010, 1020], 909),  # the second largest of the last ones, and a tenth of it less
        ([27, 27, 27], 22),  # five rows of a small table
        ([4], -1),  # of which nothing can be told
        ([1000, 950, 948], 798),  # it fell by 50 once: three times that below 948
        ([1000, 1000, 2000], 900),  # one snapshot with the rows of two tells nothing
        ([1000, 1000, 2000, 2000], 1800),  # two of them do
    ],
)
def test_the_least_rows_of_a_whole_snapshot(rows: list[int], least: float) -> None:
    assert least_rows(rows) == least


def test_six_of_27_hosts_are_a_fall_and_five_are_none() -> None:
    assert list(_falls(27, 27, 21)) == [2]
    assert list(_falls(27, 27, 22)) == []


def test_a_snapshot_that_was_larger_than_all_others_makes_no_fall_of_the_next() -> None:
    assert _falls(8000, 8000, 16000, 8000, 8000) == {}
    assert list(_falls(8000, 8000, 16000, 8000, 4000)) == [4]


def test_a_source_that_always_shrinks_by_as_much_goes_on() -> None:
    assert _falls(1000, 940, 884, 831, 781, 700) == {}  # by 6 % a day, and by 10.4 % at last


def test_a_smaller_snapshot_that_stays_is_the_truth_after_ten_working_days() -> None:
    falls = _falls(8000, *[5000] * 20)  # from Tuesday, the 3rd, on: the tenth working day is Monday, the 16th
    assert list(falls) == list(range(1, 15))
    assert list(_falls(8000, *[5000] * 20, 2000)) == [*range(1, 15), 21]  # against 5000 now


def test_a_smaller_snapshot_with_other_rows_each_time_is_never_the_truth() -> None:
    falls = _falls(8000, *[5000, 3000] * 10)
    assert list(falls) == list(range(1, 21))


def test_an_empty_snapshot_lost_all_rows() -> None:
    falls = _falls(400, 0, 401)
    assert {number: fall.lost for number, fall in falls.items()} == {1: 400}
    assert _falls(0, 0, 400, 401) == {}


def test_what_is_more_than_eight_weeks_older_tells_nothing() -> None:
    assert list(_falls(8000, 1000, step=56)) == [1]
    assert list(_falls(8000, 1000, step=57)) == []


def test_a_snapshot_without_any_of_a_kind_that_had_many_is_damaged() -> None:
    taken, asked = _taken(1000, 990, 991, 951, 952, 1001), []

    def kinds_lost(before: SnapshotRows, after: SnapshotRows) -> tuple[str, ...]:
        asked.append((before.rows, after.rows))
        return ("unit",) if after.rows < 960 else ()

    falls = snapshot_falls(taken, _is_worked, kinds_lost)
    day = MONDAY + dt.timedelta(days=2)
    assert [(fall.rows, fall.whole_on, fall.kinds) for fall in falls.values()] == [
        (951, day, ("unit",)),
        (952, day, ("unit",)),
    ]
    assert asked == [(1000, 990), (991, 951), (991, 952)]  # ten rows less may be all of a kind


@pytest.mark.parametrize(
    ("before", "after", "lost", "kinds"),
    [
        ({"person": 900, "unit": 40}, {"person": 902}, 38, ("unit",)),
        ({"person": 900, "unit": 40}, {"person": 902, "unit": 1}, 37, ()),
        ({"person": 900, "unit": 19}, {"person": 900}, 19, ()),  # too few to tell
        ({"requested": 40, "made": 900}, {"made": 920}, 20, ("requested",)),
        ({"requested": 40, "made": 900}, {"made": 921}, 19, ()),  # most of them have become others
    ],
)
def test_kinds_of_which_no_row_is_left(
    before: dict[str, int], after: dict[str, int], lost: int, kinds: tuple[str, ...]
) -> None:
    assert lost_kinds(before, after, lost) == kinds


@given(st.lists(st.integers(0, 10_000), max_size=40), st.integers(0, 40))
def test_a_snapshot_is_judged_by_those_before_it_alone(rows: list[int], count: int) -> None:
    whole = _falls(*rows)
    assert _falls(*rows[:count]) == {number: fall for number, fall in whole.items() if number < count}


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40))
def test_each_fall_lost_more_than_a_tenth_of_the_last_whole_snapshot(rows: list[int]) -> None:
    falls = _falls(*rows)
    for number, fall in falls.items():
        before = (fall.whole_on - MONDAY).days
        assert (before not in falls, rows[before], rows[number]) == (True, fall.whole_rows, fall.rows)
        assert fall.lost > LEAST_SHARE * fall.whole_rows


@given(st.integers(20, 10_000), st.integers(0, 10_000))
def test_no_level_is_damaged_for_longer_than_it_takes_to_be_the_truth(before: int, after: int) -> None:
    falls = _falls(before, before, *[after] * 30)
    worked = [number for number in falls if _is_worked(MONDAY + dt.timedelta(days=number))]
    assert len(worked) in (0, LASTING_DAYS)
