from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.anomalies import DAY, START, Case, cases
from benchmarks.detection import measure
from ntanalytics.detectors.streaming import detect
from ntanalytics.detectors.streaming.seasons import clock_periods, find_periods, season_shape, season_spread
from ntanalytics.detectors.streaming.tails import Tail

QUARTER = np.timedelta64(15, "m")


def _noise(seed: int, size: int = 2000) -> np.ndarray:
    return np.random.default_rng(seed).normal(50, 2, size)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cut=st.integers(0, 1400),
    kind=st.sampled_from(["noise", "season", "counts", "walk", "still"]),
    with_clock=st.booleans(),
)
def test_the_scores_of_a_prefix_are_the_prefix_of_the_scores(seed: int, cut: int, kind: str, with_clock: bool) -> None:
    rng = np.random.default_rng(seed)
    size = 1400
    values = {
        "noise": rng.normal(0, 1, size),
        "season": 10 * np.sin(np.arange(size) * 2 * np.pi / DAY) + rng.normal(0, 1, size),
        "counts": rng.poisson(0.5, size).astype(float),
        "walk": np.cumsum(rng.normal(0, 1, size)),
        "still": np.where(np.arange(size) < 700, rng.normal(0, 1, size), 1.25),
    }[kind]
    values[rng.integers(0, size, 20)] = np.nan
    values[int(rng.integers(0, size)) :] += float(rng.normal(0, 5))
    jumps = rng.choice((1, 1, 1, 1, 1, 7, 300), size)
    moments = START + np.cumsum(jumps) * QUARTER if with_clock else None
    whole = detect(values, moments)
    part = detect(values[:cut], None if moments is None else moments[:cut])
    np.testing.assert_array_equal(part.scores, whole.scores[:cut])
    np.testing.assert_array_equal(part.alarms, whole.alarms[:cut])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), max_size=120))
def test_whatever_the_numbers_scores_lie_between_0_and_1(values: list[float | None]) -> None:
    found = detect(values)
    assert len(found.scores) == len(found.alarms) == len(values)
    assert np.all((found.scores >= 0) & (found.scores <= 1))
    assert not any(score for score, value in zip(found.scores, values, strict=True) if value is None)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_changes_nothing(factor: float) -> None:
    values = _noise(1)
    values[1500] += 20
    np.testing.assert_allclose(detect(values * factor).scores, detect(values).scores, atol=1e-6)


def test_noise_is_no_alarm_and_scores_near_0() -> None:
    found = [detect(_noise(seed, 5000)) for seed in range(6)]
    assert sum(int(each.alarms.sum()) for each in found) <= 6
    assert max(float(np.quantile(each.scores, 0.99)) for each in found) < 0.05


@pytest.mark.parametrize("value", [0.0, 7.0, 7.25])
def test_a_constant_is_no_alarm_until_it_changes(value: float) -> None:
    values = np.full(1000, value)
    assert not detect(values).alarms.any()
    values[800] = value + 50
    assert np.flatnonzero(detect(values).alarms).tolist() == [800]


def test_a_spike_is_one_alarm_and_the_way_back_is_none() -> None:
    values = _noise(2)
    values[1200] += 30
    assert np.flatnonzero(detect(values).alarms).tolist() == [1200]


def test_a_shift_is_told_where_it_begins_then_learnt() -> None:
    values = _noise(3, 3000)
    values[1500:] += 20
    alarms = np.flatnonzero(detect(values).alarms)
    assert alarms[0] == 1500
    assert alarms[-1] < 1520


def test_a_value_that_stands_still_is_told_once_it_is_sure() -> None:
    values = _noise(4)
    values[1500:1800] = values[1500]
    alarms = np.flatnonzero(detect(values).alarms)
    assert 1500 < alarms[0] < 1520
    assert alarms[-1] < 1600  # then that is known, too


def test_a_counter_that_often_stands_still_may() -> None:
    values = np.floor(np.arange(2000) / 10)
    assert not detect(values + 0.5).alarms.any()


def test_one_event_among_none_is_no_alarm_but_many_are() -> None:
    values = np.random.default_rng(5).poisson(0.02, 3000).astype(float)
    values[2000] = 1
    values[2500] = 40
    alarms = np.flatnonzero(detect(values).alarms)
    assert 2000 not in alarms
    assert alarms.tolist() == [2500]


def test_a_missing_point_is_no_alarm_and_the_next_is_judged_as_before() -> None:
    values = 20 + 10 * np.sin(np.arange(1500) * 2 * np.pi / DAY) + np.random.default_rng(6).normal(0, 0.5, 1500)
    values[1000:1048] = np.nan
    found = detect(values)
    assert not found.alarms.any()
    assert not found.scores[1000:1048].any()


def test_noon_at_midnight_is_told_when_the_season_is_known() -> None:
    values = 20 + 10 * np.sin(np.arange(1500) * 2 * np.pi / DAY) + np.random.default_rng(7).normal(0, 0.5, 1500)
    place = 14 * DAY + 24  # a peak; 48 later is a trough
    values[place + 48] = values[place]
    for moments in (None, START + np.arange(1500) * QUARTER):
        assert np.flatnonzero(detect(values, moments).alarms).tolist() == [place + 48]


def test_little_history_is_silent() -> None:
    assert not detect([1.0, 2.0, 100.0]).scores.any()
    assert not detect([]).scores.size
    assert not detect([None] * 500).scores.any()


@pytest.mark.parametrize(
    ("series", "moments", "words"),
    [
        ([[1.0, 2.0]], None, "one dimension"),
        (np.zeros(40), START + np.arange(39) * QUARTER, "timestamps of the shape"),
        (np.zeros(40), START - np.arange(40) * QUARTER, "ascending"),
    ],
)
def test_what_is_no_series_is_refused(series: object, moments: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        detect(series, moments)  # type: ignore[arg-type]


def test_most_of_a_varied_suite_is_seen_with_few_false_alarms() -> None:
    def with_clock(case: Case) -> np.ndarray:
        return detect(case.values, case.timestamps).alarms

    total = measure(with_clock, 1, first=50)["all"]
    assert len(total.delays) / total.cases > 0.75
    assert 5000 * total.false / total.ordinary < 2.5


def test_the_suite_is_the_same_for_a_seed() -> None:
    for one, other in zip(cases(1), cases(1), strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_the_clock_gives_day_and_week() -> None:
    assert clock_periods(3600) == (24, 168)
    assert clock_periods(300) == (288, 2016)
    assert clock_periods(86_400) == (7,)
    assert clock_periods(1000) == ()


def test_a_period_is_found_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(8)
    place = np.arange(600)
    assert find_periods(np.sin(place * 2 * np.pi / 50) + rng.normal(0, 0.3, 600))[0] in (49, 50, 51)
    assert find_periods(rng.normal(0, 1, 600)) == ()
    assert find_periods(np.ones(600)) == ()


def test_a_shape_is_the_median_of_cycles_less_their_levels_and_growth() -> None:
    cycle = np.array([0.0, 0.0, 0.0, 4.0, 0.0, -2.0])
    past = np.concatenate([cycle, cycle + 10, cycle + 20])
    past[8] = 99.0
    found = season_shape(past, 6, 18)
    assert found is not None
    # ten a cycle is growth of 10/6 a place; what is left of the cycle less that growth has the median 0
    expected = cycle - 10 / 6 * (np.arange(6) - 2.5)
    np.testing.assert_allclose(found, expected - np.median(expected), atol=1e-9)
    assert season_shape(past, 6, 11) is None


def test_a_spread_is_larger_where_errors_are() -> None:
    errors = np.tile([1.0] * 5 + [3.0], 8)
    found = season_spread(errors, 6, 48)
    assert found is not None
    assert found[5] > 1.3
    assert found[0] < 1
    assert season_spread(errors, 6, 12) is None


def test_surprise_is_1_at_the_90th_and_2_at_the_99th_percentile() -> None:
    tail = Tail(1.645, 2.576, 1)
    values = np.abs(np.random.default_rng(9).normal(0, 1, 16_384))
    for begin in range(0, len(values), 64):
        tail.remember(values[begin : begin + 64].tolist())
    assert tail.surprise(float(np.quantile(values, 0.9))) == pytest.approx(1, abs=0.05)
    assert tail.surprise(float(np.quantile(values, 0.99))) == pytest.approx(2, abs=0.1)
    assert 2.7 < tail.surprise(3.29) < 3.3  # once in a thousand
    assert tail.surprise(tail.value_at(4.0)) == pytest.approx(4.0)
