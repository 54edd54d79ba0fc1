"""Rare endings: a few events that end as they hardly ever do, on counts known by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest

from ntanalytics.detectors.surveillance.departures import ColumnRoles, departures
from ntanalytics.detectors.surveillance.leaf_table import LeafTable
from ntanalytics.detectors.surveillance.rare_endings import rare_endings
from tests.detectors.surveillance.city import DAYS, ON

#: Seal, hour, outcome.
Key = tuple[str, int, str]

#: Signings an hour of each seal, from 9 to 12.
SEALS = {"a": 1, "b": 2, "c": 40}
HOURS = (9, 10, 11, 12)


def _table(today: Mapping[Key, float], past: Mapping[tuple[int, Key], float]) -> pa.Table:
    """Return what is signed on each day, and some more on the last one and on past days (by their place)."""
    usual = {(seal, hour, "success"): float(number) for seal, number in SEALS.items() for hour in HOURS}
    by_day = [{**usual, **{key: events for (place, key), events in past.items() if place == day}} for day in range(ON)]
    rows = [
        (place, key, events) for place, day in enumerate([*by_day, {**usual, **today}]) for key, events in day.items()
    ]
    return pa.table({
        "day": pa.array([DAYS[place] for place, _, _ in rows], pa.date32()),
        "hour": [key[1] for _, key, _ in rows],
        "seal": [key[0] for _, key, _ in rows],
        "outcome": [key[2] for _, key, _ in rows],
        "events": [events for _, _, events in rows],
    })  # fmt: skip


def _told(today: Mapping[Key, float], past: Mapping[tuple[int, Key], float] | None = None) -> list[tuple[str, float]]:
    leaves = LeafTable(_table(today, past or {}), DAYS, ("seal", "outcome"), ["events"], endings=("outcome",))
    found = rare_endings(leaves, np.ones(len(leaves.slots), dtype=bool))
    return [(dict(item.members)["seal"], item.seen) for item in found]


def test_five_failures_of_a_seal_that_never_failed_are_told_with_their_hours() -> None:
    today = {("a", 9, "failure"): 2.0, ("a", 10, "failure"): 3.0}
    leaves = LeafTable(_table(today, {}), DAYS, ("seal", "outcome"), ["events"], endings=("outcome",))
    (told,) = rare_endings(leaves, np.ones(len(leaves.slots), dtype=bool))
    assert told.members == (("seal", "a"), ("outcome", "failure"))
    assert (told.hours, told.seen, told.direction) == ((9, 11), 5.0, 1)
    # none was ever seen: a fiftieth of an event is expected, and five came
    assert told.strength == pytest.approx(5 * math.log(5 / 0.02) - (5 - 0.02))


def test_three_failures_are_too_few() -> None:
    assert _told({("a", 9, "failure"): 3.0}) == []


def test_failures_that_come_so_on_two_days_of_the_past_are_no_news_and_on_one_they_are() -> None:
    today = {("a", 9, "failure"): 5.0}
    before = {(ON - back, (seal, 9, "failure")): 5.0 for back, seal in ((3, "b"), (7, "c"))}
    assert _told(today, before) == []
    assert _told(today, dict([next(iter(before.items()))])) == [("a", 5.0)]


def test_failures_of_a_member_that_fails_now_and_then_need_more() -> None:
    """Of 80 signings of a seal on 20 days a fifth fails: four of today's four are three more than expected."""
    past = {(place, ("a", 9, "failure")): 1.0 for place in range(ON)}
    assert _told({("a", 9, "failure"): 4.0}, past) == []


def test_two_seals_that_fail_are_two_subjects_and_the_largest_comes_first() -> None:
    today = {("a", 9, "failure"): 5.0, ("b", 11, "failure"): 8.0}
    assert _told(today) == [("b", 8.0), ("a", 5.0)]


def test_what_is_told_already_is_not_told_as_rare() -> None:
    """A hundred failures are a series of their own, whose few first hours are no further subject."""
    today = {("c", hour, "failure"): 25.0 for hour in HOURS}
    found = departures(_table(today, {}), DAYS, ("seal", "outcome"), roles=ColumnRoles(endings=("outcome",)))
    failing = [item for item in found if dict(item.members).get("outcome") == "failure"]
    assert len(failing) == 1


def test_departures_tell_a_few_rare_endings_only_of_the_dimensions_of_endings() -> None:
    table = _table({("a", 9, "failure"): 5.0}, {})
    assert [
        item.seen for item in departures(table, DAYS, ("seal", "outcome"), roles=ColumnRoles(endings=("outcome",)))
    ] == [5.0]
    assert departures(table, DAYS, ("seal", "outcome")) == []


def test_a_dimension_without_any_member_breaks_nothing() -> None:
    table = _table({("a", 9, "failure"): 5.0}, {(3, ("b", 9, "expired")): 1.0})
    table = table.append_column("county", pa.nulls(len(table), pa.string()))
    leaves = LeafTable(table, DAYS, ("seal", "county", "outcome"), ["events"], endings=("outcome",))
    (told,) = rare_endings(leaves, np.ones(len(leaves.slots), dtype=bool))
    assert told.members == (("seal", "a"), ("outcome", "failure"))


@pytest.mark.parametrize(("seals", "told"), [(4, [("c", 6.0)]), (400, [])])
def test_the_more_subjects_fail_at_times_the_more_improbable_one_must_be(
    seals: int, told: list[tuple[str, float]]
) -> None:
    """Seal c fails six times for 0.29: a likelihood ratio of 12.4, below the 12.9 of 401 subjects."""
    past = {(3, (f"s-{number}", 9, "failure")): 400.0 / seals for number in range(seals)}
    assert _told({("c", 10, "failure"): 6.0}, {**past, (5, ("c", 9, "failure")): 3.6}) == told
