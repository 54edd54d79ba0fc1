"""Waits of a backup plan between its successes: how late it is, and what it did not make (docs/domain.md, Backups)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

from ntanalytics.metrics.infra.backups import USUAL_RUNS
from ntanalytics.metrics.measure import Measure, catalogue, count

#: Times the usual time between successes, and seconds beyond the longest one, from which a run is missing.
LATE, _BEYOND_S = 1.5, 7200.0

#: Fewest times between successes from which the usual one proves that a run is missing.
_FEWEST = 3

INTERVALS = (
    Measure(
        "usual_interval_s",
        "通常间隔",
        "Median of the time between the last eight successful runs: the actual plan (docs/domain.md, Backups).",
        format="seconds",
    ),
    Measure(
        "backup_lateness",
        "间隔倍数",
        "backup_age_s / usual_interval_s: above 1 the next run is due; null where either is not known (O13).",
        unit="倍",
        format="number:1",
        good="down",
    ),
)

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

MEASURES = catalogue((*INTERVALS, *UNMADE))


@dataclass(frozen=True)
class BackupWait:
    """Time from a success of a plan to the next one, or to the moment up to which it is known.

    Attributes:
        begin: begin of the success.
        end: begin of the next one, or that moment.
        steps: seconds between the successes before it, up to the last eight.
    """

    begin: datetime
    end: datetime
    steps: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return (self.end - self.begin).total_seconds()

    @property
    def usual_s(self) -> float | None:
        """Return the usual interval of the plan; None where it had not succeeded twice."""
        return median(self.steps) if self.steps else None

    @property
    def lateness(self) -> float | None:
        """Return how many usual intervals it is; None where none is known."""
        return self.seconds / self.usual_s if self.usual_s else None

    @property
    def is_provable(self) -> bool:
        """Return whether there were enough successes before it to prove that a run is missing."""
        return len(self.steps) >= _FEWEST


def waits(runs: Sequence[Mapping[str, Any]], at: datetime) -> list[BackupWait]:
    """Return the waits of one plan and medium after each of its successes, in their order.

    Args:
        runs: ``started_at`` and ``outcome`` of the runs of the weeks before ``at``.
        at: the moment (aware) to which the last one lasts.
    """
    good = sorted(row["started_at"] for row in runs if row["outcome"] == "success" and row["started_at"] < at)
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(good)]
    return [
        BackupWait(begin, end, tuple(steps[max(0, place - USUAL_RUNS) : place]))
        for place, (begin, end) in enumerate(pairwise([*good, at]))
    ]


def unmade_backups(runs: Sequence[Mapping[str, Any]], since: datetime, at: datetime) -> int:
    """Return how many backups of one plan and medium were not made in ``[since, at)``.

    Between two successes it is the number of failed runs, or of runs that the usual time between successes lets
    expect there, whichever is more: many products keep no record of a run that failed.

    Args:
        runs: ``started_at`` and ``outcome`` of the runs of the weeks before ``at``.
        since: the begin of the period (aware).
        at: its end (aware).
    """
    known = waits(runs, at)
    failed = [row["started_at"] for row in runs if row["outcome"] == "failure" and since <= row["started_at"] < at]
    missing = dict(_missing_runs(known, since))
    bounds = [datetime.min.replace(tzinfo=at.tzinfo), *(wait.begin for wait in known), at]
    return sum(
        max(sum(begin < moment < end for moment in failed), missing.get(begin, 0)) for begin, end in pairwise(bounds)
    )


def _missing_runs(known: Sequence[BackupWait], since: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield the successes after which runs of the period are missing, with their number."""
    for wait in known:
        usual = wait.usual_s
        if wait.end <= since or not wait.is_provable or not usual:
            continue
        if wait.seconds > LATE * usual and wait.seconds > max(wait.steps) + _BEYOND_S:
            missing = math.floor(wait.seconds / usual + 0.5) - 1
            earlier = max(0, math.ceil((since - wait.begin).total_seconds() / usual) - 1)
            yield wait.begin, max(0, missing - earlier)
