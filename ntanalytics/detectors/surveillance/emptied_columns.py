"""Emptied columns: what nearly all events tell is told of few on a day, such as the code of a failure or a duration.

An event without a member belongs to none, and one without a value is not measured: neither is more, or fewer, of
anything. So the share of events that have a column is watched by itself, of all events and of each member of another
dimension: only failures have a code.

Where nearly all events always had it, a tenth of a day that lacks it tells as much, and so do five events in all: the
days before tell how many lack it by chance. Failures that have no duration are no such tenth on a day of many: what
each member of each other dimension usually lacks is expected of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.improbability import LEAST_IMPROBABLE, OF_ONE_INCIDENT
from ntanalytics.detectors.surveillance.leaf_table import ANY_MEMBER, HOURS, LEAST_DAILY, NO_MEMBER, LeafTable, Members

#: Share of the events that usually have the column, and fewest of them that are expected.
_USUAL, _LEAST = 0.8, 20.0

#: Share of what is usual, and of the days before but for two, up to which the column is emptied.
_EMPTIED, _BELOW_PAST = 0.6, 0.7

#: Share of the events that lack a column which nearly all always had, fewest of them, and how many times as large the
#: share is as on any day before but for two.
_LACKING, _FEWEST_LACKING, _TIMES_PAST = 0.1, 5.0, 3.0

#: Events that are expected at least to lack a column: one where none ever did is no proof.
_BY_CHANCE = 0.25

#: Times as large a share as the column lacks, up to which fewer events of a member of it are no more than that.
_ALIKE = 1.5

#: Share of the most events without the column from which a wider subject is told.
_NEARLY_ALL = 0.9


@dataclass(frozen=True, kw_only=True)
class _Emptied:
    members: Members
    column: str
    seen: float
    expected: float
    improbable: float


def emptied_columns(
    leaves: LeafTable, names: Sequence[str], values: Sequence[str], *, is_growing: bool = False
) -> list[Departure]:
    """Return the subject of each dimension, and of each value, that events of the day seldom have and always had.

    Args:
        leaves: the leaves of a dataset, of which no value is centred yet.
        names: names of the dimensions, values and further columns that are watched.
        values: the names among them that are no dimensions: the leaves tell how many events have them.
        is_growing: whether events get columns later, so that a part of them lacks these by the hour of the day.
    """
    filled = {
        name: leaves.columns[f"{name}_events"] if name in values else _of_dimension(leaves, name)
        for name in names
        if name in values or (leaves.codes[name] < 0).any()
    }
    today = leaves.slots // HOURS == leaves.days - 1
    of_day = float(leaves.columns["events"][today].sum())
    # most columns lack nothing, and need no series
    filled = {name: had for name, had in filled.items() if of_day - had[today].sum() >= _FEWEST_LACKING}
    if not filled:
        return []
    columns = {"events": leaves.columns["events"], **{_key(name): weights for name, weights in filled.items()}}
    leaves.columns.update(columns)
    of_all = max(float(leaves.sum("events")[-1].sum()), 1.0)
    candidates: dict[str, list[_Emptied]] = {name: [] for name in filled}
    expected: dict[str, list[float]] = {name: [] for name in filled}
    whole: dict[str, Floats] = {}
    for group in leaves.groups(list(columns), {1: LEAST_DAILY[1]}):
        daily = {name: sums.sum(axis=2) for name, sums in group.sums.items()}
        whole = whole or daily
        for name in filled:
            if name not in group.dimensions:
                candidates[name] += _emptied(name, group.members, daily)
                expected[name].append(_lacking_by_members(name, daily, whole))
    for name in [] if is_growing else [name for name, among in candidates.items() if not among]:
        candidates[name] += _lacking(name, whole, max(expected[name]))
    return [_departure(_widest(among), of_all) for among in candidates.values() if among]


def _lacking_by_members(name: str, daily: Mapping[str, Floats], whole: Mapping[str, Floats]) -> float:
    """Return how many events of the day lack a column as the members of one dimension usually do.

    Events of members without a past, or of none, count as lacking it: nothing is known of them.
    """
    events, lacking = daily["events"], daily["events"] - daily[_key(name)]
    past = events[:, :-1].sum(axis=1)
    usual = np.where(past > 0, lacking[:, :-1].sum(axis=1) / np.maximum(past, 1.0), 1.0)
    unknown = whole["events"][0, -1] - events[:, -1].sum()
    of_unknown = whole["events"][0, :-1].sum() - past.sum()
    lacks = (whole["events"] - whole[_key(name)])[0, :-1].sum() - lacking[:, :-1].sum()
    share = lacks / of_unknown if of_unknown > 0 else 1.0
    return float((events[:, -1] * usual).sum() + unknown * min(max(share, 0.0), 1.0))


def _lacking(name: str, whole: Mapping[str, Floats], expected: float) -> Iterator[_Emptied]:
    """Yield all events of the day, where many lack a column that nearly all always had.

    Args:
        name: name of the column.
        whole: the events of all days, and those that have the column.
        expected: how many events are expected to lack it.
    """
    events, filled = whole["events"][0], whole[_key(name)][0]
    worked = events[:-1] > 0
    shares = np.sort(1.0 - filled[:-1][worked] / events[:-1][worked])
    if len(shares) <= OF_ONE_INCIDENT:
        return
    most = float(shares[-1 - OF_ONE_INCIDENT])
    lacks, due = float(events[-1] - filled[-1]), max(expected, most * float(events[-1]), _BY_CHANCE)
    is_lacking = lacks >= max(_FEWEST_LACKING, _LACKING * float(events[-1])) and lacks >= _TIMES_PAST * due
    if not is_lacking or most > 1 - _USUAL:
        return
    improbable = lacks * math.log(lacks / due) - (lacks - due)
    if improbable >= LEAST_IMPROBABLE:
        had = float(filled[-1])
        yield _Emptied(members=(), column=name, seen=had, expected=float(events[-1]) - due, improbable=improbable)


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
    """Return the departures but for fewer events of a member of a column by no larger share than all events lack it."""
    shares = {item.members[-1][0]: 1 - item.seen / max(item.expected, 1.0) for item in emptied}
    return [
        departure
        for departure in departing
        if departure.value
        or departure.direction > 0
        or not any(_is_alike(departure, shares[name]) for name, _ in departure.members if name in shares)
    ]


def _is_alike(departure: Departure, share: float) -> bool:
    return departure.expected - departure.seen <= _ALIKE * share * departure.expected


def not_of_members(emptied: Sequence[Departure], departing: Sequence[Departure]) -> list[Departure]:
    """Return the emptied columns but for those of which a subject is told whose events have no member any more."""
    lost = {name for item in departing for name, member in item.counterpart if member == NO_MEMBER}
    return [item for item in emptied if item.members[-1][0] not in lost]
