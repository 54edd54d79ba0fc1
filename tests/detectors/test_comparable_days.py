"""Comparable days: covered, and worked or not as the inspected day is."""

from __future__ import annotations

from datetime import date, timedelta

from ntanalytics.detectors.comparable_days import comparable_days, days_of_weekday, is_covered
from tests.subsystems.made import ON, days


def test_the_latest_covered_days_that_are_worked_alike_come_first():
    monday = ON - timedelta(days=4)
    assert comparable_days(days(7, gaps=(monday,)), ON) == [ON - timedelta(days=back) for back in (1, 2, 3, 7)]
    assert len(comparable_days(days(60), ON)) == 20
    assert comparable_days(days(60), ON, 3) == [ON - timedelta(days=back) for back in (1, 2, 3)]


def test_a_day_off_has_days_off():
    sunday = ON - timedelta(days=5)
    assert [day.weekday() for day in comparable_days(days(20), sunday)] == [5, 6, 5, 6, 5]


def test_only_a_day_that_is_worked_against_its_weekday_has_days_of_its_weekday():
    calendar = days(20)
    saturday = ON - timedelta(days=6)
    assert days_of_weekday(calendar, ON) == days_of_weekday(calendar, saturday) == []
    made_up = [{**row, "is_working_day": True} if row["day"] == saturday else row for row in calendar]
    # the day itself is no ordinary Saturday of a later one
    assert days_of_weekday(made_up, saturday) == [saturday - timedelta(days=back) for back in (6, 7, 13, 14)]
    holiday = [{**row, "is_working_day": False} if row["day"] == ON else row for row in calendar]
    assert days_of_weekday(holiday, ON, 5) == [ON - timedelta(days=back) for back in (1, 2, 3, 4, 7)]


def test_a_day_outside_of_the_calendar_has_none():
    assert comparable_days(days(7), date(2027, 1, 1)) == []
    assert not is_covered(days(7), date(2027, 1, 1))
    assert not is_covered(days(7, gaps=(ON,)), ON)
    assert is_covered(days(7), ON)
