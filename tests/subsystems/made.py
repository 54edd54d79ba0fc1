"""Small made-up weeks for the tests of the rules, as even as real ones, and the engine of checks over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ntanalytics import contract
from ntanalytics.checks import engine
from ntanalytics.checks.check import Span, span_of
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.contract.dataset import Dataset, Kind, Type
from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.findings.finding import Finding, subsystem_entity
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics.column_needs import measures_of_columns, unknown_measures
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Period, days_between
from ntanalytics.settings import SourceSettings
from ntanalytics.subsystems import RULES
from ntanalytics.workspace.daily_aggregates import DailyAggregate
from ntanalytics.workspace.dataset_view import DatasetView, unread_note
from ntanalytics.workspace.lookback import Lookback
from ntanalytics.workspace.report_gaps import Unreported, days_without_reports, reports_of
from ntanalytics.workspace.units import Units

ON = dt.date(2026, 11, 20)  # a Friday
Row = dict[str, Any]

#: Moves an even count up and down by up to a twentieth, the same in every run.
_TURN = (0.0, 0.05, -0.02, 0.03, -0.05, 0.02, -0.03)


def days(back: int = 60, gaps: tuple[dt.date, ...] = ()) -> list[Row]:
    """The days up to the Friday, working days from Monday to Friday."""
    span = (ON - dt.timedelta(days=place) for place in range(back, -1, -1))
    return [
        {"day": day, "is_covered": day not in gaps, "is_working_day": day.weekday() < 5, "label": ""} for day in span
    ]


def even(amount: float, place: int) -> int:
    """An amount, moved a little, as a count."""
    return round(amount * (1 + _TURN[place % len(_TURN)]))


def daily(measure: str, amount: float, today: float | None, weekend: float = 0.2, **more: Any) -> list[Row]:
    """A measure by day: the amount on working days, a part of it at weekends, and today's."""
    found = []
    for place, row in enumerate(days()):
        value = even(amount if row["is_working_day"] else amount * weekend, place)
        found.append({**row, **more, measure: today if row["day"] == ON else value})
    return found


def hours(amount: float, today: Mapping[int, float] | Callable[[int], float] | None = None, **more: Any) -> list[Row]:
    """Events by hour from 8 to 17: the amount each hour, and today those that are given, the others as always."""
    found = []
    for place, row in enumerate(days()):
        if not row["is_working_day"]:
            continue
        for slot in range(8, 18):
            events: float = even(amount, place + slot)
            if row["day"] == ON and today is not None:
                events = today(slot) if callable(today) else today.get(slot, events)
            found.append({"day": row["day"], "slot": slot, "events": events, **more})
    return found


def failing(amount: int, share: float, today: Mapping[int, float], since: dt.date = ON, **more: Any) -> list[Row]:
    """Events by hour with those that went wrong: a share always, and of the hours given theirs, from a day on."""
    found = []
    for row in hours(amount, **more):
        its = today.get(row["slot"], share) if row["day"] >= since else share
        found.append({**row, "hits": round(row["events"] * its)})
    return found


def context_of(period: Period, rules: Mapping[str, Rule] = MappingProxyType({})) -> CheckContext:
    """Return a context without data for a period of a site in Nantong: only its times can be asked for."""
    begins_at, ends_at = period.window(_ZONE)
    report: Any = SimpleNamespace(
        opened=[], period=period, previous=period.previous(), begins_at=begins_at, ends_at=ends_at, utc_offset_h=8
    )
    return CheckContext(report, rules)


#: Dataset → its rows, or its table.
Data = Mapping[str, "Iterable[Row] | pa.Table"]

_TODAY = Period.day(ON)
_ZONE = ZoneInfo("Asia/Shanghai")
_NO_ALIASES = pa.table({"theirs": pa.array([], pa.string()), "ours": pa.array([], pa.string())})


def table_of(dataset: str, rows: Iterable[Row], **common: Any) -> pa.Table:
    """Return the table of a dataset, from rows that name only what a test is about; the rest is null."""
    full = [{"source": "test", **common, **row} for row in rows]
    return pa.Table.from_pylist(full, schema=contract.dataset(dataset).schema())


def at(day: dt.date, hour: float) -> dt.datetime:
    """Return a local hour of a day in Nantong as a moment in UTC."""
    return Period.day(day).window(_ZONE)[0] + dt.timedelta(hours=hour)


def events(dataset: str, counted: Iterable[Row], slot_s: int = 3600, **common: Any) -> pa.Table:
    """Return the table of an event dataset: as many events as each row counts, at the begin of its slot.

    Args:
        dataset: the dataset.
        counted: ``day``, ``events``, and ``slot`` (ten where it is missing), with columns of the dataset.
        slot_s: seconds of a slot.
        common: columns that all events share.
    """
    given = contract.dataset(dataset)
    rows = [row for row in counted if row["events"]]
    named = [{**row, given.time: at(row["day"], slot_s * row.get("slot", 10) / 3600)} for row in rows]
    base = table_of(dataset, named, **common)
    table = base.take(pa.array(np.repeat(np.arange(len(rows)), [round(row["events"]) for row in rows])))
    if len(given.key) == 1 and given.column(given.key[0]).type is Type.TEXT:
        numbers = pa.array(np.arange(len(table))).cast(pa.string())
        table = table.set_column(table.schema.get_field_index(given.key[0]), given.key[0], numbers)
    return table


_DAYS = ibis.schema({"day": "date", "is_covered": "boolean", "is_working_day": "boolean", "label": "string"})


@dataclass(frozen=True, kw_only=True)
class _View:
    """A dataset within a period, from a table in memory."""

    contract: Dataset
    period: Period
    sources: tuple[str, ...]
    recent: ir.Table
    table: ir.Table
    before: ir.Table
    days: ir.Table
    as_of: dt.datetime
    known_end: dt.datetime
    part_measures: frozenset[str] = frozenset()
    missing: tuple[dt.date, ...]
    was_complete: bool = True
    is_damaged: bool = False
    note: str = ""
    absent: tuple[str, ...] = ()
    absent_note: str = ""
    clock_shifts: Mapping[tuple[str, dt.date], ProfileDamage] = field(default_factory=dict)
    gaps: tuple[dt.date, ...] = ()
    empty: Sequence[str] = ()
    rejected: Mapping[dt.date | None, int] = field(default_factory=dict)
    unfilled: Unfilled = field(default_factory=Unfilled)
    later_snapshot: dt.date | None = None

    def rejected_rows(self, first: dt.date, last: dt.date) -> int:
        """As of a dataset view: rejected rows by day, None for those without one."""
        return sum(rows for day, rows in self.rejected.items() if day is None or first <= day <= last)

    @property
    def unread_note(self) -> str:
        """As of a dataset view."""
        return unread_note(self.contract, self.rejected_rows(self.period.first, self.period.last))

    def since(self, first: dt.date) -> Lookback:
        """As of a dataset view."""
        unread = unread_note(self.contract, self.rejected_rows(first, self.period.last))
        return Lookback(self, sum(day >= first for day in self.gaps), unread)

    @property
    def unended(self) -> Mapping[str, Sequence[dt.date]]:
        return {}

    @cached_property
    def unreported(self) -> Unreported:
        """As of a dataset view."""
        known = {"test": {row["day"] for row in days() if row["day"] not in self.gaps}}
        lost = frozenset(day for _, day in days_without_reports(reports_of(self.recent, self.contract), known))
        measures = measures_of_columns(self.contract.name, ("outcome", "failure_code", "reported_at"))
        was = any(day in lost for day in self.period.previous().days)
        return Unreported(measures, lost, any(day in lost for day in self.period.days), was) if lost else Unreported()

    @property
    def reported_days(self) -> ir.Table:
        """As of a dataset view."""
        lost = [*self.unreported.days]
        return self.days.mutate(is_covered=self.days.is_covered & ~self.days.day.isin(lost)) if lost else self.days

    def by_day(self, aggregate: DailyAggregate, since: dt.date | None = None) -> ir.Table:
        """As of a dataset view, with nothing kept."""
        return aggregate.make(self.recent if since is None else self.recent.filter(self.recent.day >= since))

    daily = DatasetView.daily

    @property
    def is_assessable(self) -> bool:
        """As of a dataset view."""
        return self.is_complete or self.is_damaged

    @property
    def is_complete(self) -> bool:
        """As of a dataset view."""
        return not self.missing

    @property
    def unknown_measures(self) -> frozenset[str]:
        """The measures that need a column that the only source lacks."""
        return unknown_measures(self.contract.name, dict.fromkeys(self.sources, self.absent), self.sources)

    @property
    def gap_sources(self) -> frozenset[str]:
        """The only source, where the period has a gap."""
        return frozenset() if self.is_complete else frozenset(self.sources)

    @property
    def gap_sources_before(self) -> frozenset[str]:
        """The same of the period before."""
        return frozenset() if self.was_complete else frozenset(self.sources)

    @property
    def gap_days(self) -> frozenset[tuple[str, dt.date]]:
        """The gaps of the only source."""
        return frozenset((source, day) for source in self.sources for day in self.gaps)

    @property
    def is_shifted(self) -> bool:
        """As of a dataset view."""
        return bool(self.clock_shifts)

    @property
    def damages(self) -> Mapping[tuple[str, dt.date], object]:
        """Those of its clock; any other day of the view is whole, or it is missing."""
        return self.clock_shifts

    @property
    def empty_days(self) -> frozenset[tuple[str, dt.date]]:
        """As of a dataset view."""
        return frozenset((source, self.period.last) for source in self.empty)

    @property
    def cases(self) -> ir.Table:
        """All rows: a test gives the cases that it needs."""
        return self.recent

    @property
    def wholeness(self) -> dict[str, bool]:
        """As of a dataset view."""
        return {"is_complete": self.is_complete, "was_complete": self.was_complete}

    def sources_without(self, column: str) -> list[str]:
        """Return the only source, where it lacks the column."""
        return [*self.sources] if column in self.absent else []


@dataclass(frozen=True, kw_only=True)
class _Lake:
    """Datasets of a period, in the shape of a report.

    Attributes:
        context: the context with the times of the period.
        data: dataset → its table; a dataset that is missing has no source.
        gaps: days that were not extracted.
        former: dataset → the snapshot of the period before, where it differs.
        absent: dataset → columns that its source does not have.
        shifts: dataset → how the clock of its source was off on the last day.
        rejected: dataset → day → rejected rows; None for rows without a readable day.
        empty: dataset → sources that gave no row of the last day.
        unfilled: dataset → columns that many more rows than usual lack.
        later: dataset → day of its snapshot, where it was taken after the period.
    """

    context: CheckContext
    data: Mapping[str, pa.Table]
    gaps: tuple[dt.date, ...]
    former: Mapping[str, pa.Table]
    absent: Mapping[str, Sequence[str]]
    shifts: Mapping[str, ProfileDamage]
    rejected: Mapping[str, Mapping[dt.date | None, int]]
    empty: Mapping[str, Sequence[str]]
    unfilled: Mapping[str, Collection[str]]
    later: Mapping[str, dt.date]

    def dataset(self, name: str, history: int) -> _View:
        """Return the view of a dataset."""
        given, period = contract.dataset(name), self.context.period
        first = period.first - dt.timedelta(days=history)
        recent = ibis.memtable(self.data[name] if name in self.data else table_of(name, []))
        spans = ((span.first, span.last) for span in (period, period.previous()))
        table, before = (recent.filter(recent.day.between(*span)) for span in spans)
        lost = [day for day in self.gaps if day < period.first]
        if given.kind is Kind.STATE:
            table, before = recent, ibis.memtable(self.former[name]) if name in self.former else recent
        return _View(
            contract=given,
            period=period,
            sources=("test",) if name in self.data else (),
            recent=recent,
            table=table,
            before=before,
            days=ibis.memtable(
                [row for row in days(gaps=self.gaps) if first <= row["day"] <= period.last], schema=_DAYS
            ),
            as_of=self.context.ends_at,
            known_end=self.context.ends_at,
            clock_shifts={("test", period.last): self.shifts[name]} if name in self.shifts else {},
            absent=tuple(self.absent.get(name, ())),
            gaps=self.gaps,
            rejected=self.rejected.get(name, {}),
            empty=self.empty.get(name, ()),
            later_snapshot=self.later.get(name),
            unfilled=Unfilled(
                dataset=name,
                now={"test": set(self.unfilled.get(name, ()))},
                lost={"test": lost} if given.kind is Kind.CASE and lost else {},
                note="缺。",
            ),
            missing=tuple(
                day for day in (period.days if given.kind is not Kind.STATE else period.days[-1:]) if day in self.gaps
            ),
        )


def view(rows: Iterable[Row], *, is_complete: bool = True) -> Any:
    """Return a dataset within a period from rows in memory, with or without a gap."""
    table = list(rows)
    return SimpleNamespace(
        table=table, recent=table, cases=table, sources=("test",), is_complete=is_complete, was_complete=True, note="",
        sources_without=lambda _: [], rejected_rows=lambda *_: 0, period=_TODAY, known_end=_TODAY.window(_ZONE)[1],
    )  # fmt: skip


def judge(subsystem: Subsystem, codes: Collection[str], data: Data, **more: Any) -> list[Finding]:
    """Return the findings of some checks of a subsystem, by the engine; arguments as of :func:`evaluation`."""
    return list(evaluation(subsystem, codes, data, **more).findings)


def evaluation(
    subsystem: Subsystem,
    codes: Collection[str],
    data: Data,
    *,
    period: Period = _TODAY,
    spans: tuple[Span, ...] = (),
    gaps: tuple[dt.date, ...] = (),
    rules: Mapping[str, Rule] = RULES,
    former: Data = MappingProxyType({}),
    absent: Mapping[str, Sequence[str]] = MappingProxyType({}),
    shifts: Mapping[str, ProfileDamage] = MappingProxyType({}),
    rejected: Mapping[str, Mapping[dt.date | None, int]] = MappingProxyType({}),
    empty: Mapping[str, Sequence[str]] = MappingProxyType({}),
    unfilled: Mapping[str, Collection[str]] = MappingProxyType({}),
    later: Mapping[str, dt.date] = MappingProxyType({}),
    has_section: bool = False,
    days_off: Collection[dt.date] = (),
    sources: Mapping[str, SourceSettings] = MappingProxyType({}),
) -> engine.Evaluation:
    """Evaluate some checks of a subsystem by the engine.

    Args:
        subsystem: the subsystem.
        codes: codes of the rules whose checks are evaluated.
        data: dataset → its rows; a dataset that is missing has no source.
        period: the period, up to the Friday of the tests.
        spans: the spans of the checks; that of the period when there is none.
        gaps: days that were not extracted.
        rules: the rules as the site has them.
        former: dataset → its snapshot of the period before, where it differs.
        absent: dataset → columns that its source does not have.
        shifts: dataset → how the clock of its source was off on the last day.
        rejected: dataset → day → rejected rows; None for rows without a readable day.
        empty: dataset → sources that gave no row of the last day.
        unfilled: dataset → columns that many more rows than usual lack.
        later: dataset → day of its snapshot, where it was taken after the period.
        has_section: whether the section of the subsystem is made, too.
        days_off: days after the period that are not worked, beside weekends.
        sources: the site's sources by name, where their settings are asked for.
    """
    wanted = spans or (span_of(period),)
    chosen = replace(subsystem, checks=tuple(check for check in subsystem.checks if check.rule in codes))
    if not has_section:
        chosen = replace(chosen, section=None)
    context = context_of(period, rules)
    context.needs = engine.needs_of([chosen], wanted)
    given, earlier = (
        {name: rows if isinstance(rows, pa.Table) else table_of(name, rows, day=ON) for name, rows in side.items()}
        for side in (data, former)
    )
    lake = _Lake(
        context=context, data=given, gaps=gaps, former=earlier, absent=absent, shifts=shifts, rejected=rejected,
        empty=empty, unfilled=unfilled, later=later,
    )  # fmt: skip
    report: Any = context.report
    report.dataset, report.views = lake.dataset, lambda _subsystem: []
    report.describe_in_order = lambda *_: None
    report.origin = lambda _metric, *_views: {}
    report.working_days = _weekdays(period.first, period.last)
    report.nearby_working_days = lambda before: _weekdays(period.first - dt.timedelta(days=before), period.last)

    def is_worked(day: dt.date) -> bool:
        return day in _weekdays(day, day) and day not in days_off

    report.workspace = SimpleNamespace(
        calendar=SimpleNamespace(
            working_days=_weekdays,
            known_working_days=_weekdays,
            knows=lambda _: True,
            is_working_day=is_worked,
            is_likely_worked=is_worked,
        ),
        settings=SimpleNamespace(zone=_ZONE, sources=sources),
        table=lambda name, last: (held := lake.dataset(name, 0).recent).filter(held.day <= last),
    )
    report.upcoming_days = []
    report.units = lambda: Units(lake.dataset("identity.units", 0).table, _NO_ALIASES)
    report.resolve_units = lambda table, column="unit": report.units().resolve(table, column)
    return engine.evaluate(context, [chosen], wanted)


def _weekdays(first: dt.date, last: dt.date) -> list[dt.date]:
    return [day for day in days_between(first, last) if day.weekday() < 5]


def statuses(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Return the identity of the entity and the status of each finding."""
    return [(finding.entity.identity, finding.status) for finding in findings]


def subsystem_finding(code: str, status: Status = "critical", **more: Any) -> Finding:
    """Return a finding of a whole subsystem."""
    rule = RULES[code]
    return Finding(rule=rule, entity=subsystem_entity(rule.subsystem), status=status, **more)


def by_slots(count: float, slots: range, today: Mapping[int, float]) -> list[Row]:
    """Return the same number of events in each slot of the working days, and today those that are given."""
    return [
        {"day": row["day"], "slot": slot, "events": today.get(slot, count) if row["day"] == ON else count}
        for row in days()
        if row["is_working_day"]
        for slot in slots
    ]
