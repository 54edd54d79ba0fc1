"""Tails and quantiles, held against those of scipy.stats."""

from __future__ import annotations

import math

import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors import distributions as ours

_SHARES = st.floats(1e-6, 0.5)
_CHANCES = st.floats(1e-6, 1 - 1e-6)
_MEANS = st.floats(1e-9, 1e7)
_COUNTS = st.floats(-3, 1e6)


def _is_smallest(count: int, share: float, exceeding: object) -> None:
    """Assert that a count is the smallest that is exceeded with a probability of at most a share, but for rounding."""
    assert exceeding.sf(count) <= share * (1 + 1e-9)
    assert count == 0 or exceeding.sf(count - 1) > share * (1 - 1e-9)


@given(share=_SHARES, freedom=st.integers(2, 400))
def test_continuous_quantiles(share, freedom):
    assert ours.normal_isf(share) == pytest.approx(scipy.stats.norm.isf(share), rel=1e-12, abs=1e-12)
    assert ours.t_isf(share, freedom) == pytest.approx(scipy.stats.t.isf(share, freedom), rel=1e-12, abs=1e-12)


@given(count=_COUNTS, mean=_MEANS)
def test_poisson_tail(count, mean):
    assert ours.poisson_cdf(count, mean) == pytest.approx(scipy.stats.poisson.cdf(count, mean), rel=1e-9, abs=1e-300)


@given(count=_COUNTS, trials=st.integers(1, 10**6), chance=_CHANCES)
def test_binomial_tail(count, trials, chance):
    expected = scipy.stats.binom.cdf(count, trials, chance)
    assert ours.binomial_cdf(count, trials, chance) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(count=_COUNTS, size=st.floats(1e-3, 1e6), chance=_CHANCES)
def test_negative_binomial_tail(count, size, chance):
    expected = scipy.stats.nbinom.cdf(count, size, chance)
    assert ours.negative_binomial_cdf(count, size, chance) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@settings(max_examples=60)
@given(share=_SHARES, mean=_MEANS)
def test_poisson_quantile(share, mean):
    count = ours.poisson_isf(share, mean)
    _is_smallest(count, share, scipy.stats.poisson(mean))
    assert mean > 1e5 or abs(count - scipy.stats.poisson.isf(share, mean)) <= 1  # which scipy itself misses beyond


@settings(max_examples=60)
@given(share=_SHARES, trials=st.integers(0, 10**6), chance=_CHANCES)
def test_binomial_quantile(share, trials, chance):
    count = ours.binomial_isf(share, trials, chance)
    _is_smallest(count, share, scipy.stats.binom(trials, chance))
    assert abs(count - scipy.stats.binom.isf(share, trials, chance)) <= 1


@settings(max_examples=60)
@given(share=_SHARES, size=st.floats(0.05, 1e6), mean=st.floats(0.01, 1e6))
def test_negative_binomial_range(share, size, mean):
    model = scipy.stats.nbinom(size, size / (size + mean))
    low, high = ours.negative_binomial_range(share, size, size / (size + mean))
    _is_smallest(high, share, model)
    assert model.cdf(low) >= share * (1 - 1e-9)
    assert low == 0 or model.cdf(low - 1) < share * (1 + 1e-9)


def test_quantiles_at_the_edges():
    assert ours.poisson_isf(0.5, 0.0) == 0
    assert ours.binomial_isf(1e-3, 0, 0.2) == 0
    assert ours.binomial_isf(1e-3, 7, 1.0) == 7
    # ten fair throws: eight heads are exceeded with 11/1024, nine with 1/1024
    assert [ours.binomial_isf(share / 1024, 10, 0.5) for share in (12, 10.5, 1.5, 0.5)] == [8, 9, 9, 10]
    assert math.isclose(ours.binomial_cdf(2.9, 10, 0.5), 56 / 1024)
