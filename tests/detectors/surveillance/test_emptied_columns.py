"""Emptied columns: codes of failures, which successes never have, and durations that are measured no longer."""

from __future__ import annotations

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
