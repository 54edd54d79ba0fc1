"""The line of Theil and Sen, by hand and held against that of scipy.stats."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.theil_sen import theil_sen

_VALUES = st.lists(st.one_of(st.floats(-1e6, 1e6), st.integers(0, 3).map(float)), min_size=3, max_size=70)


@settings(max_examples=80)
@given(values=_VALUES, step=st.integers(1, 9), confidence=st.sampled_from([0.9, 0.95, 0.99]))
def test_slope_and_interval_are_those_of_scipy(values, step, confidence):
    places = np.cumsum(1 + np.arange(len(values)) % step).astype(float)
    given_values = np.array(values)
    ours, theirs = (
        theil_sen(given_values, places, confidence),
        scipy.stats.theilslopes(given_values, places, confidence),
    )
    assert ours.slope == theirs.slope
    assert ours.intercept == pytest.approx(theirs.intercept, rel=1e-12, abs=1e-12)
    assert (ours.low_slope, ours.high_slope) == (theirs.low_slope, theirs.high_slope)


def test_three_points_by_hand():
    # slopes 1, 5 and 3; the median of the values less 3 times that of the places
    line = theil_sen(np.array([0.0, 1.0, 6.0]), np.array([0.0, 1.0, 2.0]))
    assert (line.slope, line.intercept) == (3.0, -2.0)
    assert (line.low_slope, line.high_slope) == (1.0, 5.0)


def test_an_outlier_moves_nothing():
    values = np.arange(30.0)
    values[7] = 1e9
    line = theil_sen(values, np.arange(30.0), 0.99)
    assert line.slope == 1.0
    assert line.low_slope == line.high_slope == 1.0


def test_ties_of_values_and_places_leave_no_interval():
    line = theil_sen(np.array([1.0, 1.0, 1.0, 1.0]), np.array([0.0, 0.0, 0.0, 1.0]))
    assert line.slope == 0.0
    assert math.isnan(line.low_slope)
    assert math.isnan(line.high_slope)
