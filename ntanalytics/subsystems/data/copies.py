"""Copies: rows that a source gives again under another number, so that everything counts them twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.subject_words import subject_label
from ntanalytics.checks.watched_datasets import WATCHED
from ntanalytics.contract import DATASETS, Dataset, Type
from ntanalytics.detectors.copied_rows import is_copied
from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.subjects import subject
from ntanalytics.metrics.copied_rows import adjacent_rows, copied_rows, copies_by_day
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.data.entities import dataset_details, dataset_entity

#: Days before the inspected one that show how many rows agree by chance.
COPY_DAYS = 14

#: Share of the copies that are of one member from which they are its own, and share of all rows from which they are
#: nobody's own.
_NEARLY_ALL, _OF_ALL = 0.95, 0.8

#: Share of the copies before the first hour that is named, and after the last one.
_BESIDE = 0.05

_HOURS, _HOUR_S = 24, 3600.0

#: Moments of a second in a clock that has milliseconds.
_STEPS = 1000


#: Datasets of which copies are looked for: watched ones whose rows have a number, which says nothing about them.
NUMBERED = tuple(name for name in WATCHED if len(DATASETS[name].key) == 1)


def copied_findings(context: CheckContext, rule: Rule, name: str) -> list[Finding]:
    """Return the sources of a dataset of which far more rows than usual come again under another number.

    Args:
        context: the context of a day.
        rule: its limits hold for the share of copies among a source's rows of the day; few copies say nothing.
        name: a dataset of ``NUMBERED``.
    """
    view, dataset = context.dataset(name, COPY_DAYS), DATASETS[name]
    (key,) = dataset.key
    recent = view.recent.filter(view.recent.day >= context.on - timedelta(days=COPY_DAYS))
    today = recent.filter(recent.day == context.on)
    copies = {row["source"]: int(row["copied_rows"]) for row in rows(copies_by_day(today, key))}
    many = sorted(source for source, count in copies.items() if count >= rule.min_count)
    if not many:
        return []
    recent, today = (table.filter(table.source.isin(many)) for table in (recent, today))
    before: dict[str, list[int]] = {source: [] for source in many}
    for row in rows(copies_by_day(recent.filter(recent.day < context.on), key)):
        before[row["source"]].append(int(row["copied_rows"]))
    beside = [column.name for column in dataset.columns if column.type is Type.TIMESTAMP or column.elapsed]
    adjacent = {row["source"]: row for row in rows(adjacent_rows(today, key, dataset.time, beside))}
    return [
        _finding(context, rule, dataset, today.filter(today.source == source))
        for source in many
        if _is_copied(copies[source], before[source], adjacent[source])
    ]


def _is_copied(copies: int, before: Sequence[int], adjacent: Mapping[str, Any]) -> bool:
    steps = 1 if adjacent["is_whole"] else _STEPS
    return is_copied(copies, before, adjacent["adjacent_rows"], steps)


def _finding(context: CheckContext, rule: Rule, dataset: Dataset, today: ir.Table) -> Finding:
    """Return the finding of a source, about the members that nearly all copies are of."""
    names = [column.name for column in WATCHED[dataset.name].dimensions]
    copied = rows(copied_rows(today, dataset.key[0]).order_by(dataset.time))
    count, events = sum(row["copies"] for row in copied), int(today.count().to_pyarrow().as_py())
    members = _own_members(copied, today.select(names).to_pyarrow())
    source = copied[0]["source"]
    label = subject_label(context, dataset, members)
    whole = dataset_entity(source, dataset.name, dataset.label)
    entity: Entity = subject(dataset.name, members, label) if members else whole
    finding = judge_value(rule, count / events, [context.dataset(dataset.name, COPY_DAYS)], entity)
    finding = finding.with_figures(copied_rows=float(count), rows=float(events))
    finding = replace(finding, window=_window(context, copied, dataset.time))
    return finding.with_details(**dataset_details(dataset.name), source=source).since_day(context.on)


def _own_members(copied: Sequence[Mapping[str, Any]], events: pa.Table) -> tuple[tuple[str, str], ...]:
    """Return the members that nearly all copies are of, and by far not all rows."""
    own = []
    whole = sum(row["copies"] for row in copied)
    for name in events.column_names:
        of_member: Counter[Any] = Counter()
        for row in copied:
            of_member[row[name]] += row["copies"]
        member, most = of_member.most_common(1)[0]
        alike = events[name].to_pylist().count(member)
        if member is not None and most >= _NEARLY_ALL * whole and alike < _OF_ALL * len(events):
            own.append((name, str(member).lower() if isinstance(member, bool) else str(member)))
    return tuple(own)


def _window(context: CheckContext, copied: Sequence[Mapping[str, Any]], time: str) -> Window | None:
    """Return the hours of nearly all copies; None where they are of the whole day."""
    offset = timedelta(hours=context.utc_offset_h)
    hours = sorted((row[time] + offset).hour for row in copied for _ in range(row["copies"]))
    aside = int(_BESIDE * len(hours))
    first, after = hours[aside], hours[len(hours) - 1 - aside] + 1
    return Window(context.on, first * _HOUR_S, after * _HOUR_S) if after - first < _HOURS // 2 else None
