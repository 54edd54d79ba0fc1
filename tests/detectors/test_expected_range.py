"""Expected ranges over the rhythm of a city, and over histories worked by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.demo.population.seasonality import Audience, Seasonality
from ntanalytics.detectors.day_types import DayTypes
from ntanalytics.detectors.expected_range import ExpectedRange, expected_range
from ntanalytics.periods import Calendar

ON = dt.date(2026, 9, 16)  # a plain Wednesday
CALENDAR = Calendar()

Value = Callable[[dt.date], float | None]


def _rows(value: Value, on: dt.date = ON, back: int = 70, ahead: int = 14) -> list[dict[str, Any]]:
    days = [on + dt.timedelta(days=offset) for offset in range(-back, ahead + 1)]
    return [
        {
            "day": day,
            "value": value(day) if day <= on else None,
            "is_covered": day <= on,
            "is_working_day": CALENDAR.is_working_day(day),
            "label": CALENDAR.describe(day),
        }
        for day in days
    ]


def _city(base: float, seed: int = 1, audience: Audience = Audience.OFFICE) -> Value:
    rhythm = Seasonality(CALENDAR, dt.date(2026, 11, 20))
    return lambda day: float(
        np.random.default_rng([seed, day.toordinal()]).poisson(base * rhythm.factor(day, audience))
    )


def _of(value: Value, on: dt.date = ON, **kwargs: int) -> ExpectedRange:
    return expected_range(_rows(value, on, **kwargs), on)


def test_a_figure_that_is_always_the_same_is_expected_again() -> None:
    usual = _of(lambda day: 400.0 if CALENDAR.is_working_day(day) else 60.0)
    assert usual.expected == pytest.approx(400, rel=0.01)
    # of a Poisson count of 400 one in 370 lies beyond three times its root of 20, half on each side
    assert usual.low == pytest.approx(341, abs=8)
    assert usual.high == pytest.approx(461, abs=8)
    assert (usual.place(400), usual.place(300), usual.place(500)) == ("within", "below", "above")
    assert usual.place(None) == "unknown"
    assert _of(_city(400), ON + dt.timedelta(days=3)).expected == pytest.approx(64 * 0.9, rel=0.15)  # a Saturday


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("base", [0.05, 2.0, 40.0, 3000.0])
def test_ordinary_days_of_a_city_lie_within(base: float, audience: Audience) -> None:
    on = [dt.date(2026, 8, 10) + dt.timedelta(days=offset) for offset in range(0, 100, 9)]
    places = [(day, _of(_city(base, 3, audience), day).place(_city(base, 3, audience)(day))) for day in on]
    strange = [place for place in places if place[1] in ("below", "above")]
    assert len(strange) <= 1, strange


def test_an_outage_is_below_on_a_working_day_and_a_weekend_is_not() -> None:
    city = _city(1000)
    usual = _of(city)
    assert usual.place(city(ON)) == "within"
    assert usual.place(city(ON) * 0.6) == "below"
    assert usual.place(city(ON) * 1.5) == "above"
    saturday = dt.date(2026, 9, 12)
    assert _of(city, saturday).place(160) == "within"


def test_a_make_up_workday_is_a_working_day_and_a_holiday_is_none() -> None:
    city = _city(1000)
    make_up, holiday = dt.date(2026, 10, 10), dt.date(2026, 10, 5)
    assert CALENDAR.describe(make_up) == "调休上班"
    usual = _of(city, make_up)
    assert usual.place(city(make_up)) == "within"
    assert usual.place(160) == "below"
    assert _of(city, holiday).place(city(holiday)) == "within"  # the days since 1 October tell
    assert _of(city, holiday).place(900) == "above"


def test_the_end_of_a_month_is_like_the_last_one() -> None:
    counter = _city(1000, 2, Audience.COUNTER)
    end = dt.date(2026, 8, 31)
    assert _of(counter, end).place(counter(end)) == "within"
    assert _of(counter, ON).place(1700) == "above"


def test_outages_and_gaps_in_the_history_do_not_move_the_range() -> None:
    def spoilt(day: dt.date) -> float | None:
        age = (ON - day).days
        return 0.0 if age in (9, 20, 34) else None if age in (3, 14, 15) else _city(1000)(day)

    clean, usual = _of(_city(1000)), _of(spoilt)
    assert usual.expected == pytest.approx(clean.expected, rel=0.05)
    assert usual.low is not None
    assert clean.low is not None
    assert usual.low > 0.85 * clean.low


def test_slow_growth_is_followed() -> None:
    first = ON - dt.timedelta(days=70)
    usual = _of(lambda day: float(round(1000 * 1.01 ** (day - first).days)) if CALENDAR.is_working_day(day) else 50.0)
    assert usual.expected == pytest.approx(1000 * 1.01**70, rel=0.03)
    assert usual.shifted_on is None


def test_a_rollout_is_a_shift_that_is_said_and_learnt() -> None:
    rollout = dt.date(2026, 9, 2)
    city = _city(1000)
    usual = _of(lambda day: (city(day) or 0) * (2 if day >= rollout else 1))
    assert usual.shifted_on == rollout
    assert usual.shift == pytest.approx(2, rel=0.1)
    assert usual.place(2 * city(ON)) == "within"
    assert usual.place(city(ON)) == "below"
    # on its third day it is still out of the ordinary
    third = dt.date(2026, 9, 4)
    early = _of(lambda day: (city(day) or 0) * (2 if day >= rollout else 1), third)
    assert early.shifted_on is None
    assert early.place(2 * city(third)) == "above"


def test_counts_near_zero_have_a_count_s_range() -> None:
    none = _of(lambda day: 0.0)
    assert (none.low, none.place(0), none.place(1), none.place(5)) == (0, "within", "within", "above")
    few = _of(_city(1.5))
    assert few.low == 0
    assert few.place(5) == "within"
    assert few.place(15) == "above"


def test_a_share_stays_between_0_and_1() -> None:
    usual = _of(lambda day: 0.985 + 0.005 * np.sin(day.toordinal()))
    assert usual.low is not None
    assert usual.high is not None
    assert 0.9 < usual.low < 0.98 < usual.high <= 1
    assert usual.place(0.7) == "below"


@pytest.mark.parametrize("back", [0, 3, 8])
def test_little_history_is_silent(back: int) -> None:
    usual = _of(_city(1000), back=back)
    assert (usual.low, usual.high, usual.expected, usual.reason) == (None, None, None, "short_history")
    assert usual.place(0) == "unknown"


def test_a_holiday_without_another_one_is_silent() -> None:
    assert _of(_city(1000), dt.date(2026, 9, 25)).reason == "short_history"


def test_the_day_itself_and_later_ones_are_not_read() -> None:
    rows = _rows(_city(1000))
    before = expected_range(rows, ON)
    for row in rows:
        if row["day"] >= ON:
            row["value"] = 10**9
    assert expected_range(rows, ON) == before


def test_a_day_without_a_row_has_no_range() -> None:
    assert expected_range([], ON).reason == "no_value"


def test_day_types() -> None:
    day_types = DayTypes({row["day"]: row for row in _rows(lambda day: 0.0, dt.date(2026, 9, 30), ahead=20)})
    assert day_types.kind(dt.date(2026, 10, 1)) == "holiday"
    assert day_types.is_edge(dt.date(2026, 9, 30))
    assert day_types.is_edge(dt.date(2026, 10, 8))
    assert not day_types.is_edge(dt.date(2026, 9, 16))
    assert [day for day in range(20, 31) if day_types.ends_month(dt.date(2026, 9, day))] == [24, 28, 29, 30]


@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.integers(0, 500), min_size=71, max_size=71))
def test_a_range_is_in_order_whatever_the_history(values: list[int]) -> None:
    first = ON - dt.timedelta(days=70)
    usual = _of(lambda day: float(values[(day - first).days]))
    assert usual.low is not None
    assert usual.high is not None
    assert usual.expected is not None
    assert 0 <= usual.low <= usual.expected + 1
    assert usual.expected <= usual.high + 1


@settings(max_examples=10, deadline=None)
@given(factor=st.sampled_from([0.001, 0.5, 40.0, 1e6]))
def test_the_unit_of_an_amount_changes_nothing(factor: float) -> None:
    def amount(day: dt.date) -> float:
        return 7.31 * (_city(2000)(day) or 1)

    one, other = _of(amount), _of(lambda day: factor * amount(day))
    assert other.low == pytest.approx(factor * one.low, rel=1e-6)  # type: ignore[operator]
    assert other.high == pytest.approx(factor * one.high, rel=1e-6)  # type: ignore[operator]
