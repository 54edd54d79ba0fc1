"""Drifts on made cities: what moves a little each day is told of its smallest subject, and what jumps is not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import departures
from ntanalytics.detectors.surveillance.drift import _Drift, _smallest
from tests.detectors.surveillance.city import DAYS, ON, City


def _drifts(told: list[Departure]) -> list[Departure]:
    return [departure for departure in told if departure.days]


def _thinned(city: City, unit: int, shares: list[float], seed: int = 0) -> None:
    """Leave a share of a unit's events of each of the last days."""
    draws = np.random.default_rng(seed)
    for day, share in zip(range(len(DAYS) - len(shares), len(DAYS)), shares, strict=True):
        city.counts[day, unit] = draws.binomial(city.counts[day, unit], share)


@pytest.mark.parametrize("unit", [2, 5, 11])
def test_a_unit_that_does_a_little_less_each_day_is_told_before_a_day_departs_by_itself(unit: int) -> None:
    city = City(21)
    _thinned(city, unit, [0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6])
    before = city.counts[:13, unit].sum() / 13
    (told,) = city.told()
    assert (told.members, told.direction, told.value) == ((("unit", f"unit-{unit:02d}"),), -1, "")
    assert told.days in (3, 5)
    assert told.expected == pytest.approx(before, rel=0.03)
    assert told.seen == pytest.approx(city.counts[-told.days :, unit].sum() / told.days, rel=0.05)


def test_a_terminal_of_a_unit_drifts_alone() -> None:
    city = City(22)
    draws = np.random.default_rng(1)
    for day, share in zip(range(ON - 5, ON + 1), (0.15, 0.3, 0.45, 0.5, 0.6, 0.6), strict=True):
        city.counts[day, 9, 0] += draws.binomial(city.counts[day, 9, 0], share)
    assert {told.members for told in city.told()} == {(("unit", "unit-09"), ("terminal", "pc"))}


@pytest.mark.parametrize(
    ("part", "is_told"),
    [
        (_Drift(20.0, -95.0, 200.0), True),
        (_Drift(20.0, -80.0, 200.0), False),  # a fifth is elsewhere
        (_Drift(20.0, -95.0, 370.0), False),  # nearly all of the whole: the others lost a sixth, too, and it a quarter
        (_Drift(20.0, -99.0, 370.0), True),  # the others lost a thirtieth
        (_Drift(20.0, 95.0, 200.0), False),
    ],
)
def test_the_part_that_has_nearly_all_of_a_drift_is_told_though_it_is_less_steady(part: _Drift, is_told: bool) -> None:
    whole, unit = (("terminal", "pc"),), (("unit", "unit-01"), ("terminal", "pc"))
    assert _smallest({whole: _Drift(30.0, -100.0, 400.0), unit: part}) == (unit if is_told else whole)


@pytest.mark.parametrize(
    ("whole", "is_told"),
    [
        (_Drift(50.0, -350.0, 1200.0), True),  # the others lost 250 of 1,000, and it 100 of 200
        (_Drift(50.0, -400.0, 1200.0), True),
        (_Drift(50.0, -340.0, 1200.0), False),
        (_Drift(50.0, 100.0, 1200.0), False),  # the other way
    ],
)
def test_the_whole_is_told_where_the_others_move_by_half_as_much_at_least(whole: _Drift, is_told: bool) -> None:
    """A level of all hosts moves on the steadiest of them most improbably."""
    host, metric = (("metric", "swap"), ("host", "one")), (("metric", "swap"),)
    assert _smallest({metric: whole, host: _Drift(60.0, -100.0, 200.0)}) == (metric if is_told else host)


def test_what_comes_by_a_schedule_drifts_by_less_than_what_comes_by_chance() -> None:
    """Checks of twelve targets, 288 a day, of which one loses some each day; chance would lose as many."""
    draws = np.random.default_rng(3)

    def told(counts: np.ndarray) -> list[Departure]:
        counts[-3:, 4] = [242, 240, 238]
        places = [(day, target) for day in range(len(DAYS)) for target in range(12)]
        table = pa.table(
            {
                "day": pa.array([DAYS[day] for day, _ in places], pa.date32()),
                "hour": [9] * len(places),
                "target": [f"target-{target:02d}" for _, target in places],
                "events": counts.ravel().astype(float),
            }
        )
        return _drifts(departures(table, DAYS, ["target"]))

    by_schedule = told(np.full((len(DAYS), 12), 288))
    assert [(drift.members, drift.days) for drift in by_schedule] == [((("target", "target-04"),), 3)]
    assert told(draws.poisson(288, (len(DAYS), 12))) == []


def test_units_that_lose_to_one_that_begins_name_it() -> None:
    """A tenth unit has next to nothing before, and then a quarter of what two others had."""
    city = City(28)
    draws = np.random.default_rng(4)
    city.counts[:, 10] = 0
    for day in range(ON - 4, ON + 1):
        for unit in (2, 5):
            gone = draws.binomial(city.counts[day, unit], 0.3)
            city.counts[day, unit] -= gone
            city.counts[day, 10] += gone
    losing = [told for told in city.told() if told.direction < 0]
    assert {told.members for told in losing} == {(("unit", "unit-02"),), (("unit", "unit-05"),)}
    assert {told.counterpart for told in losing} == {(("unit", "unit-10"),)}
    assert all(told.counterpart_moved > 0 for told in losing)


def test_one_day_of_the_last_ones_that_was_as_usual_is_no_drift() -> None:
    city = City(23)
    _thinned(city, 4, [0.8, 0.8, 0.8, 0.8, 0.8, 1.0, 0.8])
    assert _drifts(city.told()) == []


def test_what_all_units_do_alike_is_the_calendar() -> None:
    assert _drifts(City(24, day_factor=lambda day: 1.0 if day < 14 else 0.7).told()) == []


def test_a_unit_that_begins_is_no_drift() -> None:
    city = City(25)
    city.counts[:12, 5] = np.random.default_rng(2).binomial(city.counts[:12, 5], 0.1)
    assert _drifts(city.told()) == []


@pytest.mark.parametrize("seed", range(30, 60))
def test_ordinary_days_drift_nowhere(seed: int) -> None:
    assert _drifts(City(seed).told()) == []


def _with_durations(slower: dict[str, float], seed: int = 3) -> list[Departure]:
    """Return what is told of services whose durations, in logarithms, grew by a little on each of the last six days."""
    draws, rows = np.random.default_rng(seed), []
    for place, day in enumerate(DAYS):
        for number in range(8):
            name = f"service-{number}"
            logs = draws.normal(5 + number / 10 + slower.get(name, 0.0) * max(0, place - ON + 6), 0.6, 50)
            rows.append((day, name, 50.0, logs.sum(), (logs**2).sum()))
    names, kinds = ("day", "service", "events", "ms_log", "ms_log2"), (pa.date32(), *[None] * 4)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    table = pa.table({name: pa.array(columns[name], kind) for name, kind in zip(names, kinds, strict=True)})
    table = table.append_column("hour", pa.array([9] * len(rows)))
    return departures(table.append_column("ms_events", table["events"]), DAYS, ["service"], ["ms"])


def test_a_service_that_becomes_slower_by_the_day_is_told_with_its_level_before() -> None:
    (told,) = _drifts(_with_durations({"service-3": 0.08}))
    assert (told.members, told.value, told.direction) == ((("service", "service-3"),), "ms", 1)
    assert told.expected == pytest.approx(5.3, abs=0.1)
    assert told.seen > 5.5
    assert told.share == pytest.approx(1 / 8)


def test_steady_services_drift_nowhere() -> None:
    assert [told for seed in range(5) for told in _with_durations({}, seed)] == []
