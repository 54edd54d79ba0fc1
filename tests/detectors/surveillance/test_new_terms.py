"""New terms: hand-made registers, of which the probability is known."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from ntanalytics.detectors.surveillance.new_terms import new_term

DAYS = [dt.date(2026, 10, 1) + dt.timedelta(days=number) for number in range(49)]


def test_four_new_rows_with_a_term_that_none_had_are_told_and_one_is_not() -> None:
    old = {day: {730.0: 2} for day in DAYS}
    found = new_term({365.0: 4}, old)
    assert found is not None
    assert (found.days, found.usual, found.rows, found.of) == (365.0, 730.0, 4, 4)
    # none of 98 rows had it: (0 + 1) of (98 + 2), four times
    assert found.improbable == pytest.approx(4 * math.log(100))
    assert new_term({365.0: 1, 730.0: 3}, old) is None
    assert new_term({731.0: 4}, old) is None


def test_a_term_that_is_given_on_several_days_before_is_the_custom() -> None:
    batches = {day: {365.0: 4} if number in (5, 15, 25) else {730.0: 20} for number, day in enumerate(DAYS)}
    assert new_term({365.0: 4}, batches) is None
    # two days before may have been the same mistake
    two = {day: {365.0: 4} if number in (5, 15) else {730.0: 20} for number, day in enumerate(DAYS)}
    assert new_term({365.0: 4}, two) is not None
    assert new_term({365.0: 4}, {DAYS[0]: {730.0: 29}}) is None
