"""Departures: the smallest subjects of a dataset that explain what departs from the expected counts on a day.

A subject is the members of none to three dimensions. Of all that departs, the one with the largest likelihood ratio is
told: it is larger than that of a part, which lacks some of the departure, and than that of a whole, which dilutes it
(the principle of the scan statistic; compare Adtributor, NSDI 2014, and Squeeze, ISSRE 2019). Its events are then taken
away, and what still departs without them is told beside it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.attribution import attributed, with_displacing
from ntanalytics.detectors.surveillance.compositions import compositions
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.drift import LEAST_EFFECT, MIN_PAST, SPANS, drifting_counts, drifting_means
from ntanalytics.detectors.surveillance.emptied_columns import emptied_columns, not_of_emptied, not_of_members
from ntanalytics.detectors.surveillance.expectation import LEAST_SHARE
from ntanalytics.detectors.surveillance.flat_departures import flat_departures, not_of_flat
from ntanalytics.detectors.surveillance.improbability import (
    LEAST_IMPROBABLE,
    among_days,
    improbability,
    least_improbable,
    steady_improbability,
    strongest_of_days,
)
from ntanalytics.detectors.surveillance.leaf_table import LEAST_DAILY, LeafTable, Mask, Members, SeriesGroup
from ntanalytics.detectors.surveillance.models import CountModel, JudgedSeries, MeanModel, SeriesModel
from ntanalytics.detectors.surveillance.quiet_hours import quiet_bursts
from ntanalytics.detectors.surveillance.rare_endings import rare_endings
from ntanalytics.detectors.surveillance.schedules import beyond_schedule

#: Comparable days that are needed.
MIN_DAYS = 8

#: False departures that are expected on a day of all steady series of a dataset, of each number of dimensions alike.
FALSE_A_DAY = 0.001

#: Days on which a departure of a dataset is told that is false, by how strong its strongest was on the days before: a
#: fifth of a day of some forty tests of datasets.
_FALSE_DAYS = 0.005

#: Shares of what is expected, up to which and from which some hours of a steady series depart.
_FALLEN, _RISEN = 0.6, 1.5

#: Share of what is expected up to which longer runs of hours do.
_GONE = 0.25

#: Events that must be expected in these hours.
_LEAST_STEADY = 10.0

#: Events of a day from which a surge shows in hours of fewer, and the least times as many.
_OFTEN, _SURGE = 60.0, 3.0

#: The range of a total of which nothing is known.
UNKNOWN = ExpectedRange(reason="short_history")

#: Most subjects of a dataset and day.
MAX_SUBJECTS = 4

#: Share of the largest likelihood ratio from which a subject of fewer dimensions is preferred.
_ALMOST = 0.98

#: Share of a whole from which a part of it says nothing more.
_NEARLY_ALL = 0.9


@dataclass(frozen=True, kw_only=True)
class ColumnRoles:
    """Roles of the dimensions and values of a dataset.

    Attributes:
        nested: two dimensions, of which a member of the first has one member of the second, so that both say no more.
        slow: values that are judged by their last days together alone, since of a day's events many have the same by
            one decision.
        endings: dimensions that tell how events end.
        late: dimensions and values that are known later than their event, which lacks them until then.
        present: columns that are no dimension and no value, of which the leaves tell how many events have them.
        planned: dimensions whose members have events by a plan of their own.
        is_growing: whether the events are cases, of which columns are filled while they live.
    """

    nested: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    late: frozenset[str] = frozenset()
    present: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    is_growing: bool = False


#: Roles of columns of which nothing is known.
NO_ROLES = ColumnRoles()


def departures(
    table: pa.Table,
    days: Sequence[date],
    dimensions: Sequence[str],
    values: Sequence[str] = (),
    usual: ExpectedRange = UNKNOWN,
    roles: ColumnRoles = NO_ROLES,
) -> list[Departure]:
    """Return what departs on the last of some days: counts, then each value; of each the most telling subject first.

    After them comes what drifts over the last days and does not depart on the judged one.

    Args:
        table: the result of ``metrics.leaf_counts``.
        days: the judged day, and the comparable days before it: all of them worked, or none; oldest first.
        dimensions: names of the dimensions.
        values: names of the values.
        usual: the expected range of all events of the judged day.
        roles: those of dimensions and values.

    Returns:
        None where the history is short.
    """
    if len(days) <= MIN_DAYS:
        return []
    columns = ["events", *(name for value in values for name in MeanModel(value).raw_columns)]
    columns += [f"{name}_events" for name in roles.present]
    leaves = LeafTable(table, days, dimensions, columns, roles.nested, roles.endings)
    flat = flat_departures(leaves, values)
    watched = [name for name in (*dimensions, *values, *roles.present) if name not in roles.late]
    emptied = emptied_columns(leaves, watched, [*values, *roles.present], is_growing=roles.is_growing)
    leaves.centre(values)
    groups = list(leaves.groups(["events"], LEAST_DAILY))
    if not groups[0].sums["events"][:, :-1].any():
        return []
    model = CountModel(groups, usual)
    departing = not_of_emptied(_departing_counts(leaves, model, groups, roles), emptied)
    emptied = not_of_members(emptied, departing)
    moving = drifting_counts(leaves, groups, model.factors) if _has_past(leaves) else []
    drifting = [with_displacing(leaves, model.factors, drift) for drift in moving]
    of_means, moved = _departing_means(leaves, values, roles)
    departing += [*emptied, *not_of_flat(of_means, flat), *flat]
    return [*departing, *_besides(departing, [*drifting, *moved])] or _of_mix(leaves, model)


def _has_past(leaves: LeafTable) -> bool:
    """Return whether enough days are known to tell a drift."""
    return leaves.days > MIN_PAST + SPANS[-1]


def _departing_means(
    leaves: LeafTable, values: Sequence[str], roles: ColumnRoles
) -> tuple[list[Departure], list[Departure]]:
    """Return the subjects of which values departed, and those of which they drifted."""
    by_members: dict[Members, Departure] = {}
    drifting: list[Departure] = []
    for value in values:
        model = MeanModel(value)
        measured = list(leaves.groups(model.columns, LEAST_DAILY))
        if not measured[0].sums[model.columns[0]][:, :-1].any():
            continue
        for departure in () if value in roles.slow else smallest_subjects(leaves, model, measured):
            other = by_members.get(departure.members)
            # mean and peak of one level are one departure
            if other is None or other.strength < departure.strength:
                by_members[departure.members] = replace(departure, value=value)
        moved = drifting_means(leaves, measured, value) if _has_past(leaves) else []
        # one text that is sent for some days is no other way of writing
        drifting += [drift for drift in moved if value not in roles.slow or drift.days > SPANS[0]]
    return [*by_members.values()], drifting


def _of_mix(leaves: LeafTable, model: CountModel) -> list[Departure]:
    """Return the member whose share of the events departs, where nothing else does: that would move all shares."""
    mixed = compositions(leaves, leaves.dimensions)
    return [item if item.days else attributed(leaves, model, item) for item in mixed]


def _departing_counts(
    leaves: LeafTable, model: CountModel, groups: Sequence[SeriesGroup], roles: ColumnRoles
) -> list[Departure]:
    """Return the subjects of which more or fewer events came, and those that came by night, rarely or beyond a plan."""
    departing = smallest_subjects(leaves, model, groups)
    departing += _in_quiet_hours(leaves, model, groups, departing)
    departing += _rare_endings(leaves, model, departing)
    return [*departing, *beyond_schedule(leaves, roles.planned)]


def attributed_whole(
    table: pa.Table, days: Sequence[date], dimensions: Sequence[str], whole: Departure, roles: ColumnRoles = NO_ROLES
) -> Departure:
    """Return the departure of all events of a day with what nearly all of it has in common.

    Args:
        table: as in :func:`departures`.
        days: as there.
        dimensions: as there.
        whole: the departure; what is expected of a part is its usual share of what is expected of all.
        roles: those of dimensions.
    """
    leaves = LeafTable(table, days, dimensions, ["events"], roles.nested, roles.endings)
    total = SeriesGroup((), [()], {"events": leaves.sum("events")[None]})
    model = CountModel([total], UNKNOWN)
    usual = float(model.judge(total.sums).expected.sum())
    if usual <= 0:
        return whole
    model.factors[-1] *= whole.expected / usual
    return attributed(leaves, model, whole)


def _rare_endings(leaves: LeafTable, model: CountModel, departing: Sequence[Departure]) -> list[Departure]:
    """Return what ends in a rare way beside what departs: of its events nothing is told yet."""
    rest = np.ones(len(leaves.slots), dtype=bool)
    for departure in (item for item in departing if item.direction > 0):
        rest &= ~leaves.mask(departure.members)
    return [attributed(leaves, model, rare) for rare in rare_endings(leaves, rest)]


def _in_quiet_hours(
    leaves: LeafTable, model: CountModel, groups: Sequence[SeriesGroup], departing: Sequence[Departure]
) -> list[Departure]:
    """Return the subject with a burst in hours in which the dataset rests, where nothing that departs then is told."""
    few = [group for group in groups if len(group.dimensions) <= 1]
    counts = np.concatenate([group.sums["events"] for group in few])
    members = [subject for group in few for subject in group.members]
    judged = model.judge({"events": counts})
    bursts = [
        Departure(
            members=members[burst.index],
            value="",
            direction=1,
            strength=LEAST_IMPROBABLE,
            improbable=LEAST_IMPROBABLE,
            hours=burst.hours,
            seen=(values := judged.values(burst.index, burst.hours))[0],
            expected=values[1],
            share=judged.share(burst.index, burst.hours),
        )
        for burst in quiet_bursts(counts, counts[0])
    ]
    risen = [other for other in departing if other.direction > 0 and not other.days]
    bursts = [burst for burst in bursts if not any(_is_at_hours(burst, other) for other in risen)]
    if not bursts:
        return []
    most = max(burst.seen for burst in bursts)
    among = [burst for burst in bursts if burst.seen >= _NEARLY_ALL * most]
    return [attributed(leaves, model, _narrowest(leaves, [item for item in among if item.members] or among))]


def _is_at_hours(departure: Departure, other: Departure) -> bool:
    """Return whether another departure has an hour of one."""
    return max(departure.hours[0], other.hours[0]) < min(departure.hours[1], other.hours[1])


def _besides(departing: Sequence[Departure], drifting: Sequence[Departure]) -> list[Departure]:
    """Return the drifts beside what departs on the day: of a subject, and of one that is a part of it, one is told."""
    kept: list[Departure] = []
    for drift in sorted(drifting, key=lambda item: -item.strength):
        # mean and peak of one level are one drift
        others = (set(other.members) for other in (*departing, *kept) if bool(other.value) == bool(drift.value))
        own = set(drift.members)
        if not any(other <= own or own <= other for other in others):
            kept.append(drift)
    return kept


def _candidates(model: SeriesModel, groups: Sequence[SeriesGroup]) -> list[Departure]:
    """Return the series that depart from what is expected of them, in either direction."""
    sums = {column: np.concatenate([group.sums[column] for group in groups]) for column in model.columns}
    members = [subject for group in groups for subject in group.members]
    judged = model.judge(sums)
    tests = len(members) * len(judged.scans)
    least, least_steady = least_improbable(tests), _limits(members, len(judged.scans))
    candidates = []
    rares = _rare(judged, least)
    for direction, scan in judged.scans.items():
        rare = rares[direction]
        steady = np.zeros(len(members))
        if judged.steady_run:
            steady = steady_improbability(scan.strength, judged.size, float(least_steady.min()), judged.calm)
        for index in map(int, np.flatnonzero((rare >= least) | (steady >= least_steady))):
            hours = judged.runs[int(scan.run[index, -1])]
            seen, expected = judged.values(index, hours)
            if rare[index] < least and not _departs_steadily(judged, index, hours, seen, expected):
                continue
            # the calendar's factor is known to some percent, and of all events within its bounds alone
            least_effect = LEAST_EFFECT if members[index] else LEAST_SHARE
            if judged.events is None and abs(seen - expected) < least_effect * expected:
                continue
            candidates.append(
                Departure(
                    members=members[index],
                    value="",
                    direction=direction,
                    strength=float(scan.strength[index, -1]),
                    improbable=float(max(rare[index], steady[index])),
                    hours=hours,
                    seen=seen,
                    expected=expected,
                    share=judged.share(index, hours),
                    started=0.0 if judged.started is None else float(judged.started[index, slice(*hours)].sum()),
                )
            )
    return candidates


def _rare(judged: JudgedSeries, least: float) -> dict[int, Floats]:
    """Return direction → the improbability of each series; 0 where the days before had departures as improbable."""
    size, calm = judged.size, judged.calm
    rares = {direction: improbability(scan.strength, size, calm) for direction, scan in judged.scans.items()}
    if not any((rare >= least).any() for rare in rares.values()):
        return rares
    largest = strongest_of_days([scan.strength for scan in judged.scans.values()], size, calm)
    of_day = -math.log(_FALSE_DAYS)
    return {
        direction: np.where(among_days(rare, largest, least) >= of_day, rare, 0.0) for direction, rare in rares.items()
    }


def _departs_steadily(judged: JudgedSeries, index: int, hours: tuple[int, int], seen: float, expected: float) -> bool:
    """Return whether a run is short enough, and departs far enough, to be judged among steady series."""
    if hours[1] - hours[0] > judged.steady_run:
        # days differ as days, but no day takes nearly all of a steady series
        return judged.started is None and expected >= _LEAST_STEADY and seen <= _GONE * expected
    if _FALLEN * expected < seen < _RISEN * expected:
        return False
    # the events of a series with few come together; of cases that do not end few are expected
    is_surge = judged.size[index] >= _OFTEN and seen >= max(_LEAST_STEADY, _SURGE * expected)
    return judged.started is not None or expected >= _LEAST_STEADY or is_surge


def _limits(subjects: Sequence[Members], directions: int) -> Floats:
    """Return the least improbability of each steady series, by how many of as many dimensions are tested."""
    counts = Counter(map(len, subjects))
    return np.array([math.log(counts[len(members)] * len(counts) * directions / FALSE_A_DAY) for members in subjects])


def smallest_subjects(leaves: LeafTable, model: SeriesModel, groups: Sequence[SeriesGroup]) -> list[Departure]:
    """Return the subjects that explain what departs, the most telling first.

    Args:
        leaves: the counts.
        model: holds a day against the days before it.
        groups: the series of ``leaves`` that are tested, that of all events first.
    """
    candidates = _candidates(model, groups)
    subjects: list[Departure] = []
    while candidates and len(subjects) < MAX_SUBJECTS:
        strongest = max(candidate.strength for candidate in candidates)
        among = [candidate for candidate in candidates if candidate.strength >= _ALMOST * strongest]
        best = _narrowest(leaves, among)
        if isinstance(model, CountModel):
            parts = [part for part in among if _is_narrower(leaves, part, best)]
            best = _narrowest(leaves, parts) if parts else best
        subjects.append(attributed(leaves, model, best))
        candidates = [
            candidate
            for candidate in candidates
            if candidate is not best and _departs(leaves, candidate, _unexplained(leaves, subjects, candidate), model)
        ]
    return subjects


def _unexplained(leaves: LeafTable, subjects: Sequence[Departure], candidate: Departure) -> Mask:
    """Return the leaves of a candidate that nothing told explains: more of a whole explains no less of it or a part."""
    rest = leaves.mask(candidate.members)
    for other in subjects:
        if other.direction == candidate.direction or not set(other.members) <= set(candidate.members):
            rest &= ~leaves.mask(other.members)
    return rest


def _narrowest(leaves: LeafTable, among: Sequence[Departure]) -> Departure:
    """Return the subject of the fewest dimensions; of several the one whose members usually have the fewest events."""
    fewest = min(len(candidate.members) for candidate in among)
    tied = [candidate for candidate in among if len(candidate.members) == fewest]
    if len(tied) == 1:
        return tied[0]
    return min(tied, key=lambda candidate: (leaves.usual_events(candidate.members), -candidate.strength))


def _is_narrower(leaves: LeafTable, part: Departure, whole: Departure) -> bool:
    """Return whether what came in addition to a whole is all of a part, which usually is not nearly all of it."""
    if part.direction < 0 or not set(part.members) > set(whole.members):
        return False
    if whole.expected >= 1:
        return part.expected < _NEARLY_ALL * whole.expected
    added = tuple(pair for pair in part.members if pair not in whole.members)
    usual = leaves.sum("events", leaves.mask(added))[:-1].sum()
    return bool(usual < _NEARLY_ALL * leaves.sum("events")[:-1].sum())


def _departs(leaves: LeafTable, candidate: Departure, rest: Mask, model: SeriesModel) -> bool:
    """Return whether a subject still departs without the events that are explained."""
    sums = {column: leaves.sum(column, rest)[None] for column in model.columns}
    if not sums[model.columns[0]][0, :-1].any():
        return False
    judged = model.judge(sums)
    strength = judged.scans[candidate.direction].strength
    rare = improbability(strength, judged.size, judged.calm)
    return bool(rare[0] >= min(LEAST_IMPROBABLE, candidate.improbable) and strength[0, -1] >= candidate.strength / 3)
