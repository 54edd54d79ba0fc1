"""Departures: the smallest subjects of a dataset that explain what departs from the expected counts on a day.

A subject is the members of none to two dimensions. Of all that departs, the one with the largest likelihood ratio is
told: it is larger than that of a part, which lacks some of the departure, and than that of a whole, which dilutes it
(the principle of the scan statistic; compare Adtributor, NSDI 2014, and Squeeze, ISSRE 2019). Its events are then taken
away, and what still departs without them is told beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.expectation import day_factors, expected_counts
from ntanalytics.detectors.surveillance.improbability import improbability, is_discovery
from ntanalytics.detectors.surveillance.leaf_table import LeafTable, Mask, Members, SeriesGroup
from ntanalytics.detectors.surveillance.scan import RUNS, scan_counts

#: Comparable days that are needed.
MIN_DAYS = 8

#: Least mean count of a day of a series, by its number of dimensions.
LEAST = MappingProxyType({1: 8.0, 2: 12.0})

#: Share of the departures that may be false, and the least improbability of one: once in 160,000.
FALSE_DISCOVERY_RATE, LEAST_IMPROBABLE = 0.02, 12.0

#: Most subjects of a dataset and day.
MAX_SUBJECTS = 4

#: Share of the largest likelihood ratio from which a subject of fewer dimensions is preferred.
_ALMOST = 0.98

#: Share of a whole from which a part of it says nothing more.
_NEARLY_ALL = 0.9


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A subject that departs from what is expected of it.

    Attributes:
        members: pairs of dimension and member; empty for all events of the dataset.
        direction: 1 for more than expected, -1 for fewer.
        strength: the likelihood ratio, as its logarithm.
        improbable: the negative natural logarithm of the probability of a departure as strong.
        hours: the first hour of the run that departs, and the hour after its last.
        seen: events of these hours.
        expected: those that were expected.
        total: events of the dataset on the day, or on a usual day where these are more.
    """

    members: Members
    direction: int
    strength: float
    improbable: float
    hours: tuple[int, int]
    seen: float
    expected: float
    total: float

    @property
    def share(self) -> float:
        """Return the events that are missing, or too many, as a share of the dataset's events of the day."""
        return abs(self.seen - self.expected) / self.total


def departures(table: pa.Table, days: Sequence[date], dimensions: Sequence[str]) -> list[Departure]:
    """Return what departs on the last of some days, the most telling subject first.

    Args:
        table: the result of ``metrics.leaves``.
        days: the judged day, and the comparable days before it: all of them worked, or none; oldest first.
        dimensions: names of the dimensions.

    Returns:
        None where the history is short.
    """
    if len(days) <= MIN_DAYS:
        return []
    leaves = LeafTable(table, days, dimensions, ["events"])
    groups = list(leaves.groups("events", 2, LEAST))
    if not groups[0].counts[:, :-1].any():
        return []
    factors = day_factors(groups)
    return _smallest(leaves, _candidates(groups, factors), factors)


def _candidates(groups: Sequence[SeriesGroup], factors: Floats) -> list[Departure]:
    """Return the series that depart from what is expected of them, in either direction."""
    counts = np.concatenate([group.counts for group in groups])
    members = [subject for group in groups for subject in group.members]
    total = max(float(counts[0, -1].sum()), float(counts[0, :-1].sum(axis=1).mean()))
    expected = expected_counts(counts, factors, np.ones(counts[:, :-1].shape[:2]))
    scans = scan_counts(counts, expected)
    size = expected[:, -1].sum(axis=1)
    rare = {direction: improbability(scan.strength, size) for direction, scan in scans.items()}
    discoveries = is_discovery(np.concatenate(list(rare.values())), FALSE_DISCOVERY_RATE).reshape(len(rare), -1)
    candidates = []
    for (direction, scan), is_found in zip(scans.items(), discoveries, strict=True):
        for index in np.flatnonzero(is_found & (rare[direction] >= LEAST_IMPROBABLE)):
            hours = RUNS[int(scan.run[index, -1])]
            candidates.append(
                Departure(
                    members=members[index],
                    direction=direction,
                    strength=float(scan.strength[index, -1]),
                    improbable=float(rare[direction][index]),
                    hours=hours,
                    seen=float(counts[index, -1, slice(*hours)].sum()),
                    expected=float(expected[index, -1, slice(*hours)].sum()),
                    total=total,
                )
            )
    return candidates


def _smallest(leaves: LeafTable, candidates: list[Departure], factors: Floats) -> list[Departure]:
    """Return the subjects that explain the candidates."""
    subjects: list[Departure] = []
    rest = np.ones(len(leaves.slots), dtype=bool)
    while candidates and len(subjects) < MAX_SUBJECTS:
        strongest = max(candidate.strength for candidate in candidates)
        among = [candidate for candidate in candidates if candidate.strength >= _ALMOST * strongest]
        best = min(among, key=lambda candidate: (len(candidate.members), -candidate.strength))
        best = next((part for part in among if _is_narrower(leaves, part, best)), best)
        subjects.append(best)
        rest &= ~leaves.mask(best.members)
        candidates = [
            candidate
            for candidate in candidates
            if candidate is not best and _departs(leaves, candidate, rest, factors)
        ]
    return subjects


def _is_narrower(leaves: LeafTable, part: Departure, whole: Departure) -> bool:
    """Return whether what came in addition to a whole is all of a part, which usually is not nearly all of it."""
    if part.direction < 0 or not set(part.members) > set(whole.members):
        return False
    if whole.expected >= 1:
        return part.expected < _NEARLY_ALL * whole.expected
    added = tuple(pair for pair in part.members if pair not in whole.members)
    usual = leaves.sum("events", leaves.mask(added))[:-1].sum()
    return bool(usual < _NEARLY_ALL * leaves.sum("events")[:-1].sum())


def _departs(leaves: LeafTable, candidate: Departure, rest: Mask, factors: Floats) -> bool:
    """Return whether a subject still departs without the events that are explained."""
    counts = leaves.sum("events", leaves.mask(candidate.members) & rest)[None]
    if not counts[0, :-1].any() and candidate.direction < 0:
        return False
    expected = expected_counts(counts, factors, np.ones((1, counts.shape[1] - 1)))
    scan = scan_counts(counts, expected)[candidate.direction]
    rare = improbability(scan.strength, expected[:, -1].sum(axis=1))
    return bool(rare[0] >= LEAST_IMPROBABLE and scan.strength[0, -1] >= candidate.strength / 3)
