"""Drift: counts and means that move a little further each day, so that no day of them departs by itself.

The last three, five or eight days of a series together are held against the days before by Student's statistic. The
variance of a day is that of the series itself, on the days before and of the last ones about a straight line, steadied
by that of all series of its size, since a dozen days tell a variance badly. What comes in bundles, one text to many,
leaps on the last days as it moves, and its variance is known by them. Each of the last three days must have moved as
well, by half as much: what departs on one day alone does not drift.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LeafTable, Mask, Members, SeriesGroup

#: Lengths of the spans of last days that are judged, and the number of the last ones that must each agree.
SPANS, _AGREEING = (3, 5, 8), 3

#: Fewest days before the longest span.
MIN_PAST = 8

#: Days that the series of one size count like for the variance of one of them, and the sizes that divide them.
_PRIOR_DAYS, _SIZES = 20.0, (20.0, 60.0, 200.0, 1000.0)

#: False drifts that are expected of all series of a dataset on a day.
_FALSE_A_DAY = 5e-5

#: Share of the expected events by which a count must differ, whether it drifts or departs.
LEAST_EFFECT = 0.15

#: Least change of the mean of a logarithm; and the most of a count, as a share of it, that is no beginning.
_LEAST_OF_MEAN, _MOST_EFFECT = 0.05, 1.5

#: Variance of what comes by a schedule, in that of chance: a dozen days of chance never differ so little.
_SCHEDULED = 0.1

#: Least deviation of the daily mean of a logarithm; fewest events a day of a series.
_LEAST_DEVIATION, _FEWEST = 0.01, 8.0

#: Least probability of which the logarithm is taken.
_RAREST = 1e-300

#: Most subjects of a dataset and day, and the share of the strongest from which one of fewer dimensions is preferred.
_MOST_SUBJECTS, _ALMOST = 2, 0.95

#: Share of what a whole moved by that a part of it must have; share of its move that the others may share at most.
_NEARLY_ALL, _HALF = 0.9, 0.5

#: Column → sums by series and day.
_Sums = Mapping[str, Floats]


@dataclass(frozen=True, kw_only=True)
class _Levels:
    """Daily levels of some series.

    Attributes:
        level: counts without the factor of their day, or means; series × days.
        size: mean number of events of a day before the longest span.
        unit: variance that single events give a level.
        least: least variance of a level.
        effect: least change that matters, and the most that is no beginning; series × 2.
        weight: by how much a change of the level moves what parts share out: 1 of counts, the events of a mean.
    """

    level: Floats
    size: Floats
    unit: Floats
    least: Floats
    effect: Floats
    weight: Floats


@dataclass(frozen=True)
class _Moved:
    """Strongest span of each series.

    Attributes:
        improbable: the negative natural logarithm of the probability; 0 where nothing drifts.
        days: length of the span.
        before: mean level of the days before.
        change: difference of the span's mean level from it.
    """

    improbable: Floats
    days: NDArray[np.int64]
    before: Floats
    change: Floats


@dataclass(frozen=True)
class _Drift:
    """Drift of one series.

    Attributes:
        improbable: as in :class:`_Moved`.
        amount: events, or sum of means, by which it moved.
        size: its mean number of events of a day before.
    """

    improbable: float
    amount: float
    size: float


def drifting_counts(leaves: LeafTable, groups: Sequence[SeriesGroup], factors: Floats) -> list[Departure]:
    """Return the subjects whose number of events drifts, the most telling first.

    Args:
        leaves: the counts of the judged day and of the comparable days before it.
        groups: the series of ``leaves`` that are tested, that of all events first.
        factors: factor of each day against a usual one.
    """

    def levels(sums: _Sums) -> _Levels:
        level = sums["events"] / factors
        usual = _before(level)
        effect = np.outer(usual, (LEAST_EFFECT, _MOST_EFFECT))
        is_scheduled = level[:, : -SPANS[-1]].var(axis=1, ddof=1) <= _SCHEDULED * usual
        return _Levels(
            level=level,
            size=usual,
            unit=np.maximum(usual, 1e-9),
            least=np.where(is_scheduled, _SCHEDULED * usual, usual),
            effect=effect,
            weight=np.ones(len(usual)),
        )

    def numbers(moved: _Moved, _: _Sums) -> tuple[float, float, float]:
        before, change = float(moved.before[0]), float(moved.change[0])
        return before + change, before, abs(change) / _of_all(leaves, "events")

    return _drifting(leaves, groups, ["events"], levels, numbers)


def drifting_means(leaves: LeafTable, groups: Sequence[SeriesGroup], value: str) -> list[Departure]:
    """Return the subjects of which the mean of a value drifts, the most telling first.

    Args:
        leaves: as above, with the value centred (``LeafTable.centre``).
        groups: the series that are tested, that of all events first.
        value: name of the value.
    """
    events, centred, logs = (f"{value}_{ending}" for ending in ("events", "centred", "log"))

    def levels(sums: _Sums) -> _Levels:
        size = _before(sums[events])
        level = sums[centred] / np.maximum(sums[events], 1.0)
        effect = np.tile((_LEAST_OF_MEAN, np.inf), (len(size), 1))
        return _Levels(
            level=level,
            size=size,
            unit=1 / np.maximum(size, 1e-9),
            least=np.full(len(size), _LEAST_DEVIATION**2),
            effect=effect,
            weight=size,
        )

    def numbers(moved: _Moved, sums: _Sums) -> tuple[float, float, float]:
        count, total = (sums[column][0, : -SPANS[-1]].sum() for column in (events, logs))
        before = float(total / max(count, 1.0))
        return before + float(moved.change[0]), before, float(sums[events][0, -1]) / _of_all(leaves, events)

    drifting = _drifting(leaves, groups, [events, centred, logs], levels, numbers)
    return [replace(departure, value=value) for departure in drifting]


def _of_all(leaves: LeafTable, column: str) -> float:
    """Return the events of the judged day."""
    return max(float(leaves.sum(column)[-1].sum()), 1.0)


def _before(daily: Floats) -> Floats:
    return np.asarray(daily[:, : -SPANS[-1]].mean(axis=1), dtype=np.float64)


def _drifting(
    leaves: LeafTable,
    groups: Sequence[SeriesGroup],
    columns: Sequence[str],
    levels: Callable[[_Sums], _Levels],
    numbers: Callable[[_Moved, _Sums], tuple[float, float, float]],
) -> list[Departure]:
    """Return the smallest subjects that drift: the most improbable, and what drifts still without its events.

    Where a part has nearly all of what a subject moved by, the part is told.

    Args:
        leaves: the counts.
        groups: the series that are tested.
        columns: the columns that are summed.
        levels: makes the levels of some sums.
        numbers: gives what was seen of one series, what was expected, and the share of the events that it concerns.
    """
    members = [subject for group in groups for subject in group.members]
    sums = {name: np.concatenate([group.sums[name].sum(axis=2) for group in groups]) for name in columns}
    all_levels = levels(sums)
    noise = _noise_by_size(all_levels)
    least = math.log(len(members) * 2 * len(SPANS) / _FALSE_A_DAY)
    left = {members[index]: drift for index, drift in _drifts(all_levels, noise, least).items()}
    subjects: list[Departure] = []
    rest: Mask = np.ones(len(leaves.slots), dtype=bool)
    while left and len(subjects) < _MOST_SUBJECTS:
        best = _smallest(left)
        own = _sums_of(leaves, columns, leaves.mask(best))
        moved = _moved(levels(own), noise)
        subjects.append(_departure(best, left[best].improbable, int(moved.days[0]), numbers(moved, own)))
        rest &= ~leaves.mask(best)
        del left[best]
        without = {
            subject: _drifts(levels(_sums_of(leaves, columns, leaves.mask(subject) & rest)), noise, least)
            for subject in left
        }
        left = {subject: drifts[0] for subject, drifts in without.items() if drifts}
    return subjects


def _smallest(drifting: Mapping[Members, _Drift]) -> Members:
    """Return the most improbable subject of the fewest dimensions.

    Where the others of a whole move as it does, the whole is, and where a part has nearly all of the move, the part.
    """
    most = max(drift.improbable for drift in drifting.values())
    among = [subject for subject, drift in drifting.items() if drift.improbable >= _ALMOST * most]
    best = min(among, key=lambda subject: (len(subject), -drifting[subject].improbable))
    while wholes := [subject for subject in drifting if _moves_alike(drifting, best, subject)]:
        best = min(wholes, key=lambda subject: (len(subject), -drifting[subject].improbable))
    while parts := [subject for subject in drifting if _is_narrower(drifting, subject, best)]:
        best = min(parts, key=lambda subject: (len(subject), -drifting[subject].improbable))
    return best


def _is_narrower(drifting: Mapping[Members, _Drift], part: Members, whole: Members) -> bool:
    """Return whether a part has nearly all of a whole's move, and what else is of the whole moves less for its size."""
    if not set(part) > set(whole):
        return False
    ours, theirs = drifting[part], drifting[whole]
    others = theirs.size - ours.size
    if ours.amount / theirs.amount < _NEARLY_ALL or others <= 0:
        return False
    return abs(theirs.amount - ours.amount) / others <= _HALF * abs(ours.amount) / ours.size


def _moves_alike(drifting: Mapping[Members, _Drift], part: Members, whole: Members) -> bool:
    """Return whether what else is of a whole moves as a part does, by half as much at least for its size."""
    if not set(whole) < set(part):
        return False
    ours, theirs = drifting[part], drifting[whole]
    others = theirs.size - ours.size
    if others <= 0 or ours.amount * theirs.amount <= 0:
        return False
    return (theirs.amount / ours.amount - 1) / others >= _HALF / ours.size


def _departure(members: Members, improbable: float, days: int, numbers: tuple[float, float, float]) -> Departure:
    seen, expected, share = numbers
    return Departure(
        members=members,
        value="",
        direction=1 if seen > expected else -1,
        strength=improbable,
        improbable=improbable,
        hours=(0, HOURS),
        seen=seen,
        expected=expected,
        share=share,
        days=days,
    )


def _sums_of(leaves: LeafTable, columns: Sequence[str], mask: Mask) -> dict[str, Floats]:
    return {name: leaves.sum(name, mask).sum(axis=1)[None] for name in columns}


def _drifts(levels: _Levels, noise_by_size: Floats, least: float) -> dict[int, _Drift]:
    """Return the number of each series that drifts → its drift."""
    moved = _moved(levels, noise_by_size)
    amounts = moved.change * levels.weight
    return {
        index: _Drift(float(moved.improbable[index]), float(amounts[index]), float(levels.size[index]))
        for index in map(int, np.flatnonzero(moved.improbable >= least))
    }


def _noise(levels: _Levels) -> Floats:
    """Return the variance of each series on the days before, in that of its single events."""
    return np.asarray(levels.level[:, : -SPANS[-1]].var(axis=1, ddof=1) / levels.unit, dtype=np.float64)


def _noise_by_size(levels: _Levels) -> Floats:
    """Return the median noise of the series of each size; of a size without series that of all."""
    noise, sizes = _noise(levels), np.digitize(levels.size, _SIZES)
    of_all = float(np.median(noise))
    return np.array(
        [np.median(noise[sizes == size]) if (sizes == size).any() else of_all for size in range(len(_SIZES) + 1)]
    )


def _moved(levels: _Levels, noise_by_size: Floats) -> _Moved:
    level, past = levels.level, levels.level.shape[1] - SPANS[-1]
    before = _before(level)
    prior = noise_by_size[np.digitize(levels.size, _SIZES)]
    known = (past - 1) * _noise(levels) + _PRIOR_DAYS * prior
    last = level[:, -_AGREEING:] - before[:, None]
    improbable, days, change = np.zeros(len(level)), np.zeros(len(level), dtype=np.int64), np.zeros(len(level))
    for span in SPANS:
        moved = level[:, -span:].mean(axis=1) - before
        agrees = (last * np.sign(moved)[:, None] >= np.abs(moved)[:, None] / 2).all(axis=1)
        counts = (np.abs(moved) >= levels.effect[:, 0]) & (np.abs(moved) <= levels.effect[:, 1])
        freedom = past - 1 + _PRIOR_DAYS + span - 2
        noise = (known + _about_line(level[:, -span:]) / levels.unit) / freedom
        variance = np.maximum(np.maximum(noise * levels.unit, levels.least), 1e-12)
        square = moved**2 / (variance * (1 / span + 1 / past))
        # of both sides of Student's distribution
        rare = -np.log(np.maximum(special.betainc(freedom / 2, 0.5, freedom / (freedom + square)), _RAREST))
        rare = np.where(agrees & counts & (levels.size >= _FEWEST), rare, 0.0)
        is_best = rare > improbable
        improbable, days = np.where(is_best, rare, improbable), np.where(is_best, span, days)
        change = np.where(is_best, moved, change)
    return _Moved(improbable, days, before, change)


def _about_line(level: Floats) -> Floats:
    """Return the sum of the squares of each series about its straight line over the days."""
    day = np.arange(level.shape[1]) - (level.shape[1] - 1) / 2
    centred = level - level.mean(axis=1, keepdims=True)
    squares: Floats = (centred**2).sum(axis=1) - (centred @ day) ** 2 / (day @ day)
    return np.maximum(squares, 0.0)
