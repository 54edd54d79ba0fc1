"""Schedules: what comes equally often on every day, such as the run of a backup plan, and comes more often once.

Of one run a day a second one is no departure by chance, and no likelihood ratio tells it. But what was as often on each
of some twenty days does not come by chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.improbability import LEAST_IMPROBABLE
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LEAST_DAILY, LeafTable, Members

#: Times as many from which a day departs; of more events a day the likelihood ratio tells it.
_TIMES, _FEW = 1.5, LEAST_DAILY[1]


def beyond_schedule(leaves: LeafTable, dimensions: Sequence[str]) -> list[Departure]:
    """Return the members that came as often on each day before, and come far more often on the judged one.

    Args:
        leaves: the leaves of a dataset whose events follow a plan.
        dimensions: the dimensions whose members may have a plan of their own.
    """
    mask = np.ones(len(leaves.slots), dtype=bool)
    of_all = max(float(leaves.sum("events")[-1].sum()), 1.0)
    found = []
    for name in dimensions:
        members, of_members, _ = leaves.daily((name,), mask)
        past, today = of_members[:, :-1], of_members[:, -1]
        is_even = (past == past[:, :1]).all(axis=1) & (past[:, 0] > 0) & (past[:, 0] < _FEW)
        for index in map(int, np.flatnonzero(is_even & (today >= _TIMES * past[:, 0]))):
            seen, expected = float(today[index]), float(past[index, 0])
            found.append(_departure(members[index], seen, expected, of_all))
    return found


def _departure(members: Members, seen: float, expected: float, of_all: float) -> Departure:
    return Departure(
        members=members,
        value="",
        direction=1,
        strength=LEAST_IMPROBABLE,
        improbable=LEAST_IMPROBABLE,
        hours=(0, HOURS),
        seen=seen,
        expected=expected,
        share=(seen - expected) / of_all,
        is_scheduled=True,
    )
