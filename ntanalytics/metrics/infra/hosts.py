"""Hosts: processors, memory, sensors and problems (docs/domain.md, Infra)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, count, rate
from ntanalytics.metrics.slots import local_hour

#: Load by host and metric (docs/domain.md, Infra).
LOAD = (
    rate("load_mean", "均值", "Mean of the hours.", good="down", is_share=False),
    rate("load_p95", "小时均值（95%以内）", "95th percentile of the hourly means.", good="down", is_share=False),
    rate("load_peak", "峰值", "Largest value.", good="down", is_share=False),
    Measure("load_hours", "有数据小时", "Hours with a measurement.", unit="小时", over_gap="exact"),
)


#: Local hours in which people work, and wait for a busy host.
WORKED_HOURS = (7, 20)

#: Metrics that a batch may raise by night as long as there is room left, which ``held_by_night`` tells.
_OF_BATCHES = ("cpu_rate", "load")

SUSTAINED = (
    rate(
        "held_by_day",
        "日间持续使用率",
        "Second highest of the hourly means between 7 and 20 o'clock: a level held for two hours.",
        good="down",
        is_share=False,
    ),
    rate(
        "held_by_night",
        "夜间持续使用率",
        "Second highest of the hourly means before 7 and from 20 o'clock on.",
        good="down",
        is_share=False,
    ),
)


REPEATED = (
    count("repeats", "重复告警", "次", "Times that the same problem was raised on the same host.", good="down"),
    count(
        "grave_problems",
        "待处置告警",
        "项",
        "Problems that last at the end of the day, and grave problems raised on the day. A missing day hides both "
        "problems and their end.",
        good="down",
        over_gap="unknown",
    ),
)

#: Least spread of the levels of an hour, as a share of them.
_LEAST_SPREAD = 1e-3

HOURS = (
    Measure(
        "load_by_hour",
        "每核负载",
        "Mean load per core of a host in an hour (docs/domain.md, Infra: busy host of a slow service).",
        format="number:2",
        good="down",
    ),
)

NOVEL = (
    count(
        "novel_hours",
        "异动时长",
        "小时",
        "Hours of a day in which a metric of a host was as never before in ten weeks (docs/domain.md, Infra).",
        good="down",
    ),
)

MEASURES = catalogue((*LOAD, *SUSTAINED, *REPEATED, *HOURS, *NOVEL))


def load(metrics: ir.Table, by: Sequence[str] = ("host", "metric")) -> ir.Table:
    """Return the load of hosts (docs/domain.md, Infra: mean, p95, peak).

    Args:
        metrics: rows of ``infra.metrics`` of the period.
        by: columns of ``metrics`` that name a group; ``part`` names a disk.

    Returns:
        ``by`` and the measures of ``LOAD`` (shares of the whole; the metric ``load`` is processes a core),
        highest peak first. Hours weigh by their samples.
    """
    weighted = metrics.mutate(_sum=metrics["mean"] * metrics.samples)
    counted = weighted.aggregate(
        by=list(by),
        load_mean=weighted["_sum"].sum() / weighted.samples.sum(),
        load_p95=weighted["mean"].quantile(0.95),
        load_peak=weighted.peak.max(),
        load_hours=weighted.hour_at.nunique(),
    )
    return counted.order_by(ibis.desc("load_peak"), *by)


def held_hours(metrics: ir.Table, utc_offset_h: int, by: Sequence[str] = ("host",)) -> ir.Table:
    """Return the hours of a day behind the measures of ``SUSTAINED``, and the highest of them.

    Args:
        metrics: rows of ``infra.metrics`` of one day and one metric.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``metrics`` that name a group.

    Returns:
        ``by``, ``hours_by_day`` and ``hours_by_night`` that were measured, ``top_by_day`` and ``top_by_night``.
    """
    local = local_hour(metrics.hour_at, utc_offset_h)
    worked = metrics.mutate(_worked=local.between(WORKED_HOURS[0], WORKED_HOURS[1] - 1))
    is_worked = worked["_worked"]
    return (
        worked.group_by(*by)
        .aggregate(
            hours_by_day=worked.hour_at.nunique(where=is_worked),
            hours_by_night=worked.hour_at.nunique(where=~is_worked),
            top_by_day=worked["mean"].max(where=is_worked),
            top_by_night=worked["mean"].max(where=~is_worked),
        )
        .order_by(*by)
    )


def sustained_load(metrics: ir.Table, utc_offset_h: int, by: Sequence[str] = ("host",)) -> ir.Table:
    """Return the level that hosts held for two hours of a day, which a mean of the day hides.

    Args:
        metrics: rows of ``infra.metrics`` of one day and one metric.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``metrics`` that name a group.

    Returns:
        ``by`` and the measures of ``SUSTAINED``; null where fewer than two hours were measured.
    """
    local = local_hour(metrics.hour_at, utc_offset_h)
    worked = metrics.mutate(_worked=local.between(WORKED_HOURS[0], WORKED_HOURS[1] - 1))
    order = ibis.window(group_by=[*by, "_worked"], order_by=ibis.desc("mean"))
    second = worked.mutate(_rank=ibis.row_number().over(order))
    second = second.filter(second["_rank"] == 1)
    return (
        second.group_by(*by)
        .aggregate(
            held_by_day=second["mean"].max(where=second["_worked"]),
            held_by_night=second["mean"].max(where=~second["_worked"]),
        )
        .order_by(*by)
    )


def is_of_batch(metric: str, hours: Iterable[int]) -> bool:
    """Return whether a rise of a host's metric in some local hours may be that of a batch by night.

    Args:
        metric: the metric, as in ``infra.metrics``.
        hours: the hours, 0 to 23.
    """
    return metric in _OF_BATCHES and not any(WORKED_HOURS[0] <= hour < WORKED_HOURS[1] for hour in hours)


def repeated_problems(problems: ir.Table) -> ir.Table:
    """Return the number of times that a problem was raised on a host, without mere information.

    Args:
        problems: rows of ``infra.problems`` of the period.

    Returns:
        ``host``, ``problem``, ``repeats``, ``day`` (the last); most frequent first.
    """
    grave = problems.filter(problems.severity != "information")
    counted = grave.group_by("host", "problem").aggregate(repeats=grave.count(), day=grave.day.max())
    return counted.order_by(ibis.desc("repeats"), "host", "problem")


def unusual_levels(metrics: ir.Table, on: date, utc_offset_h: int) -> ir.Table:
    """Return how far the hours of a day are from the same hours of days of the same part of the week.

    A cheap look that tells which series are worth a closer one: most of the hosts' hours are as always.

    Args:
        metrics: rows of ``infra.metrics`` of some weeks up to ``on``.
        on: the day.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``host``, ``metric`` and ``deviations``: of the most unusual hour the distance from the median of the days
        before, in standard deviations (by the quartiles); of series with a measurement on ``on``, in no order.
    """
    keys = ["host", "metric", "hour"]
    is_of_week = metrics.day.day_of_week.index() < 5
    alike = metrics.filter(is_of_week if on.weekday() < 5 else ~is_of_week)
    timed = alike.mutate(hour=local_hour(alike.hour_at, utc_offset_h))
    before = timed.filter(timed.day < ibis.literal(on))
    usual = before.group_by(*keys).aggregate(
        usual=before["mean"].median(), low=before["mean"].quantile(0.25), high=before["mean"].quantile(0.75)
    )
    today = timed.filter(timed.day == ibis.literal(on)).join(usual, keys)
    # the quartiles of a normal distribution are 1.349 standard deviations apart
    spread = ibis.greatest((today.high - today.low) / 1.349, _LEAST_SPREAD * today.usual, _LEAST_SPREAD**2)
    distance = (today["mean"] - today.usual).abs() / spread
    return today.group_by("host", "metric").aggregate(deviations=distance.max())


def loads_by_hour(metrics: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the load of hosts by local day and hour.

    Args:
        metrics: rows of ``infra.metrics`` of some weeks.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``day``, ``hour``, ``host``, ``load_by_hour`` and ``samples``; in no order.
    """
    loads = metrics.filter(metrics.metric == "load")
    timed = loads.mutate(hour=local_hour(loads.hour_at, utc_offset_h))
    return timed.group_by("day", "hour", "host").aggregate(
        load_by_hour=timed["mean"].mean(), samples=timed.samples.sum()
    )
