"""Runs of backup plans: begin, duration, interval and size beside the runs before them (docs/domain.md, Backups)."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.infra.backups import PLAN_KEYS, USUAL_RUNS
from ntanalytics.metrics.measure import Measure, catalogue, count

SHIFTS = (
    Measure(
        "start_shift_s",
        "开始时刻偏移",
        "Seconds by which the first run of a day began at another time of day than the median of the seven before it "
        "(docs/domain.md, Backups).",
        format="seconds",
        good="down",
    ),
)

DURATIONS = (
    Measure(
        "backup_duration_times",
        "备份用时相差倍数",
        "Times as long as the median of the runs before it that the last run of a day took, or the reverse where it "
        "was shorter (docs/domain.md, Backups: duration).",
        unit="倍",
        format="number:1",
        good="down",
    ),
)

MISSED = (
    Measure(
        "backup_overdue_s",
        "备份逾期",
        "Seconds for which a plan has not run beyond the longest time between its last eight runs "
        "(docs/domain.md, Backups: missed runs). A missing day may hide a run.",
        format="seconds",
        good="down",
        over_gap="upper_bound",
    ),
)

UNCHANGED = (
    count(
        "unchanged_runs",
        "数据量未变的连续次数",
        "次",
        "Successful runs in a row, up to the last one, that kept the same bytes, of a plan and level whose seven runs "
        "before them each kept others (docs/domain.md, Backups: unchanged runs). A missing day may hide another size.",
        good="down",
        over_gap="upper_bound",
    ),
)

MEASURES = catalogue((*SHIFTS, *DURATIONS, *MISSED, *UNCHANGED))

#: Median distance of the runs before from their usual time of day up to which they have one; seconds of a day.
STEADY_S, _DAY_S = 1800, 86_400

#: Most runs before the last one that give the usual duration: three weeks of a nightly plan.
DURATION_RUNS = 21

#: Fewest runs from which the time between them is known.
_MIN_RUNS = 4

#: Level of a backup that needs no other one.
_FULL = "full"


def start_shifts(backups: ir.Table, on: date) -> ir.Table:
    """Return the plans that ran on a day, with the time of day at which they began, and usually begin.

    Args:
        backups: rows of ``infra.backups`` of the weeks up to ``on``.
        on: the day.

    Returns:
        ``plan``, ``start_s`` and ``usual_start_s`` (seconds of the UTC day), ``start_shift_s`` and
        ``shift_before_s``, that of the run before, most first. A plan with fewer than seven runs before, or without a
        steady time, is left out.
    """
    today = backups.filter(backups.day == ibis.literal(on))
    first = today.group_by(*PLAN_KEYS).aggregate(_first_at=today.started_at.min())
    joined = join_groups(backups.filter(backups.day < ibis.literal(on)), first, PLAN_KEYS)
    newest = ibis.window(group_by=list(PLAN_KEYS), order_by=[ibis.desc("started_at"), ibis.desc("backup_id")])
    before = joined.filter(joined["_first_at"].notnull()).mutate(_rank=ibis.row_number().over(newest))
    past = before.filter(before["_rank"] < USUAL_RUNS)
    oldest = past.group_by(*PLAN_KEYS).aggregate(_oldest_at=past.started_at.min(), _runs=past.count())
    past = join_groups(past, oldest, PLAN_KEYS)
    past = past.mutate(_ahead=_ahead(past.started_at, past["_oldest_at"]))
    usual = past.group_by(*PLAN_KEYS).aggregate(_usual=past["_ahead"].quantile(0.5))
    past = join_groups(past, usual, PLAN_KEYS)
    off = (past["_ahead"] - past["_usual"]).abs()
    known = past.group_by(*PLAN_KEYS, "_first_at", "_oldest_at", "_runs", "_usual").aggregate(
        _off=off.quantile(0.5), _before=past["_ahead"].max(where=past["_rank"] == 0)
    )
    known = known.filter((known["_runs"] == USUAL_RUNS) & (known["_off"] <= STEADY_S))
    moved = _ahead(known["_first_at"], known["_oldest_at"]) - known["_usual"]
    usual_start = (known["_oldest_at"].epoch_seconds() + known["_usual"] + _DAY_S) % _DAY_S
    return known.select(
        "plan",
        start_s=known["_first_at"].epoch_seconds() % _DAY_S,
        usual_start_s=usual_start,
        start_shift_s=_around_clock(moved),
        shift_before_s=_around_clock(known["_before"] - known["_usual"]),
    ).order_by(ibis.desc("start_shift_s"), "plan")


def durations(backups: ir.Table, on: date) -> ir.Table:
    """Return how long the last successful run of each plan on a day took beside the runs of its level before that day.

    Args:
        backups: rows of ``infra.backups`` of the weeks up to ``on``.
        on: the day.

    Returns:
        ``plan``, ``level``, ``backup_s``, ``usual_s`` (the median of up to 21 runs before), ``short_s`` and ``long_s``
        (their quartiles), and ``backup_duration_times``, the largest first. A plan with fewer than seven runs before,
        or without an end, is left out.
    """
    keys = (*PLAN_KEYS, "level")
    good = backups.filter((backups.outcome == "success") & backups.ended_at.notnull())
    # what is done within a second is known to no part of it
    lasted = ibis.greatest(good.ended_at.epoch_seconds() - good.started_at.epoch_seconds(), 1).cast("float64")
    newest = ibis.window(
        group_by=[*keys, good.day == ibis.literal(on)], order_by=[ibis.desc("started_at"), ibis.desc("backup_id")]
    )
    ranked = good.mutate(_lasted=lasted, _rank=ibis.row_number().over(newest))
    is_today = ranked.day == ibis.literal(on)
    today = ranked.filter(is_today & (ranked["_rank"] == 0)).select(*keys, backup_s="_lasted")
    past = ranked.filter((ranked.day < ibis.literal(on)) & (ranked["_rank"] < DURATION_RUNS))
    usual = past.group_by(*keys).aggregate(
        usual_s=past["_lasted"].quantile(0.5),
        short_s=past["_lasted"].quantile(0.25),
        long_s=past["_lasted"].quantile(0.75),
        _runs=past.count(),
    )
    both = join_groups(today, usual, keys)
    known = both.filter(both["_runs"] >= USUAL_RUNS)
    times = ibis.greatest(known.backup_s / known.usual_s, known.usual_s / known.backup_s)
    columns = ("plan", "level", "backup_s", "usual_s", "short_s", "long_s")
    return known.select(*columns, backup_duration_times=times).order_by(ibis.desc("backup_duration_times"), "plan")


def missed_runs(backups: ir.Table, at: datetime) -> ir.Table:
    """Return the plans that have not run for longer than between any two of their last eight runs, failed or not.

    So is one whose full backups have not, while it goes on with others: nothing takes the place of a full one.

    Args:
        backups: rows of ``infra.backups`` of the weeks before ``at``.
        at: the moment (aware).

    Returns:
        ``plan``, ``medium``, ``level`` (null for all runs of a plan), ``last_run_at``, ``usual_interval_s``,
        ``longest_interval_s`` and ``backup_overdue_s``, the longest overdue first. What ran fewer than four times is
        left out.
    """
    past = backups.filter(backups.started_at < ibis.literal(at))
    runs = past.mutate(_is_full=False).union(past.filter(past.level == _FULL).mutate(_is_full=True))
    by = (*PLAN_KEYS, "_is_full")
    newest = ibis.window(group_by=list(by), order_by=[ibis.desc("started_at"), ibis.desc("backup_id")])
    earlier = runs.started_at.lead(1).over(newest)
    gaps = runs.mutate(
        _rank=ibis.row_number().over(newest),
        _gap_s=(runs.started_at.epoch_seconds() - earlier.epoch_seconds()).cast("float64"),
    )
    is_between = gaps["_rank"] < USUAL_RUNS
    known = gaps.group_by(*by).aggregate(
        last_run_at=gaps.started_at.max(),
        usual_interval_s=gaps["_gap_s"].quantile(0.5, where=is_between),
        longest_interval_s=gaps["_gap_s"].max(where=is_between),
        _runs=gaps.count(),
    )
    age = ibis.literal(at).epoch_seconds() - known.last_run_at.epoch_seconds()
    overdue = known.mutate(backup_overdue_s=age - known.longest_interval_s)
    overdue = overdue.mutate(_is_late=(overdue["_runs"] >= _MIN_RUNS) & (overdue.backup_overdue_s > 0))
    # a plan of full backups alone, and one that does not run at all, is told by all of its runs
    plan = ibis.window(group_by=list(PLAN_KEYS))
    of_plans = overdue.mutate(
        _of_plan=overdue["_runs"].max().over(plan),
        _is_told=(overdue["_is_late"] & ~overdue["_is_full"]).cast("int8").max().over(plan) == 1,
    )
    is_of_full = ~of_plans["_is_told"] & (of_plans["_runs"] < of_plans["_of_plan"])
    late = of_plans.filter(of_plans["_is_late"] & (~of_plans["_is_full"] | is_of_full))
    late = late.mutate(level=late["_is_full"].ifelse(_FULL, None))
    columns = ("plan", "medium", "level", "last_run_at", "usual_interval_s", "longest_interval_s", "backup_overdue_s")
    return late.select(*columns).order_by(ibis.desc("backup_overdue_s"), "plan")


def unchanged_runs(backups: ir.Table, at: datetime) -> ir.Table:
    """Return the plans and levels of which the last successful runs kept the same bytes, and never did before.

    Args:
        backups: rows of ``infra.backups`` of the weeks before ``at``.
        at: the moment (aware).

    Returns:
        ``plan``, ``level``, ``size_bytes``, ``first_at`` (begin of the first run of that size), ``unchanged_runs``
        (two or more), most first. A plan and level of which any two of the seven runs before in a row were alike, or
        with fewer of them, is left out.
    """
    keys = (*PLAN_KEYS, "level")
    good = backups.filter(
        (backups.started_at < ibis.literal(at)) & (backups.outcome == "success") & (backups.size_bytes > 0)
    )
    newest = ibis.window(group_by=list(keys), order_by=[ibis.desc("started_at"), ibis.desc("backup_id")])
    ranked = good.mutate(
        _rank=ibis.row_number().over(newest),
        _last=good.size_bytes.first().over(newest),
        _before=good.size_bytes.lead(1).over(newest),
    )
    others = ranked.filter(ranked.size_bytes != ranked["_last"])
    alike = others.group_by(*keys).aggregate(unchanged_runs=others["_rank"].min())
    placed = join_groups(ranked, alike, keys)
    is_alike = placed["_rank"] < placed.unchanged_runs
    is_before = ~is_alike & (placed["_rank"] < placed.unchanged_runs + USUAL_RUNS)
    counted = placed.group_by(*keys, "unchanged_runs").aggregate(
        size_bytes=placed.size_bytes.max(where=is_alike),
        first_at=placed.started_at.min(where=is_alike),
        _runs=placed.count(where=is_before),
        _repeated=placed.count(where=is_before & (placed.size_bytes == placed["_before"])),
    )
    known = counted.filter(
        (counted["_runs"] == USUAL_RUNS) & (counted["_repeated"] == 0) & (counted.unchanged_runs > 1)
    )
    columns = ("plan", "level", "size_bytes", "first_at", "unchanged_runs")
    return known.select(*columns).order_by(ibis.desc("unchanged_runs"), "plan", "level")


def _around_clock(moved: ir.IntegerValue) -> ir.FloatingValue:
    """Return a shift of a time of day by the shorter way around the clock."""
    shift: ir.FloatingValue = ibis.least(moved.abs(), _DAY_S - moved.abs()).cast("float64")
    return shift


def _ahead(moment: ir.TimestampValue, of: ir.TimestampValue) -> ir.IntegerValue:
    """Return by how many seconds a time of day is ahead of another: from half a day earlier to half a day later."""
    ahead: ir.IntegerValue = (moment.epoch_seconds() - of.epoch_seconds() + _DAY_S // 2) % _DAY_S - _DAY_S // 2
    return ahead
