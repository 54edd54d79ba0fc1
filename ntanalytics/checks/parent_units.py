"""Parent units: the unit above the one of each event, as a further dimension of surveillance.

A county is no column of a log: it stands above the unit of the account, the certificate or the seal. Its units stop
together, each of them too small to be seen alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import DATASETS
from ntanalytics.contract.dataset import Column, Dataset
from ntanalytics.contract.dimensions import column_named, state_of, value_named
from ntanalytics.metrics import measure
from ntanalytics.workspace.units import unit_columns

#: Name of the dimension.
PARENT = "parent"


@dataclass(frozen=True)
class UnitLink:
    """Way from an event to its unit.

    Attributes:
        column: the column of the event: the name of its unit, or an id of something that has one.
        state: name of the dataset of what the id refers to; empty where the column is the name.
    """

    column: str
    state: str = ""


def unit_link(dataset: Dataset) -> UnitLink | None:
    """Return the way from the events of a dataset to their units; None where there is none."""
    if named := unit_columns(dataset):
        return UnitLink(named[0])
    for column in dataset.columns:
        state = state_of(column.name)
        if state is not None and state[0].name != dataset.name and _unit_column(state[0]):
            return UnitLink(column.name, state[0].name)
    return None


def with_our_units(context: CheckContext, name: str, history: int) -> ir.Table:
    """Return the recent rows of a dataset with our names of their units: a renamed unit is the same.

    The names of a column are read once for all that is counted by them.

    Args:
        context: the context.
        name: the dataset.
        history: days before the period that are read.
    """
    view = context.dataset(name, history)
    table = view.recent
    for column in unit_columns(view.contract) if view.sources else ():
        table = context.report.resolve_units(table, column).select(*table.columns)
    return table


def label_of(dataset: Dataset, dimension: str) -> str:
    """Return the label of a dimension: that of its column, or of the parent unit."""
    if dimension == PARENT:
        return measure(PARENT).label
    column = column_named(dataset, dimension)
    return (column or value_named(dataset, dimension)).label


def column_of(dataset: Dataset, dimension: str) -> Column | None:
    """Return the column of a dimension; None for the parent unit, which is none."""
    return None if dimension == PARENT else column_named(dataset, dimension)


def parents_of(context: CheckContext, link: UnitLink | None) -> pa.Table | None:
    """Return ``member`` → ``parent`` of what a link leads by; None where no unit is known to have one.

    Args:
        context: the context; its check reads the dataset of the link.
        link: the way of some events to their units.
    """
    if link is None or (link.state and not context.dataset(link.state).sources):
        return None
    parents = context.shared(_parents, link.state)
    return parents if len(parents) else None


def with_parents(events: ir.Table, column: str, parents: pa.Table) -> ir.Table:
    """Return events with the unit above theirs, null where none is known.

    Args:
        events: rows of a dataset.
        column: the column of their link.
        parents: the result of :func:`parents_of`.
    """
    known = ibis.memtable(parents.rename_columns(["_member", PARENT]))
    joined = events.left_join(known, events[column] == known["_member"])
    return joined.select(*(events[name] for name in events.columns), joined[PARENT])


def add_parents(counted: pa.Table, column: str, parents: pa.Table) -> pa.Table:
    """Return counts by a unit's name with the unit above it, as :func:`with_parents` does for events."""
    places = pc.index_in(counted[column], parents["member"])
    return counted.append_column(PARENT, parents[PARENT].take(places))


def _parents(context: CheckContext, state: str) -> pa.Table:
    """Return ``member`` → ``parent``, by the unit's name or by the key of a state."""
    units = context.units()
    ours = units.names().filter(ibis._.parent.notnull()).select("unit", "parent")
    theirs = units.aliases.inner_join(ours, units.aliases.ours == ours.unit).select(unit="theirs", parent="parent")
    named = ours.union(theirs).group_by(member="unit").agg(parent=ibis._.parent.min())
    if state:
        rows, contract = context.dataset(state).table, DATASETS[state]
        if _unit_column(contract) == "unit_id":
            rows = units.identify(rows)
        own = rows.filter(rows.unit.notnull()).select(_key=contract.key[0], _unit="unit")
        placed = own.inner_join(named, own["_unit"] == named["member"])
        named = placed.group_by(member="_key").agg(parent=placed[PARENT].min())
    return named.to_pyarrow().combine_chunks()


def _unit_column(state: Dataset) -> str:
    """Return the column of a state that names its unit; empty where it has none."""
    names = {column.name for column in state.columns}
    return next((name for name in ("unit_id", "unit") if name in names and name not in state.key), "")
