"""Copies and coincidences: the limits, by the table of the Poisson distribution."""

from __future__ import annotations

from ntanalytics.detectors.copied_rows import is_copied


def test_copies_where_there_were_none_are_no_coincidence_from_the_eighth_on() -> None:
    # with a mean of one half, more than seven happen once in a million days: P(X > 7) = 6.2e-8, P(X > 6) = 1.0e-6
    assert is_copied(8, [])
    assert not is_copied(7, [0] * 14)


def test_the_worst_day_before_is_what_chance_makes() -> None:
    assert is_copied(27, [1, 9, 0])  # mean 9: P(X > 26) < 1e-6
    assert not is_copied(26, [1, 9, 0])


def test_alike_rows_beside_each_other_may_agree_by_chance_as_often_as_the_clock_cannot_tell_them_apart() -> None:
    assert not is_copied(140, [], adjacent=100)
    assert is_copied(140, [], adjacent=100, steps=1000)
