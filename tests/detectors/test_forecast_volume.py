"""What a month to come will use: by kind of day, worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.detectors.forecast_volume import Volume, volume

MONDAY = dt.date(2026, 9, 7)


def days(weeks: int, *factors: float) -> list[dict[str, Any]]:
    """Weeks of 100 on working days and 10 on the others, each times its factor."""
    return [
        {
            "day": (day := MONDAY + dt.timedelta(days=7 * week + number)),
            "is_covered": True,
            "is_working_day": day.weekday() < 5,
            "sent": (100.0 if number < 5 else 10.0) * (factors[week] if week < len(factors) else 1.0),
        }
        for week in range(weeks)
        for number in range(7)
    ]


def test_working_days_and_others_are_counted_apart_and_weeks_say_how_far_it_strays() -> None:
    # the medians are 100 and 10; the weeks stray by 0.9 and 1.2
    expected = volume(days(8, 0.9, 1.2), "sent", [True] * 22 + [False] * 9)
    assert expected == Volume(2290.0, 2290.0 * 0.9, 2290.0 * 1.2, 8)


def test_three_weeks_a_week_with_a_gap_or_with_a_holiday_carry_no_statement() -> None:
    with_gap, with_holiday = days(4), days(4)
    with_gap[3]["is_covered"] = False
    with_holiday[3]["is_working_day"] = False
    for rows in (days(3), with_gap, with_holiday, []):
        assert volume(rows, "sent", [True]).expected is None


def test_what_was_never_sent_is_no_statement() -> None:
    assert volume(days(8, *[0.0] * 8), "sent", [True]).expected is None
