"""Decay: what worsens a little each day: memory and swap of hosts, backups, pings (docs/domain.md, Infra)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, count

DECAY = (
    Measure(
        "days_until_limit",
        "预计到限",
        "Days until the trend of the last weeks reaches its limit (docs/domain.md, Infra: slow decay).",
        unit="天",
        format="number:0",
        good="up",
    ),
    count(
        "lost_pings",
        "未应答连通检查",
        "次",
        "Single failed checks by ping of a target in a week, between two that were answered.",
        good="down",
    ),
)

MEASURES = catalogue(DECAY)


def levels_by_day(metrics: ir.Table) -> ir.Table:
    """Return ``level`` of memory and swap by ``day``, ``host`` and ``metric``: the median of the hours' means.

    Args:
        metrics: rows of ``infra.metrics`` of some weeks.
    """
    held = metrics.filter(metrics.metric.isin(["memory_rate", "swap_rate"]))
    return held.group_by("day", "host", "metric").aggregate(level=held["mean"].quantile(0.5))


def backups_by_day(backups: ir.Table) -> ir.Table:
    """Return duration and size of the successful runs by ``day``, ``plan`` and ``level``, the largest of each.

    Args:
        backups: rows of ``infra.backups`` of some weeks.

    Returns:
        The three keys, ``backup_s`` and ``backup_bytes``; null where they are not known.
    """
    good = backups.filter(backups.outcome == "success")
    lasted = (good.ended_at.epoch_seconds() - good.started_at.epoch_seconds()).cast("float64")
    return good.group_by("day", "plan", "level").aggregate(
        backup_s=lasted.max(), backup_bytes=good.size_bytes.max().cast("float64")
    )


def pings_by_day(checks: ir.Table) -> ir.Table:
    """Return the checks by ping by ``day`` and ``target``: ``pings`` and ``lost_pings``.

    A lost ping stands between two that were answered; several in a row are an outage.

    Args:
        checks: rows of ``infra.checks`` of some weeks.
    """
    pings = checks.filter(checks.kind == "ping")
    ordered = ibis.window(group_by="target", order_by="checked_at")
    beside = pings.mutate(_before=pings.is_up.lag().over(ordered), _after=pings.is_up.lead().over(ordered))
    is_lost = ~beside.is_up & beside["_before"].fill_null(False) & beside["_after"].fill_null(False)
    return beside.group_by("day", "target").aggregate(pings=beside.count(), lost_pings=beside.count(where=is_lost))
