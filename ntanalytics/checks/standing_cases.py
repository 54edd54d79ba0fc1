"""Standing cases: tasks, deliveries and tickets that began as always and do not end, by their smallest subject."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow.compute as pc

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import rows_of_whole_days
from ntanalytics.checks.known_columns import known_columns, with_known_values
from ntanalytics.checks.parent_units import PARENT, add_parents, parents_of, unit_link, with_our_units
from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.contract.dimensions import GIVEN_UP, breakdown, referred
from ntanalytics.detectors.surveillance.cohorts import unended
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.metrics.leaf_counts import by_start_and_end
from ntanalytics.metrics.rows import rows

#: Column of the step at which an open case waits, and share of the open cases that are nearly all.
_STEP, _NEARLY_ALL = "step", 0.9


def standing_cases(context: CheckContext, name: str, history: int) -> list[Departure]:
    """Return the subjects of a dataset of cases that are open more than usual so many worked days after their begin.

    There are none on a day off, on which nothing is expected to end, and none of a source with a gap.

    Args:
        context: the context of a day.
        name: the dataset.
        history: days before it that are read.
    """
    view, dataset = context.dataset(name, history), DATASETS[name]
    if dataset.kind is not Kind.CASE or not context.working_days or not set(view.sources) - view.gap_sources:
        return []
    recent = context.shared(with_our_units, name, history)
    cases = rows_of_whole_days(view, recent)  # of a day before the first extraction only what was still open is held
    if view.gap_sources:
        cases = cases.filter(~cases.source.isin(sorted(view.gap_sources)))
    dimensions = known_columns(view, [column.name for column in breakdown(dataset).dimensions])
    cases = with_known_values(cases, view, dimensions)
    cases, added = _with_referred(context, dataset, cases, history)
    dimensions += added
    given_up = (GIVEN_UP, dataset.changed) if GIVEN_UP in cases.columns else None
    counted = by_start_and_end(cases, dataset.ended, given_up, context.utc_offset_h, dimensions).to_pyarrow()
    worked = _worked(context, name, history, pc.min(counted["day"]).as_py() or context.on)
    nested: tuple[str, ...] = ()
    link = unit_link(dataset)
    parents = parents_of(context, link) if link is not None and not link.state else None
    if link is not None and parents is not None and link.column in dimensions:
        counted = add_parents(counted, link.column, parents)
        dimensions, nested = [*dimensions, PARENT], (link.column, PARENT)
    return unended(counted, worked, dimensions, nested)


def waiting_step(
    context: CheckContext, name: str, history: int, departure: Departure, days: tuple[date, date]
) -> tuple[str, int]:
    """Return the step at which the open cases of a subject wait, and how many; empty and 0 where there is none.

    Nearly all of them wait there; or most, and nearly all that is open more than usual: as many as wait elsewhere let
    expect fewer there, by the steps of the other open cases of these days.

    Args:
        context: the context of a day.
        name: the dataset.
        history: days before it that are read.
        departure: the subject; what is no column of the cases is left out.
        days: the first and the last day on which its cases began.
    """
    view, dataset = context.dataset(name, history), DATASETS[name]
    if _STEP not in {column.name for column in dataset.columns} or view.sources_without(_STEP):
        return "", 0
    recent = context.shared(with_our_units, name, history)
    cases = recent.filter(recent.day.between(*map(ibis.literal, days)))
    for column in dataset.ended:
        cases = cases.filter(cases[column].isnull())
    if GIVEN_UP in cases.columns:
        cases = cases.filter(~cases[GIVEN_UP].fill_null(False))
    is_own: ir.BooleanValue = ibis.literal(True)
    for dimension, member in departure.members:
        if dimension in cases.columns:
            is_own = is_own & (cases[dimension].cast("string") == member).fill_null(False)
    counted = rows(
        cases.group_by(_STEP)
        .aggregate(cases=cases.count(where=is_own), others=cases.count(where=~is_own))
        .order_by(ibis.desc("cases"))
    )
    total, others = (sum(row[column] for row in counted) for column in ("cases", "others"))
    if not total or not counted[0][_STEP]:
        return "", 0
    waiting, nearly_all = counted[0]["cases"], _NEARLY_ALL * total
    # one case more on either side: of no others nothing is known
    elsewhere = (counted[0]["others"] + 1) / (others + 2)
    usual = (total - waiting) / (1 - elsewhere)
    is_cause = 2 * waiting > total and total - usual >= _NEARLY_ALL * (departure.seen - departure.expected)
    return (str(counted[0][_STEP]), waiting) if waiting >= nearly_all or is_cause else ("", 0)


def _worked(context: CheckContext, name: str, history: int, first: date) -> list[date]:
    """Return the worked days from the first case on."""
    days = rows(context.dataset(name, history).days)
    return sorted(row["day"] for row in days if row["is_working_day"] and first <= row["day"] <= context.on)


def _with_referred(
    context: CheckContext, dataset: Dataset, cases: ir.Table, history: int
) -> tuple[ir.Table, list[str]]:
    """Return cases with the names of what they belong to, and these names; without any where no source has them."""
    known = referred(dataset)
    if known is None:
        return cases, []
    column, other, columns = known
    view = context.dataset(other.name, history)
    names = known_columns(view, [item.name for item in columns])
    if not names:
        return cases, []
    named = context.shared(with_our_units, other.name, history)
    theirs = with_known_values(named, view, names).select("source", column.name, *names)
    return cases.left_join(theirs, ["source", column.name]).select(*cases.columns, *names), names
