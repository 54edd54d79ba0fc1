from __future__ import annotations

import datetime as dt

import ibis
import pytest

from ntanalytics.metrics.oa import daily_active

MONDAY = dt.date(2026, 11, 16)
DAY = dt.timedelta(days=1)


@pytest.fixture
def acts(table):
    """Activities: (account, days after Monday) or (account, days, more)."""

    def make(rows):
        full = [
            {
                "account_id": account,
                "day": MONDAY + after * DAY,
                "hour_at": dt.datetime.combine(MONDAY + after * DAY, dt.time(1), dt.UTC),
                **(more[0] if more else {}),
            }
            for account, after, *more in rows
        ]
        shared = {"unit": "甲局", "edition": "general", "module": "documents", "terminal": "pc", "actions": 1}
        return table("oa.activities", full, **shared)

    return make


def test_a_week_with_a_holiday_keeps_its_pace(acts, days, listed) -> None:
    # two accounts every working day: five of them, or three
    long = acts([(one, after) for one in "12" for after in range(5)])
    short = acts([(one, after) for one in "12" for after in range(3)])
    assert listed(daily_active.daily_active(long, days(MONDAY, "+++++++", "WWWWWHH"))) == [{"daily_active": 2.0}]
    assert listed(daily_active.daily_active(short, days(MONDAY, "+++++++", "WWWHHHH"))) == [{"daily_active": 2.0}]


def test_a_group_that_only_acts_on_days_off_has_a_pace_of_nought(acts, days, listed) -> None:
    rows = acts([("1", 0), ("1", 1), ("2", 5, {"unit": "乙局"})])
    found = listed(daily_active.daily_active(rows, days(MONDAY, "+++++++", "WWWWWHH"), ["unit"]))
    assert sorted(found, key=lambda row: row["unit"]) == [
        {"unit": "乙局", "daily_active": 0.0},
        {"unit": "甲局", "daily_active": 0.4},
    ]


def test_without_a_working_day_there_is_no_pace(acts, days, listed) -> None:
    assert listed(daily_active.daily_active(acts([("1", 0)]), days(MONDAY, "+", "H"))) == [{"daily_active": None}]


@pytest.mark.parametrize(
    ("worked", "shown"),
    [((5, 5), (0.0, 4.0, -4.0, -1.0)), ((0, 5), (None, 4.0, None, None)), ((5, 0), (0.0, None, None, None))],
)
def test_a_week_without_a_working_day_has_no_pace_to_compare(listed, worked, shown) -> None:
    names = ("daily_active", "daily_active_before", "daily_active_change", "daily_active_change_rate")
    compared = ibis.memtable({name: [value] for name, value in zip(names, (0.0, 4.0, -4.0, -1.0), strict=True)})
    assert listed(daily_active.of_working_days(compared, *worked)) == [dict(zip(names, shown, strict=True))]


def test_weeks_are_whole_and_a_hole_is_not_a_nought(acts, days, listed) -> None:
    rows = acts(
        [
            ("1", 0, {"terminal": "mobile", "platform": "traditional"}),
            ("2", 1, {"platform": "xinchuang"}),
            ("2", 2),
            ("3", 5),  # a Saturday
            ("1", 14),  # in the third week, which has a hole
            ("9", -1),  # before the first whole week
        ]
    )
    span = days(MONDAY - DAY, "+" + "+" * 7 + "+" * 7 + "+++-+++" + "+", "H" + "WWWWWHH" * 3 + "W")
    assert listed(daily_active.weekly_adoption(rows, span)) == [
        {
            "worked_days": 5,
            "is_complete": True,
            "week_on": MONDAY,
            "week_name": "第47周",
            "active": 3,
            "daily_active": pytest.approx(3 / 5),
            "mobile_share": pytest.approx(1 / 3),
            "xinchuang_share": 0.5,
        },
        {
            "worked_days": 5,
            "is_complete": True,
            "week_on": MONDAY + 7 * DAY,
            "week_name": "第48周",
            "active": 0,
            "daily_active": 0.0,
            "mobile_share": None,
            "xinchuang_share": None,
        },
        {
            "worked_days": 5,
            "is_complete": False,
            "week_on": MONDAY + 14 * DAY,
            "week_name": "第49周",
            "active": None,
            "daily_active": None,
            "mobile_share": None,
            "xinchuang_share": None,
        },
    ]


def test_every_group_has_every_week(acts, days, listed) -> None:
    rows = acts([("1", 0), ("2", 7, {"unit": "乙局"})])
    found = listed(
        daily_active.weekly_adoption(rows, days(MONDAY, "+" * 14, "WWWWWHH" * 2), ["unit"]), "unit", "active"
    )
    assert [(row["unit"], row["active"]) for row in found] == [("乙局", 0), ("甲局", 1), ("乙局", 1), ("甲局", 0)]
