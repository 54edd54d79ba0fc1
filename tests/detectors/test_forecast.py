"""Forecasts of disks, worked by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.forecast import Forecast, forecast

FIRST = dt.date(2026, 9, 1)


def _days(values: Sequence[float | None]) -> list[tuple[dt.date, float | None]]:
    return [(FIRST + dt.timedelta(days=place), value) for place, value in enumerate(values)]


def _after(days: int) -> dt.date:
    return FIRST + dt.timedelta(days=days)


def test_a_line_is_full_where_it_meets_the_capacity() -> None:
    stated = forecast(_days([50 + day for day in range(20)]), 100)
    assert stated == Forecast(full_on=_after(50), earliest_on=_after(50), latest_on=_after(50), per_day=1.0)


def test_outliers_and_gaps_do_not_move_it() -> None:
    values: list[float | None] = [50.0 + day for day in range(30)]
    values[4], values[11], values[20], values[12] = 95.0, 10.0, None, float("nan")
    assert forecast(_days(values), 100).full_on == _after(50)


@given(st.integers(1, 10), st.integers(1, 24))
def test_days_without_a_value_are_no_jump(missing: int, since: int) -> None:
    """65 % on the last of 36 days, one point a day: 35 days are left, whichever days nobody measured."""
    values: list[float | None] = [30.0 + day for day in range(36)]
    values[35 - since - missing : 35 - since] = [None] * missing
    stated = forecast(_days(values), 100)
    assert (stated.full_on, stated.per_day) == (_after(35 + 35), pytest.approx(1.0))


def test_noise_widens_the_interval() -> None:
    noise = np.random.default_rng(1).normal(0, 1, 60)
    stated = forecast(_days((20 + 0.5 * np.arange(60) + noise).tolist()), 100)
    assert stated.earliest_on is not None
    assert stated.full_on is not None
    assert stated.latest_on is not None
    assert stated.earliest_on < _after(160) < stated.latest_on
    assert abs((stated.full_on - _after(160)).days) <= 6


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "short_history"),
        ([50 + day for day in range(13)], "short_history"),
        ([50.0] * 40, "no_trend"),
        ([50 - day / 10 for day in range(40)], "no_trend"),
        ([50 + day * 0.01 for day in range(100)], "far"),
        ([20 + day * 0.1 for day in range(14)], "beyond"),  # two weeks carry no year
        ([101.0 + day for day in range(20)], "full"),
        ((50 + 6 * np.sin(np.arange(70) * 2 * np.pi / 45) + 0.08 * np.arange(70)).tolist(), "unclear"),
    ],
)
def test_what_the_data_do_not_carry_is_not_stated(values: list[float], reason: str) -> None:
    stated = forecast(_days(values), 100)
    assert stated.reason == reason
    assert stated.full_on is None or reason == "full"


def test_flat_noise_is_rarely_taken_for_a_trend() -> None:
    seeds = [
        seed
        for seed in range(60)
        if forecast(_days(np.random.default_rng(seed).normal(50, 2, 70).tolist()), 100).full_on is not None
    ]
    assert len(seeds) <= 1


def test_what_was_before_a_clean_up_does_not_count() -> None:
    values = [60 + 0.8 * day for day in range(40)] + [40 + 0.5 * day for day in range(30)]
    assert forecast(_days(values), 100).full_on == _after(40 + 120)


@pytest.mark.parametrize("since", [2, 5, 13])
def test_a_jump_is_no_growth(since: int) -> None:
    """A disk of a half stands at 97 % for some days; one that grew by 0.2 a day, and lost 30, grows on at its pace."""
    stated = forecast(_days([50.0] * 40 + [97.0] * since), 100)
    assert (stated.reason, stated.per_day) == ("no_trend", pytest.approx(0.0))
    grown = [50 + 0.2 * day for day in range(40)] + [28 + 0.2 * day for day in range(since)]
    pace = forecast(_days(grown), 99.9)
    assert pace.per_day == pytest.approx(0.2)
    # 28 on the 40th day: 71.9 more take 359.5 days
    assert pace.full_on == _after(40 + 360)


def test_a_new_pace_is_believed_after_ten_days_and_what_was_before_does_not_count() -> None:
    # a flat disk of 60 begins on the 40th day to grow by 2 a day: full 20 days later
    values = [60 + 0.02 * day for day in range(40)] + [62.0 + 2 * day for day in range(15)]
    assert forecast(_days(values), 100).full_on == _after(40 + 19)
    assert forecast(_days(values[:45]), 100).full_on is None


def test_rounding_is_no_new_pace() -> None:
    values = [round(0.43 + 0.0004 * day, 3) for day in range(70)]
    assert forecast(_days(values), 1).reason == "far"


def test_a_peak_is_no_new_pace() -> None:
    values = [50 + day / 2 for day in range(60)]
    values[55] += 20
    assert forecast(_days(values), 100).full_on == _after(100)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    factor=st.sampled_from([0.01, 3.0, 1e9]),
    shift=st.sampled_from([0.0, 5.0, -300.0]),
    slope=st.sampled_from([0.0, 0.2, 1.0]),
)
def test_unit_and_zero_of_the_values_change_nothing(seed: int, factor: float, shift: float, slope: float) -> None:
    values = 30 + slope * np.arange(40) + np.random.default_rng(seed).normal(0, 1, 40)
    one = forecast(_days(values.tolist()), 100)
    other = forecast(_days((factor * (values + shift)).tolist()), factor * (100 + shift))
    assert one.reason == other.reason
    for first, second in zip(
        (one.full_on, one.earliest_on, one.latest_on), (other.full_on, other.earliest_on, other.latest_on), strict=True
    ):
        assert (first is None) == (second is None)
        assert first is None or second is None or abs((first - second).days) <= 1


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), more=st.floats(0, 60))
def test_a_larger_capacity_is_full_no_sooner(seed: int, more: float) -> None:
    values = _days((30 + 0.7 * np.arange(40) + np.random.default_rng(seed).normal(0, 1, 40)).tolist())
    one, other = forecast(values, 100), forecast(values, 100 + more)
    assert one.full_on is not None
    assert one.earliest_on is not None
    assert one.latest_on is not None
    assert one.earliest_on <= one.full_on <= one.latest_on
    assert other.full_on is None or other.full_on >= one.full_on
