"""Figures by day for every day of a span: 0 on a covered day, null on a gap.

``days`` is a table of the days of a span: ``day`` (date, local), ``is_covered`` (the day was extracted),
``is_working_day`` and ``label``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics.measure import Measure, catalogue
from ntanalytics.metrics.rows import Rows, rows

#: Labels of the columns of ``days``.
MEASURES = catalogue(
    (
        Measure("day", "日期", "The local day, midnight to midnight (docs/domain.md, Time).", format="date"),
        Measure(
            "is_covered",
            "数据完整",
            "Whether the day has no gap; the figures of a day with a gap are null.",
            format="text",
        ),
        Measure(
            "is_working_day",
            "工作日",
            "Whether it is a working day of the State Council's calendar (docs/domain.md, Time).",
            format="text",
        ),
        Measure("label", "日历", "Kind of the day in the calendar (节假日 …).", format="text"),
    )
)


def fill_days(
    figures: ir.Table, days: ir.Table, measures: Mapping[str, Measure], *, by: Sequence[str] = ()
) -> ir.Table:
    """Return figures by day, one row for each day of ``days`` and each group that occurs.

    On a covered day without a row, an additive measure is 0 and the others are null. On a day that is not covered,
    every measure is null, whatever rows there are (docs/domain.md, The figures).

    Args:
        figures: one row a day and group: ``day``, the columns of ``by``, and measures. Not ordered: Ibis makes a
            wrong DISTINCT of an ordered table on Spark.
        days: the days of the span (see the module), or those of each group (:func:`days_of_groups`).
        measures: the measures in ``figures`` by name; other columns are left out.
        by: the columns that name a group.

    Returns:
        The columns of ``days``, those of ``by``, and the measures, in no order.
    """
    shown = [name for name in figures.columns if name in measures and name not in (*days.columns, *by)]
    grid = days
    if by and not set(by) <= {*days.columns}:
        grid = days.cross_join(figures.select(*by).distinct())
    theirs = figures.select(
        _day=figures.day,
        **{f"_{name}": figures[name] for name in by},
        **{f"_of_{name}": figures[name] for name in shown},
    )
    on = [grid.day == theirs["_day"], *(grid[name].identical_to(theirs[f"_{name}"]) for name in by)]
    joined = grid.left_join(theirs, on)
    filled = {
        name: joined.is_covered.ifelse(_with_zeros(joined[f"_of_{name}"], measures[name]), ibis.null())
        for name in shown
    }
    return joined.select(*dict.fromkeys((*days.columns, *by)), **filled)


def days_of_groups(
    days: ir.Table, feeds: Rows, gaps: Collection[tuple[str, date]], by: Sequence[str], *, sources: Collection[str] = ()
) -> ir.Table:
    """Return the days of each group: the gap of a source is one of the groups alone that it feeds.

    Args:
        days: the days of the span (see the module).
        feeds: ``source`` and ``by`` of rows: which source feeds which groups.
        gaps: source and day of the gaps.
        by: the columns that name a group; without any, what the feeding sources have is one group.
        sources: all sources; one that feeds no row may feed any group, and its gap is one of all.

    Returns:
        The columns of ``days`` and those of ``by``, one row for each day and group; ``days`` themselves where each gap
        is one of all groups.
    """
    fed: dict[tuple[str | None, ...], set[str]] = {}
    for row in rows(feeds):
        fed.setdefault(tuple(row[name] for name in by), set()).add(row["source"])
    silent = {*sources} - set().union(*fed.values())
    kinds = list(dict.fromkeys(frozenset(own) for own in fed.values()))
    lacking = [{day for source, day in gaps if source in own | silent} for own in kinds]
    every = {day for _, day in gaps}
    if all(off == every for off in lacking):
        return days
    known = rows(days)
    calendar = [
        {**row, "is_covered": (row["is_covered"] or row["day"] in every) and row["day"] not in off, "_kind": kind}
        for kind, off in enumerate(lacking)
        for row in known
    ]
    schema = ibis.schema({**days.schema(), "_kind": "int64"}).to_pyarrow()
    of_kinds = ibis.memtable(pa.Table.from_pylist(calendar, schema=schema))
    groups = {name: pa.array([group[place] for group in fed], pa.string()) for place, name in enumerate(by)}
    kind_of = pa.array([kinds.index(frozenset(own)) for own in fed.values()], pa.int64())
    of_groups = ibis.memtable(pa.table({**groups, "_of": kind_of}))
    return of_kinds.inner_join(of_groups, of_kinds["_kind"] == of_groups["_of"]).select(*days.columns, *by)


def _with_zeros(column: ir.Column, measure: Measure) -> ir.Column:
    return column.fill_null(0) if measure.is_additive else column
