"""Attribution: what all that departs has in common, where it went, or came from, and whether it is over.

A subject has three dimensions at most, and few events where it has so many. That nearly all of a departure is of one
member of a further dimension leads to its cause: the application behind a code of failures, the county behind a reason.
So does another member that moves the other way in the same hours: messages that leave over another carrier, answers
with another status.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LeafTable, Mask, Members
from ntanalytics.detectors.surveillance.models import CountModel, JudgedSeries, SeriesModel
from ntanalytics.detectors.surveillance.scan import LEAST_EXPECTED, times_log

#: Share of a departure that one member must have, and usual share from which that says nothing.
_NEARLY_ALL, _COMMON = 0.9, 0.7

#: Shares of a departure from which, and up to which, another member must move the other way, and its least likelihood
#: ratio: what lacks far more than came elsewhere has another cause.
_MOST_OF_IT, _TWICE, _BEYOND_CHANCE = 0.5, 2.0, 13.0

#: Times a drift by which what it is lost to may move at most, and standard errors by which it moves at least.
_SEVERAL, _ERRORS = 6.0, 5.0

#: Share of a departure that is left where it is over, and events from which that can be told.
_HALF, _TELLING = 0.5, 4.0


def attributed(leaves: LeafTable, model: SeriesModel, departure: Departure) -> Departure:
    """Return a departure with what all of it has in common, its counterpart, and whether it is over.

    Args:
        leaves: the counts in which it was found.
        model: the model by which it was found.
        departure: a departure of the judged day.
    """
    mask = leaves.mask(departure.members)
    judged = _judged(leaves, model, mask)
    whole = float(_moved(judged, departure)[0])
    if not whole:
        return departure
    also = tuple(_common(leaves, model, departure, mask, whole))
    departure = replace(departure, also=also, is_over=_is_over(leaves, judged, departure))
    return _with_counterpart(leaves, model, departure, whole) if isinstance(model, CountModel) else departure


def _is_over(leaves: LeafTable, judged: JudgedSeries, departure: Departure) -> bool | None:
    """Return whether the hours after a run depart by half as much at most; None where too little came to tell it.

    Had it gone on, a subject would depart by as much of its expected events; one that usually has none, by as much of
    its events that end in any way.
    """
    run, after = departure.hours, (departure.hours[1], HOURS)
    if after[0] == HOURS:
        return False
    seen, expected = judged.values(0, after)
    if judged.events is not None:
        is_known = float(judged.events[0, slice(*after)].sum()) >= _TELLING
        return abs(seen - expected) <= _HALF * abs(departure.seen - departure.expected) if is_known else None
    own = [departure.expected, expected]
    if departure.expected < 1:
        of_any_ending = leaves.sum("events", leaves.mask(leaves.without_endings(departure.members)))[-1]
        own = [float(of_any_ending[slice(*hours)].sum()) for hours in (run, after)]
    went_on = abs(departure.seen - departure.expected) * own[1] / max(own[0], 1.0)
    if went_on < max(_TELLING, 2 * math.sqrt(expected)):
        return None
    return bool(departure.direction * (seen - expected) <= _HALF * went_on)


def _common(
    leaves: LeafTable, model: SeriesModel, departure: Departure, mask: Mask, whole: float
) -> list[tuple[str, str]]:
    """Return the members of further dimensions that all but a tenth of a departure has, the rarest first.

    What they usually have is a share of all events, or of those that have one member less: of all that logs in by one
    method, whether it fails or not. Of most of both nothing is said unless the others stayed, nor of what one of
    several members mostly has however its events end, unless it is as rare: the route of a method that no other has.
    """
    shares: dict[tuple[str, str], float] = {}
    wider = [_without(departure.members, pair) for pair in departure.members]
    bases = [leaves.mask(members) for members in {(), *wider}]
    for dimension in leaves.dimensions:
        if any(name == dimension or leaves.is_nested((name, dimension)) for name, _ in departure.members):
            continue
        names, sums = leaves.parts(model.columns, mask, dimension)
        if not names:
            continue
        judged = model.judge(sums)
        moved = _moved(judged, departure)
        most = int((moved * np.sign(whole)).argmax())
        pair = (dimension, names[most])
        share = min(_share(leaves, base, pair) for base in bases)
        if moved[most] / whole < _NEARLY_ALL:
            continue
        if share < _COMMON or (isinstance(model, CountModel) and _others_stayed(judged, departure, most)):
            shares[pair] = share
    others = leaves.without_endings(departure.members) if len(departure.members) > 1 else ()
    several = [leaves.mask((own,)) for own in others]
    informative = [pair for pair in shares if not any(_is_implied(leaves, pair, own) for own in several)]
    return sorted(informative, key=lambda pair: shares[pair])


def _others_stayed(parts: JudgedSeries, departure: Departure, most: int) -> bool:
    """Return whether the events without those of one part moved by half as much as all at most, beyond chance."""
    run = slice(*departure.hours)
    seen, expected = (np.delete(counts[:, run].sum(axis=1), most).sum() for counts in (parts.seen, parts.expected))
    alike = expected * departure.seen / max(departure.expected, LEAST_EXPECTED)
    if alike < LEAST_EXPECTED or abs(seen - expected) > _HALF * abs(alike - expected):
        return False
    return bool(times_log(seen, alike) - (seen - alike) >= _BEYOND_CHANCE)


def _with_counterpart(leaves: LeafTable, model: SeriesModel, departure: Departure, whole: float) -> Departure:
    """Return a departure with the subject that moved the other way, if one took most of it, or gave it.

    Events that have no member any more are such a subject: a client that is not recognised.

    What all of the departure has in common, that subject must have moved of, too.
    """
    run, result = slice(*departure.hours), departure
    for pair in departure.members:
        names, sums = leaves.parts(
            model.columns, leaves.mask((*_without(departure.members, pair), *departure.also)), pair[0], with_nulls=True
        )
        judged = model.judge(sums)
        seen, expected = judged.seen[:, run].sum(axis=1), judged.expected[:, run].sum(axis=1)
        moved = seen - expected
        ratio = times_log(seen, np.maximum(expected, LEAST_EXPECTED)) - moved
        is_counted = (ratio >= _BEYOND_CHANCE) & (np.abs(moved) <= _TWICE * abs(whole))
        result = _with_larger(result, pair, names, np.where(is_counted, moved, 0.0), whole)
    return result


def with_displacing(leaves: LeafTable, factors: Floats, drift: Departure) -> Departure:
    """Return a drift of counts with the member that moved the other way over the same days, if one took most of it.

    One that several lost to moved by more than each of them.

    Args:
        leaves: the counts in which it was found.
        factors: factor of each day against a usual one.
        drift: the drift.
    """
    lost, result = drift.seen - drift.expected, drift
    for pair in drift.members:
        names, sums = leaves.parts(["events"], leaves.mask(_without(drift.members, pair)), pair[0], with_nulls=True)
        level = sums["events"].sum(axis=2) / factors
        before, last = level[:, : -drift.days], level[:, -drift.days :]
        moved = last.mean(axis=1) - before.mean(axis=1)
        error = np.sqrt((before.var(axis=1) + 1) * (1 / before.shape[1] + 1 / drift.days))
        is_counted = (np.abs(moved) >= _ERRORS * error) & (np.abs(moved) <= _SEVERAL * abs(lost))
        result = _with_larger(result, pair, names, np.where(is_counted, moved, 0.0), lost)
    return result


def _with_larger(
    departure: Departure, pair: tuple[str, str], names: Sequence[str], moved: Floats, lost: float
) -> Departure:
    """Return a departure with the member that moved most against it, if by half of it and by more than its counterpart.

    Args:
        departure: the departure.
        pair: that of its members whose place another one takes.
        names: the members of the dimension of that pair.
        moved: by how much each differs from what is expected; 0 of one that does not count.
        lost: by how much the departure does.
    """
    against = np.where([name != pair[1] for name in names], -moved * np.sign(lost), 0.0)
    most = int(against.argmax())
    if against[most] < max(_MOST_OF_IT * abs(lost), abs(departure.counterpart_moved) + 1e-9):
        return departure
    members = tuple((name, names[most] if name == pair[0] else member) for name, member in departure.members)
    return replace(departure, counterpart=members, counterpart_moved=float(moved[most]))


def _without(members: Members, pair: tuple[str, str]) -> Members:
    return tuple(other for other in members if other != pair)


def _is_implied(leaves: LeafTable, pair: tuple[str, str], own: Mask) -> bool:
    """Return whether the past events of a mask mostly have a member that many others have, too."""
    if _share(leaves, own, pair) < _COMMON:
        return False
    theirs, all_of_it = (leaves.sum("events", mask)[:-1].sum() for mask in (own, leaves.mask((pair,))))
    return bool(all_of_it > _TWICE * theirs)


def _share(leaves: LeafTable, base: Mask, pair: tuple[str, str]) -> float:
    """Return the share of the past events of a mask that have a member."""
    events = leaves.sum("events", base)[:-1].sum()
    return float(leaves.sum("events", base & leaves.mask((pair,)))[:-1].sum() / max(events, 1.0))


def _judged(leaves: LeafTable, model: SeriesModel, mask: Mask) -> JudgedSeries:
    return model.judge({column: leaves.sum(column, mask)[None] for column in model.columns})


def _moved(judged: JudgedSeries, departure: Departure) -> Floats:
    """Return by how much each series differs from what is expected, in the hours of a departure."""
    run = slice(*departure.hours)
    moved: Floats = (judged.seen[:, run] - judged.expected[:, run]).sum(axis=1)
    return moved
