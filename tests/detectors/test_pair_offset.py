"""Pair offset: who logs in opens an application at once; a clock that is off moves all such pairs of a day."""

from __future__ import annotations

import numpy as np
import pytest

from ntanalytics.detectors.pair_offset import BIN_S, REACH, pair_offset

DAYS, PAIRS = 7, 800


def _days(seed: int, pairs: int = PAIRS, *, off_s: float = 0.0, slow_s: float = 0.0) -> np.ndarray:
    """Return days on which most follow within two minutes and some at any time; what is done to the last one."""
    draws = np.random.default_rng(seed)
    counts = np.zeros((DAYS, 2, 2 * REACH))
    for day in range(DAYS):
        at_once, later = draws.gamma(2.0, 20.0, int(0.9 * pairs)), draws.uniform(-900, 900, int(0.1 * pairs))
        seconds = np.concatenate([at_once, later])
        if day == DAYS - 1:
            seconds = np.concatenate([at_once + draws.exponential(slow_s or 1e-9, len(at_once)), later]) + off_s
        bins = np.floor(seconds / BIN_S).astype(int) + REACH
        is_near = (bins >= 0) & (bins < 2 * REACH)
        np.add.at(counts[day], (np.arange(len(bins))[is_near] % 2, bins[is_near]), 1)
    return counts


@pytest.mark.parametrize("seed", range(6))
def test_an_ordinary_day_is_not_off(seed: int) -> None:
    assert pair_offset(_days(seed)) is None


@pytest.mark.parametrize("off_s", [-240, 90, 420])
def test_a_clock_that_is_off_is_told_with_its_seconds(off_s: int) -> None:
    assert pair_offset(_days(7, off_s=off_s)) == pytest.approx(off_s, abs=BIN_S)


def test_a_slow_portal_is_no_clock() -> None:
    assert pair_offset(_days(8, slow_s=60)) is None


def test_a_clock_that_is_off_for_half_a_day_is_not_told_as_one_of_the_day() -> None:
    counts = _days(9, off_s=-240)
    counts[-1, 1] = _days(9)[-1, 1]
    assert pair_offset(counts) is None


@pytest.mark.parametrize(("days", "pairs"), [(5, PAIRS), (DAYS, 150)])
def test_few_days_or_few_pairs_tell_nothing(days: int, pairs: int) -> None:
    assert pair_offset(_days(10, pairs, off_s=-240)[-days:]) is None
