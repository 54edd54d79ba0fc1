"""Hosts: processors, memory, disks and their growth, problems (docs/domain.md, Infra)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Least number of days of a trend.
MIN_DAYS = 14

#: Load by host and metric (docs/domain.md, Infra).
LOAD = (
    rate("load_mean", "均值", "Mean of the hours.", good="down"),
    rate("load_p95", "小时 P95", "95th percentile of the hourly means.", good="down"),
    rate("load_peak", "峰值", "Largest value.", good="down"),
    Measure("load_hours", "有数据小时", "Hours with a measurement.", unit="小时"),
)

#: Growth of disks (docs/domain.md, Infra).
GROWTH = (
    rate("disk_used", "当前使用率", "Peak of the last measured day.", good="down"),
    Measure(
        "disk_per_day",
        "日增",
        "Slope of the daily peaks, by least squares, as a share of the disk a day.",
        format="points:2",
        good="down",
    ),
    Measure(
        "days_until_full",
        "预计写满",
        "(1 − disk_used) / disk_per_day; null while it does not grow, or with fewer than 14 days.",
        unit="天",
        format="number:0",
        good="up",
    ),
    Measure("disk_days", "有数据天数", "Days in the trend.", unit="天"),
)

#: Local hours in which people work, and wait for a busy host.
WORKED_HOURS = (7, 20)

SUSTAINED = (
    rate(
        "held_by_day",
        "日间持续使用率",
        "Second highest of the hourly means between 7 and 20 o'clock: a level held for two hours.",
        good="down",
    ),
    rate(
        "held_by_night",
        "夜间持续使用率",
        "Second highest of the hourly means before 7 and from 20 o'clock on.",
        good="down",
    ),
)

RISE = (
    Measure(
        "disk_rise",
        "两日增幅",
        "Peak of the day − peak of two days before, as a share of the disk.",
        format="points:2",
        good="down",
    ),
    Measure(
        "usual_rise",
        "通常两日增幅",
        "Median of disk_rise in the weeks before; null with fewer than 14 days.",
        format="points:2",
    ),
    Measure(
        "rise_beyond",
        "超出通常的两日增幅",
        "disk_rise − usual_rise, where it is more than six times the usual deviation; else 0.",
        format="points:2",
        good="down",
    ),
)

REPEATED = (
    count("repeats", "重复告警", "次", "Times that the same problem was raised on the same host.", good="down"),
    count(
        "grave_problems",
        "待处置告警",
        "项",
        "Problems that last at the end of the day, and grave problems raised on the day.",
        good="down",
    ),
)

SIBLINGS = (
    rate(
        "load_beyond",
        "较同类主机高",
        "Mean of the day − mean of the sibling hosts, whose names differ only in the number at the end.",
        good="down",
    ),
)

STILL = (
    count(
        "still_series",
        "停滞指标",
        "项",
        "Metrics of a host with one value in all hours of the day, and several values on each day before.",
        good="down",
    ),
)

#: Least hours of a day, and least days before it, for which a constant value is reported.
STILL_HOURS, STILL_DAYS = 12, 7

MEASURES = catalogue((*LOAD, *GROWTH, *SUSTAINED, *RISE, *REPEATED, *SIBLINGS, *STILL))


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


def peaks(metrics: ir.Table, days: ir.Table) -> ir.Table:
    """Return ``disk_used`` of each disk by day: the highest peak of the day; null on a gap.

    Args:
        metrics: rows of ``infra.metrics`` over the span of ``days``.
        days: the days of the span (metrics.days).

    Returns:
        The columns of ``days``, ``host``, ``part`` and ``disk_used``, ordered by day and disk.
    """
    disks = metrics.filter(metrics.metric == "disk_rate")
    daily = disks.group_by("day", "host", "part").aggregate(disk_used=disks.peak.max())
    return fill_days(daily, days, MEASURES, by=["host", "part"]).order_by("day", "host", "part")


def growth(metrics: ir.Table, on: date) -> ir.Table:
    """Return the growth of each disk, and the days until it is full at that rate (docs/domain.md, Infra).

    Args:
        metrics: rows of ``infra.metrics`` of the weeks up to ``on``.
        on: the last day.

    Returns:
        ``host``, ``part`` and the measures of ``GROWTH``, soonest full first, disks without growth last.
    """
    disks = metrics.filter((metrics.metric == "disk_rate") & (metrics.day <= ibis.literal(on)))
    daily = disks.group_by("source", "host", "part", "day").aggregate(_peak=disks.peak.max())
    daily = daily.mutate(_x=daily.day.delta(ibis.literal(on), unit="day").cast("float64"))
    counted = daily.group_by("source", "host", "part").aggregate(
        disk_used=daily["_peak"].argmax(daily.day),
        _slope=daily["_x"].cov(daily["_peak"], how="pop") / daily["_x"].var(how="pop").nullif(0),
        disk_days=daily.count(),
    )
    is_known = counted.disk_days >= MIN_DAYS
    slope = is_known.ifelse(counted["_slope"], ibis.null("float64"))
    rated = counted.mutate(disk_per_day=slope)
    grows = rated.disk_per_day > 0
    full = rated.mutate(days_until_full=grows.ifelse((1 - rated.disk_used) / rated.disk_per_day, ibis.null("float64")))
    shown = full.select("host", "part", *(measure.name for measure in GROWTH))
    return shown.order_by(ibis.asc("days_until_full", nulls_first=False), ibis.desc("disk_used"), "host", "part")


def sustained_load(metrics: ir.Table, utc_offset_h: int, by: Sequence[str] = ("host",)) -> ir.Table:
    """Return the level that hosts held for two hours of a day, which a mean of the day hides.

    Args:
        metrics: rows of ``infra.metrics`` of one day and one metric.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``metrics`` that name a group.

    Returns:
        ``by`` and the measures of ``SUSTAINED``; null where fewer than two hours were measured.
    """
    local = (metrics.hour_at + ibis.interval(hours=utc_offset_h)).hour()
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


def disk_rises(metrics: ir.Table, on: date) -> ir.Table:
    """Return the rise of each disk in two days, and its usual rise.

    A disk that begins to fill shows here at once, and in a trend of weeks too late.

    Args:
        metrics: rows of ``infra.metrics`` of some weeks up to ``on``.
        on: the day.

    Returns:
        ``host``, ``part``, ``disk_used`` and the measures of ``RISE``, largest excess first; no row for a disk without
        a measurement on ``on`` and two days before.
    """
    disks = metrics.filter((metrics.metric == "disk_rate") & (metrics.day <= ibis.literal(on)))
    keys = ("source", "host", "part")
    daily = disks.group_by(*keys, "day").aggregate(disk_used=disks.peak.max())
    earlier = daily.select(
        *(daily[name].name(f"_{name}") for name in keys),
        _day=daily.day + ibis.interval(days=2),
        _before=daily.disk_used,
    )
    on_disk = [daily[name].identical_to(earlier[f"_{name}"]) for name in keys]
    both = daily.inner_join(earlier, [*on_disk, daily.day == earlier["_day"].cast("date")])
    both = both.mutate(disk_rise=both.disk_used - both["_before"])
    past = both.filter(both.day < ibis.literal(on))
    usual = past.group_by(*keys).aggregate(_median=past.disk_rise.quantile(0.5), _days=past.count())
    spread = join_groups(past.select(*keys, "disk_rise"), usual, keys)
    spread = spread.mutate(_off=(spread.disk_rise - spread["_median"]).abs())
    varies = spread.group_by(*keys).aggregate(_varies=spread["_off"].quantile(0.5))
    now = both.filter(both.day == ibis.literal(on)).select(*keys, "disk_used", "disk_rise")
    rises = join_groups(join_groups(now, usual, keys), varies, keys)
    usual_rise = (rises["_days"] >= MIN_DAYS).ifelse(rises["_median"], ibis.null("float64"))
    rises = rises.mutate(usual_rise=usual_rise)
    beyond = rises.disk_rise - rises.usual_rise
    is_unusual = beyond > 6 * 1.4826 * rises["_varies"]
    rises = rises.mutate(rise_beyond=beyond.isnull().ifelse(ibis.null("float64"), is_unusual.ifelse(beyond, 0.0)))
    shown = rises.select("host", "part", "disk_used", *(measure.name for measure in RISE))
    return shown.order_by(ibis.desc("rise_beyond"), "host", "part")


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


def load_beyond_siblings(metrics: ir.Table, days: ir.Table) -> ir.Table:
    """Return the excess load of each host over its siblings (``oa-app-1``, ``oa-app-2``), by day.

    Args:
        metrics: rows of ``infra.metrics`` of one metric over the span of ``days``.
        days: the days of the span (metrics.days).

    Returns:
        The columns of ``days``, ``host`` and ``load_beyond``, of hosts with siblings; ordered by day and host.
    """
    hours = metrics.mutate(_kind=metrics.host.re_replace(r"[0-9]+$", ""), _sum=metrics["mean"] * metrics.samples)
    hosts = hours.group_by("day", "_kind", "host").aggregate(_mean=hours["_sum"].sum() / hours.samples.sum())
    siblings = ibis.window(group_by=["day", "_kind"])
    count, total = hosts.count().over(siblings), hosts["_mean"].sum().over(siblings)
    excess = hosts.mutate(_count=count, load_beyond=hosts["_mean"] - (total - hosts["_mean"]) / (count - 1).nullif(0))
    excess = excess.filter(excess["_count"] > 1).select("day", "host", "load_beyond")
    return fill_days(excess, days, MEASURES, by=["host"]).order_by("day", "host")


def still_series(metrics: ir.Table, on: date) -> ir.Table:
    """Return the metrics of each host that were constant on a day and never before: their sensor is dead.

    Args:
        metrics: rows of ``infra.metrics`` of some weeks up to ``on``.
        on: the day.

    Returns:
        ``source``, ``host``, ``still_series`` and ``metric`` (one of them), of hosts with a measurement on
        ``on``, most first.
    """
    keys = ("source", "host", "metric", "part")
    daily = metrics.group_by(*keys, "day").aggregate(_hours=metrics.count(), _values=metrics["mean"].nunique())
    measured = daily.filter(daily["_hours"] >= STILL_HOURS)
    is_today, is_still = measured.day == ibis.literal(on), measured["_values"] == 1
    series = measured.group_by(*keys).aggregate(
        _today=measured.count(where=is_today),
        _still=measured.count(where=is_today & is_still),
        _moved=measured.count(where=~is_today & ~is_still),
        _stood=measured.count(where=~is_today & is_still),
    )
    series = series.filter(series["_today"] > 0)
    is_dead = (series["_still"] > 0) & (series["_moved"] >= STILL_DAYS) & (series["_stood"] == 0)
    counted = series.group_by("source", "host").aggregate(
        still_series=series.count(where=is_dead), metric=series.metric.min(where=is_dead)
    )
    return counted.order_by(ibis.desc("still_series"), "host")
