"""How right the findings are: the inspection of the past days of a demo estate, scored against what was planted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from ntanalytics.errors import UsageError
from ntanalytics.evaluation.estate import Told, Wanted, read_estate
from ntanalytics.evaluation.inspections import PROCESSES, inspect_day
from ntanalytics.evaluation.scoring import Score, score
from ntanalytics.evaluation.sightings import APART
from ntanalytics.periods import days_between


def evaluate(
    directory: Path,
    seeds: Sequence[int],
    *,
    days: int = 98,
    judged: int = 70,
    scale: float = 0.02,
    told: Told = lambda _what, _rows: None,
    processes: int = PROCESSES,
) -> list[Score]:
    """The scores of the demo estates of some seeds.

    Args:
        directory: where the estates are, or will be: of one seed the folder itself, of several one below it each.
        seeds: whose estates.
        days: how many days an estate has.
        judged: how many of them, the last ones, are inspected and scored.
        scale: factor of the estates' volumes.
        told: told how far it is.
        processes: how many work at once.

    Raises:
        UsageError: there is no seed, or fewer days than are judged; a folder holds something else.
        LakeError: an estate could not be taken.
    """
    if not seeds or not 1 <= judged <= days:
        raise UsageError("an evaluation needs a seed, and an estate as long as the judged days at least")
    places = [
        (directory if len(seeds) == 1 else directory / f"seed-{seed}", Wanted(seed, days=days, scale=scale))
        for seed in seeds
    ]
    last = places[0][1].last
    first = last - dt.timedelta(days=judged - 1)
    # what is open on the days before was there already
    before = max(places[0][1].first, first - APART)
    found = inspect_day(places, days_between(before, last), told, processes)
    estates = [read_estate(*place) for place in places]
    return [
        score(each.wanted.seed, its, each.incidents, each.benign_events, first, last)
        for each, its in zip(estates, found, strict=True)
    ]


__all__ = ["Score", "evaluate"]
