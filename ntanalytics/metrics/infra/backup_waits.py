"""Backups that a plan did not make in a period: failed runs, and runs without a record (docs/domain.md, Backups)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

from ntanalytics.metrics.infra.backups import USUAL_RUNS
from ntanalytics.metrics.measure import catalogue, count

#: Times the usual time between successes, and seconds beyond the longest one, from which a run is missing.
LATE, _BEYOND_S = 1.5, 7200.0

#: Fewest times between successes from which the usual one is known.
_FEWEST = 3

UNMADE = (
    count(
        "unmade_backups",
        "未成功次数",
        "次",
        "Runs of the period that failed, and expected runs without any record, whether a later one succeeded or not "
        "(docs/domain.md, Backups: failures). A missing day hides both failures and successes.",
        good="down",
        over_gap="unknown",
    ),
)

MEASURES = catalogue(UNMADE)


def unmade_backups(runs: Sequence[Mapping[str, Any]], since: datetime, at: datetime) -> int:
    """Return how many backups of one plan and medium were not made in ``[since, at)``.

    Between two successes it is the number of failed runs, or of runs that the usual time between successes lets
    expect there, whichever is more: many products keep no record of a run that failed.

    Args:
        runs: ``started_at`` and ``outcome`` of the runs of the weeks before ``at``.
        since: the begin of the period (aware).
        at: its end (aware).
    """
    past = sorted((row for row in runs if row["started_at"] < at), key=lambda row: row["started_at"])
    good = [row["started_at"] for row in past if row["outcome"] == "success"]
    failed = [row["started_at"] for row in past if row["outcome"] == "failure" and row["started_at"] >= since]
    bounds = [datetime.min.replace(tzinfo=at.tzinfo), *good, at]
    missing = dict(_missing_runs(good, since, at))
    return sum(
        max(sum(begin < moment < end for moment in failed), missing.get(begin, 0)) for begin, end in pairwise(bounds)
    )


def _missing_runs(good: Sequence[datetime], since: datetime, at: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield the successes after which runs of the period are missing, with their number."""
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(good)]
    for place, begin in enumerate(good):
        end = good[place + 1] if place + 1 < len(good) else at
        before = steps[max(0, place - USUAL_RUNS) : place]
        if end <= since or len(before) < _FEWEST:
            continue
        usual, wait = median(before), (end - begin).total_seconds()
        if wait > LATE * usual and wait > max(before) + _BEYOND_S:
            missing = math.floor(wait / usual + 0.5) - 1
            earlier = max(0, math.ceil((since - begin).total_seconds() / usual) - 1)
            yield begin, max(0, missing - earlier)
