"""Compositions: shares of the members of a dimension, of days with many events and with few."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ntanalytics.detectors.surveillance.compositions import compositions
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import LeafTable
from tests.detectors.surveillance.city import DAYS, ON


def _told(today: dict[str, int], usual: dict[str, int], *, spread: float = 0.0, last: int = 1) -> list[Departure]:
    """Return what is told of a day, after days with the usual numbers times a factor of each day, and of each member.

    Args:
        today: events by member on each of the last days.
        usual: events by member on the days before.
        spread: deviation of the logarithm of the factor of a member's day.
        last: number of the last days.
    """
    draws = np.random.default_rng(5)
    rows: list[tuple[int, str, float]] = []
    for day in range(ON + 1):
        factor = 1.0 if day > ON - last else draws.uniform(0.7, 1.3)
        for name, events in (today if day > ON - last else usual).items():
            own = 1.0 if day > ON - last else float(np.exp(draws.normal(0.0, spread)))
            rows.append((day, name, round(events * factor * own)))
    rows = [row for row in rows if row[2]]
    table = pa.table(
        {
            "day": pa.array([DAYS[row[0]] for row in rows], pa.date32()),
            "hour": [10] * len(rows),
            "kind": [row[1] for row in rows],
            "events": [float(row[2]) for row in rows],
        }
    )
    return compositions(LeafTable(table, DAYS, ["kind"], ["events"]), ["kind"])


def test_a_member_that_lost_its_share_is_told_though_all_days_differ() -> None:
    (told,) = _told({"verify": 160, "sign": 140}, {"verify": 400, "sign": 140}, spread=0.1)
    assert (told.members, told.direction, told.seen, told.days) == ((("kind", "verify"),), -1, 160.0, 0)
    assert told.is_of_mix
    assert 300 < told.expected < 500


def test_a_day_with_fewer_of_all_members_is_no_other_composition() -> None:
    assert _told({"verify": 200, "sign": 70}, {"verify": 400, "sign": 140}, spread=0.1) == []


def test_members_that_always_vary_as_much_depart_by_nothing() -> None:
    assert _told({"verify": 200, "sign": 140}, {"verify": 400, "sign": 140}, spread=0.6) == []


def test_of_few_events_the_last_days_are_judged_together() -> None:
    usual = {"oa": 4, "sms": 2, "im": 1}
    (told,) = _told({"im": 6}, usual, last=5)
    assert (told.members, told.direction, told.days, told.seen) == ((("kind", "im"),), 1, 5, 6.0)
    assert _told({"oa": 3, "sms": 3, "im": 1}, usual, last=5) == []
    assert _told({"im": 1}, {"oa": 1}, last=5) == []
