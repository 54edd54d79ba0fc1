"""Schedules: what comes as often, and in the same hours, on every day, such as the run of a backup plan.

Of one run a day a second one, or one at noon, is no departure by chance, and no likelihood ratio tells it. But what was
as often on each of some twenty days does not come by chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.improbability import LEAST_IMPROBABLE
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LEAST_DAILY, LeafTable, Members

#: Times as many from which a day departs; of more events a day the likelihood ratio tells it.
_TIMES, _FEW = 1.5, LEAST_DAILY[1]

#: Hours between an event and those of the days before from which it came at another time.
_APART = 3


def beyond_schedule(leaves: LeafTable, dimensions: Sequence[str]) -> list[Departure]:
    """Return the members that came as often on each day before, and more often on the judged one, or at another time.

    Args:
        leaves: the leaves of a dataset whose events follow a plan.
        dimensions: the dimensions whose members may have a plan of their own.
    """
    of_all = max(float(leaves.sum("events")[-1].sum()), 1.0)
    departing = []
    for name in dimensions:
        names, sums = leaves.parts(["events"], np.ones(len(leaves.slots), dtype=bool), name)
        for member, counts in zip(names, sums["events"], strict=True):
            past = counts[:-1].sum(axis=1)
            if past[0] and past[0] < _FEW and (past == past[0]).all():
                departing += _beyond(((name, member),), counts, of_all)
    return departing


def _beyond(members: Members, counts: Floats, of_all: float) -> list[Departure]:
    """Return the departure of a member of a plan; none where it came as always."""
    seen, expected = float(counts[-1].sum()), float(counts[0].sum())
    if seen >= _TIMES * expected:
        return [_departure(members, (0, HOURS), seen, expected, of_all)]
    usual = np.flatnonzero(counts[:-1].any(axis=0))
    hours = np.flatnonzero(counts[-1])
    # the hours of a clock go round
    apart = [int(np.minimum((usual - hour) % HOURS, (hour - usual) % HOURS).min()) for hour in hours]
    others = [int(hour) for hour, distance in zip(hours, apart, strict=True) if distance >= _APART]
    return [_departure(members, (hour, hour + 1), float(counts[-1, hour]), 0.0, of_all) for hour in others[:1]]


def _departure(members: Members, hours: tuple[int, int], seen: float, expected: float, of_all: float) -> Departure:
    return Departure(
        members=members,
        value="",
        direction=1,
        strength=LEAST_IMPROBABLE,
        improbable=LEAST_IMPROBABLE,
        hours=hours,
        seen=seen,
        expected=expected,
        share=(seen - expected) / of_all,
        is_scheduled=True,
    )
