"""Comparable days: covered, and worked or not as the inspected day is."""

from __future__ import annotations

from datetime import date, timedelta

from ntanalytics.detectors.comparable_days import comparable_days, is_covered
from tests.subsystems.made import ON, days


def test_the_latest_covered_days_that_are_worked_alike_come_first():
    monday = ON - timedelta(days=4)
    assert comparable_days(days(7, gaps=(monday,)), ON) == [ON - timedelta(days=back) for back in (1, 2, 3, 7)]
    assert len(comparable_days(days(60), ON)) == 20
    assert comparable_days(days(60), ON, 3) == [ON - timedelta(days=back) for back in (1, 2, 3)]


def test_a_day_off_has_days_off():
    sunday = ON - timedelta(days=5)
    assert [day.weekday() for day in comparable_days(days(20), sunday)] == [5, 6, 5, 6, 5]


def test_a_day_outside_of_the_calendar_has_none():
    assert comparable_days(days(7), date(2027, 1, 1)) == []
    assert not is_covered(days(7), date(2027, 1, 1))
    assert not is_covered(days(7, gaps=(ON,)), ON)
    assert is_covered(days(7), ON)
