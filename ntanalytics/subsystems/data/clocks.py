"""Clocks: sources, and parts and channels of them, whose times are off by hours, by minutes or by seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import Column, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.outcomes import tells_outcome
from ntanalytics.detectors.clock_offset import ElapsedDay, clock_offset
from ntanalytics.detectors.minute_profile import minute_shifts
from ntanalytics.findings.finding import Detail, Entity, Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.subjects import subject
from ntanalytics.metrics.elapsed import elapsed_by_day
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.data.entities import dataset_details, dataset_entity
from ntanalytics.subsystems.data.minutes import minutes_by_series
from ntanalytics.subsystems.data.pair_clocks import pair_offsets

#: Days before the inspected one that show what is usual between two clocks.
ELAPSED_DAYS = 14

_HOUR_S, _MINUTE_S = 3600.0, 60.0

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
    findings = []
    for (source, day), damage in view.clock_shifts.items():
        offset_s = damage.hour * _HOUR_S
        findings.append(_off(rule, offset_s, (name, source), damage.parts).since_day(day))
    return findings


def _off(rule: Rule, offset_s: float, owner: tuple[str, str], parts: tuple[str, ...]) -> Finding:
    """Return the finding on a clock: of the one part that is off, or of what a source gives of a dataset.

    Args:
        rule: its limits hold for the seconds by which a clock is off.
        offset_s: the seconds by which it is late (negative: early).
        owner: the dataset and the source.
        parts: the parts of the source that are off while others are not.
    """
    name, source = owner
    contract = dataset_named(name)
    details: dict[str, Detail] = {**dataset_details(name), "parts": parts}
    if contract.part and len(parts) == 1:
        entity = subject(name, ((contract.part, parts[0]),), f"{contract.column(contract.part).label} {parts[0]}")
        details["source"] = source
    else:
        entity = dataset_entity(source, name, contract.label)
    return judge_value(rule, abs(offset_s), [], entity).with_figures(offset_s=offset_s).with_details(**details)


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

    So is one whose events come earlier or later than what the same persons do elsewhere.

    Args:
        context: the context of a day.
        rule: its limits hold for the seconds by which a clock is off.
    """
    series = minutes_by_series(context)
    off: dict[tuple[str, str], dict[str, float]] = {}
    for (name, source, part), minutes in minute_shifts(series).items():
        off.setdefault((name, source), {})[part] = minutes
    for owner, minutes in pair_offsets(context, series).items():
        off.setdefault(owner, {"": minutes})
    return [
        _off(
            rule, median(shifts.values()) * _MINUTE_S, owner, tuple(part for part in sorted(shifts) if part)
        ).since_day(context.on)
        for owner, shifts in sorted(off.items())
    ]
