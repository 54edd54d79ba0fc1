"""From 1 November on each job that stops without the next year's calendar is named with its first day."""

from __future__ import annotations

import datetime as dt

from ntanalytics.periods import Calendar
from ntanalytics.settings.calendar_end import calendar_end
from ntanalytics.settings.jobs import Job


def _job(when: str, period: str) -> Job:
    return Job.model_validate({"report": "probe", "period": period, "when": when})


JOBS = {
    "monthly": _job("first working day of the month 08:00", "last-month"),
    "weekly": _job("Monday 08:00", "last-week"),
    "mondays": _job("Monday 08:00", "last-working-day"),
    "inspection": _job("working day 07:30", "last-working-day"),
}


def test_nothing_is_told_in_october_and_all_from_november_on():
    assert calendar_end(JOBS, Calendar(), dt.date(2026, 10, 31)) is None
    end = calendar_end(JOBS, Calendar(), dt.date(2026, 11, 1))
    assert end is not None
    # 1 January 2027 is a Friday; the Monday job asks for the working day before 4 January
    stops = {"inspection": dt.date(2027, 1, 1), "monthly": dt.date(2027, 1, 1), "mondays": dt.date(2027, 1, 4)}
    assert (end.year, dict(end.stops)) == (2027, stops)


def test_a_known_year_ends_the_warning_and_the_present_year_is_told_in_any_month():
    known = Calendar({}, frozenset({2027}))
    assert calendar_end(JOBS, known, dt.date(2026, 12, 1)) is None
    end = calendar_end(JOBS, Calendar(), dt.date(2027, 3, 3))
    assert end is not None
    assert (end.year, end.stops["inspection"]) == (2027, dt.date(2027, 3, 3))
    assert calendar_end({"weekly": JOBS["weekly"]}, Calendar(), dt.date(2026, 12, 1)).stops == {}
