"""Watched datasets: those that surveillance watches, and the dimensions and values that divide and measure them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ntanalytics.checks.parent_units import UnitLink, unit_link
from ntanalytics.contract import DATASETS, Dataset, Kind, Type
from ntanalytics.contract.dimensions import Breakdown, breakdown, column_named, planned_terms
from ntanalytics.contract.outcomes import tells_outcome, tells_reason

#: Dataset → its dimensions, of the datasets that are watched: those whose events have an hour, and whose cases have a
#: duration that the contract measures; a plan or a right has none.
WATCHED: Mapping[str, Breakdown] = {
    dataset.name: columns
    for dataset in DATASETS.values()
    if dataset.time and dataset.column(dataset.time).type is Type.TIMESTAMP
    if dataset.kind is not Kind.CASE or any(column.elapsed for column in dataset.columns)
    if (columns := breakdown(dataset)).dimensions
}

#: Dataset → the way to the units of its events.
LINKS: Mapping[str, UnitLink | None] = {name: unit_link(DATASETS[name]) for name in WATCHED}

#: Datasets whose day tells how much everything is used: those of what persons do; hosts are measured every day alike.
COMPANIONS = tuple(
    name for name in WATCHED if DATASETS[name].kind is Kind.EVENT and DATASETS[name].subsystem not in ("infra", "desk")
)


def endings_of(dataset: Dataset, dimensions: Sequence[str]) -> tuple[str, ...]:
    """Return the dimensions that tell how events end; those of a case tell it later."""
    columns = ((name, column_named(dataset, name)) for name in dimensions if dataset.kind is Kind.EVENT)
    return tuple(
        name for name, column in columns if column is not None and (tells_outcome(column) or tells_reason(column))
    )


def late_columns(dataset: Dataset, names: Sequence[str]) -> frozenset[str]:
    """Return the dimensions and values that are known later than their event, and of what its source does not know.

    How it ended, and how long it took, is told when it did. The unit above one is null where there is none.
    """
    terms = {term.name for term in planned_terms(dataset)}
    columns = {name: column_named(dataset, name) for name in names if name not in terms}
    return frozenset(
        name for name, column in columns.items() if column is None or tells_outcome(column) or column.elapsed
    )


def presence_columns(dataset: Dataset) -> tuple[str, ...]:
    """Return the columns that are no dimension and no value, and that each event has from its begin if its source can.

    They are who or what an event is of: an account, a certificate, an address. What happens to it later is none.
    """
    columns = WATCHED[dataset.name]
    known = {column.name for column in (*columns.dimensions, *columns.values)}
    return tuple(
        column.name
        for column in dataset.columns
        if column.nullable and column.type is Type.TEXT and column.name not in known
        if column.name.endswith(("_id", "_hash")) and not tells_outcome(column)
    )


def planned_dimensions(dataset: Dataset, names: Sequence[str]) -> tuple[str, ...]:
    """Return the dimensions that name whose events come by a plan: those of programs, not of persons.

    Each event has a name of its own there, such as that of a backup plan; kinds and outcomes are of many plans.
    """
    if dataset.kind is not Kind.EVENT or dataset.name in COMPANIONS or breakdown(dataset).weight:
        return ()
    columns = ((name, column_named(dataset, name)) for name in names)
    return tuple(name for name, column in columns if column and column.type is Type.TEXT and not column.values)
