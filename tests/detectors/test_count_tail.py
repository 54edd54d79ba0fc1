"""Tails of counts, against probabilities known by hand."""

from __future__ import annotations

import math

import pytest

from ntanalytics.detectors.count_tail import count_tail


def test_a_variance_of_the_mean_is_poisson():
    assert count_tail(0, 3.0, 3.0) == pytest.approx(math.exp(-3))


def test_a_smaller_variance_is_a_binomial_and_a_larger_one_has_heavier_tails():
    # ten persons, each present with one half
    assert count_tail(0, 5.0, 2.5) == pytest.approx(0.5**10)
    assert count_tail(0, 5.0, 2.5) < count_tail(0, 5.0, 5.0) < count_tail(0, 5.0, 10.0)
