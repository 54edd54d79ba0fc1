"""Clocks of two datasets against each other, by what the same person does in both: logins, and what follows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations

import numpy as np

from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import DATASETS, Dataset, Privacy
from ntanalytics.contract.dimensions import state_of
from ntanalytics.detectors.comparable_days import comparable_days
from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.minute_profile import gain_of
from ntanalytics.detectors.pair_offset import BIN_S, MIN_DAYS, REACH, pair_offset
from ntanalytics.metrics.pairs import paired_by_day
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.data.minutes import BY_MINUTE, MINUTE_DAYS, MinuteSeries

#: First and second dataset of a pair, and the column of the person: who logs in is counted before what he opens.
_Pair = tuple[Dataset, Dataset, str]

#: Name of a dataset of what persons begin with.
_FIRST = ".logins"


def _pairs() -> Iterator[_Pair]:
    """Yield the datasets whose events have a second and the same persons, of which the first are logins."""
    exact = [DATASETS[name] for name in BY_MINUTE if DATASETS[name].column(DATASETS[name].time).grain is None]
    for first, second in permutations(exact, 2):
        persons = (_persons(first) & _persons(second)) if first.name.endswith(_FIRST) else set()
        yield from ((first, second, column) for column in sorted(persons))


def _persons(dataset: Dataset) -> set[str]:
    return {
        column.name
        for column in dataset.columns
        if column.privacy is Privacy.PSEUDONYM and state_of(column.name) is not None
    }


PAIRS: tuple[_Pair, ...] = tuple(_pairs())


def pair_offsets(context: CheckContext, minutes: Mapping[MinuteSeries, Floats]) -> dict[tuple[str, str], float]:
    """Return (dataset, source) → the minutes by which its clock is late against that of a dataset of the same persons.

    Of the two it is the one whose own day moved more likely by that time.

    Args:
        context: the context of a day.
        minutes: events by day and minute of each series, the inspected day last.
    """
    offsets = {}
    for first, second, key in PAIRS:
        for (one, other), counts in _counted(context, first, second, key).items():
            offset_s = pair_offset(counts)
            if offset_s is None:
                continue
            late = offset_s / 60
            gain, other_gain = (
                gain_of(minutes[series], by) if series in minutes else 0.0
                for series, by in (((second.name, other, ""), late), ((first.name, one, ""), -late))
            )
            owner = (second.name, other) if gain >= other_gain else (first.name, one)
            offsets[owner] = late if gain >= other_gain else -late
    return offsets


def _counted(context: CheckContext, first: Dataset, second: Dataset, key: str) -> dict[tuple[str, str], Floats]:
    """Return the sources of both → pairs by day, half of the day and bin, the inspected day last."""
    views = [context.dataset(dataset.name, MINUTE_DAYS) for dataset in (first, second)]
    if any(not set(view.sources) - view.gap_sources for view in views):
        return {}
    days = [*reversed(comparable_days(rows(views[0].days), context.on, MIN_DAYS + 1)), context.on]
    first_events, second_events = (
        view.recent.filter(view.recent.day.isin(days)).select("day", "source", key, at=view.contract.time)
        for view in views
    )
    pairs: dict[tuple[str, str], Floats] = {}
    for row in rows(paired_by_day(first_events, second_events, key, BIN_S, REACH, context.utc_offset_h)):
        sources = row["first_source"], row["second_source"]
        counts = pairs.setdefault(sources, np.zeros((len(days), 2, 2 * REACH)))
        counts[days.index(row["day"]), row["half"], row["bin"]] = row["pairs"]
    one, other = (view.gap_sources for view in views)
    return {sources: counts for sources, counts in pairs.items() if sources[0] not in one and sources[1] not in other}
