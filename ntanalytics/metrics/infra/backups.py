"""Backups: each plan's last success, its age and its size (docs/domain.md, Infra; O13)."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Runs before the last one that give the usual size and interval.
USUAL_RUNS = 7

PLANS = (
    Measure(
        "last_success_at",
        "最近成功",
        "Begin of the plan's last successful run (docs/domain.md, Infra).",
        format="datetime",
    ),
    Measure(
        "backup_age_s",
        "距今",
        "The moment − last_success_at, in seconds; null when none succeeded (docs/domain.md, Infra).",
        format="seconds",
        good="down",
    ),
    Measure(
        "usual_interval_s",
        "通常间隔",
        "Median of the time between the last eight successful runs: the actual plan (docs/domain.md, Backups).",
        format="seconds",
    ),
    Measure(
        "backup_lateness",
        "逾期倍数",
        "backup_age_s / usual_interval_s: above 1 the next run is due; null where either is not known (O13).",
        unit="倍",
        format="number:1",
        good="down",
    ),
    Measure("last_size_bytes", "最近数据量", "Bytes of the last successful run.", format="bytes"),
    Measure(
        "usual_size_bytes",
        "通常数据量",
        "Median of the seven successful runs before it of the same level (docs/domain.md, Infra).",
        format="bytes",
    ),
    rate(
        "size_drop",
        "数据量下降",
        "1 − last_size_bytes / usual_size_bytes; null where either is not known (docs/domain.md, Infra).",
        good="down",
    ),
    rate(
        "size_spread",
        "数据量差异",
        "(largest − smallest) / usual_size_bytes of the seven runs that give it; null with fewer (docs/domain.md, "
        "Backups: size drop).",
    ),
    count("backup_runs", "执行次数", "次", "Runs in the period."),
    count("failed_backups", "失败次数", "次", "Runs in the period that failed.", good="down"),
    count(
        "failed_since",
        "成功后失败次数",
        "次",
        "Runs that failed since the last success; all failed ones where none succeeded. A missing day hides both "
        "failures and a success.",
        good="down",
        over_gap="unknown",
    ),
)

OFFLINE = (
    count(
        "plans_without_offline",
        "无离线备份的计划",
        "项",
        "Online plans without an offline plan of their name; all plans where nothing is kept offline any more. Unknown "
        "where no offline plan was ever seen. A day that lacks hides plans of both kinds.",
        good="down",
        over_gap="unknown",
    ),
)

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
        "备份超期",
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

RISES = (
    rate(
        "size_rise",
        "数据量上升",
        "last_size_bytes / usual_size_bytes − 1; null where either is not known (docs/domain.md, Backups: size rise).",
        good="down",
    ),
)

MEASURES = catalogue((*PLANS, *OFFLINE, *SHIFTS, *DURATIONS, *MISSED, *UNCHANGED, *RISES))

#: Median distance of the runs before from their usual time of day up to which they have one; seconds of a day.
STEADY_S, _DAY_S = 1800, 86_400

#: Most runs before the last one that give the usual duration: three weeks of a nightly plan.
DURATION_RUNS = 21

#: Fewest runs from which the time between them is known.
_MIN_RUNS = 4

_PLAN = ("source", "plan", "medium")

#: Level of a backup that needs no other one.
_FULL = "full"


def plans(backups: ir.Table, since: datetime, at: datetime) -> ir.Table:
    """Return every backup plan with its last success, age, size and failures (docs/domain.md, Infra).

    Args:
        backups: rows of ``infra.backups`` of the weeks before ``at``, enough for seven runs of the rarest plan.
        since: the begin (aware) of the period whose runs and failures are counted.
        at: the moment (aware).

    Returns:
        ``plan``, ``medium`` and the measures of ``PLANS``, oldest last success first, plans without any success
        before all. Sizes are compared within a level: an incremental run is no smaller full one.
    """
    past = backups.filter(backups.started_at < ibis.literal(at))
    is_own = past.started_at >= ibis.literal(since)
    counted = past.group_by(*_PLAN).aggregate(
        backup_runs=past.count(where=is_own), failed_backups=past.count(where=is_own & (past.outcome == "failure"))
    )
    good = past.filter(past.outcome == "success")
    newest = ibis.window(group_by=list(_PLAN), order_by=[ibis.desc("started_at"), ibis.desc("backup_id")])
    earlier = good.started_at.lead(1).over(newest)
    ranked = good.mutate(
        _rank=ibis.row_number().over(newest),
        _gap_s=good.started_at.epoch_seconds() - earlier.epoch_seconds(),
        _last_level=good.level.first().over(newest),
    )
    kept = ranked.filter(ranked["_rank"] <= USUAL_RUNS)
    last = kept.group_by(*_PLAN).aggregate(
        last_success_at=kept.started_at.max(),
        usual_interval_s=kept["_gap_s"].cast("float64").quantile(0.5, where=kept["_rank"] < USUAL_RUNS),
        last_size_bytes=kept.size_bytes.max(where=kept["_rank"] == 0),
    )
    joined = join_groups(join_groups(counted, last, _PLAN), _usual_sizes(ranked, newest), _PLAN)
    joined = join_groups(joined, _failed_since(past, good), _PLAN)
    age = ibis.literal(at).epoch_seconds() - joined.last_success_at.epoch_seconds()
    drop = 1 - joined.last_size_bytes / joined.usual_size_bytes.nullif(0)
    shown = joined.mutate(
        backup_age_s=age.cast("float64"),
        size_drop=drop,
        failed_since=joined.failed_since.fill_null(0),
        backup_lateness=age / joined.usual_interval_s.nullif(0),
    )
    return shown.select("plan", "medium", *(measure.name for measure in PLANS)).order_by(
        ibis.asc("last_success_at", nulls_first=True), "plan"
    )


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
    first = today.group_by(*_PLAN).aggregate(_first_at=today.started_at.min())
    joined = join_groups(backups.filter(backups.day < ibis.literal(on)), first, _PLAN)
    newest = ibis.window(group_by=list(_PLAN), order_by=[ibis.desc("started_at"), ibis.desc("backup_id")])
    before = joined.filter(joined["_first_at"].notnull()).mutate(_rank=ibis.row_number().over(newest))
    past = before.filter(before["_rank"] < USUAL_RUNS)
    oldest = past.group_by(*_PLAN).aggregate(_oldest_at=past.started_at.min(), _runs=past.count())
    past = join_groups(past, oldest, _PLAN)
    past = past.mutate(_ahead=_ahead(past.started_at, past["_oldest_at"]))
    usual = past.group_by(*_PLAN).aggregate(_usual=past["_ahead"].quantile(0.5))
    past = join_groups(past, usual, _PLAN)
    off = (past["_ahead"] - past["_usual"]).abs()
    known = past.group_by(*_PLAN, "_first_at", "_oldest_at", "_runs", "_usual").aggregate(
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
    keys = (*_PLAN, "level")
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
    by = (*_PLAN, "_is_full")
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
    plan = ibis.window(group_by=list(_PLAN))
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
    keys = (*_PLAN, "level")
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


def _usual_sizes(ranked: ir.Table, newest: ibis.expr.builders.WindowBuilder) -> ir.Table:
    """Return the usual size of each plan, and how far those differ: of the earlier runs of the last run's level."""
    same = ranked.filter(ranked.level == ranked["_last_level"])
    same = same.mutate(_place=ibis.row_number().over(newest))
    before = same.filter(same["_place"].between(1, USUAL_RUNS))
    usual = before.group_by(*_PLAN).aggregate(
        usual_size_bytes=before.size_bytes.quantile(0.5),
        _apart=before.size_bytes.max() - before.size_bytes.min(),
        _runs=before.count(),
    )
    spread = usual["_apart"] / usual.usual_size_bytes.nullif(0)
    return usual.select(
        *_PLAN, "usual_size_bytes", size_spread=(usual["_runs"] >= USUAL_RUNS).ifelse(spread, ibis.null("float64"))
    )


def _failed_since(past: ir.Table, good: ir.Table) -> ir.Table:
    """Return the number of failed runs of each plan since its last success."""
    succeeded = good.group_by(*_PLAN).aggregate(_good_at=good.started_at.max())
    failed = join_groups(past.filter(past.outcome == "failure"), succeeded, _PLAN)
    late = failed.filter(failed["_good_at"].isnull() | (failed.started_at > failed["_good_at"]))
    return late.group_by(*_PLAN).aggregate(failed_since=late.count())


def without_offline(backups: ir.Table, *, is_read: bool = True) -> ir.Table:
    """Return the online plans, and whether an offline plan of their name exists (docs/domain.md, O13).

    An offline plan is the copy of an online plan when its name begins with the first word of that name (``oa-tape`` of
    ``oa``, ``oa-files-tape`` of ``oa-files /data``). Where no name fits any other, single plans are unknown, unless
    nothing at all is offline any more.

    Args:
        backups: rows of ``infra.backups`` of some weeks.
        is_read: whether any source ever gave an offline plan: without one nobody knows what is kept offline.

    Returns:
        ``plan``, ``is_offline`` of each online plan, ordered; ``is_offline`` is null where names do not fit, or where
        no offline plan was ever read.
    """
    plans = backups.select("plan", "medium").distinct()
    online = plans.filter(plans.medium == "online").select("plan", _word=plans.plan.split(" ")[0])
    offline = plans.filter(plans.medium == "offline").select(_tape="plan")
    pairs = online.left_join(
        offline, (offline["_tape"] == online["_word"]) | offline["_tape"].startswith(online["_word"].concat("-"))
    )
    matched = pairs.group_by("plan").aggregate(is_offline=pairs["_tape"].notnull().any())
    any_offline = offline.aggregate(_tapes=offline.count())
    any_pair = matched.aggregate(_pairs=matched.is_offline.sum())
    matched = matched.cross_join(any_offline).cross_join(any_pair)
    is_known = (matched["_pairs"].fill_null(0) > 0) | ((matched["_tapes"] == 0) & ibis.literal(is_read))
    return matched.select("plan", is_offline=is_known.ifelse(matched.is_offline, ibis.null("boolean"))).order_by("plan")
