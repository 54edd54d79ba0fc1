"""Emptied columns: what nearly all events tell is told of few on a day, such as the code of a failure or a duration.

An event without a member belongs to none, and one without a value is not measured: neither is more, or fewer, of
anything. So the share of events that have a column is watched by itself, of all events and of each member of another
dimension: only failures have a code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.improbability import LEAST_IMPROBABLE, OF_ONE_INCIDENT
from ntanalytics.detectors.surveillance.leaf_table import ANY_MEMBER, HOURS, LEAST_DAILY, LeafTable, Members

#: Share of the events that usually have the column, and fewest of them that are expected.
_USUAL, _LEAST = 0.8, 20.0

#: Share of what is usual, and of the days before but for two, up to which the column is emptied.
_EMPTIED, _BELOW_PAST = 0.6, 0.7

#: Share of the most events without the column from which a wider subject is told.
_NEARLY_ALL = 0.9


@dataclass(frozen=True, kw_only=True)
class _Emptied:
    members: Members
    column: str
    seen: float
    expected: float
    improbable: float


def emptied_columns(leaves: LeafTable, names: Sequence[str], values: Sequence[str]) -> list[Departure]:
    """Return the subject of each dimension, and of each value, that events of the day seldom have and always had.

    Args:
        leaves: the leaves of a dataset, of which no value is centred yet.
        names: names of the dimensions and values that are watched.
        values: the names among them that are values.
    """
    filled = {
        name: leaves.columns[f"{name}_events"] if name in values else _of_dimension(leaves, name)
        for name in names
        if name in values or (leaves.codes[name] < 0).any()
    }
    today = leaves.slots // HOURS == leaves.days - 1
    of_day = float(leaves.columns["events"][today].sum())
    # most columns lack nothing, and need no series
    filled = {name: had for name, had in filled.items() if of_day - had[today].sum() >= (1 - _EMPTIED) * _LEAST}
    if not filled:
        return []
    columns = {"events": leaves.columns["events"], **{_key(name): weights for name, weights in filled.items()}}
    leaves.columns.update(columns)
    of_all = max(float(leaves.sum("events")[-1].sum()), 1.0)
    candidates: dict[str, list[_Emptied]] = {name: [] for name in filled}
    for group in leaves.groups(list(columns), {1: LEAST_DAILY[1]}):
        daily = {name: sums.sum(axis=2) for name, sums in group.sums.items()}
        for name in filled:
            if name not in group.dimensions:
                candidates[name] += _emptied(name, group.members, daily)
    return [_departure(_widest(among), of_all) for among in candidates.values() if among]


def _key(name: str) -> str:
    return f"{name}_filled"


def _of_dimension(leaves: LeafTable, name: str) -> Floats:
    return np.where(leaves.codes[name] >= 0, leaves.columns["events"], 0.0)


def _emptied(name: str, members: Sequence[Members], daily: Mapping[str, Floats]) -> Iterator[_Emptied]:
    """Yield the series of which the column is emptied."""
    events, filled = daily["events"], daily[_key(name)]
    shares = filled[:, :-1] / np.maximum(events[:, :-1], 1.0)
    usual = filled[:, :-1].sum(axis=1) / np.maximum(events[:, :-1].sum(axis=1), 1.0)
    expected, seen = events[:, -1] * usual, filled[:, -1]
    # a day without events tells nothing, and one of all its events having the column is no low one
    known = np.sort(np.where(events[:, :-1] > 0, shares, 1.0), axis=1)
    least = known[:, min(OF_ONE_INCIDENT, known.shape[1] - 1)] * events[:, -1]
    is_emptied = (usual >= _USUAL) & (expected >= _LEAST) & (seen <= _EMPTIED * expected) & (seen < _BELOW_PAST * least)
    for index in map(int, np.flatnonzero(is_emptied)):
        had, due = float(seen[index]), float(expected[index])
        improbable = due - had + (had * math.log(had / due) if had else 0.0)
        if improbable >= LEAST_IMPROBABLE:
            yield _Emptied(members=members[index], column=name, seen=had, expected=due, improbable=improbable)


def _widest(among: Sequence[_Emptied]) -> _Emptied:
    """Return the subject that lacks most; of those that lack nearly as much the one with the fewest other events."""
    most = max(item.expected - item.seen for item in among)
    nearly = [item for item in among if item.expected - item.seen >= _NEARLY_ALL * most]
    return min(nearly, key=lambda item: (item.seen, len(item.members)))


def _departure(item: _Emptied, of_all: float) -> Departure:
    return Departure(
        members=(*item.members, (item.column, ANY_MEMBER)),
        value="",
        direction=-1,
        strength=item.improbable,
        improbable=item.improbable,
        hours=(0, HOURS),
        seen=item.seen,
        expected=item.expected,
        share=(item.expected - item.seen) / of_all,
    )


def not_of_emptied(departing: Sequence[Departure], emptied: Sequence[Departure]) -> list[Departure]:
    """Return the departures that are no fewer events of a member of a column which is emptied: that tells them all."""
    columns = {item.members[-1][0] for item in emptied}
    return [
        departure
        for departure in departing
        if departure.value or departure.direction > 0 or not columns & {name for name, _ in departure.members}
    ]
