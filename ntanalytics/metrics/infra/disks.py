"""Disks: their use, growth, and the days until they are full (docs/domain.md, Infra)."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue, rate

#: Least number of days of a trend.
MIN_DAYS = 14

#: Growth of disks (docs/domain.md, Infra).
GROWTH = (
    rate(
        "disk_used",
        "当前使用率",
        "Peak of the last day; null where it was not measured, and at least this where it was in part.",
        good="down",
        over_gap="lower_bound",
    ),
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
        "(1 − disk_used) / disk_per_day, 0 for a disk that is full; null while it does not grow, or with fewer than "
        "14 days.",
        unit="天",
        format="number:0",
        good="up",
    ),
    Measure("disk_days", "有数据天数", "Days in the trend.", unit="天", over_gap="exact"),
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

MEASURES = catalogue((*GROWTH, *RISE))


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
        ``host``, ``part``, the measures of ``GROWTH`` and ``hours`` of the last day that were measured, soonest full
        first, disks without growth last. A disk that was not measured on the last day has no level (docs/domain.md,
        Infra: host).
    """
    disks = metrics.filter((metrics.metric == "disk_rate") & (metrics.day <= ibis.literal(on)))
    daily = disks.group_by("source", "host", "part", "day").aggregate(
        _peak=disks.peak.max(), _hours=disks.hour_at.nunique()
    )
    is_last = daily.day == ibis.literal(on)
    daily = daily.mutate(_x=daily.day.delta(ibis.literal(on), unit="day").cast("float64"))
    counted = daily.group_by("source", "host", "part").aggregate(
        disk_used=daily["_peak"].max(where=is_last),
        hours=ibis.coalesce(daily["_hours"].max(where=is_last), 0),
        _slope=daily["_x"].cov(daily["_peak"], how="pop") / daily["_x"].var(how="pop").nullif(0),
        disk_days=daily.count(),
    )
    is_known = counted.disk_days >= MIN_DAYS
    slope = is_known.ifelse(counted["_slope"], ibis.null("float64"))
    rated = counted.mutate(disk_per_day=slope)
    grows = rated.disk_per_day > 0
    left = (rated.disk_used > 1).ifelse(0.0, 1 - rated.disk_used)
    full = rated.mutate(days_until_full=grows.ifelse(left / rated.disk_per_day, ibis.null("float64")))
    shown = full.select("host", "part", *(measure.name for measure in GROWTH), "hours")
    return shown.order_by(ibis.asc("days_until_full", nulls_first=False), ibis.desc("disk_used"), "host", "part")


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
