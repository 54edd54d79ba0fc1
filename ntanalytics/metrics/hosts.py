"""Hosts: processors, memory and disks, and when a disk is full (domain.md, Infra)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import days as covered
from ntanalytics.metrics.measure import Measure, catalogue

#: A trend needs that many days at least; fewer carry none.
FEWEST_DAYS = 14

LOAD = (
    Measure("load_mean", "均值", format="rate:1", good="down", definition="Mean of the hours (domain.md, Infra)."),
    Measure(
        "load_p95", "小时 P95", format="rate:1", good="down",
        definition="95th percentile of the hourly means (domain.md, Infra).",
    ),
    Measure("load_peak", "峰值", format="rate:1", good="down", definition="Largest value (domain.md, Infra)."),
    Measure("load_hours", "有数据小时", "小时", definition="Hours that were measured."),
)  # fmt: skip

GROWTH = (
    Measure(
        "disk_used", "当前使用率", format="rate:1", good="down",
        definition="Peak of the last measured day (domain.md, Infra).",
    ),
    Measure(
        "disk_per_day", "日增", format="points:2", good="down",
        definition="Slope of the daily peaks, by least squares, as a share of the disk a day (domain.md, Infra).",
    ),
    Measure(
        "days_until_full", "预计写满", "天", "number:0", "up",
        "(1 − disk_used) / disk_per_day; null while it does not grow, or with fewer than 14 days (domain.md, Infra).",
    ),
    Measure("disk_days", "有数据天数", "天", definition="Days that the trend is taken from."),
)  # fmt: skip

MEASURES = catalogue((*LOAD, *GROWTH))


def load(metrics: ir.Table, by: Sequence[str] = ("host", "metric")) -> ir.Table:
    """How busy hosts were (domain.md, Infra: mean, p95, peak).

    Args:
        metrics: rows of ``infra.metrics``, those of the period.
        by: columns of ``metrics`` that name a group; a disk is told by ``part``.

    Returns:
        ``by`` and the measures of ``LOAD`` (shares of the whole; the metric ``load`` is processes a core),
        highest peak first. Hours weigh by their samples.
    """
    weighed = metrics.mutate(_sum=metrics["mean"] * metrics.samples)
    counted = weighed.aggregate(
        by=list(by),
        load_mean=weighed["_sum"].sum() / weighed.samples.sum(),
        load_p95=weighed["mean"].quantile(0.95),
        load_peak=weighed.peak.max(),
        load_hours=weighed.hour_at.nunique(),
    )
    return counted.order_by(ibis.desc("load_peak"), *by)


def peaks(metrics: ir.Table, days: ir.Table) -> ir.Table:
    """``disk_used`` of each disk at each day: the day's highest peak; null on a day that is a hole.

    Args:
        metrics: rows of ``infra.metrics`` over the span of ``days``.
        days: the days of the span (metrics.days).

    Returns:
        The columns of ``days``, ``host``, ``part`` and ``disk_used``, ordered by day and disk.
    """
    disks = metrics.filter(metrics.metric == "disk_rate")
    daily = disks.group_by("day", "host", "part").aggregate(disk_used=disks.peak.max())
    return covered.over_days(daily, days, MEASURES, by=["host", "part"]).order_by("day", "host", "part")


def growth(metrics: ir.Table, on: date) -> ir.Table:
    """How fast each disk fills, and in how many days it is full at that rate (domain.md, Infra).

    Args:
        metrics: rows of ``infra.metrics`` of the weeks up to ``on``.
        on: the last day looked at.

    Returns:
        ``host``, ``part`` and the measures of ``GROWTH``, soonest full first, those that do not grow last.
    """
    disks = metrics.filter((metrics.metric == "disk_rate") & (metrics.day <= ibis.literal(on)))
    daily = disks.group_by("source", "host", "part", "day").aggregate(_peak=disks.peak.max())
    daily = daily.mutate(_x=daily.day.delta(ibis.literal(on), unit="day").cast("float64"))
    counted = daily.group_by("source", "host", "part").aggregate(
        disk_used=daily["_peak"].argmax(daily.day),
        _slope=daily["_x"].cov(daily["_peak"], how="pop") / daily["_x"].var(how="pop").nullif(0),
        disk_days=daily.count(),
    )
    is_known = counted.disk_days >= FEWEST_DAYS
    slope = is_known.ifelse(counted["_slope"], ibis.null("float64"))
    rated = counted.mutate(disk_per_day=slope)
    grows = rated.disk_per_day > 0
    full = rated.mutate(days_until_full=grows.ifelse((1 - rated.disk_used) / rated.disk_per_day, ibis.null("float64")))
    shown = full.select("host", "part", *(measure.name for measure in GROWTH))
    return shown.order_by(ibis.asc("days_until_full", nulls_first=False), ibis.desc("disk_used"), "host", "part")
