"""Expectation: the factor of a day, on counts worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.expectation import day_factors
from ntanalytics.detectors.surveillance.leaf_table import HOURS, SeriesGroup

UNKNOWN = ExpectedRange(reason="short_history")


def _factors(counts: np.ndarray, usual: ExpectedRange = UNKNOWN) -> np.ndarray:
    """Return the factors of the days of one dimension: members × days × hours."""
    whole = SeriesGroup((), [()], {"events": counts.sum(axis=0)[None]})
    members = [(("action", str(number)),) for number in range(len(counts))]
    return day_factors([whole, SeriesGroup(("action",), members, {"events": counts})], usual)


def _days(members: int = 2, days: int = 11) -> np.ndarray:
    """Return days on which each member has three events an hour from 8 to 18 o'clock."""
    counts = np.zeros((members, days, HOURS))
    counts[:, :, 8:18] = 3.0
    return counts


def test_a_burst_of_one_night_hour_is_no_calendar() -> None:
    """Sixty events at two o'clock beside sixty of the day: what came by day is held against sixty, and not 120."""
    counts = _days()
    counts[:, -1, 2] = 30.0
    assert _factors(counts) == pytest.approx(np.ones(11))
    wide = ExpectedRange(low=10.0, expected=60.0, high=110.0)
    assert _factors(counts, wide) == pytest.approx(np.ones(11))
    # a burst on a day before is none of its calendar, either
    counts[:, 4, 3] = 30.0
    assert _factors(counts) == pytest.approx(np.ones(11))


def test_hours_that_are_more_throughout_the_day_are_the_calendar() -> None:
    counts = _days()
    counts[:, -1] *= 2
    assert _factors(counts)[-1] == pytest.approx(2.0)
    # so are four times as many in six of the ten hours, and in five of them they are a burst
    counts[:, -1, 8:18] = [12.0] * 6 + [3.0] * 4
    assert _factors(counts)[-1] == pytest.approx((72 + 12) / 30)
    counts[:, -1, 13] = 3.0
    assert _factors(counts)[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("before", "events", "factor"),
    [
        (3.0, 8.0, 1 + 8 / 30),
        # what counts of a burst is the mean of the ten other days
        (3.0, 9.0, 1 + 0.3 / 30),
        (0.0, 4.5, 1 + 4.5 / 30),
        (0.0, 5.0, 1.0),
    ],
)
def test_three_times_as_many_as_in_that_hour_of_any_other_day_and_ten_more_are_a_burst(
    before: float, events: float, factor: float
) -> None:
    """Each of two members has 30 events by day, and so many at two o'clock on a day before and on the last one."""
    counts = _days()
    counts[:, 5, 2] = before
    counts[:, -1, 2] = events
    assert _factors(counts)[-1] == pytest.approx(factor)


def test_what_had_waited_fills_the_day_of_its_gap() -> None:
    """Nothing comes from 9 to 13 o'clock, and all of it at 14: the day is as large as any other."""
    counts = _days()
    counts[:, -1, 9:13] = 0.0
    counts[:, -1, 14] += 12.0
    assert _factors(counts)[-1] == pytest.approx(1.0)
    counts[:, -1, 14] -= 12.0
    assert _factors(counts)[-1] == pytest.approx(0.6)


def test_members_that_all_fall_on_a_day_of_as_many_events_as_usual_are_no_calendar() -> None:
    # twenty days of ten units with 100 events each; today each has 70, and 300 have none
    named = np.zeros((10, 21, 24))
    named[:, :, 10] = 100.0
    named[:, -1, 10] = 70.0
    total = np.zeros((1, 21, 24))
    total[:, :, 10] = 1000.0
    members = [(("unit", str(number)),) for number in range(10)]
    groups = [SeriesGroup((), [()], {"events": total}), SeriesGroup(("unit",), members, {"events": named})]
    usual = ExpectedRange(low=900.0, expected=1000.0, high=1100.0)
    assert day_factors(groups, usual)[-1] == pytest.approx(0.9)
    # a day of fewer events than usual may be the calendar's, by a quarter
    total[0, -1, 10] = 700.0
    assert day_factors(groups, usual)[-1] == pytest.approx(0.75)
