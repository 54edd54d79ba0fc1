"""Unusual endings: cases that are given up, sent back, or finished before anybody can have read them, by subject."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.day_totals import known_days
from ntanalytics.checks.known_columns import known_columns, with_known_values
from ntanalytics.checks.subject_words import subject_label
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.dimensions import GIVEN_UP, breakdown
from ntanalytics.detectors.comparable_days import comparable_days
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import MIN_DAYS
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LeafTable
from ntanalytics.detectors.surveillance.rare_endings import rare_endings
from ntanalytics.findings.finding import Entity, Finding, Window, violations
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.case_endings import FINISHED, RETURNED, SOON, endings, with_soon
from ntanalytics.metrics.leaf_counts import leaf_counts

#: Comparable days for which cases may have ended so before it is what they do: a working week.
_LASTING = 5

#: Name of the dimension that tells how a case ended.
_ENDING = "ending"


def unusual_endings(
    context: CheckContext,
    rule: Rule,
    *,
    dataset: str,
    ways: Collection[str],
    kind: Sequence[str] = (),
    by: Sequence[str] = (),
) -> list[Finding]:
    """Return the smallest subjects of which far more cases than usual ended in a rare way; none over a gap.

    Args:
        context: the context of a day.
        rule: its limits hold for the number of these cases.
        dataset: a dataset of cases.
        ways: the ways of ending that are told (``metrics.case_endings``).
        kind: the columns by which cases take as long as each other.
        by: the columns whose members are told; all dimensions where there is none.
    """
    view, contract = context.dataset(dataset, HISTORY_DAYS), dataset_named(dataset)
    before = comparable_days(known_days(view), context.on)
    if not view.is_complete or len(before) < MIN_DAYS:
        return []
    named = [column.name for column in breakdown(contract).dimensions]
    dimensions = known_columns(view, [name for name in named if not by or name in by])
    cases = with_known_values(view.cases, view, dimensions)
    given_up = (GIVEN_UP, contract.changed) if GIVEN_UP in cases.columns else None
    ends = contract.ended if RETURNED in ways else contract.ended[:1]
    ended = endings(cases, contract.time, ends, context.utc_offset_h, given_up)
    ended = ended.filter(ended.day.isin({*before, context.on}))
    if SOON in ways:
        known_before = before[:_LASTING][-1]
        ended = with_soon(ended, contract.time, contract.ended[0], known_before, kind)
    ended = ended.mutate(ending=ended.ending.isin(ways).ifelse(ended.ending, FINISHED))
    counted = leaf_counts(ended, "ended_at", context.utc_offset_h, [*dimensions, _ENDING]).to_pyarrow()
    table = _table(counted, [*reversed(before), context.on], dimensions)
    # what has ended so for some days is held against the days before them
    lasted = _LASTING if len(before) >= MIN_DAYS + _LASTING else 0
    rare = _rare(_table(counted, [*reversed(before[lasted:]), context.on], dimensions), ways)
    findings = [
        _finding(context, rule, dataset, item).since_day([context.on, *before][_lasting(table, item)]) for item in rare
    ]
    return violations(findings)


def _table(counted: pa.Table, days: Sequence[date], dimensions: Sequence[str]) -> LeafTable:
    return LeafTable(counted, days, [*dimensions, _ENDING], ["events"], endings=(_ENDING,))


def _rare(table: LeafTable, ways: Collection[str]) -> list[Departure]:
    rare = rare_endings(table, np.ones(len(table.slots), dtype=bool))
    return [departure for departure in rare if dict(departure.members)[_ENDING] in ways]


def _lasting(table: LeafTable, departure: Departure) -> int:
    """Return on how many of the latest comparable days in a row a subject departed by half as much, or more."""
    daily = table.sum("events", table.mask(departure.members)).sum(axis=1)[-2 : -2 - _LASTING : -1]
    is_less = daily < (departure.seen + departure.expected) / 2
    return int(np.argmax(is_less)) if is_less.any() else len(daily)


def _finding(context: CheckContext, rule: Rule, dataset: str, departure: Departure) -> Finding:
    view, contract = context.dataset(dataset, HISTORY_DAYS), dataset_named(dataset)
    members = tuple(pair for pair in departure.members if pair[0] != _ENDING)
    entity = Entity("cases", "/".join(member for _, member in members), subject_label(context, contract, members))
    first, after = departure.hours
    finding = judge_value(rule, departure.seen, [view], entity)
    finding = finding.with_figures(seen=departure.seen, expected=departure.expected)
    ending = dict(departure.members)[_ENDING]
    end = contract.column(contract.ended[1 if ending == RETURNED else 0]).label.removesuffix("时间")
    finding = finding.with_details(ending=ending, cases=contract.label, end=end)
    if after - first < HOURS:
        finding = replace(finding, window=Window(context.on, first * 3600.0, after * 3600.0))
    return finding
