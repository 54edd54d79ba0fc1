"""Improbability: by the days of a series and of those as calm, on values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ntanalytics.detectors.surveillance.improbability import (
    BY_CHANCE,
    among_days,
    improbability,
    steady_improbability,
    strongest_of_days,
)


def test_a_departure_that_was_as_strong_on_two_days_before_is_not_improbable() -> None:
    quiet = np.array([1.0, 2.0, 1.5, 0.5, 1.0, 2.0, 1.0, 1.5, 40.0])
    weekly = np.array([1.0, 2.0, 40.0, 0.5, 1.0, 39.0, 1.0, 1.5, 40.0])
    strong, usual = improbability(np.array([quiet, weekly]), np.array([50.0, 50.0]))
    # the median of the eight days is 1.25; their scale is 1, the least one
    assert strong == pytest.approx(8 * np.log1p(38.75 / 8))
    assert usual == 0


def test_two_days_of_an_incident_hide_no_departure_of_another_series() -> None:
    """On two of twenty days half of the series of one size departed together; three days say how often that comes."""
    past = np.random.default_rng(5).gumbel(1.5, 0.8, (40, 20)).clip(0)
    last = past[:, :1].copy()
    last[0] = 60.0
    sizes = np.full(40, 50.0)
    alone = improbability(np.hstack([past, last]), sizes)[0]
    past[20:, [3, 11]] += 80.0
    beside = improbability(np.hstack([past, last]), sizes)[0]
    assert beside == pytest.approx(alone, rel=0.1)
    past[20:, 15] += 80.0
    assert improbability(np.hstack([past, last]), sizes)[0] < 0.5 * alone


def _calm(draws: np.random.Generator, series: int) -> np.ndarray:
    return draws.gumbel(1.5, 0.8, (series, 20)).clip(0)


def _judged(past: np.ndarray, last: float) -> float:
    """Return the improbability of a departure of the first of some series; the others are as they always are."""
    today = past[:, :1].copy()
    today[0] = last
    return float(steady_improbability(np.hstack([past, today]), np.full(len(past), 50.0), 5.0)[0])


def test_mailings_of_some_series_hide_no_departure_of_a_steady_one() -> None:
    draws = np.random.default_rng(1)
    calm, bursts = _calm(draws, 30), _calm(draws, 30)
    bursts[:, ::4] += draws.uniform(20, 90, (30, 5))
    alone, beside = _judged(calm, 20.0), _judged(np.vstack([calm, bursts]), 20.0)
    assert beside == pytest.approx(alone)
    assert beside > 13


def test_series_that_are_steady_but_for_a_rare_burst_have_such_bursts() -> None:
    draws = np.random.default_rng(2)
    past = _calm(draws, 60)
    # one of twenty days of half of them, the others' and not that of the judged one
    past[30:, 7] += draws.uniform(20, 60, 30)
    assert _judged(past, 20.0) < 13


def test_what_comes_by_a_schedule_departs_by_less_than_what_comes_by_chance() -> None:
    scheduled = np.array([0.0, 0.1, 0.0, 0.2, 0.0, 0.1, 0.0, 0.3, 10.0])
    chance = np.array([2.0, 2.1, 2.0, 2.2, 2.0, 2.1, 2.0, 2.3, 10.0])
    by_schedule, by_chance = improbability(np.array([scheduled, chance]), np.array([50.0, 50.0]))
    # medians 0.05 and 2.05; the scale of a schedule is 0.2 at least, that of chance 1
    assert by_schedule == pytest.approx(8 * np.log1p(9.95 / 0.2 / 8))
    assert by_chance == pytest.approx(8 * np.log1p(7.95 / 8))


def test_where_nothing_comes_by_a_schedule_the_scale_is_that_of_chance() -> None:
    calm = np.array([[0.0, 0.1, 0.0, 0.2, 0.0, 0.1, 0.0, 0.3, 10.0]])
    [rare] = improbability(calm, np.array([50.0]), BY_CHANCE)
    assert rare == pytest.approx(8 * np.log1p(9.95 / 8))
    # the last of the past days by the seven others: a departure of 3 is none, and by a schedule it would be one
    calm[0, 7] = 3.0
    [strongest] = strongest_of_days([calm], np.array([50.0]), BY_CHANCE)[-1:]
    assert strongest == pytest.approx(7 * np.log1p(3 / 7))
    assert strongest_of_days([calm], np.array([50.0]))[-1] == pytest.approx(7 * np.log1p(3 / 0.2 / 7))


def test_few_events_are_no_schedule() -> None:
    """A series with an event every other day departs by little on all of them, as one that a schedule makes."""
    calm = np.array([0.0, 0.1, 0.0, 0.2, 0.0, 0.1, 0.0, 0.3, 5.6])
    few, many = improbability(np.array([calm, calm]), np.array([0.5, 5.0]))
    assert few == pytest.approx(8 * np.log1p(5.55 / 8))
    assert many == pytest.approx(8 * np.log1p(5.55 / 0.2 / 8))


def test_the_strongest_of_each_day_before_is_told_by_the_other_days_and_not_by_the_judged_one() -> None:
    calm = np.full((3, 9), 2.0)
    calm[1, 3], calm[2, 8] = 12.0, 90.0
    largest = strongest_of_days([calm, np.full((3, 9), 2.0)], np.full(3, 50.0))
    # beyond the median of seven days by ten scales of 1
    assert largest == pytest.approx([0, 0, 0, 7 * np.log1p(10 / 7), 0, 0, 0, 0])


def test_a_day_is_as_improbable_as_its_strongest_departure_beside_those_of_the_days_before() -> None:
    # median 5, and a standard deviation of the root of 2; that of 20 was an incident
    largest = np.array([3.0, 4.0, 20.0, 5.0, 6.0, 7.0])
    scale = np.sqrt(2) * np.sqrt(6) / np.pi
    assert among_days(np.array([16.0, 5.0]), largest, 13.0) == pytest.approx([5 * np.log1p(11 / scale / 5), 0.0])
    # independent series differ by a scale of 1 at least, and four days tell nothing
    assert among_days(np.array([16.0]), np.full(6, 5.0), 13.0) == pytest.approx([6 * np.log1p(11 / 6)])
    assert among_days(np.array([16.0]), largest[:5], 13.0) == pytest.approx([16.0])


def test_an_incident_of_two_days_asks_no_more_of_the_judged_one_and_what_comes_on_more_days_does() -> None:
    quiet = np.array([4.0, 5.0, 6.0, 5.0, 4.5, 5.5, 5.0, 4.0])
    [usual] = among_days(np.array([16.0]), quiet, 13.0)
    [after_two] = among_days(np.array([16.0]), np.append(quiet, [60.0, 90.0]), 13.0)
    [after_four] = among_days(np.array([16.0]), np.append(quiet, [60.0, 90.0, 75.0, 80.0]), 13.0)
    assert after_two == pytest.approx(usual)
    # of the other two no more than 13 is known to be chance: ten days with a median of 5
    scale = np.append(quiet, [13.0, 13.0]).std() * np.sqrt(6) / np.pi
    assert after_four == pytest.approx(10 * np.log1p(11 / scale / 10))
