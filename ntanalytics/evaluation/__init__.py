"""Evaluation: the inspections of past days of demo estates, scored against the incidents there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from ntanalytics.errors import UsageError
from ntanalytics.evaluation.estate import Progress, Wanted, read_estate
from ntanalytics.evaluation.inspections import PROCESSES, inspect_estates
from ntanalytics.evaluation.scoring import Score, score
from ntanalytics.evaluation.sightings import APART
from ntanalytics.language import tr
from ntanalytics.periods import days_between


def evaluate(
    directory: Path,
    seeds: Sequence[int],
    *,
    days: int = 98,
    judged: int = 70,
    scale: float = 0.02,
    progress: Progress = lambda _step, _count: None,
    processes: int = PROCESSES,
) -> list[Score]:
    """Return the scores of the demo estates of some seeds.

    Args:
        directory: folder of the estates: of one seed the folder itself, of several a folder below it each.
        seeds: seeds of the estates.
        days: number of days of an estate.
        judged: number of days that are inspected and scored, the last ones.
        scale: factor of the estates' volumes.
        progress: receives what is done, and a count.
        processes: number of processes.

    Raises:
        UsageError: there is no seed, or fewer days than are judged; a folder holds something else.
        LakeError: an estate could not be extracted.
    """
    if not seeds or not 1 <= judged <= days:
        raise UsageError(tr("an evaluation needs a seed, and a demo city with at least as many days as are judged"))
    places = [
        (directory if len(seeds) == 1 else directory / f"seed-{seed}", Wanted(seed, days=days, scale=scale))
        for seed in seeds
    ]
    last = places[0][1].last
    first = last - dt.timedelta(days=judged - 1)
    # a violation of the days before is standing
    before = max(places[0][1].first, first - APART)
    by_estate = inspect_estates(places, days_between(before, last), progress, processes)
    estates = [read_estate(*place) for place in places]
    return [
        score(estate.wanted.seed, findings, estate.incidents, estate.benign_events, first, last)
        for estate, findings in zip(estates, by_estate, strict=True)
    ]


__all__ = ["Score", "evaluate"]
