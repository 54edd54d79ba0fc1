from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.forecast import BackTest, Forecast, back_test, forecast, forecast_words

FIRST = dt.date(2026, 9, 1)


def _days(values: Sequence[float | None]) -> list[tuple[dt.date, float | None]]:
    return [(FIRST + dt.timedelta(days=place), value) for place, value in enumerate(values)]


def _after(days: int) -> dt.date:
    return FIRST + dt.timedelta(days=days)


def test_a_line_is_full_where_it_meets_the_capacity() -> None:
    found = forecast(_days([50 + day for day in range(20)]), 100)
    assert found == Forecast(_after(50), _after(50), _after(50), "", 1.0)


def test_outliers_and_gaps_do_not_move_it() -> None:
    values: list[float | None] = [50.0 + day for day in range(30)]
    values[4], values[11], values[20], values[12] = 95.0, 10.0, None, float("nan")
    assert forecast(_days(values), 100).full_on == _after(50)


def test_noise_widens_the_interval() -> None:
    noise = np.random.default_rng(1).normal(0, 1, 60)
    found = forecast(_days((20 + 0.5 * np.arange(60) + noise).tolist()), 100)
    assert found.earliest_on is not None
    assert found.full_on is not None
    assert found.latest_on is not None
    assert found.earliest_on < _after(160) < found.latest_on
    assert abs((found.full_on - _after(160)).days) <= 6


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "历史不足"),
        ([50 + day for day in range(13)], "历史不足"),
        ([50.0] * 40, "未见增长趋势"),
        ([50 - day / 10 for day in range(40)], "未见增长趋势"),
        ([50 + day * 0.01 for day in range(100)], "两年内不会写满"),
        ([20 + day * 0.1 for day in range(14)], "波动大于趋势，不作推断"),  # two weeks carry no two years
        ([101.0 + day for day in range(20)], "已满"),
        ((50 + 6 * np.sin(np.arange(70) * 2 * np.pi / 45) + 0.08 * np.arange(70)).tolist(), "波动大于趋势，不作推断"),
    ],
)
def test_what_the_data_do_not_carry_is_not_stated(values: list[float], reason: str) -> None:
    found = forecast(_days(values), 100)
    assert found.reason == reason
    assert found.full_on is None or reason == "已满"
    assert forecast_words(found) == reason


def test_flat_noise_is_rarely_taken_for_a_trend() -> None:
    stated = [
        seed
        for seed in range(60)
        if forecast(_days(np.random.default_rng(seed).normal(50, 2, 70).tolist()), 100).full_on is not None
    ]
    assert len(stated) <= 1


def test_what_was_before_a_clean_up_does_not_count() -> None:
    values = [60 + 0.8 * day for day in range(40)] + [40 + 0.5 * day for day in range(30)]
    assert forecast(_days(values), 100).full_on == _after(40 + 120)


def test_a_new_pace_is_believed_after_ten_days_and_what_was_before_does_not_count() -> None:
    # a flat disk of 60 begins on the 40th day to grow by 2 a day: full 20 days later
    values = [60 + 0.02 * day for day in range(40)] + [62.0 + 2 * day for day in range(15)]
    assert forecast(_days(values), 100).full_on == _after(40 + 19)
    assert forecast(_days(values[:45]), 100).full_on is None


def test_rounding_is_no_new_pace() -> None:
    values = [round(0.43 + 0.0004 * day, 3) for day in range(70)]
    assert forecast(_days(values), 1).reason == "两年内不会写满"


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


@pytest.mark.parametrize(
    ("first", "full", "last", "words"),
    [
        ((2027, 1, 8), (2027, 2, 10), (2027, 3, 20), "满于 2027-02-10（区间 1 月–3 月）"),
        ((2026, 12, 8), (2027, 2, 10), (2027, 3, 20), "满于 2027-02-10（区间 2026 年 12 月–3 月）"),
        ((2027, 2, 9), (2027, 2, 10), (2027, 2, 12), "满于 2027-02-10（区间 2 月 9 日–2 月 12 日）"),
        ((2027, 2, 10), (2027, 2, 10), (2027, 2, 10), "满于 2027-02-10（区间 2 月 10 日）"),
        ((2027, 1, 8), (2027, 2, 10), None, "满于 2027-02-10（最早 1 月）"),
    ],
)
def test_words(
    first: tuple[int, int, int], full: tuple[int, int, int], last: tuple[int, int, int] | None, words: str
) -> None:
    found = Forecast(dt.date(*full), dt.date(*first), dt.date(*last) if last else None)
    assert forecast_words(found) == words
    assert forecast_words(found, "用尽") == words.replace("满于", "用尽于")


def test_a_back_test_tells_by_how_many_days_it_was_wrong() -> None:
    # reached 50 days after the first; told on each day from the 14th to the 50th, always right
    found = back_test(_days([50 + day for day in range(60)]), 100)
    assert found == BackTest((0,) * 37, 1.0, 0)
    assert found.typical == 0
    # twice as fast after 30 days, so reached after 40: what was told first, 50, is ten days late
    values = [50 + day if day < 30 else 80 + 2 * (day - 30) for day in range(60)]
    bent = back_test(_days(values), 100)
    assert bent.errors[0] == 10
    assert bent.covered is not None
    assert bent.covered < 1


def test_a_back_test_of_what_never_came_is_empty() -> None:
    assert back_test(_days([50.0] * 40), 100) == BackTest((), None, 0)
    assert back_test([], 100).typical is None
