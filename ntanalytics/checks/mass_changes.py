"""Mass changes: every dataset of states is watched by the same rule, derived from the contract.

A subsystem names the rule; its check it gets by :func:`with_mass_changes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.noticeable import is_switched_off
from ntanalytics.checks.subject_words import member_word, references
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.contract import DATASETS, Column, Dataset, Kind, Type
from ntanalytics.detectors.mass_changes import LEAST_OF_ALL, LEAST_OF_UNIT, MassChange, mass_changes
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_value, unknown
from ntanalytics.findings.mass_change_text import TEXT
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.state_changes import EXPIRES, GONE, NEW, state_changes

#: Days before its end from which on a certificate is renewed, and the old one given up.
_RENEWED_DAYS = 90

#: Columns that place a row in a unit.
_UNITS = ("unit", "unit_id")


@dataclass(frozen=True)
class _StateColumns:
    """Columns of a dataset of states.

    Attributes:
        states: the states, such as whether an account is enabled, and the unit to which it belongs.
        kinds: dimensions of few members.
        units: dimensions of many members.
    """

    states: tuple[Column, ...]
    kinds: tuple[str, ...]
    units: tuple[str, ...]


def _columns(dataset: Dataset) -> _StateColumns:
    """Return the columns of a dataset of states that are no key of it; a part of the key may divide its rows."""
    words = [column for column in dataset.columns if column.values or column.type is Type.BOOLEAN]
    units = tuple(column for column in dataset.columns if column.name in _UNITS and dataset.key != ("unit_id",))
    states = (column for column in words if column.name not in dataset.key and not column.nullable)
    return _StateColumns(
        (*states, *units),
        tuple(column.name for column in words if column.values),
        tuple(column.name for column in units),
    )


#: Dataset of states → its columns, of those that have a state.
STATE_COLUMNS: Mapping[str, _StateColumns] = {
    dataset.name: columns
    for dataset in DATASETS.values()
    if dataset.kind is Kind.STATE and (columns := _columns(dataset)).states
}


def with_mass_changes(subsystem: Subsystem) -> Subsystem:
    """Return a subsystem with the check of its snapshots, where it has a dataset of states."""
    datasets = tuple(name for name in STATE_COLUMNS if DATASETS[name].subsystem == subsystem.id)
    if not datasets:
        return subsystem
    code = f"{subsystem.id}.mass_changes"
    named = {state.name for name in datasets for state, _ in references(DATASETS[name]).values()}
    reads = dict.fromkeys((*datasets, *sorted(named)), 0)
    check = Check(rule=code, evaluate=partial(_evaluate, datasets), reads=reads, optional=tuple(reads))
    return replace(subsystem, checks=(*subsystem.checks, check), texts={**subsystem.texts, code: TEXT})


def _evaluate(datasets: tuple[str, ...], context: CheckContext, rule: Rule) -> list[Finding]:
    """Return what changed in mass since the snapshot of the day before; unknown without one."""
    views = [view for name in datasets if (view := context.dataset(name)).sources]
    if not all(view.is_complete for view in views):
        return [unknown(rule, "missing")]
    if not all(view.was_complete for view in views):
        return [unknown(rule, "no_previous")]
    findings = [
        _finding(context, rule, view.contract, column, change)
        for view in views
        for column in STATE_COLUMNS[view.contract.name].states
        for change in _changes(context, view.contract, column)
    ]
    return findings or [judge_value(rule, 0.0, views)] if views else []


def _changes(context: CheckContext, dataset: Dataset, column: Column) -> list[MassChange]:
    """Return the mass changes of a state; those of what is switched off as a whole are meant so.

    What is new, and what is not listed any more, is told of the first state alone.
    """
    view, columns = context.dataset(dataset.name), STATE_COLUMNS[dataset.name]
    kinds, units = (tuple(name for name in names if name != column.name) for names in (columns.kinds, columns.units))
    ends_by = context.ends_at + timedelta(days=_RENEWED_DAYS)
    counted = state_changes(view.before, view.table, dataset.key, column.name, [*kinds, *units], ends_by)
    least = LEAST_OF_UNIT if column.name in columns.units else LEAST_OF_ALL
    is_renewed = any(own.name == EXPIRES for own in dataset.columns)
    if column is not columns.states[0]:
        counted = counted.filter(counted.became != GONE)
        counted = counted if is_renewed else counted.filter(counted.was != NEW)
    listed = rows(counted)
    changes = mass_changes(listed, kinds, units, least, is_renewed=is_renewed)
    return [change for change in changes if not is_switched_off(context, (*change.members, (column.name, change.was)))]


def _finding(context: CheckContext, rule: Rule, dataset: Dataset, column: Column, change: MassChange) -> Finding:
    parts = (dataset.name, column.name, change.was, change.became, *(member for _, member in change.members))
    entity = Entity("register", "/".join(parts), _label(context, dataset, change))
    finding = replace(judge_value(rule, change.share, [context.dataset(dataset.name)], entity), since=context.on)
    was, became = (_word(context, dataset, column, state) for state in (change.was, change.became))
    figures = {"moved": float(change.moved), "held": float(change.held)}
    words = {"state": column.label.removesuffix("编号"), "was": was, "became": became, "day": context.on.isoformat()}
    return finding.with_figures(**figures).with_details(**words)


def _label(context: CheckContext, dataset: Dataset, change: MassChange) -> str:
    """Return what moved in Chinese: ``市科技局账号``, ``单位证书``."""
    names = (member_word(context, dataset, name, member) for name, member in change.members)
    return "".join((*(name.removesuffix(dataset.label) for name in names), dataset.label))


def _word(context: CheckContext, dataset: Dataset, column: Column, state: str) -> str:
    """Return a state in Chinese; empty for what is not listed any more, or was not."""
    return "" if state in {GONE, NEW} else member_word(context, dataset, column.name, state)
