"""Flattening: hand-made hours, of which the probability is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ntanalytics.detectors.surveillance.flattening import FlatSeries, flat_series


def _series(values: dict[tuple[int, int], list[float]], days: int = 11) -> list[FlatSeries]:
    """Return what is flat of one series: the logarithms of its events by day and hour."""
    shape = (1, days, 24)
    events, logs, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for (day, hour), own in values.items():
        events[0, day, hour] = len(own)
        logs[0, day, hour] = sum(own)
        squares[0, day, hour] = sum(value**2 for value in own)
    return list(flat_series(events, logs, squares))


def _mixed(days: int = 10) -> dict[tuple[int, int], list[float]]:
    return {(day, hour): [0.0, 0.0, 0.6] * 4 for day in range(days) for hour in range(8, 14)}


def test_a_value_that_is_the_same_in_six_hours_that_were_always_mixed_is_flat() -> None:
    [flat] = _series({**_mixed(), **{(10, hour): [0.0] * 12 for hour in range(8, 14)}})
    # none of 60 hours was flat: (0 + 1/62) of (10 + 1) days, six times
    assert flat.improbable == pytest.approx(6 * math.log(11 * 62))
    assert (flat.index, flat.seen, flat.events) == (0, 0.0, 72.0)
    assert flat.expected == pytest.approx(0.2)


def test_one_other_value_on_the_day_or_one_such_day_before_is_enough_to_be_usual() -> None:
    last = {(10, hour): [0.0] * 12 for hour in range(8, 14)}
    assert _series({**_mixed(), **last, (10, 13): [0.0] * 11 + [0.6]}) == []
    assert _series({**_mixed(), **last, **{(4, hour): [0.0] * 12 for hour in range(8, 14)}}) == []


def test_hours_that_often_have_one_value_prove_little_and_few_events_nothing() -> None:
    often = {**_mixed(), **{(day, hour): [0.0] * 12 for day in range(10) for hour in range(8, 13)}}
    [flat] = _series({**often, **{(10, hour): [0.0] * 12 for hour in range(8, 14)}})
    of_all = 51 / 62
    assert flat.improbable == pytest.approx(-5 * math.log((10 + of_all) / 11) - math.log(of_all / 11))
    assert _series({**_mixed(), **{(10, hour): [0.0] * 4 for hour in range(8, 14)}}) == []
