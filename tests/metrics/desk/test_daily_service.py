from __future__ import annotations

import datetime as dt

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.desk import daily_service

#: A Monday, and the two weeks before it.
ON = dt.date(2026, 11, 16)
FIRST = ON - dt.timedelta(days=14)
DAY = dt.timedelta(days=1)


def _at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A local time, in UTC."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_what_is_usually_checked_and_was_not_is_missing(checks, days, listed) -> None:
    worked = [FIRST + back * DAY for back in range(14) if (FIRST + back * DAY).weekday() < 5]
    rows = [{"checked_on": day, "item": item} for day in worked for item in ("机房", "供电")]
    rows += [{"checked_on": worked[0], "item": "一次性检查"}, {"checked_on": ON, "item": "机房"}]
    span = days(FIRST, "+" * 15, "WWWWWHHWWWWWHHW")
    assert listed(daily_service.usual_checks(checks(rows), span, ON)) == [
        {"usual_items": 2, "made_items": 1, "made_rate": 0.5}
    ]


def test_without_a_past_nothing_is_usual(checks, days, listed) -> None:
    assert listed(
        daily_service.usual_checks(checks([{"checked_on": ON}]), days(FIRST, "+" * 15, "H" * 14 + "W"), ON)
    ) == [{"usual_items": 0, "made_items": 0, "made_rate": None}]


def test_who_waits_two_hours_outside_of_office_hours_waits_too_long(tickets, days, listed) -> None:
    saturday = ON - 2 * DAY
    rows = [
        {"opened_at": _at(ON, 10), "responded_at": _at(ON, 16)},  # in office hours: not asked here
        {"opened_at": _at(ON, 8, 29), "responded_at": _at(ON, 10, 29)},  # two hours to the minute
        {"opened_at": _at(ON, 18), "responded_at": _at(ON, 20, 1)},
        {"opened_at": _at(saturday, 10), "responded_at": None},
        {"opened_at": _at(ON, 23), "responded_at": None},  # an hour before the day is over
        {"opened_at": _at(saturday, 9), "responded_at": None, "closed_at": _at(ON, 9), "close_code": "solved"},
        {"opened_at": _at(saturday, 9), "responded_at": None, "closed_at": _at(ON, 9), "close_code": "duplicate"},
    ]
    span = days(saturday, "+++", "HHW")
    assert listed(daily_service.off_hours_responses(tickets(rows), span, 8, _at(ON + DAY, 0))) == [
        {"off_hours_tickets": 5, "late_responses": 2, "unrecorded_responses": 1}
    ]


def test_what_is_open_is_counted_at_the_end_of_each_day(tickets, days, listed) -> None:
    rows = [
        {"opened_at": _at(ON, 9), "closed_at": _at(ON, 17)},
        {"opened_at": _at(ON, 23, 59), "closed_at": _at(ON + DAY, 0, 1)},
        {"opened_at": _at(ON - 90 * DAY, 9), "closed_at": None},
    ]
    found = listed(daily_service.open_by_day(tickets(rows), days(ON, "++-"), 8), "open_now")
    assert [row["open_now"] for row in found] == [2, 1, None]


def test_every_column_has_its_words(tickets, checks, days) -> None:
    span = days(ON, "+")
    made = [
        daily_service.usual_checks(checks([]), span, ON),
        daily_service.open_by_day(tickets([]), span, 8),
        daily_service.off_hours_responses(tickets([]), span, 8, _at(ON, 9)),
    ]
    assert {name for each in made for name in each.columns} <= set(MEASURES)
