"""Emptied columns: codes of failures, which successes never have, and durations that are measured no longer."""

from __future__ import annotations

import dataclasses
import math

import pyarrow as pa
import pytest

from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.emptied_columns import emptied_columns, not_of_emptied
from ntanalytics.detectors.surveillance.leaf_table import LeafTable
from tests.detectors.surveillance.city import DAYS, ON


def _emptied(coded: int, timed: int = 130, earlier: tuple[int, ...] = ()) -> list[Departure]:
    """Return what is told of 100 successes and 30 failures a day, of which so many have a code, and a duration, today.

    Args:
        coded: failures of today with a code.
        timed: events of today with a duration.
        earlier: days before on which no failure had a code.
    """
    rows = []
    for day in range(ON + 1):
        with_code = coded if day == ON else 0 if day in earlier else 30
        measured = timed / 130 if day == ON else 1.0
        for outcome, code, events in (("ok", None, 100), ("bad", "E1", with_code), ("bad", None, 30 - with_code)):
            if events:
                rows.append((day, outcome, code, float(events), events * measured))
    table = pa.table(
        {
            "day": pa.array([DAYS[row[0]] for row in rows], pa.date32()),
            "hour": [10] * len(rows),
            "outcome": [row[1] for row in rows],
            "code": pa.array([row[2] for row in rows], pa.string()),
            "events": [row[3] for row in rows],
            "took_events": [row[4] for row in rows],
        }
    )
    leaves = LeafTable(table, DAYS, ["outcome", "code"], ["events", "took_events"])
    return emptied_columns(leaves, ["code", "took"], ["took"])


def test_failures_without_a_code_are_told_of_failures_alone() -> None:
    (told,) = _emptied(coded=0)
    assert told.members == (("outcome", "bad"), ("code", "*"))
    assert told.is_emptied
    assert (told.seen, told.expected, told.share, told.improbable) == (0.0, 30.0, 30 / 130, 30.0)
    (half,) = _emptied(coded=6)
    assert half.improbable == pytest.approx(30 - 6 + 6 * math.log(6 / 30))


def test_a_few_that_lack_it_and_a_column_that_was_empty_on_three_days_are_usual() -> None:
    assert _emptied(coded=20) == []
    assert _emptied(coded=0, earlier=(3, 7, 11)) == []
    # two days may have been the same incident
    assert len(_emptied(coded=0, earlier=(3, 7))) == 1


def test_a_value_that_is_measured_no_longer_is_told_of_all_events() -> None:
    (told,) = _emptied(coded=30, timed=0)
    assert (told.members, told.seen, told.expected) == ((("took", "*"),), 0.0, 130.0)


def test_the_members_of_an_emptied_column_are_told_with_it() -> None:
    (emptied,) = _emptied(coded=0)
    fewer = Departure(
        members=(("code", "E1"),), value="", direction=-1, strength=20, improbable=20, hours=(0, 24), seen=0,
        expected=30, share=0.2,
    )  # fmt: skip
    other = Departure(
        members=(("outcome", "ok"),), value="", direction=-1, strength=20, improbable=20, hours=(0, 24), seen=50,
        expected=100, share=0.4,
    )  # fmt: skip
    assert not_of_emptied([fewer, other], [emptied]) == [other]


def _lacking(lacks: int, failures: int = 0, *, of: int = 100, before: int = 0) -> list[Departure]:
    """Return what is told of a day on which some events lack an id that each had; failures never have one.

    Args:
        lacks: successes of today without it.
        failures: failures of today; there are two on each day before.
        of: successes of a day.
        before: successes of each day before without it.
    """
    rows = []
    for day in range(ON + 1):
        without = lacks if day == ON else before
        rows.append((day, "ok", float(of), float(of - without)))
        if failures:
            rows.append((day, "bad", float(failures if day == ON else 2), 0.0))
    table = pa.table(
        {
            "day": pa.array([DAYS[row[0]] for row in rows], pa.date32()),
            "hour": [10] * len(rows),
            "outcome": [row[1] for row in rows],
            "events": [row[2] for row in rows],
            "id_events": [row[3] for row in rows],
        }
    )
    return emptied_columns(LeafTable(table, DAYS, ["outcome"], ["events", "id_events"]), ["id"], ["id"])


def test_a_part_that_lacks_what_all_had_is_told_and_more_failures_without_it_are_not() -> None:
    (told,) = _lacking(20, failures=2)
    assert (told.members, told.seen) == ((("id", "*"),), 80.0)
    assert _lacking(0, failures=40) == []
    assert _lacking(8, failures=2) == []
    assert _lacking(20, failures=2, before=10) == []


def test_of_few_events_it_is_told_where_all_lack_it() -> None:
    (told,) = _lacking(8, of=8)
    assert (told.seen, told.share) == (0.0, pytest.approx(told.expected / 8))
    assert _lacking(4, of=8) == []


def test_a_member_that_fell_by_more_than_a_column_lacks_is_told_beside_it() -> None:
    (told,) = _lacking(20, failures=2)
    fallen, gone = (
        dataclasses.replace(told, members=(("id", "x"),), seen=seen, expected=100.0) for seen in (78.0, 0.0)
    )
    assert not_of_emptied([fallen, gone], [told]) == [gone]
