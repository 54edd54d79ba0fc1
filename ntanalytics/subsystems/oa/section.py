"""Summary of OA adoption in any report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import partial

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.oa import adoption, task_duration, unit_ranking
from ntanalytics.metrics.rows import in_memory
from ntanalytics.subsystems.oa.fed_groups import (
    Fed,
    Group,
    fed_by_activities,
    gap_groups,
    gap_sources,
    group_table,
    groups_of,
    our_units,
)
from ntanalytics.workspace.daily_aggregates import DailyAggregate
from ntanalytics.workspace.dataset_view import DatasetView

#: Days back in which the first activity of an account is looked for.
EVER = 400


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return adoption in all and by edition, handling time of tasks (docs/domain.md, OA adoption)."""
    activities, members = context.dataset("oa.activities", EVER), context.dataset("oa.members")
    tasks = context.dataset("oa.tasks")
    first = context.period.first
    total = context.shared(levels).total
    since = first - timedelta(days=HISTORY)
    daily = activities.daily(DailyAggregate(adoption.active_by_day), adoption.MEASURES, since=since)
    oldest = task_duration.first_day(tasks.cases, context.utc_offset_h)
    worked = context.calendar.known_working_days(oldest or first, context.on)
    handled = task_duration.task_duration(tasks.cases, worked, first, context.on, context.utc_offset_h, ["module"])
    names = ["active", "active_rate", "mobile_share"]
    return SubsystemSummary(
        subsystem="oa",
        highlights=highlights(total, names),
        lead="active",
        total=total,
        daily=figures(daily, activities),
        tables={
            "editions": context.shared(levels, "edition"),
            "units": context.shared(levels, "unit"),
            "modules": figures(adoption.usage(activities.table, ["module"]), activities),
            "handling": figures(handled, tasks),
            "reach": figures(
                adoption.reach(our_units(context, activities.table), our_units(context, members.table)),
                activities,
                members,
            ),
        },
        origin=context.origin("adoption.adoption", activities, members),
    )


def levels(context: CheckContext, *by: str) -> Figures:
    """Return adoption of the period beside that of the one before."""
    activities, members = context.dataset("oa.activities", EVER), context.dataset("oa.members")
    days, first, before = activities.days, context.period.first, context.previous.first
    ever = context.shared(_first_days)
    now_days, before_days = days.filter(days.day >= first), days.filter((days.day >= before) & (days.day < first))
    named = partial(our_units, context) if "unit" in by else _unchanged
    able, able_before = named(members.table), named(members.before)
    now = adoption.adoption(named(activities.table), able, ever, now_days, by)
    was = adoption.adoption(named(activities.before), able_before, ever.filter(ever.day < first), before_days, by)

    def fed() -> tuple[ir.Table, ...]:
        return fed_by_activities(context, EVER, by), able, able_before

    if by and any(gap_sources(activities, by)):
        compared = _judged(activities, fed, now, was, by)
    else:
        compared = adoption.compare_adoption(now, was, by, **activities.wholeness)
    enabled, *shared = adoption.ABLE
    made = figures(compared, activities)
    if not by:
        return made.made_of([enabled], members).made_of(shared, members, beside=True)
    if any(lacking := activities.unfilled.sources_of("platform")):  # what another source feeds has its terminals
        touched = _are_touched(by, *groups_of(_both(lacking, gap_sources(activities, by)), fed, by))
        made = made.made_of(["xinchuang_share"], activities, gaps_of=touched)
    gaps_of = _are_touched(by, *gap_groups(members, fed, by), every=not members.sources)
    made = made.made_of([enabled], members, gaps_of=gaps_of)
    return made.made_of(shared, members, beside=True, gaps_of=gaps_of)


def _both(one: tuple[set[str], set[str]], other: tuple[set[str], set[str]]) -> tuple[set[str], set[str]]:
    return one[0] | other[0], one[1] | other[1]


def _are_touched(
    by: Sequence[str], now: Collection[Group], before: Collection[Group], *, every: bool = False
) -> Callable[[FigureRow], tuple[bool, bool]]:
    """Return the function that tells whether the group of a row has a gap, in the period and in the one before."""

    def gaps_of(row: FigureRow) -> tuple[bool, bool]:
        group = tuple(row[name] for name in by)
        return every or group in now, every or group in before

    return gaps_of


def _unchanged(table: ir.Table) -> ir.Table:
    return table


def _judged(activities: DatasetView, fed: Fed, now: ir.Table, was: ir.Table, by: Sequence[str]) -> ir.Table:
    """Return the compared groups, of which a gap touches only those that its source feeds."""
    gaps, gaps_before = (group_table(groups, by) for groups in gap_groups(activities, fed, by))
    columns = [measure.name for measure in adoption.LEVEL]
    compared = unit_ranking.compare_units(
        now, was, MEASURES, columns=columns, by=by, gap_groups=gaps, gap_groups_before=gaps_before
    )
    return compared.order_by(ibis.desc("active"), *by)


def _first_days(context: CheckContext) -> ir.Table:
    """Return each account with its first day, in memory: all of the history is read once."""
    activities = context.dataset("oa.activities", EVER).recent
    return in_memory(activities.group_by("source", "account_id").aggregate(day=activities.day.min()))


SECTION = Section(
    summarize=summarize,
    lead="active",
    reads={"oa.activities": EVER, "oa.members": 0, "oa.tasks": 0},
    requires=("oa.activities",),
)
