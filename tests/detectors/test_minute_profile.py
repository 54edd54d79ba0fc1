"""Minute profile: a clock moves a whole day of one source; people move a part of it, and the calendar all sources."""

from __future__ import annotations

import numpy as np
import pytest

from ntanalytics.detectors.minute_profile import MINUTES, minute_shifts

#: Share of a day's events by hour: office hours, with a dip at noon.
HOURS = np.array([0.2] * 7 + [2, 10, 16, 14, 10, 5, 6, 11, 11, 8, 4, 2, 1] + [0.4] * 4)
PROFILE = np.repeat(HOURS / HOURS.sum() / 60, 60)
KEYS = tuple("abcde")


def _city(seed: int, events: float = 8000, days: int = 12) -> dict[str, np.ndarray]:
    draws = np.random.default_rng(seed)
    return {key: draws.poisson(np.tile(events * PROFILE, (days, 1))).astype(float) for key in KEYS}


def _moved(day: np.ndarray, minutes: int, since: int = 0) -> np.ndarray:
    """Return a day whose events after a minute come some minutes later."""
    moved = np.zeros_like(day)
    places = np.arange(MINUTES)
    np.add.at(moved, np.where(places >= since, places + minutes, places) % MINUTES, day)
    return moved


@pytest.mark.parametrize("seed", range(4))
def test_an_ordinary_day_is_not_off(seed: int) -> None:
    assert minute_shifts(_city(seed)) == {}


@pytest.mark.parametrize("minutes", [7, -9, 25, -70])
def test_a_clock_that_is_off_is_told_with_its_minutes(minutes: int) -> None:
    city = _city(5, events=30_000)
    city["b"][-1] = _moved(city["b"][-1], minutes)
    assert minute_shifts(city) == {"b": pytest.approx(minutes, abs=2)}


def test_people_who_come_later_in_the_afternoon_are_no_clock() -> None:
    city = _city(6)
    city["b"][-1] = _moved(city["b"][-1], 20, since=12 * 60)
    assert minute_shifts(city) == {}


def test_a_day_that_is_later_everywhere_is_no_clock() -> None:
    city = _city(7)
    for counts in city.values():
        counts[-1] = _moved(counts[-1], 12)
    assert minute_shifts(city) == {}


def test_one_that_stays_when_all_others_are_late_is_off_the_other_way() -> None:
    city = _city(8)
    for key in KEYS[1:]:
        city[key][-1] = _moved(city[key][-1], 12)
    assert minute_shifts(city) == {"a": pytest.approx(-12, abs=2)}


def test_an_outage_of_an_hour_is_no_clock() -> None:
    city = _city(9)
    city["c"][-1, 8 * 60 : 9 * 60 + 30] = 0
    assert minute_shifts(city) == {}


def test_hours_of_which_most_events_are_gone_are_no_clock() -> None:
    """What is left of a morning may be explained by a shift of minutes, and better by the hours themselves."""
    city = _city(3)
    hours = slice(10 * 60, 13 * 60)
    city["c"][-1, hours] = np.random.default_rng(9).binomial(city["c"][-1, hours].astype(int), 0.3)
    assert minute_shifts(city) == {}


def test_few_events_or_days_say_nothing() -> None:
    few = _city(10, events=150)
    few["b"][-1] = _moved(few["b"][-1], 60)
    assert minute_shifts(few) == {}
    short = _city(11, days=5)
    short["b"][-1] = _moved(short["b"][-1], 60)
    assert minute_shifts(short) == {}


def test_what_comes_evenly_all_day_shows_no_clock() -> None:
    even = np.full((12, MINUTES), 3.0)
    even[-1] = np.roll(even[-1], 9)
    assert minute_shifts({**_city(12), "probe": even}) == {}


def _documents(seed: int, late: int = 0, sent_to: int = 20, a_day: float = 50) -> np.ndarray:
    """Return days of documents, each sent to many units in one minute; the last day is late."""
    draws = np.random.default_rng(seed)
    days: np.ndarray = sent_to * draws.poisson(np.tile(a_day * PROFILE, (12, 1))).astype(float)
    days[-1] = _moved(days[-1], late)
    return days


def test_events_that_come_together_say_no_more_than_one_of_them() -> None:
    """Of 50 documents a day 1,000 deliveries come; taken for 1,000 events, one day has a wrong clock."""
    assert [seed for seed in range(200) if minute_shifts({"a": _documents(seed)})] == []
    assert minute_shifts({"a": _documents(1, late=40, a_day=5000)}) == {"a": pytest.approx(40, abs=2)}
