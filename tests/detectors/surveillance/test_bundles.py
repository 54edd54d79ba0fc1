"""Bundles: what several events follow from, on values worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.detectors.surveillance.bundles import bundle_size, is_beyond_bundles, tells_mean
from ntanalytics.detectors.surveillance.departure import Departure


def _days(*causes: list[int], times: int = 1, today: Sequence[int] = ()) -> np.ndarray:
    """Return the events of some causes on days that are repeated some times, and on the judged day."""
    past = np.tile(np.array(causes, dtype=float), times)
    return np.column_stack([past, np.array(today or [0] * len(causes), dtype=float)])


#: Five attempts of a person on one of four days, and of another on another one; one attempt of each; and of each daily.
TRIES = _days([5, 0, 0, 0], [0, 0, 5, 0], times=2)
SINGLE, DAILY = _days([1, 0, 0, 0], [0, 0, 1, 0], times=10), _days([5, 5, 5, 5], [5, 5, 5, 5])


def _departure(seen: float, expected: float) -> Departure:
    return Departure(
        members=(("outcome", "failure"),),
        value="",
        direction=1 if seen > expected else -1,
        strength=0.0,
        improbable=20.0,
        hours=(0, 24),
        seen=seen,
        expected=expected,
        share=0.1,
    )


def test_the_size_of_a_bundle_is_the_variance_of_its_causes_over_the_mean() -> None:
    # mean 1.25 and variance 25 / 4 - 1.25² = 4.6875 of each person
    assert bundle_size(TRIES) == pytest.approx(4.6875 / 1.25)
    # mean 0.25 and variance 0.25 - 0.0625; who comes every day is no chance: 1 at least
    assert [bundle_size(SINGLE), bundle_size(DAILY), bundle_size(np.zeros((0, 4)))] == [1.0, 1.0, 1.0]


def test_the_causes_of_the_day_tell_the_size_where_hardly_any_came_before() -> None:
    # 19 events before: (20² + 10² + 0) / 30; of 20 those days tell
    assert bundle_size(_days([0, 0], [9, 10], today=[20, 10])) == pytest.approx(500 / 30)
    assert bundle_size(_days([0, 0], [10, 10], today=[20, 10])) == 1.0
    # three verifications of 20, 10 and 3: 33 ln 132 - 32.75 = 128.4, 8.3 for bundles of 15.4
    few, many = _days([0, 0], [0, 0], [0, 0], today=[20, 10, 3]), _days(*[[0, 0]] * 33, today=[1] * 33)
    assert [is_beyond_bundles(_departure(33, 0), counts) for counts in (few, many)] == [False, True]


@pytest.mark.parametrize(
    ("past", "seen", "expected", "is_beyond"),
    [
        (TRIES, 40, 20, False),  # 40 ln 2 - 20 = 7.7, a quarter of it for bundles of 3.75
        (TRIES, 72, 20, False),  # 72 ln 3.6 - 52 = 40.2: 10.7
        (TRIES, 73, 20, True),  # 73 ln 3.65 - 53 = 41.5: 11.1
        (SINGLE, 40, 20, True),
        (DAILY, 40, 20, True),
        (TRIES, 0, 40, False),  # 40: 10.7
        (TRIES, 0, 41, True),  # 41: 10.9, and the limit is ln 48,000 = 10.8
        (TRIES, 14, 0, True),  # of none expected a quarter: 14 ln 56 - 13.75 = 42.6
    ],
)
def test_a_number_must_depart_as_far_for_its_bundles(
    past: np.ndarray, seen: float, expected: float, is_beyond: bool
) -> None:
    assert is_beyond_bundles(_departure(seen, expected), past) is is_beyond


@given(st.integers(2, 9), st.integers(1, 200), st.integers(0, 400))
def test_as_many_times_the_events_in_bundles_as_large_count_as_the_single_ones(
    size: int, expected: int, seen: int
) -> None:
    """A hundred days with one cause on each: bundles of ``size`` have a variance of 0.99 ``size`` times their mean."""
    past = np.column_stack([size * np.eye(100), np.zeros(100)])
    assert bundle_size(past) == pytest.approx(max(0.99 * size, 1))
    single = seen * math.log(seen / expected) - (seen - expected) if seen else expected
    departure = _departure(size * seen, size * expected)
    assert is_beyond_bundles(departure, past) is (size * single / bundle_size(past) >= math.log(48_000))


def test_a_mean_of_few_causes_tells_nothing() -> None:
    mean = replace(_departure(3.1, 1.5), value="receipt_latency_s", strength=500.0)
    assert [tells_mean(mean, causes) for causes in (7, 8)] == [False, True]
    # ln 48,000 = 10.78
    assert [tells_mean(replace(mean, strength=strength), 100) for strength in (10.7, 10.8)] == [False, True]
