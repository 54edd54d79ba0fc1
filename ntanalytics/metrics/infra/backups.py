"""Backups: each plan's last success, its age and its size (docs/domain.md, Infra; O13)."""

from __future__ import annotations

from datetime import datetime

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
        is_share=False,
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

RISES = (
    rate(
        "size_rise",
        "数据量上升",
        "last_size_bytes / usual_size_bytes − 1; null where either is not known (docs/domain.md, Backups: size rise).",
        good="down",
        is_share=False,
    ),
)

MEASURES = catalogue((*PLANS, *OFFLINE, *RISES))

#: What a plan is known by.
PLAN_KEYS = ("source", "plan", "medium")


def plans(backups: ir.Table, since: datetime, at: datetime) -> ir.Table:
    """Return every backup plan with its last success, age, size and failures (docs/domain.md, Infra).

    Args:
        backups: rows of ``infra.backups`` of the weeks before ``at``, enough for seven runs of the rarest plan.
        since: the begin (aware) of the period whose runs and failures are counted.
        at: the moment (aware).

    Returns:
        ``PLAN_KEYS`` and the measures of ``PLANS``, oldest last success first, plans without any success before all.
        Sizes are compared within a level: an incremental run is no smaller full one.
    """
    past = backups.filter(backups.started_at < ibis.literal(at))
    is_own = past.started_at >= ibis.literal(since)
    counted = past.group_by(*PLAN_KEYS).aggregate(
        backup_runs=past.count(where=is_own), failed_backups=past.count(where=is_own & (past.outcome == "failure"))
    )
    good = past.filter(past.outcome == "success")
    newest = ibis.window(group_by=list(PLAN_KEYS), order_by=[ibis.desc("started_at"), ibis.desc("backup_id")])
    ranked = good.mutate(_rank=ibis.row_number().over(newest), _last_level=good.level.first().over(newest))
    last = ranked.filter(ranked["_rank"] == 0).select(
        *PLAN_KEYS, last_success_at="started_at", last_size_bytes="size_bytes"
    )
    joined = join_groups(join_groups(counted, last, PLAN_KEYS), _usual_sizes(ranked, newest), PLAN_KEYS)
    joined = join_groups(joined, _failed_since(past, good), PLAN_KEYS)
    age = ibis.literal(at).epoch_seconds() - joined.last_success_at.epoch_seconds()
    drop = 1 - joined.last_size_bytes / joined.usual_size_bytes.nullif(0)
    shown = joined.mutate(
        backup_age_s=age.cast("float64"), size_drop=drop, failed_since=joined.failed_since.fill_null(0)
    )
    return shown.select(*PLAN_KEYS, *(measure.name for measure in PLANS)).order_by(
        ibis.asc("last_success_at", nulls_first=True), "plan"
    )


def by_source(backups: ir.Table) -> ir.Table:
    """Return the runs with plans of one name in two sources told apart: ``oa（pgbackrest）``.

    Args:
        backups: rows of ``infra.backups``.
    """
    sources = backups.group_by("plan").aggregate(_sources=backups.source.nunique())
    joined = join_groups(backups, sources, ("plan",))
    plan = (joined["_sources"] > 1).ifelse(joined.plan.concat("（", joined.source, "）"), joined.plan)
    return joined.mutate(plan=plan).drop("_sources")


def _usual_sizes(ranked: ir.Table, newest: ibis.expr.builders.WindowBuilder) -> ir.Table:
    """Return the usual size of each plan, and how far those differ: of the earlier runs of the last run's level."""
    same = ranked.filter(ranked.level == ranked["_last_level"])
    same = same.mutate(_place=ibis.row_number().over(newest))
    before = same.filter(same["_place"].between(1, USUAL_RUNS))
    usual = before.group_by(*PLAN_KEYS).aggregate(
        usual_size_bytes=before.size_bytes.quantile(0.5),
        _apart=before.size_bytes.max() - before.size_bytes.min(),
        _runs=before.count(),
    )
    spread = usual["_apart"] / usual.usual_size_bytes.nullif(0)
    return usual.select(
        *PLAN_KEYS, "usual_size_bytes", size_spread=(usual["_runs"] >= USUAL_RUNS).ifelse(spread, ibis.null("float64"))
    )


def _failed_since(past: ir.Table, good: ir.Table) -> ir.Table:
    """Return the number of failed runs of each plan since its last success."""
    succeeded = good.group_by(*PLAN_KEYS).aggregate(_good_at=good.started_at.max())
    failed = join_groups(past.filter(past.outcome == "failure"), succeeded, PLAN_KEYS)
    late = failed.filter(failed["_good_at"].isnull() | (failed.started_at > failed["_good_at"]))
    return late.group_by(*PLAN_KEYS).aggregate(failed_since=late.count())


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
