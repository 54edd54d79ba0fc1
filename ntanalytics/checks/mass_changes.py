"""Mass changes: every dataset of states is watched by the same rule, derived from the contract.

A subsystem names the rule; its check it gets by :func:`with_mass_changes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.noticeable import is_switched_off
from ntanalytics.checks.subject_words import member_word, references
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.contract import DATASETS, Column, Dataset, Kind, Type
from ntanalytics.contract.dimensions import planned_terms
from ntanalytics.detectors.mass_changes import LEAST_OF_ALL, LEAST_OF_UNIT, MassChange, mass_changes, usual_most
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_value, unknown
from ntanalytics.findings.mass_change_text import TEXT
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.state_changes import EXPIRES, GONE, NEW, happened_by_day, new_rows, state_changes
from ntanalytics.workspace.dataset_view import DatasetView

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


def _moments(dataset: Dataset) -> tuple[Column, ...]:
    """Return the columns of what happens once to a row.

    None is the begin of a term, or its end: what expires together is renewed together.
    """
    ends = {name for term in planned_terms(dataset) for name in term.elapsed or ()}
    moments = (column for column in dataset.columns if column.type is Type.TIMESTAMP and column.name not in ends)
    return tuple(column for column in moments if column.name != EXPIRES and not column.name.startswith("last_"))


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
    findings: list[Finding] = []
    for view in views:
        changed = [
            _finding(context, rule, view.contract, column, change)
            for column in STATE_COLUMNS[view.contract.name].states
            for change in _changes(context, view.contract, column)
        ]
        findings += changed
        findings += [crowd for crowd in _crowded_day(context, rule, view.contract) if not _is_of(crowd, changed)]
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


def _crowded_day(context: CheckContext, rule: Rule, dataset: Dataset) -> list[Finding]:
    """Return what happened to far more rows on the day than on any other; of several the one with most rows."""
    view, moments = context.dataset(dataset.name), {column.name: column for column in _moments(dataset)}
    if not moments:
        return []
    made = happened_by_day(view.before, view.table, tuple(moments), _RENEWED_DAYS, context.utc_offset_h)
    counts: dict[str, dict[date, int]] = {name: {} for name in moments}
    for row in rows(made):
        counts[row["moment"]][row["day"]] = row["rows"]
    crowded = _crowded(counts, context.on, 0)
    crowded = crowded and _crowded(counts, context.on, _new_as_meant(view))
    if not crowded:
        return []
    moved, name, most = max(crowded)
    held = view.table.count().to_pyarrow().as_py()
    entity = Entity("register", f"{dataset.name}/{name}", dataset.label)
    finding = replace(judge_value(rule, moved / held, [view], entity), since=context.on)
    happened = {"happened": moments[name].label.removesuffix("时间"), "day": context.on.isoformat()}
    return [finding.with_figures(moved=float(moved), held=float(held), most=float(most)).with_details(**happened)]


def _is_of(crowd: Finding, changed: Sequence[Finding]) -> bool:
    """Return whether one of the mass changes has most of the rows of a crowded day; those of a small unit have not."""
    moved = (float(finding.figures["moved"] or 0) for finding in changed)
    return any(2 * rows_moved > float(crowd.figures["moved"] or 0) for rows_moved in moved)


def _new_as_meant(view: DatasetView) -> int:
    """Return the number of new rows that take the place of others, or are of a unit that was connected."""
    dataset = view.contract
    new, units = new_rows(view.before, view.table, dataset.key), STATE_COLUMNS[dataset.name].units
    if all(column.name != EXPIRES for column in dataset.columns):
        if not units:
            return 0
        new = new.drop_null(list(units)).anti_join(view.before, list(units))
    return int(new.count().to_pyarrow().as_py())


def _crowded(counts: Mapping[str, Mapping[date, int]], on: date, meant: int) -> list[tuple[int, str, int]]:
    """Return of each moment whose day is crowded the rows of the day, its name and the most rows of a day before."""
    days_of = ((days.get(on, 0), name, usual_most(days, on, meant)) for name, days in counts.items())
    return [(moved, name, most) for moved, name, most in days_of if most is not None]


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
