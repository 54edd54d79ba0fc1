"""Departures of a dataset: its events of a day held against those of comparable days, and what nobody would notice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from types import MappingProxyType
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.bundle_sizes import unusual_bundles
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.day_totals import (
    known_days,
    of_members,
    shares_of_others,
    sums_by_day,
    totals_by_day,
    usual_of_started,
    usual_total,
)
from ntanalytics.checks.known_columns import known_columns, with_known_reports, with_known_values
from ntanalytics.checks.measured_quantities import with_quantities
from ntanalytics.checks.month_ends import month_ends, without_recurring
from ntanalytics.checks.noticeable import (
    is_felt,
    is_mean_of_few,
    is_of_batch,
    is_of_bundles,
    is_of_few,
    is_of_switched_off,
    is_return,
)
from ntanalytics.checks.parent_units import PARENT, add_parents, parents_of, with_our_units, with_parents
from ntanalytics.checks.planned_terms import deadline_of, known_terms, with_known_terms
from ntanalytics.checks.watched_datasets import (
    LINKS,
    WATCHED,
    endings_of,
    late_columns,
    planned_dimensions,
    presence_columns,
)
from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.contract.dimensions import Breakdown, counts_pieces, planned_terms, referred, value_named
from ntanalytics.detectors.comparable_days import COMPARABLE_DAYS, comparable_days, days_of_weekday
from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import MIN_DAYS, UNKNOWN, ColumnRoles, attributed_whole, departures
from ntanalytics.detectors.surveillance.other_days import unlike_weekday
from ntanalytics.detectors.surveillance.whole_day import is_doubtful, whole_day, with_whole_day
from ntanalytics.metrics.leaf_counts import leaf_counts, on_day_of
from ntanalytics.workspace.dataset_view import DatasetView

#: Dimension whose members are systems of their own: what one of them lacks is a share of its own events.
_SYSTEM = "service"

#: Share of the events of a subject from which they are of one system.
_NEARLY_ALL = 0.9

#: Days before and after a holiday on which nothing is said to drift, and days off from which a holiday is no weekend.
_BESIDE_HOLIDAY, _HOLIDAY = 3, 3

#: Times as many, or as few, from which a number of events departs on such a day: people shift their work.
_SHIFTED = 1.5


#: What is measured of cases by another time than their begin: nothing.
_UNMEASURED: Mapping[str, Sequence[str]] = MappingProxyType({"values": (), "present": ()})


@dataclass(frozen=True)
class WatchedDay:
    """A dataset on the inspected day.

    Attributes:
        departures: the subjects that depart, and those that drift.
        events: the number of its events.
        usual: their expected range; unknown where their number has none of its own.
    """

    departures: list[Departure]
    events: float = 0.0
    usual: ExpectedRange = UNKNOWN


def watched_day(context: CheckContext, name: str, time: str) -> WatchedDay | None:
    """Return a dataset's day by a time of its rows; None where too few days are comparable."""
    view, weight, dataset = context.dataset(name, HISTORY_DAYS), WATCHED[name].weight, DATASETS[name]
    if not set(view.sources) - view.gap_sources:
        return WatchedDay([])
    known = _with_reports(view, known_days(view), context.on)
    alike = comparable_days(known, context.on, HISTORY_DAYS)
    before = alike[:COMPARABLE_DAYS]
    if len(before) < MIN_DAYS:
        return None
    of_weekday = days_of_weekday(known, context.on)
    ends = month_ends(context.calendar, context.on, {row["day"] for row in known if row["is_covered"]})
    is_by_start = time == dataset.time
    measured = _measured(view) if is_by_start else _UNMEASURED
    events = _events(context, name, time)
    totals = totals_by_day(events, weight)
    started = {} if is_by_start else context.shared(_started, name)
    usual = usual_of_started(totals, started, before, context.on) or usual_total(known, totals, context.on)
    events = with_known_terms(context, view, _with_known(view, events, WATCHED[name], context.on))
    read = {*before, *of_weekday, *chain.from_iterable(ends), context.on}
    counted, dimensions, nested, events = _counted(context, name, events, read, time=time, measured=measured)
    roles = _roles(dataset, dimensions, measured, nested)
    days = [*reversed(before), context.on]
    departing = departures(counted, days, dimensions, measured["values"], usual, roles)
    if of_weekday:  # what a plan by weekday does, or what is worked on a day off, departs from one kind of days alone
        own_days = [*reversed(of_weekday), context.on]
        departing = unlike_weekday(departing, counted, own_days, dimensions, is_worked=bool(context.working_days))
    # ends wait for persons, and the cases of other events come in bundles: their number has no range of its own
    in_bundles = dataset.kind is Kind.CASE and referred(dataset) is not None
    own = usual if is_by_start and not in_bundles else UNKNOWN
    number = totals.get(context.on, 0.0)
    of_others = shares_of_others(context, name) if is_doubtful(number, own) else []
    whole = whole_day(number, own, of_others)
    if whole is not None:
        whole = attributed_whole(counted, days, dimensions, whole, roles)
    departing = without_recurring(with_whole_day(departing, whole), counted, ends, roles.endings)
    departing = with_quantities(departing, counted, days, dimensions)
    sizes = unusual_bundles(dataset, events, days, context.utc_offset_h) if is_by_start else []
    noticed = _noticed(context, dataset, events, departing, time=time, alike=alike, is_drift=not of_weekday)
    departing = [_of_system(departure, counted, before, context.on) for departure in (*noticed, *sizes)]
    return WatchedDay(departing, number, own)


def _with_reports(view: DatasetView, known: Sequence[Mapping[str, Any]], on: date) -> list[Mapping[str, Any]]:
    """Return the days, of which earlier ones without delivery reports are not held against any other."""
    gaps = view.unreported.days - {on}
    return [{**row, "is_covered": row["is_covered"] and row["day"] not in gaps} for row in known] if gaps else [*known]


def _with_known(view: DatasetView, events: ir.Table, columns: Breakdown, on: date) -> ir.Table:
    """Return the events without what a source lacks, or what delivery reports would tell that did not come."""
    names = [column.name for column in (*columns.dimensions, *columns.values)]
    names += [deadline_of(term) for term in planned_terms(view.contract)] + [*presence_columns(view.contract)]
    return with_known_reports(with_known_values(events, view, names), view, on)


def _measured(view: DatasetView) -> Mapping[str, Sequence[str]]:
    """Return the values of a dataset that its sources have, with the terms of its cases, and what its rows have."""
    known = known_columns(view, [column.name for column in WATCHED[view.contract.name].values])
    values = [*known, *(term.name for term in known_terms(view))]
    return {"values": values, "present": known_columns(view, presence_columns(view.contract))}


def _roles(
    dataset: Dataset, dimensions: Sequence[str], measured: Mapping[str, Sequence[str]], nested: tuple[str, ...]
) -> ColumnRoles:
    values = measured["values"]
    return ColumnRoles(
        is_growing=dataset.kind is Kind.CASE,
        nested=nested,
        present=tuple(measured["present"]),
        slow=tuple(name for name in values if counts_pieces(value_named(dataset, name))),
        endings=endings_of(dataset, dimensions),
        late=late_columns(dataset, [*dimensions, *values]),
        planned=planned_dimensions(dataset, dimensions),
    )


def _started(context: CheckContext, name: str) -> dict[date, float]:
    """Return the cases of a dataset by the day of their begin."""
    return totals_by_day(_events(context, name, DATASETS[name].time), "")


def _events(context: CheckContext, name: str, time: str) -> ir.Table:
    """Return the rows of a dataset on the day of a time of theirs, of the sources without a gap."""
    view, events = context.dataset(name, HISTORY_DAYS), context.shared(with_our_units, name, HISTORY_DAYS)
    if time != DATASETS[name].time:
        events = on_day_of(events, time, context.utc_offset_h)
    return events.filter(~events.source.isin(sorted(view.gap_sources))) if view.gap_sources else events


def _noticed(
    context: CheckContext,
    dataset: Dataset,
    events: ir.Table,
    departing: Sequence[Departure],
    *,
    time: str,
    alike: Sequence[date],
    is_drift: bool,
) -> Iterator[Departure]:
    """Yield what somebody could notice and is no doing of few: what departs on the day, then what drifts.

    Args:
        context: the context of a day.
        dataset: the dataset.
        events: its rows of some weeks.
        departing: what departs.
        time: column of the time by which its events are counted.
        alike: all comparable days before the judged one, the latest first.
        is_drift: whether a drift counts.
    """
    before, earlier = alike[:COMPARABLE_DAYS], alike[COMPARABLE_DAYS:]
    felt = [
        departure
        for departure in departing
        if is_felt(dataset, departure) and not is_of_batch(departure) and not is_of_switched_off(context, departure)
    ]
    is_beside = _is_beside_holiday(context)
    drifts_count = is_drift and context.working_days and not is_beside
    counting = (
        departure
        for departure in felt
        if (drifts_count if departure.days else not (is_beside and _is_shifted_work(departure)))
    )
    for departure in sorted(counting, key=lambda item: item.days > 0):
        asked = (context, dataset, events, departure)
        is_of_causes = is_of_few(*asked, time=time) or is_of_bundles(*asked, time=time, before=before)
        if is_of_causes or is_mean_of_few(*asked, time=time, before=before):
            continue
        if not is_return(dataset, events, departure, earlier):
            yield departure


def _is_shifted_work(departure: Departure) -> bool:
    """Return whether a number of events differs by no more than people shift their work around a holiday."""
    most, least = max(departure.seen, departure.expected), min(departure.seen, departure.expected)
    return not departure.value and most < _SHIFTED * least


def _is_beside_holiday(context: CheckContext) -> bool:
    """Return whether days off that are more than a weekend follow soon, or are over since a few days.

    People do beforehand what cannot wait, and afterwards what has waited. A day of a year that is not known yet counts
    as worked.
    """
    calendar, reach = context.calendar, _BESIDE_HOLIDAY + _HOLIDAY - 1
    days = [context.on + timedelta(days=ahead) for ahead in range(-reach, reach + 1)]
    off = [calendar.knows(day) and not calendar.is_working_day(day) for day in days]
    return any(all(off[first : first + _HOLIDAY]) for first in range(len(off) - _HOLIDAY + 1))


def _counted(
    context: CheckContext,
    name: str,
    events: ir.Table,
    days: Collection[date],
    *,
    time: str,
    measured: Mapping[str, Sequence[str]],
) -> tuple[pa.Table, list[str], tuple[str, ...], ir.Table]:
    """Return the leaves of the events of some days, with the unit above theirs where one is known.

    Returns:
        The leaves, their dimensions, the two of them of which one implies the other, if there are such, and the events,
        with the unit above that of who caused them.
    """
    view, columns, link = context.dataset(name, HISTORY_DAYS), WATCHED[name], LINKS[name]
    dimensions = known_columns(view, [column.name for column in columns.dimensions])
    parents = parents_of(context, link)
    if parents is not None and link is not None and link.state:
        events, dimensions = with_parents(events, link.column, parents), [*dimensions, PARENT]
    of_days = events.filter(events.day.isin(days))
    table = leaf_counts(of_days, time, context.utc_offset_h, dimensions, weight=columns.weight, **measured)
    counted = table.to_pyarrow()
    if parents is None or link is None or link.column not in dimensions:
        return counted, dimensions, (), events
    nested = (link.column, PARENT)
    if link.state:
        return counted, dimensions, nested, events
    # of the few events that are asked for singly the unit above is read as well
    events = with_parents(events, link.column, parents)
    return add_parents(counted, link.column, parents), [*dimensions, PARENT], nested, events


def _of_system(departure: Departure, counted: pa.Table, before: Sequence[date], on: date) -> Departure:
    """Return a departure with its system; what a system lacks is a share of its own events, be there larger ones."""
    if _SYSTEM not in counted.column_names:
        return departure
    system = dict(departure.members).get(_SYSTEM)
    if system is None:
        return replace(departure, system=_only_system(of_members(counted, departure.members)))
    if departure.value or departure.direction > 0:
        return departure
    own = sums_by_day(counted.filter(pc.equal(counted[_SYSTEM], system)))
    whole = max(own.get(on, 0.0), sum(own.get(day, 0.0) for day in before) / len(before))
    return replace(departure, share=(departure.expected - departure.seen) / whole)


def _only_system(own: pa.Table) -> str:
    """Return the system of nearly all events of a subject; empty where there are several."""
    sums = own.group_by(_SYSTEM).aggregate([("events", "sum")]).sort_by([("events_sum", "descending")]).to_pydict()
    events = sums["events_sum"]
    return sums[_SYSTEM][0] or "" if events and events[0] >= _NEARLY_ALL * sum(events) else ""
