"""Surveillance: every dataset of events of a subsystem is watched by the same rule, derived from the contract.

A subsystem gets the rule and its check by :func:`watched`, without a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.noticeable import is_felt, is_of_one_person
from ntanalytics.checks.parent_units import PARENT, UnitLink, add_parents, parents_of, unit_link, with_parents
from ntanalytics.checks.standing_cases import standing_cases
from ntanalytics.checks.subject_words import references, subject_label
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.checks.surveillance_findings import departure_finding, is_of_endings, usual_day, worked_before
from ntanalytics.contract import DATASETS, Kind, Type
from ntanalytics.contract.dimensions import Breakdown, breakdown, referred
from ntanalytics.detectors.comparable_days import comparable_days, days_of_weekday
from ntanalytics.detectors.expected_range import ExpectedRange, expected_range
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import MIN_DAYS, UNKNOWN, departures
from ntanalytics.detectors.surveillance.leaf_table import HOURS, Members
from ntanalytics.detectors.surveillance.whole_day import whole_day, with_whole_day
from ntanalytics.findings.finding import Finding, violations
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.rule import Rule, surveillance_rule
from ntanalytics.findings.subjects import members_of, subject
from ntanalytics.findings.surveillance_text import TEXT
from ntanalytics.metrics import measure
from ntanalytics.metrics.leaves import leaves, on_day_of
from ntanalytics.metrics.rows import rows

#: Days of history in which comparable days are looked for: ten weeks hold twenty days off.
HISTORY_DAYS = 70

#: Dataset → its dimensions, of the datasets that are watched: those whose events have an hour, and whose cases have a
#: duration that the contract measures; a plan or a right has none.
WATCHED: Mapping[str, Breakdown] = {
    dataset.name: columns
    for dataset in DATASETS.values()
    if dataset.time and dataset.column(dataset.time).type is Type.TIMESTAMP
    if dataset.kind is not Kind.CASE or any(column.elapsed for column in dataset.columns)
    if (columns := breakdown(dataset)).dimensions
}

#: Dataset of cases → the column of their end: a process that stands still goes on being begun.
_ENDS: Mapping[str, str] = {name: DATASETS[name].ended[0] for name in WATCHED if DATASETS[name].kind is Kind.CASE}

#: Dimension whose members are systems of their own: what one of them lacks is a share of its own events.
_SYSTEM = "service"

#: Days before a holiday on which nothing is said to drift, and days off from which a holiday is no weekend.
_BEFORE_HOLIDAY, _HOLIDAY = 3, 3

#: Dataset → the way to the units of its events.
_LINKS: Mapping[str, UnitLink | None] = {name: unit_link(DATASETS[name]) for name in WATCHED}


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


def watched(subsystem: Subsystem) -> Subsystem:
    """Return a subsystem with the rule of surveillance, where it has a dataset that can be watched."""
    datasets = tuple(name for name in WATCHED if DATASETS[name].subsystem == subsystem.id)
    if not datasets:
        return subsystem
    rule = surveillance_rule(subsystem.id)
    referred = {state.name for name in datasets for state, _ in references(DATASETS[name]).values()}
    referred |= {link.state for name in datasets if (link := _LINKS[name]) is not None and link.state}
    known = tuple(check.rule for check in subsystem.checks if set(check.reads) & set(datasets))
    # what fails in a burst is answered sooner or later, larger or smaller, than what does not
    bursts = tuple(other.code for other in subsystem.rules if other.kind == "burst" and other.code in known)
    absences = tuple(other.code for other in subsystem.rules if other.kind == "absence" and other.code in known)
    rates = tuple(
        other.code
        for other in subsystem.rules
        if other.code in known and measure(other.measure).format.startswith("rate")
    )
    check = Check(
        rule=rule.code,
        evaluate=partial(_surveil, datasets),
        reads={**dict.fromkeys(sorted(referred), 0), **dict.fromkeys(datasets, HISTORY_DAYS)},
        optional=(*datasets, *sorted(referred)),
        suppressed_by=(
            SuppressedBy(tuple(code for code in known if code not in rates), "subject"),
            SuppressedBy(rates, "subject", where=_is_no_surge),
            SuppressedBy(bursts, "window", where=_follows_failures),
            SuppressedBy(absences, "part", where=_is_fallen_day),
            SuppressedBy(("data.clock_offset",), "subject", where=_is_of_value),
        ),
    )
    *rules, source = subsystem.rules
    return replace(
        subsystem,
        rules=(*rules, rule, source),
        checks=(*subsystem.checks, check),
        texts={**subsystem.texts, rule.code: TEXT},
    )


def _is_of_value(finding: Finding) -> bool:
    return bool(finding.details.get("value"))


def _is_fallen_day(finding: Finding) -> bool:
    """Return whether a subject is all events of a day, of which hours without any are a part."""
    is_whole = finding.is_violation and finding.window is None and not members_of(finding)
    return is_whole and not finding.details.get("value") and not _is_more(finding)


def _is_more(finding: Finding) -> bool:
    return float(finding.figures.get("seen") or 0) > float(finding.figures.get("expected") or 0)


def _is_no_surge(finding: Finding) -> bool:
    """Return whether a subject is about anything but more events than usual, of which a rate of them says nothing."""
    if not finding.is_violation or finding.details.get("value") or is_of_endings(finding):
        return True
    return not _is_more(finding)


def _follows_failures(finding: Finding) -> bool:
    """Return whether a subject is about a value, or about how events ended; what is unknown has no subject."""
    if not finding.is_violation:
        return False
    return bool(finding.details.get("value")) or is_of_endings(finding)


def _surveil(datasets: tuple[str, ...], context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subjects that depart on the day; a dataset of which a source lacks the day is unknown, too.

    So is a subsystem of which a dataset has too few comparable days; not on a day off, of which there are few.
    """
    findings: list[Finding] = []
    is_short = False
    for name in datasets:
        view = context.dataset(name, HISTORY_DAYS)
        day = context.shared(_watched_day, name, DATASETS[name].time)
        departing = day.departures if day else ()
        own = violations(departure_finding(context, rule, name, departure) for departure in departing)
        departed = {departure.members for departure in departing}
        if name in _ENDS:
            own += (standing := _standing_cases(context, rule, name, departed))
            departed |= {tuple(members_of(finding).items()) for finding in standing}
            own += _standing_still(context, rule, name, departed)
        if day and not own and view.is_complete:
            own = usual_day(context, rule, name, day.events, day.usual)
        findings += own
        is_short |= day is None
        if view.sources and not view.is_complete:
            findings.append(unknown(rule, "missing", subject(name, (), subject_label(context, DATASETS[name], ()))))
    if is_short and context.working_days:
        findings.append(unknown(rule, "short_history"))
    return findings


def _standing_cases(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects whose cases began as always and do not end, since the first day on which they began."""
    findings = []
    for departure in context.shared(standing_cases, name, HISTORY_DAYS):
        if departure.members not in departing:
            finding = departure_finding(context, rule, name, replace(departure, hours=(0, HOURS)))
            last, first = (worked_before(context, age) for age in (departure.hours[0], departure.hours[1] - 1))
            finding = finding.with_figures(started=departure.started).since_day(first)
            findings.append(finding.with_details(ended=_end_words(name), started_until=last.isoformat()))
    return violations(findings)


def _end_words(name: str) -> str:
    """Return what ends the cases of a dataset: ``办结``, ``签收``."""
    return DATASETS[name].column(_ENDS[name]).label.removesuffix("时间").removesuffix("日期")


def _standing_still(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects of which fewer cases ended than usual; those told already began otherwise."""
    end = DATASETS[name].column(_ENDS[name])
    ended_on = context.shared(_watched_day, name, end.name)
    fewer = [
        departure
        for departure in (ended_on.departures if ended_on else ())
        if departure.direction < 0 and not departure.days and departure.members not in departing
    ]
    ended = f"{DATASETS[name].label}{_end_words(name)}"
    findings = violations(departure_finding(context, rule, name, departure) for departure in fewer)
    return [finding.with_details(events=ended) for finding in findings]


def _watched_day(context: CheckContext, name: str, time: str) -> WatchedDay | None:
    """Return a dataset's day by a time of its rows; None where too few days are comparable."""
    view, columns, dataset = context.dataset(name, HISTORY_DAYS), WATCHED[name], DATASETS[name]
    if not set(view.sources) - view.gap_sources:
        return WatchedDay([])
    first = view.recent.day.min().to_pyarrow().as_py()
    known = [row for row in rows(view.days) if first is not None and row["day"] >= first]
    before = comparable_days(known, context.on)
    if len(before) < MIN_DAYS:
        return None
    of_weekday = days_of_weekday(known, context.on)
    is_by_start = time == dataset.time
    values = [column.name for column in columns.values if is_by_start and not view.sources_without(column.name)]
    events = view.recent if is_by_start else on_day_of(view.recent, time, context.utc_offset_h)
    events = events.filter(events.day.isin({*before, *of_weekday, context.on}))
    if view.gap_sources:
        events = events.filter(~events.source.isin(sorted(view.gap_sources)))
    counted, dimensions, nested = _counted(context, name, events, time, values)
    totals = _totals(counted)
    days = [{**row, "value": totals.get(row["day"], 0.0) if row["day"] in before else None} for row in known]
    usual = expected_range(days, context.on)
    departing = departures(counted, [*reversed(before), context.on], dimensions, values, usual, nested)
    if of_weekday:
        # what a plan by weekday does, or what is worked on a day off, departs from one kind of days alone
        others = departures(counted, [*reversed(of_weekday), context.on], dimensions, values, nested=nested)
        subjects = {departure.subject for departure in others}
        departing = [departure for departure in departing if departure.subject in subjects]
    # ends wait for persons, and the cases of other events come in bundles: their number has no range of its own
    in_bundles = dataset.kind is Kind.CASE and referred(dataset) is not None
    own = usual if is_by_start and not in_bundles else UNKNOWN
    departing = with_whole_day(departing, whole_day(totals.get(context.on, 0.0), own))
    felt = [departure for departure in departing if is_felt(dataset, departure)]
    drifting = [departure for departure in felt if departure.days]
    if of_weekday or not context.working_days or (drifting and _is_before_holiday(context)):
        drifting = []
    of_day = (departure for departure in felt if not departure.days)
    of_many = [departure for departure in of_day if not is_of_one_person(context, dataset, events, departure)]
    departing = [_of_system(departure, counted, before, context.on) for departure in of_many + drifting]
    return WatchedDay(departing, totals.get(context.on, 0.0), own)


def _is_before_holiday(context: CheckContext) -> bool:
    """Return whether days off follow soon that are more than a weekend: people do beforehand what cannot wait.

    A day of a year that is not known yet counts as worked.
    """
    days = [context.on + timedelta(days=ahead) for ahead in range(1, _BEFORE_HOLIDAY + _HOLIDAY)]
    calendar = context.calendar
    off = [calendar.knows(day) and not calendar.is_working_day(day) for day in days]
    return any(all(off[first : first + _HOLIDAY]) for first in range(_BEFORE_HOLIDAY))


def _counted(
    context: CheckContext, name: str, events: ir.Table, time: str, values: Sequence[str]
) -> tuple[pa.Table, list[str], tuple[str, ...]]:
    """Return the leaves of some events, with the unit above theirs where one is known.

    Returns:
        The leaves, their dimensions, and the two of them of which one implies the other, if there are such.
    """
    view, columns, link = context.dataset(name, HISTORY_DAYS), WATCHED[name], _LINKS[name]
    dimensions = [column.name for column in columns.dimensions if not view.sources_without(column.name)]
    parents = parents_of(context, link)
    if parents is not None and link is not None and link.state:
        events, dimensions = with_parents(events, link.column, parents), [*dimensions, PARENT]
    table = leaves(events, time, context.utc_offset_h, dimensions, weight=columns.weight, values=values)
    counted = table.to_pyarrow()
    if parents is None or link is None or link.column not in dimensions:
        return counted, dimensions, ()
    nested = (link.column, PARENT)
    if link.state:
        return counted, dimensions, nested
    return add_parents(counted, link.column, parents), [*dimensions, PARENT], nested


def _of_system(departure: Departure, counted: pa.Table, before: Sequence[date], on: date) -> Departure:
    """Return a departure; what a system lacks is a share of its own events, be there larger systems or not."""
    system = dict(departure.members).get(_SYSTEM)
    if system is None or departure.value or departure.direction > 0:
        return departure
    own = _totals(counted.filter(pc.equal(counted[_SYSTEM], system)))
    whole = max(own.get(on, 0.0), sum(own.get(day, 0.0) for day in before) / len(before))
    return replace(departure, share=(departure.expected - departure.seen) / whole)


def _totals(counted: pa.Table) -> dict[date, float]:
    """Return the number of all events of each day that has some."""
    sums = counted.group_by("day").aggregate([("events", "sum")]).to_pydict()
    return dict(zip(sums["day"], sums["events_sum"], strict=True))
