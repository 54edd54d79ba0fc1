"""Groups of the OA: units by our names, and what a source feeds, since its gap touches its own groups alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.metrics.days import days_of_groups
from ntanalytics.metrics.rows import in_memory, rows
from ntanalytics.workspace.dataset_view import DatasetView

#: Members of the columns that name a group.
Group = tuple[str | None, ...]

#: Function that returns tables whose rows tell which source feeds which group.
Fed: TypeAlias = Callable[[], Sequence[ir.Table]]


def our_units(context: CheckContext, table: ir.Table) -> ir.Table:
    """Return rows of the OA with our names of their units, by which every report groups them."""
    resolved = context.report.resolve_units(table)
    return resolved.select(*table.columns)


def fed_by_activities(context: CheckContext, history: int, by: Sequence[str]) -> ir.Table:
    """Return a row for each source and group of which it has an activity: ``edition``, ``unit``, ``source``.

    Args:
        context: the context.
        history: days before the period that are read, too.
        by: the columns that name a group; with ``unit`` among them, units have our names.
    """
    fed = context.shared(_sources_of_activities, history)
    return our_units(context, fed) if "unit" in by else fed


def _sources_of_activities(context: CheckContext, history: int) -> ir.Table:
    """Return each source with its editions and units, in memory: the days of the history are read once."""
    return in_memory(context.dataset("oa.activities", history).recent.select("edition", "unit", "source").distinct())


def gap_groups(view: DatasetView, fed: Fed, by: Sequence[str]) -> tuple[set[Group], set[Group]]:
    """Return the groups that a source of a view with a gap feeds: those in the period, and those in the one before.

    Args:
        view: the dataset.
        fed: returns tables whose rows tell which source feeds which group; without a gap it is not called.
        by: the columns that name a group.
    """
    return groups_of(gap_sources(view, by), fed, by)


def groups_of(touched: tuple[set[str], set[str]], fed: Fed, by: Sequence[str]) -> tuple[set[Group], set[Group]]:
    """Return the groups that some sources feed, those in the period and those in the one before.

    Args:
        touched: the sources in the period, and those in the one before.
        fed: returns tables whose rows tell which source feeds which group; without a source it is not called.
        by: the columns that name a group.
    """
    groups: dict[str, set[Group]] = {}
    if any(touched):
        for table in fed():
            for row in rows(table.select(*by, "source").distinct()):
                groups.setdefault(row["source"], set()).add(tuple(row[name] for name in by))
    now, before = (set().union(*(groups.get(source, set()) for source in sources)) for sources in touched)
    return now, before


def gap_sources(view: DatasetView, by: Sequence[str]) -> tuple[set[str], set[str]]:
    """Return the sources whose groups have a gap in the period, and in the one before.

    Where many rows of a source name no unit, each of its units has one.

    Args:
        view: the dataset.
        by: the columns that name a group.
    """
    nameless: tuple[set[str], set[str]] = view.unfilled.sources_of("unit") if "unit" in by else (set(), set())
    return {*view.gap_sources, *nameless[0]}, {*view.gap_sources_before, *nameless[1]}


def of_named_units(view: DatasetView, table: ir.Table) -> tuple[ir.Table, bool]:
    """Return the rows of units whose sources name them, and whether there are others.

    Where many rows of a source name no unit, what each of its units lacks may be among these.

    Args:
        view: the dataset.
        table: its rows, with ``unit`` and ``source``.
    """
    nameless, _ = view.unfilled.sources_of("unit")
    named = table.filter(table.unit.notnull())
    if not nameless:
        return named, False
    touched = named.filter(named.source.isin(sorted(nameless))).select("unit").distinct()
    return named.anti_join(touched, "unit"), True


def group_table(groups: Collection[Group], by: Sequence[str]) -> ir.Table:
    """Return groups as a table of the columns that name them."""
    listed = list(groups)
    return ibis.memtable(
        pa.table({name: pa.array([group[place] for group in listed], pa.string()) for place, name in enumerate(by)})
    )


def days_by_group(
    view: DatasetView, fed: Callable[[], ir.Table], by: Sequence[str], *, has_empty: bool = False
) -> ir.Table:
    """Return the days of a view, or those of each group where a gap touches some of them alone.

    Args:
        view: the dataset.
        fed: returns a table whose rows tell which source feeds which group; without a gap it is not called.
        by: the columns that name a group.
        has_empty: whether a day of the period of which a source gave no row is a gap, too, where it is judged.
    """
    gaps = view.gap_days | (view.empty_days if has_empty else frozenset())
    if not gaps:
        return view.days
    return days_of_groups(view.days, fed().select("source", *by).distinct(), gaps, by)
