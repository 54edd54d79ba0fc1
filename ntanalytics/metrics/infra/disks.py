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
        "Robust slope of the daily peaks since the last jump or bend, as a share of the disk a day.",
        format="points:2",
        good="down",
    ),
    Measure(
        "days_until_full",
        "预计写满",
        "Days until the trend reaches a full disk, 0 for a disk that is full; null without growth, where the peaks "
        "vary more than they grow, or with fewer than 14 days.",
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
        "Peak of the day − peak of two days before, or the same of the last hours of both where that is less: what was "
        "removed by the evening does not fill a disk. As a share of the disk.",
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


def levels(metrics: ir.Table, on: date) -> ir.Table:
    """Return the use of each disk on the last day.

    Args:
        metrics: rows of ``infra.metrics`` of the weeks up to ``on``.
        on: the last day.

    Returns:
        ``host``, ``part``, ``disk_used`` and ``hours`` of the last day that were measured, the fullest first. A disk
        that was not measured on the last day has no level (docs/domain.md, Infra: host).
    """
    disks = metrics.filter((metrics.metric == "disk_rate") & (metrics.day <= ibis.literal(on)))
    is_last = disks.day == ibis.literal(on)
    last = disks.group_by("source", "host", "part").aggregate(
        disk_used=disks.peak.max(where=is_last), hours=disks.hour_at.nunique(where=is_last)
    )
    return last.select("host", "part", "disk_used", "hours").order_by(ibis.desc("disk_used"), "host", "part")


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
    daily = disks.group_by(*keys, "day").aggregate(disk_used=disks.peak.max(), _end=disks.peak.argmax(disks.hour_at))
    earlier = daily.select(
        *(daily[name].name(f"_{name}") for name in keys),
        _day=daily.day + ibis.interval(days=2),
        _before=daily.disk_used,
        _end_before=daily["_end"],
    )
    on_disk = [daily[name].identical_to(earlier[f"_{name}"]) for name in keys]
    both = daily.inner_join(earlier, [*on_disk, daily.day == earlier["_day"].cast("date")])
    both = both.mutate(disk_rise=ibis.least(both.disk_used - both["_before"], both["_end"] - both["_end_before"]))
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
