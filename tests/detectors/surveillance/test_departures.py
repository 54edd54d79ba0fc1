"""Departures on made cities: the smallest subject is named, and an ordinary day names none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import ColumnRoles, _limits, attributed_whole, departures
from ntanalytics.detectors.surveillance.leaf_table import _numbered
from tests.detectors.surveillance.city import DAYS, ON, PROFILE, UNITS, City


@pytest.mark.parametrize("seed", range(12))
def test_an_ordinary_day_tells_nothing(seed: int) -> None:
    assert City(seed).told() == []


def test_a_day_on_which_all_do_less_alike_tells_no_member() -> None:
    assert City(3, day_factor=lambda day: 0.5 if day == ON else 1.0).told() == []


def test_a_unit_that_stops_for_hours_is_told_with_its_hours() -> None:
    city = City(4)
    lost = city.counts[ON, 7, :, 13:16].sum()
    city.counts[ON, 7, :, 13:16] = 0
    (told,) = city.told()
    assert (told.members, told.direction, told.hours, told.seen) == ((("unit", "unit-07"),), -1, (13, 16), 0.0)
    assert told.expected == pytest.approx(lost, rel=0.3)
    assert told.share == pytest.approx(told.expected / city.counts[ON].sum(), rel=0.1)


def test_one_terminal_of_one_unit_is_told_and_neither_the_unit_nor_the_terminal() -> None:
    city = City(5)
    city.counts[ON, 3, 1, :] = 0
    assert [told.members for told in city.told()] == [(("unit", "unit-03"), ("terminal", "mobile"))]


def test_a_terminal_that_loses_a_third_everywhere_is_told_and_none_of_its_units() -> None:
    city = City(6)
    city.counts[ON, :, 1, :] = city.counts[ON, :, 1, :] * 2 // 3
    assert [told.members for told in city.told()] == [(("terminal", "mobile"),)]


def test_a_member_with_most_of_the_events_is_no_calendar_where_the_total_leaves_its_range() -> None:
    city = City(10)
    total = float(city.counts[:ON].sum(axis=(1, 2, 3)).mean())
    city.counts[ON, :, 0, :] = city.counts[ON, :, 0, :] // 4
    usual = ExpectedRange(low=0.9 * total, expected=total, high=1.1 * total)
    assert [(told.members, told.direction) for told in city.told(usual)] == [((("terminal", "pc"),), -1)]


def _timed(rows: list[tuple[int, str, str, int, float]]) -> list[Departure]:
    """Return what departs of durations: rows of day, route, status, events at noon and the logarithm of each event."""
    table = pa.table(
        {
            "day": pa.array([DAYS[row[0]] for row in rows], pa.date32()),
            "hour": [12] * len(rows),
            "route": [row[1] for row in rows],
            "status": [row[2] for row in rows],
            "events": [float(row[3]) for row in rows],
            "took_events": [float(row[3]) for row in rows],
            "took_log": [row[3] * row[4] for row in rows],
            "took_log2": [row[3] * (row[4] ** 2 + 0.04) for row in rows],
        }
    )
    return [told for told in departures(table, DAYS, ["route", "status"], ["took"]) if told.value]


def _in_parts(*, last_of_a: float, both: bool = False, slow: tuple[str, ...] = ("parts",)) -> list[Departure]:
    """Return what departs of two applications whose texts have one part or two; the last day of one has other texts."""
    rows = [
        (day, hour, application, last_of_a if (day, application) == (ON, "a") and (both or mixed) else mixed)
        for day in range(ON + 1)
        for hour in range(8, 14)
        for application in ("a", "b")
        for mixed in (0.0, 0.7)
    ]
    table = pa.table(
        {
            "day": pa.array([DAYS[row[0]] for row in rows], pa.date32()),
            "hour": [row[1] for row in rows],
            "application": [row[2] for row in rows],
            "events": [20.0] * len(rows),
            "parts_events": [20.0] * len(rows),
            "parts_log": [20 * row[3] for row in rows],
            "parts_log2": [20 * row[3] ** 2 for row in rows],
        }
    )
    return departures(table, DAYS, ["application"], ["parts"], roles=ColumnRoles(slow=slow))


def test_parts_that_are_all_counted_as_one_are_told_on_their_first_day() -> None:
    assert _in_parts(last_of_a=0.7) == []
    assert _in_parts(last_of_a=0.3) == []  # other texts, that differ
    (told,) = _in_parts(last_of_a=0.0)
    assert (told.members, told.value, told.direction, told.hours) == ((("application", "a"),), "parts", -1, (0, 24))
    assert (told.seen, told.expected, told.share) == (0.0, pytest.approx(0.35), pytest.approx(0.5))
    assert told.is_flat


def test_any_value_that_is_the_same_for_all_of_a_subject_is_told_once_be_its_mean_usual_or_not() -> None:
    for level in (0.35, 0.0):  # the usual mean of 0 and 0.7, and the least value
        rows = [told for told in _in_flat(level) if told.value]
        assert [(told.members, told.is_flat, told.seen) for told in rows] == [((("application", "a"),), True, level)]


def _in_flat(level: float) -> list[Departure]:
    """Return what departs where all events of one application have one level on the last day; no value is slow."""
    return _in_parts(last_of_a=level, both=True, slow=())


def _routes(day: int, slow: float = 0.0, fast_events: int = 400) -> list[tuple[int, str, str, int, float]]:
    """Return a day of a fast and a slow route; ``slow`` is added to the logarithm of all durations of the latter."""
    wobble = 0.01 * (day % 3)
    return [
        (day, "fast", "200", fast_events, 1.0 + wobble),
        (day, "slow", "200", 200, 5.0 + wobble + slow),
        (day, "slow", "304", 200, 3.0 + wobble + slow),
    ]


def test_a_slow_route_is_told_as_a_whole_with_its_level() -> None:
    past = [row for day in range(ON) for row in _routes(day)]
    (told,) = _timed([*past, *_routes(ON, slow=1.0)])
    assert (told.members, told.value, told.direction) == ((("route", "slow"),), "took", 1)
    assert told.seen - told.expected == pytest.approx(1.0, abs=0.03)


def test_another_mixture_of_routes_makes_nothing_slow() -> None:
    past = [row for day in range(ON) for row in _routes(day)]
    assert _timed([*past, *_routes(ON, fast_events=40)]) == []


def test_two_causes_are_told_beside_each_other_the_stronger_first() -> None:
    city = City(7)
    city.counts[ON, 2, :, :] = 0
    city.counts[ON, 20, 0, 9] += 150
    assert {told.members for told in city.told()} == {(("unit", "unit-02"),), (("unit", "unit-20"), ("terminal", "pc"))}


def test_what_a_unit_lacks_before_it_has_more_is_told_of_the_unit_and_not_of_its_terminals() -> None:
    """What waits for three hours and comes in one: both are of the unit, which the first of them does not explain."""
    city = City(6)
    waiting = city.counts[ON, 12, :, 9:12].sum(axis=1)
    city.counts[ON, 12, :, 9:12] = 0
    city.counts[ON, 12, :, 20] = waiting
    own = (("unit", "unit-12"),)
    assert {(told.members, told.direction) for told in city.told()} == {(own, -1), (own, 1)}


def test_an_evening_on_which_all_do_more_hides_no_unit_that_stopped() -> None:
    city = City(12)
    city.counts[ON, :, :, 20:22] += np.random.default_rng(5).poisson(8, city.counts[ON, :, :, 20:22].shape)
    city.counts[ON, 7] = 0
    assert {(told.members, told.direction) for told in city.told()} >= {((), 1), ((("unit", "unit-07"),), -1)}


@pytest.mark.parametrize(("units", "also"), [([5], ((("unit", "unit-05"),),)), ([*range(30)], ((),))])
def test_a_day_of_more_events_names_the_unit_that_has_nearly_all_of_them(units: list[int], also: Any) -> None:
    city = City(13)
    usual = float(city.counts[:ON].sum(axis=(1, 2, 3)).mean())
    share = 0.3 * usual / city.counts[ON, units].sum()
    city.counts[ON, units] += np.random.default_rng(6).poisson(city.counts[ON, units] * share)
    seen = float(city.counts[ON].sum())
    whole = Departure(
        members=(),
        value="",
        direction=1,
        strength=13,
        improbable=13,
        hours=(0, 24),
        seen=seen,
        expected=usual,
        share=0.3,
    )
    assert (attributed_whole(city.table(), DAYS, ["unit", "terminal"], whole).also,) == also


def test_a_member_that_was_never_seen_is_told_when_it_appears() -> None:
    city = City(8)
    city.counts[:ON, 29, :, :] = 0
    (told,) = city.told()
    assert (told.members, told.direction, told.expected) == ((("unit", "unit-29"),), 1, 0.0)


@pytest.mark.parametrize(("share", "count"), [(0.0, 1), (0.2, 1), (0.5, 0)])
def test_a_steady_unit_that_is_gone_for_a_day_is_told_among_units_that_burst(share: float, count: int) -> None:
    """Half of the units send eight times as much on one day of ten; this one has some 230 events on every day."""
    city = City(22)
    city.counts = city.counts[:, :, :1, :]  # one terminal, so that no other subject is as large
    bursts = np.random.default_rng(3).random(city.counts.shape[:2]) < 0.1
    bursts[:, :16], bursts[ON] = False, False
    city.counts = np.where(bursts[:, :, None, None], 8, 1) * city.counts
    city.counts[ON, 7] = (city.counts[ON, 7] * share).astype(int)
    members = [told.members for told in city.told()]
    assert members.count((("unit", "unit-07"),)) == count


def test_what_happened_on_a_day_before_hides_nothing_today() -> None:
    city = City(9)
    city.counts[ON - 4, 11, :, :] = 0
    city.counts[ON, 11, :, :] = 0
    assert [told.members for told in city.told()] == [(("unit", "unit-11"),)]


def test_a_short_history_and_an_empty_one_tell_nothing() -> None:
    none = pa.table(
        {
            "day": pa.array([], pa.date32()),
            "hour": pa.array([], pa.int64()),
            "unit": pa.array([], pa.string()),
            "events": pa.array([], pa.float64()),
        }
    )
    assert departures(none, DAYS, ["unit"]) == []
    assert departures(none, DAYS[-5:], ["unit"]) == []


_LEAF = st.tuples(
    st.integers(0, ON), st.integers(0, 23), st.sampled_from(["a", "b", "甲", None]), st.integers(0, 10**9)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_LEAF, min_size=1, max_size=60))
def test_no_table_breaks_it(leaves: list[tuple[int, int, str | None, int]]) -> None:
    table = pa.table(
        {
            "day": pa.array([DAYS[leaf[0]] for leaf in leaves], pa.date32()),
            "hour": [leaf[1] for leaf in leaves],
            "unit": pa.array([leaf[2] for leaf in leaves], pa.string()),
            "events": [float(leaf[3]) for leaf in leaves],
        }
    )
    for told in departures(table, DAYS, ["unit"]):
        assert told.share >= 0
        assert np.isfinite([told.strength, told.improbable, told.expected]).all()


def test_half_of_a_small_unit_is_told_among_few_series_and_not_among_very_many() -> None:
    city = City(31)
    # 0.34 of the events of the least unit lie in these hours
    small = int(city.counts[:ON].sum(axis=(0, 2, 3)).argsort()[6])
    city.counts[ON, small, :, 9:13] = city.counts[ON, small, :, 9:13] // 3
    assert ((("unit", UNITS[small]),), -1) in [(told.members, told.direction) for told in city.told()]
    few, many = _limits([(("unit", "a"),)] * 30, 2), _limits([(("unit", "a"),)] * 30_000, 2)
    # a thousand times as many tests ask for a thousandth of the probability
    assert many[0] - few[0] == pytest.approx(np.log(1000))
    # the false departures of a day are shared out among one dimension and two
    beside = _limits([(("unit", "a"),)] * 30 + [(("unit", "a"), ("terminal", "pc"))] * 5, 2)
    assert beside[0] - few[0] == pytest.approx(np.log(2))


def _offices(seed: int, surging: int) -> list[Departure]:
    """Return what departs of nine offices: one has half as many events again from 13 to 17.

    So many others had a quarter more on a day each before.
    """
    means = np.broadcast_to(500 * PROFILE, (len(DAYS), 9, 24)).copy()
    for office in range(surging):
        means[2 * office, office, 13:17] *= 1.25
    means[ON, 4, 13:17] *= 1.5
    counts = np.random.default_rng(seed).poisson(means).astype(float)
    table = pa.table(
        {
            "day": pa.array(np.repeat(np.array(DAYS, dtype="datetime64[D]"), 9 * 24), pa.date32()),
            "hour": np.tile(np.arange(24), len(DAYS) * 9),
            "unit": np.tile(np.repeat([f"office-{number}" for number in range(9)], 24), len(DAYS)),
            "events": counts.ravel(),
        }
    )
    return departures(table, DAYS, ["unit"])


@pytest.mark.parametrize("seed", [3, 4, 7])
def test_a_surge_is_told_unless_others_came_somewhere_on_many_days_before(seed: int) -> None:
    """Each office had one at most, so that its own days show none; those of all nine do."""
    assert [told.members for told in _offices(seed, surging=0)] == [(("unit", "office-4"),)]
    assert _offices(seed, surging=9) == []


def test_a_surge_that_nothing_explains_better_is_told_of_the_rarest_members() -> None:
    # refused answers were never seen: with its service as with its route they are all of the surge
    rows = [
        {"day": day, "hour": 10, "service": service, "route": route, "status": "200", "events": 100.0}
        for day in DAYS
        for service, route in (("oa", "mail"), ("oa", "todo"), ("portal", "home"))
    ]
    rows.append({"day": DAYS[-1], "hour": 10, "service": "oa", "route": "mail", "status": "403", "events": 400.0})
    table = pa.Table.from_pylist(rows).set_column(0, "day", pa.array([row["day"] for row in rows], pa.date32()))
    (told,) = departures(table, DAYS, ["service", "route", "status"])
    assert told.members == (("route", "mail"), ("status", "403"))


def test_a_steady_subject_that_surges_in_a_quiet_hour_is_told() -> None:
    city = City(32)
    draws = np.random.default_rng(1)
    city.counts[:, :, :, 19] = draws.poisson(5, city.counts.shape[:3])
    city.counts[ON, 3, 0, 19] = 48
    [told] = city.told()
    assert ("unit", "unit-03") in told.members
    assert (told.direction, told.hours) == (1, (19, 20))


@given(st.lists(st.integers(0, 3_000_000), max_size=60))
@settings(max_examples=60, deadline=None)
def test_keys_are_numbered_as_by_sorting_them(keys: list[int]) -> None:
    array = np.array(keys, dtype=np.int64)
    for given_keys in (array, array % 97):
        members, places = _numbered(given_keys)
        expected, inverse = np.unique(given_keys, return_inverse=True)
        assert members.tolist() == expected.tolist()
        assert places.tolist() == inverse.tolist()


def test_an_outage_of_one_small_series_before_hides_no_burst_of_another() -> None:
    """Forty checks of one failed on a day of the past; twenty of another are many all the same, as it never had any."""
    draws = np.random.default_rng(3)
    made = [
        (day, f"host-{number}", "yes", 10, 40.0 + draws.integers(5)) for day in range(ON + 1) for number in range(12)
    ]
    failed = [(4, "host-1", "no", 10, 40.0), (ON, "host-7", "no", 10, 20.0)]
    rows = [*made, *failed]
    table = pa.table(
        {
            "day": pa.array([DAYS[row[0]] for row in rows], pa.date32()),
            "hour": [row[3] for row in rows],
            "host": [row[1] for row in rows],
            "answers": [row[2] for row in rows],
            "events": [float(row[4]) for row in rows],
        }
    )
    told = departures(table, DAYS, ["host", "answers"])
    assert [(departure.members, departure.seen) for departure in told] == [
        ((("host", "host-7"), ("answers", "no")), 20.0)
    ]
