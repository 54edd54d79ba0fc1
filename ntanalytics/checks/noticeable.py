"""Noticeable departures: those that somebody could feel, and that are no one person's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.day_totals import totals_by_day
from ntanalytics.checks.subject_words import form_of
from ntanalytics.checks.watched_datasets import LINKS, endings_of
from ntanalytics.contract import Dataset
from ntanalytics.contract.dimensions import MEASUREMENTS, breakdown, referred, state_of, value_named
from ntanalytics.contract.outcomes import tells_success
from ntanalytics.detectors.surveillance.bundles import is_beyond_bundles, tells_mean
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import MIN_DAYS
from ntanalytics.detectors.surveillance.drift import LEAST_EFFECT
from ntanalytics.detectors.surveillance.leaf_table import ANY_MEMBER, Members
from ntanalytics.metrics.infra import hosts
from ntanalytics.metrics.leaf_counts import level_of
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import local_hour

#: Form of a value → its least difference: half of what a person takes for immediate; a part of a packet; of a level,
#: such as that of memory, three points of a hundred.
_LEAST: Mapping[str, float] = MappingProxyType({"ms": 50.0, "bytes": 256.0, "number:2": 0.03})

#: Form → times as much from which a value is told by a smaller difference, and that. What answers from memory, or from
#: a disk instead, is quick all the same, and many ask for it; a level that moves by a quarter is told from a point on.
_OF_TIMES: Mapping[str, tuple[float, float]] = MappingProxyType({"ms": (3.0, 10.0), "number:2": (1.25, 0.01)})

#: Form of a level, whose fall tells as much as its rise.
LEVEL = "number:2"

#: Least share of the events that must have become faster: those that answer at once without doing anything.
_LEAST_FASTER = 0.05

#: Forms of values without an end: levels, such as those of memory, have one.
WITHOUT_END = ("ms", "seconds", "bytes")

#: Share of the usual measurements up to which they lack: that there are more harms nobody.
_MEASURED = 0.6

#: Share of such a value below which a drift is not noticed.
_LEAST_DRIFT = 0.1

#: Column that tells who caused an event; persons, cases of another kind or moments that are no subject of many.
_PERSON, _FEW = "account_id", 2

#: Column that tells whether something that lasts is in use.
_ENABLED = "is_enabled"

#: Events that a person makes by hand on a day; more are a program's, whose surge is told.
_BY_HAND = 300.0

#: Share of a surge that others must have caused, so that it is of many.
_LEFT_OF_SURGE = 0.25


def is_felt(dataset: Dataset, departure: Departure) -> bool:
    """Return whether a value moved so that somebody could notice it; a few durations that shrank harm nobody.

    One that is the same for all events is measured no longer, at whatever level.
    """
    if departure.is_flat:
        return True
    form = form_of(value_named(dataset, departure.value)) if departure.value else ""
    if form in ("ms", "seconds") and departure.direction < 0 and departure.share < _LEAST_FASTER:
        return False
    seen, expected = (level_of(departure.value, level) for level in (departure.seen, departure.expected))
    if departure.value == MEASUREMENTS:
        return seen <= _MEASURED * expected
    if departure.days and form in WITHOUT_END and abs(seen - expected) < _LEAST_DRIFT * expected:
        return False
    return is_noticeable(form, seen, expected)


def is_noticeable(form: str, seen: float, expected: float) -> bool:
    """Return whether a value of a form moved by more than nobody notices (``_LEAST``, ``_OF_TIMES``)."""
    times, least_of_times = _OF_TIMES.get(form, (math.inf, 0.0))
    is_several = seen >= times * expected or (form == LEVEL and expected >= times * seen)
    return abs(seen - expected) >= (least_of_times if is_several else _LEAST.get(form, 0.0))


def is_of_switched_off(context: CheckContext, departure: Departure) -> bool:
    """Return whether less came of something that is switched off by now, as its state tells: that is meant so."""
    return departure.direction < 0 and not departure.value and is_switched_off(context, departure.members)


def is_switched_off(context: CheckContext, members: Members) -> bool:
    """Return whether one of some members is something that lasts and is switched off by now, as its state tells."""
    for name, member in members:
        state = state_of(name)
        if state is None or member == ANY_MEMBER or _ENABLED not in {column.name for column in state[0].columns}:
            continue
        table = context.dataset(state[0].name).table
        if rows(table.filter((table[name] == member) & ~table[_ENABLED]).select(name)):
            return True
    return False


def is_of_batch(departure: Departure) -> bool:
    """Return whether a level of one host rose by night as a batch raises it: a rule tells whether room is left."""
    members = dict(departure.members)
    is_rise = bool(departure.value) and departure.direction > 0 and not departure.days and "host" in members
    return is_rise and hosts.is_of_batch(members.get("metric", ""), range(*departure.hours))


def is_of_few(context: CheckContext, dataset: Dataset, events: ir.Table, departure: Departure, *, time: str) -> bool:
    """Return whether one or two persons, documents or moments make most of it: what one does or sends is no subject.

    Rules on misuse know the persons; a document to many, or one that is withdrawn from them, is one decision, and so is
    what leaves in one minute (a text to all of a unit), where neither is known of the events. A failure is no decision:
    many may fail in one minute. What cannot be asked of single events stands for many.

    Args:
        context: the context of a day.
        dataset: the dataset.
        events: its rows of the days.
        departure: what departs.
        time: column of the time by which its events are counted.
    """
    belongs = referred(dataset)
    known = _PERSON if _PERSON in events.columns else belongs[0].name if belongs else ""
    if not {*dict(departure.members)} <= {*events.columns} or departure.seen - departure.expected > _BY_HAND:
        return False
    if departure.direction < 0 or departure.value or departure.is_scheduled:
        return False
    if not known and (dataset.column(time).grain or _tells_failures(dataset, departure)):
        return False
    own = _own(context, events, departure, time).filter(lambda row: row.day == context.on)
    by_cause = _by_cause(dataset, own, own[known] if known else own[time].truncate("m"))
    most = np.sort(by_cause["events"].to_numpy())[-_FEW:]
    others = departure.seen - float(most.sum())
    return others < departure.expected + _LEFT_OF_SURGE * (departure.seen - departure.expected)


def is_mean_of_few(
    context: CheckContext,
    dataset: Dataset,
    events: ir.Table,
    departure: Departure,
    *,
    time: str,
    before: Sequence[date],
) -> bool:
    """Return whether a mean of what units do is of few persons, documents or moments; hosts are measured as they are.

    Args:
        context: as in :func:`is_of_few`.
        dataset: as there.
        events: as there.
        departure: as there.
        time: as there.
        before: the comparable days before the judged one, the latest first.
    """
    is_of_units = bool(departure.value) and LINKS[dataset.name] is not None
    if not is_of_units or not {*dict(departure.members)} <= {*events.columns}:
        return False
    days = [context.on, *before[: max(departure.days - 1, 0)]]
    own = _own(context, events, departure, time)
    own = own.filter(own.day.isin(days) & own[departure.value].notnull())
    cause = cause_of(dataset, events.columns)
    by_cause = _by_cause(dataset, own, own[cause] if cause else own[time].truncate("m"))
    return not tells_mean(departure, len(pc.unique(by_cause["_cause"])))


def is_of_bundles(
    context: CheckContext,
    dataset: Dataset,
    events: ir.Table,
    departure: Departure,
    *,
    time: str,
    before: Sequence[date],
) -> bool:
    """Return whether a number of events departs by no more than the bundles in which they come do by chance.

    Args:
        context: as in :func:`is_of_few`.
        dataset: as there.
        events: as there.
        departure: as there.
        time: as there.
        before: the comparable days before the judged one.
    """
    cause, members = cause_of(dataset, events.columns), dict(departure.members)
    is_share = departure.is_of_mix and departure.direction < 0  # how bundles move shares the days before tell
    if departure.is_emptied or is_share or not cause or departure.value or departure.days or cause in members:
        return False
    if not {*members} <= {*events.columns}:
        return False
    days = [*before, context.on]
    own = _own(context, events, departure, time).filter(lambda row: row.day.isin(days))
    by_cause = _by_cause(dataset, own, own[cause])
    names = by_cause["_cause"].combine_chunks().dictionary_encode()
    counts = np.zeros((len(names.dictionary), len(days)))
    place = pc.index_in(by_cause["day"], pa.array(days, pa.date32())).to_numpy()
    counts[names.indices.to_numpy(), place] = by_cause["events"].to_numpy()
    return not is_beyond_bundles(departure, counts)


def is_return(dataset: Dataset, events: ir.Table, departure: Departure, earlier: Sequence[date]) -> bool:
    """Return whether a number of events drifted back up to what it was before the days that it is held against.

    Args:
        dataset: the dataset.
        events: its rows of some weeks, those of the earlier days among them.
        departure: what departs.
        earlier: the comparable days before these days.
    """
    is_rise = departure.days and departure.direction > 0 and not departure.value
    if not is_rise or len(earlier) < MIN_DAYS or not {*dict(departure.members)} <= {*events.columns}:
        return False
    own = _of_members(events, departure).filter(lambda row: row.day.isin(earlier))
    levels = totals_by_day(own, breakdown(dataset).weight)
    return departure.seen <= (1 + LEAST_EFFECT) * median(levels.get(day, 0.0) for day in earlier)


def cause_of(dataset: Dataset, columns: Sequence[str]) -> str:
    """Return the column of what several events follow from: a person, a certificate or seal, a document; empty if none.

    Args:
        dataset: the dataset.
        columns: names of the columns that its events have.
    """
    if _PERSON in columns:
        return _PERSON
    link, belongs = LINKS[dataset.name], referred(dataset)
    named = link.column if link is not None and link.state else belongs[0].name if belongs else ""
    return named if named in columns else ""


def _own(context: CheckContext, events: ir.Table, departure: Departure, time: str) -> ir.Table:
    """Return the events of the members of a departure in its hours, of all days."""
    hour = local_hour(events[time], context.utc_offset_h)
    return _of_members(events.filter(hour.between(departure.hours[0], departure.hours[1] - 1)), departure)


def _of_members(events: ir.Table, departure: Departure) -> ir.Table:
    for name, member in departure.members:
        events = events.filter(events[name].cast("string") == member)
    return events


def _by_cause(dataset: Dataset, own: ir.Table, cause: ir.Value) -> pa.Table:
    """Return the ``events`` of each ``day`` and cause."""
    weight = breakdown(dataset).weight
    own = own.mutate(_cause=cause)
    counted = own.filter(own["_cause"].notnull()).group_by("day", "_cause")
    table: pa.Table = counted.aggregate(events=own[weight].sum() if weight else ibis._.count()).to_pyarrow()
    return table


def _tells_failures(dataset: Dataset, departure: Departure) -> bool:
    """Return whether the subject names an ending of its events that is no success."""
    members = dict(departure.members)
    endings = endings_of(dataset, list(members))
    return not all(tells_success(dataset.column(name), members[name]) for name in endings)
