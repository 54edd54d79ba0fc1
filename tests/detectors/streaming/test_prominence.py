"""Prominence by hand: what is outside of all that was seen stands out, and what follows a peak does less."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ntanalytics.detectors.streaming import detect
from ntanalytics.detectors.streaming.prominence import Prominence


def test_outside_of_all_that_was_seen_counts_and_a_peak_has_a_shadow() -> None:
    prominence = Prominence(0.0)
    assert prominence.of(1.0, 0.0) == pytest.approx(3.0)  # outside, of no range yet
    assert prominence.of(0.5, 1.0) == pytest.approx(1 - 3 / 2 - 0.3)  # half of the peak before, and the habit
    peak, habit = 3 * math.exp(-1 / 30), 0.3 * math.exp(-1 / 2000)
    # a tenth of the range beyond it
    assert prominence.of(1.1, 0.0) == pytest.approx(3 + 2 * math.log(2) - peak / 2 - habit)


def test_a_surprise_counts_up_to_four_decades() -> None:
    assert Prominence(0.0).of(0.0, 12.0) == Prominence(0.0).of(0.0, 4.0) == 4.0


def test_a_departure_that_lasts_is_told_once_and_alarms_do_not_depend_on_the_scores() -> None:
    values = np.random.default_rng(4).normal(50, 2, 2000)
    values[1500:1506] += 30
    found = detect(values)
    assert found.alarms[1500:1506].all()
    assert found.scores[1500] > 0.99
    assert found.scores[1503:1506].max() < 0.5
    assert found.scores[1700:].max() < 0.5
