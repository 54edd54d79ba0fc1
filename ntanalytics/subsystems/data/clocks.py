"""Clocks: sources, and parts and channels of them, whose times are off by hours, by minutes or by seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.surveillance import HISTORY_DAYS
from ntanalytics.contract import DATASETS, Column, Kind, Type
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.outcomes import tells_outcome
from ntanalytics.detectors.clock_offset import ElapsedDay, clock_offset
from ntanalytics.detectors.comparable_days import comparable_days
from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.minute_profile import MINUTES, minute_shifts
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.elapsed import elapsed_by_day
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import slot_of
from ntanalytics.subsystems.data.entities import dataset_details, dataset_entity
from ntanalytics.workspace.dataset_view import DatasetView

#: Days before the inspected one that show what is usual between two clocks.
ELAPSED_DAYS = 14

#: Days before the inspected one among which comparable ones show the usual minutes: those that surveillance reads, too.
MINUTE_DAYS = HISTORY_DAYS

#: Most comparable days that are read.
_MOST_DAYS = 10

#: Datasets whose rows have a minute; moments that people write down show no clock.
BY_MINUTE = tuple(
    name
    for name, contract in DATASETS.items()
    if contract.kind is not Kind.STATE
    if contract.time and contract.column(contract.time).type is Type.TIMESTAMP
    if contract.column(contract.time).grain != "hour"
    if contract.subsystem != "desk"
)

_HOUR_S, _MINUTE_S = 3600.0, 60.0

#: A dataset, a source of it, and a part of that, which is empty where the dataset has none.
_Series = tuple[str, str, str]

Row = Mapping[str, Any]


def shifted_clocks(context: CheckContext, rule: Rule, name: str, days: int) -> list[Finding]:
    """Return the sources of a dataset whose usual day came at other hours.

    Args:
        context: the context of a day.
        rule: its limits hold for the seconds by which a clock is off.
        name: the dataset.
        days: its days of history that the report reads.
    """
    view = context.dataset(name, days)
    label = dataset_named(name).label
    findings = []
    for (source, day), damage in view.clock_shifts.items():
        offset_s = damage.hour * _HOUR_S
        finding = judge_value(rule, abs(offset_s), [], dataset_entity(source, name, label))
        finding = finding.with_figures(offset_s=offset_s).with_details(**dataset_details(name), parts=damage.parts)
        findings.append(finding.since_day(day))
    return findings


def channel_columns(name: str) -> tuple[Column, list[Column]] | None:
    """Return the derived duration of a dataset of events and the columns of its channels; None without one."""
    contract = dataset_named(name)
    derived = next((column for column in contract.columns if column.elapsed), None)
    if contract.kind is not Kind.EVENT or derived is None:
        return None
    return derived, [column for column in contract.columns if column.values and not tells_outcome(column)]


def channel_clocks(context: CheckContext, rule: Rule, name: str) -> list[Finding]:
    """Return the channels of a dataset whose second clock is off against the first.

    Args:
        context: the context of a day.
        rule: its limits hold for the seconds by which a clock is off.
        name: a dataset with :func:`channel_columns`.
    """
    known = channel_columns(name)
    if known is None:
        return []
    derived, channels = known
    view, (start, end) = context.dataset(name, ELAPSED_DAYS), derived.elapsed or ("", "")
    first = context.on - timedelta(days=ELAPSED_DAYS)
    recent = view.recent.filter(view.recent.day >= first)
    findings = []
    for channel in channels:
        table = rows(elapsed_by_day(recent, start, end, ["source", channel.name]))
        for source, member in sorted({(row["source"], row[channel.name]) for row in table if row[channel.name]}):
            own = [row for row in table if (row["source"], row[channel.name]) == (source, member)]
            offset = _offset(context, own)
            if offset is None:
                continue
            entity = Entity(channel.name, str(member), channel.values.get(member, str(member)))
            finding = judge_value(rule, abs(offset), [], entity).with_figures(offset_s=offset)
            details = {**dataset_details(name), "column": dataset_named(name).column(end).label, "source": source}
            findings.append(finding.with_details(**details).since_day(context.on))
    return findings


def _offset(context: CheckContext, own: Sequence[Row]) -> float | None:
    by_day = {row["day"]: row for row in own}
    today = by_day.pop(context.on, None)
    return None if today is None else clock_offset(_day(today), [_day(row) for row in by_day.values()])


def _day(row: Row) -> ElapsedDay:
    return ElapsedDay(
        events=row["elapsed_events"],
        backward=row["backward_events"],
        low_s=row["elapsed_low_s"],
        mid_s=row["elapsed_mid_s"],
        backward_mid_s=row["backward_mid_s"],
    )


def minute_clocks(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return what sources give of a dataset, or of parts of it, whose day came minutes earlier or later as a whole.

    A source that lacks the day, or gave a part of it or other hours of it, is left out.

    Args:
        context: the context of a day.
        rule: its limits hold for the seconds by which a clock is off.
    """
    views = {name: context.dataset(name, MINUTE_DAYS) for name in BY_MINUTE}
    views = {name: view for name, view in views.items() if set(view.sources) - view.gap_sources}
    days = {name: _days(context, view) for name, view in views.items()}
    if not views:
        return []
    wanted = sorted(set().union(*days.values()))
    events = ibis.union(*(_timed(view, context) for view in views.values()), distinct=False)
    counted = events.filter(events.day.isin(wanted)).group_by(*events.columns).aggregate(events=ibis._.count())
    off: dict[tuple[str, str], dict[str, float]] = {}
    for (name, source, part), minutes in minute_shifts(_by_series(counted.to_pyarrow(), days)).items():
        if source not in views[name].gap_sources:
            off.setdefault((name, source), {})[part] = minutes
    return [_off_by_minutes(context, rule, *owner, shifts) for owner, shifts in sorted(off.items())]


def _off_by_minutes(context: CheckContext, rule: Rule, name: str, source: str, shifts: Mapping[str, float]) -> Finding:
    offset_s = median(shifts.values()) * _MINUTE_S
    finding = judge_value(rule, abs(offset_s), [], dataset_entity(source, name, dataset_named(name).label))
    parts = tuple(part for part in sorted(shifts) if part)
    finding = finding.with_figures(offset_s=offset_s).with_details(**dataset_details(name), parts=parts)
    return finding.since_day(context.on)


def _days(context: CheckContext, view: DatasetView) -> list[date]:
    return [*reversed(comparable_days(rows(view.days), context.on, _MOST_DAYS)), context.on]


def _timed(view: DatasetView, context: CheckContext) -> ir.Table:
    """Return the rows of a dataset by day and minute, with dataset, source and part."""
    events, contract = view.recent, view.contract
    return events.select(
        "day",
        "source",
        slot=slot_of(events[contract.time], context.utc_offset_h, int(_MINUTE_S)),
        dataset=ibis.literal(BY_MINUTE.index(contract.name), "int8"),
        part=events[contract.part].fill_null("") if contract.part else ibis.literal(""),
    )


def _by_series(counted: pa.Table, days: Mapping[str, Sequence[date]]) -> dict[_Series, Floats]:
    """Return dataset, source and part → events by day and minute, the inspected day last."""
    names = [counted[name].combine_chunks().dictionary_encode() for name in ("dataset", "source", "part")]
    code = np.zeros(len(counted), dtype=np.int64)
    for name in names:
        code = code * len(name.dictionary) + name.indices.to_numpy()
    codes, row = np.unique(code, return_index=True)
    day, slot, events = (counted[name].to_numpy() for name in ("day", "slot", "events"))
    series = {}
    for own, index in zip(codes, row, strict=True):
        dataset, source, part = (name[int(index)].as_py() for name in names)
        dataset = BY_MINUTE[dataset]
        moments = np.array(days[dataset], dtype="datetime64[D]")
        place = np.minimum(np.searchsorted(moments, day), len(moments) - 1)
        is_own = (code == own) & (moments[place] == day)
        counts = np.zeros((len(moments), MINUTES))
        counts[place[is_own], slot[is_own]] = events[is_own]
        series[dataset, source, part] = counts
    return series
