"""Rare endings: a few events of a member that end as they hardly ever do.

Ten failures of one application over one carrier are a series of nothing on most days, and too few to be judged beside
those that have events every day. How events end is a share of them, and known well from all days together. So the
events of a member that end in a rare way are held against that share; how far such numbers depart by chance, with the
bursts that a site has, is told by the largest departure of each day before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LeafTable, Mask, Members
from ntanalytics.detectors.surveillance.scan import RUNS, scan_counts, times_log

#: Largest usual share of the events that end in a rare way.
_RARE = 0.2

#: Least number of such events on a day, and number that is expected at least: none was seen before of many.
_LEAST, _LEAST_EXPECTED = 4, 0.02

#: Events that the share of all events counts like for that of a member.
_PRIOR_EVENTS = 20.0

#: Least likelihood ratio, and factor to the second largest of the days before, from which a number is told.
_LEAST_STRENGTH, _BEYOND_PAST = 12.0, 1.5

#: False subjects that are expected on a day of all that are tested, of how many there are.
_FALSE_A_DAY = 0.001

#: Share of the largest likelihood ratio from which a subject of fewer dimensions is preferred, and from which two
#: subjects are names of one thing.
_ALMOST, _SAME = 0.9, 0.98

#: Most subjects of a dataset and day.
_MAX_SUBJECTS = 2


@dataclass(frozen=True)
class _Endings:
    """The events of some subjects that end in one way.

    Attributes:
        members: those of each subject, with the ending.
        expected: number that is expected on the last day.
        strength: likelihood ratio of more than expected, subjects × days; 0 of fewer.
    """

    members: list[Members]
    expected: Floats
    strength: Floats


def rare_endings(leaves: LeafTable, rest: Mask) -> list[Departure]:
    """Return the subjects of which far more events than usual end in a rare way on the last day, the strongest first.

    Args:
        leaves: the counts.
        rest: the leaves of which nothing is told yet.
    """
    subjects: list[Departure] = []
    while len(subjects) < _MAX_SUBJECTS:
        groups = list(_groups(leaves, rest, is_seen=True))
        strongest = max((float(group.strength[:, -1].max(initial=0.0)) for group in groups), default=0.0)
        tests = sum(len(group.members) for group in groups)
        if strongest < max(_LEAST_STRENGTH, math.log(max(tests, 1) / _FALSE_A_DAY)):
            break
        others = _groups(leaves, rest, is_seen=False)
        past = np.max([group.strength[:, :-1].max(axis=0, initial=0.0) for group in (*groups, *others)], axis=0)
        if strongest < _BEYOND_PAST * float(np.sort(past)[-2]):
            break
        among = [
            (group.members[index], float(group.strength[index, -1]), float(group.expected[index]))
            for group in groups
            for index in map(int, np.flatnonzero(group.strength[:, -1] >= _ALMOST * strongest))
        ]
        fewest = min(len(members) for members, _, _ in among)
        among = [item for item in among if len(item[0]) == fewest]
        alike = _SAME * max(strength for _, strength, _ in among)
        members, strength, expected = max(
            (item for item in among if item[1] >= alike), key=lambda item: (_names(leaves, item[0]), item[1])
        )
        subjects.append(_departure(leaves, members, strength, expected))
        rest = rest & ~leaves.mask(members)
    return subjects


def _names(leaves: LeafTable, members: Members) -> int:
    """Return how many members the dimensions of a subject have: of two names of one thing a route says more."""
    return sum(len(leaves.names[name]) for name, _ in leaves.without_endings(members))


def _groups(leaves: LeafTable, rest: Mask, *, is_seen: bool) -> Iterator[_Endings]:
    """Yield the rare ways in which events end, seen on the last day or not, by the members of one or two dimensions."""
    others = [name for name in leaves.dimensions if name not in leaves.endings]
    events, is_past = leaves.columns["events"], leaves.slots // HOURS < leaves.days - 1
    past = float(events[is_past].sum())
    for ending, code in ((name, code) for name in leaves.endings for code in range(len(leaves.names[name]))):
        ends = (leaves.codes[ending] == code) & rest
        rate = float(events[ends & is_past].sum()) / max(past, 1.0)
        if rate > _RARE or bool(events[ends & ~is_past].sum() >= _LEAST) != is_seen:
            continue
        for number in (1, 2):
            for dimensions in combinations(others, number):
                if not leaves.is_nested(dimensions):
                    yield _group(leaves, dimensions, (ending, leaves.names[ending][code]), ends, rate)


def _group(
    leaves: LeafTable, dimensions: tuple[str, ...], ending: tuple[str, str], ends: Mask, rate: float
) -> _Endings:
    """Return the events that end in one way, by the members of some dimensions."""
    members, all_events, ended = leaves.daily(dimensions, ends)
    others, their_ended = (_of_other_days(counts) for counts in (all_events, ended))
    share = (their_ended + _PRIOR_EVENTS * rate) / (others + _PRIOR_EVENTS)
    expected = np.maximum(share * all_events, _LEAST_EXPECTED)
    strength = times_log(ended, expected) - (ended - expected)
    is_more = (ended >= _LEAST) & (ended > expected)
    order = leaves.dimensions.index
    subjects = [tuple(sorted((*subject, ending), key=lambda pair: order(pair[0]))) for subject in members]
    return _Endings(subjects, expected[:, -1], np.asarray(np.where(is_more, strength, 0.0)))


def _of_other_days(counts: Floats) -> Floats:
    """Return the sum of the days before the last one, of each of these without itself."""
    sums = np.repeat(counts[:, :-1].sum(axis=1, keepdims=True), counts.shape[1], axis=1)
    sums[:, :-1] -= counts[:, :-1]
    return np.asarray(sums)


def _departure(leaves: LeafTable, members: Members, strength: float, expected: float) -> Departure:
    """Return a subject as a departure, in the hours in which it departs most."""
    seen = leaves.sum("events", leaves.mask(members))[-1]
    of_all = leaves.sum("events", leaves.mask(leaves.without_endings(members)))[-1]
    hourly = expected * of_all / max(float(of_all.sum()), 1.0)
    hours = RUNS[int(scan_counts(seen[None], hourly[None])[1].run[0])]
    came, usual = (float(counts[slice(*hours)].sum()) for counts in (seen, hourly))
    daily = leaves.sum("events").sum(axis=1)
    day = max(float(daily[-1]), float(daily[:-1].mean()), 1.0)
    return Departure(
        members=members,
        value="",
        direction=1,
        strength=strength,
        improbable=strength,
        hours=hours,
        seen=came,
        expected=usual,
        share=(came - usual) / day,
    )
