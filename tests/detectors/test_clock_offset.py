"""Clock offset: a clock that is off moves all, a queue does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.clock_offset import ElapsedDay, clock_offset

USUAL = [ElapsedDay(events=500, backward=0, low_s=2.0 + 0.1 * (n % 3), mid_s=6.0 + 0.2 * (n % 2)) for n in range(14)]


def _day(low: float, mid: float, events: int = 500, backward: int = 0, backward_mid: float | None = None) -> ElapsedDay:
    return ElapsedDay(events=events, backward=backward, low_s=low, mid_s=mid, backward_mid_s=backward_mid)


@pytest.mark.parametrize("offset", [28_800.0, 30.0, -28_800.0, -30.0])
def test_a_clock_that_is_off_moves_the_quickest_and_the_middle_alike(offset: float) -> None:
    assert clock_offset(_day(2.1 + offset, 6.1 + offset), USUAL) == pytest.approx(offset, abs=0.2)


def test_an_ordinary_day_and_a_queue_are_no_clock() -> None:
    assert clock_offset(_day(2.2, 6.4), USUAL) is None
    assert clock_offset(_day(2.2, 300.0), USUAL) is None  # many wait
    assert clock_offset(_day(12.0, 90.0), USUAL) is None  # all wait, each another time


def test_half_a_day_that_runs_backwards_is_named_by_that_half() -> None:
    # of half of the reports the clock is eight hours early: they come before their message
    offset = clock_offset(_day(-28_794.0, 2.0, backward=250, backward_mid=-28_794.0), USUAL)
    assert offset == pytest.approx(-28_800.0, abs=1)


def test_single_moments_that_were_corrected_by_hand_are_no_clock() -> None:
    assert clock_offset(_day(2.1, 6.1, backward=5, backward_mid=-3600.0), USUAL) is None


def test_few_events_or_days_say_nothing() -> None:
    assert clock_offset(_day(30.0, 34.0, events=20), USUAL) is None
    assert clock_offset(_day(30.0, 34.0), USUAL[:4]) is None


@settings(max_examples=200)
@given(st.lists(st.tuples(st.floats(1.5, 2.5), st.floats(5.0, 7.0)), min_size=6, max_size=15))
def test_days_within_half_a_second_of_one_another_are_no_clock(days: list[tuple[float, float]]) -> None:
    today, *before = [_day(low, mid) for low, mid in days]
    assert clock_offset(today, before) is None
