"""Availability of the subsystems, from checks (docs/domain.md, Infra).

The time of a target in a period has four parts, which add up to it: available, planned and unplanned downtime, and
time that was not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.infra.check_spans import TARGET, failed_runs, spans_by_day, valid_spans
from ntanalytics.metrics.infra.planned_downtime import PlannedWork, planned_downtime
from ntanalytics.metrics.measure import Good, Measure, OverGap, catalogue, count, rate


def _time(name: str, label: str, definition: str, *, good: Good = "", over_gap: OverGap | None = None) -> Measure:
    is_additive = over_gap is None
    return Measure(name, label, definition, format="seconds", good=good, is_additive=is_additive, over_gap=over_gap)


_DAY_S = 86_400.0

#: Share of a period up to which time without a valid check is taken for nothing.
UNMEASURED_SHARE = 0.05

#: The method, as a report prints it (docs/domain.md, Availability).
METHOD = (
    "可用率为可用时长占可用时长与非计划中断之和的比例，取各系统非计划中断最长的检查对象；"
    "经书面确认的维护时段内的中断为计划中断，没有有效检查的时间为未测时长，均不计入。"
    "未测超过 5% 或数据有缺失时另列下限，未测时间按中断计。"
)

#: The method of the lower bound, where there is one.
LOW_METHOD = "下限取可能中断最久的检查对象。"

#: Verdicts on the target of availability.
VERDICTS = {"met": "达标", "not_met": "未达标", "not_shown": "无法证明"}

AVAILABILITY = (
    rate(
        "availability",
        "可用率",
        "available_s / (available_s + unplanned_s), of the target with the longest unplanned downtime; null where "
        "nothing was measured (docs/domain.md, Availability).",
        good="up",
        digits=2,
    ),
    replace(
        rate(
            "availability_low",
            "可用率下限",
            "available_s / period without planned downtime: time that was not measured counts as down, of the target "
            "that may have been down for longest; null where it is no more than 5 % and the data have no gap "
            "(docs/domain.md, Availability).",
            good="up",
            digits=2,
        ),
        over_gap="lower_bound",
    ),
    Measure(
        "low_target",
        "下限对象",
        "The target whose time makes the lower bound (docs/domain.md, Availability); null without one.",
        format="text",
    ),
    Measure(
        "target_met",
        "达标情况",
        "Whether the availability reaches the target; not shown where its lower bound does not.",
        format="text",
        values=VERDICTS,
        over_gap="unknown",
    ),
    _time("available_s", "可用时长", "Time for which the checks say that the target answered.", good="up"),
    _time("planned_s", "计划中断", "Downtime within confirmed maintenance windows."),
    _time("unplanned_s", "非计划中断", "Downtime outside of confirmed maintenance windows.", good="down"),
    _time(
        "unmeasured_s", "未测时长", "Time without a valid check: neither up nor down.", good="down", over_gap="unknown"
    ),
    count("failures", "中断次数", "次", "Outages with unplanned downtime.", good="down"),
    _time("longest_s", "最长中断", "The longest of them.", good="down", over_gap="lower_bound"),
    _time(
        "mtbf_s",
        "平均无故障时间",
        "available_s / failures; null without a failure (MTBF).",
        good="up",
        over_gap="unknown",
    ),
    _time(
        "mttr_s",
        "平均修复时间",
        "unplanned_s / failures; null without a failure (MTTR).",
        good="down",
        over_gap="unknown",
    ),
    count("checked", "检查次数", "次", "Checks made."),
    count("failed_checks", "检查失败", "次", "Checks that were not answered.", good="down"),
)

PLATFORM = (
    replace(
        rate(
            "platform_availability",
            "平台可用率",
            "Mean of the availability of the subsystems that were checked; where too little was measured, a bound that "
            "counts the time without a check as down (docs/domain.md, Availability).",
            good="up",
            digits=2,
        ),
        over_gap="lower_bound",
    ),
)

PLATFORM_LOW = replace(
    rate(
        "platform_availability_low",
        "平台可用率",
        "Mean of the availability of the subsystems, of some of which too little was measured: their time without a "
        "check counts as down; null where enough was measured of all, without a gap (docs/domain.md, Availability).",
        good="up",
        digits=2,
    ),
    over_gap="lower_bound",
)

MEASURES = catalogue((*change.with_changes((*AVAILABILITY, *PLATFORM)), PLATFORM_LOW))


def availability(
    checks: ir.Table,
    since: datetime,
    until: datetime,
    planned: Sequence[PlannedWork] = (),
    *,
    target: float,
    is_bounded: bool = False,
    in_use: ir.Table | None = None,
) -> ir.Table:
    """Return the time of each subsystem in four parts, and its availability (docs/domain.md, Availability).

    They are those of the target with the longest unplanned downtime, and among equal ones of that which was measured
    longest; the four parts add up to the period.

    Args:
        checks: rows of ``infra.checks`` of the period, and of the ten minutes before it.
        since: the period's begin (aware).
        until: the period's end (aware), or now while it lasts.
        planned: the confirmed maintenance windows.
        target: the availability that was agreed, as a fraction.
        is_bounded: whether each subsystem has its lower bound, as over a gap; else where too little was measured.
        in_use: the targets that are in use, by the columns ``TARGET``: one without a check in the period may be down
            all the time, and one that is no longer among them hides nothing. None for those of the checks.

    Returns:
        ``subsystem``, ``target`` and the measures of ``AVAILABILITY`` (times in seconds), worst first.
    """
    length_s = (until - since).total_seconds()
    parts = _parts(
        valid_spans(checks, since, until),
        length_s,
        lambda first: first.epoch_seconds() - ibis.literal(since).cast(first.type()).epoch_seconds(),
        planned,
    )
    if is_bounded:
        parts = parts.mutate(availability_low=_low(parts), _hidden_low=_low(parts))
    if in_use is not None:
        parts = _of_used(parts, in_use, length_s)
    return _rated(parts, _failures(checks, since, until, planned), target)


def _rated(parts: ir.Table, runs: ir.Table, target: float) -> ir.Table:
    """Return the subsystems by the target whose parts are told, its outages, and what was agreed."""
    counted = parts.group_by("subsystem").aggregate(
        checked=parts["_checked"].sum(), failed_checks=parts["_failed"].sum()
    )
    worst = _worst(parts, ["subsystem"])
    rated = join_groups(join_groups(worst, counted, ["subsystem"]), runs, TARGET)
    failures = rated["_failures"].fill_null(0)
    rated = rated.mutate(
        failures=failures,
        target_met=ibis.cases(
            (rated.availability < target, "not_met"),
            (ibis.coalesce(rated.availability_low, rated.availability) >= target, "met"),
            else_="not_shown",
        ),
        longest_s=rated["_longest_s"].fill_null(0.0),
        mtbf_s=rated.available_s / failures.nullif(0),
        mttr_s=rated.unplanned_s / failures.nullif(0),
    )
    shown = rated.select("subsystem", "target", *(measure.name for measure in AVAILABILITY))
    return shown.order_by("availability", "subsystem")


def platform(subsystems: ir.Table) -> ir.Table:
    """Return the availability of the platform: the mean of its subsystems (docs/domain.md, Availability).

    Args:
        subsystems: ``availability`` of a period.

    Returns:
        One row with ``platform_availability`` and ``platform_availability_low``; null without a check.
    """
    low = ibis.coalesce(subsystems.availability_low, subsystems.availability)
    total = subsystems.aggregate(
        platform_availability=subsystems.availability.mean(), _low=low.mean(), _lows=subsystems.availability_low.count()
    )
    platform_low = (total["_lows"] > 0).ifelse(total["_low"], ibis.null("float64"))
    return total.select("platform_availability", platform_availability_low=platform_low)


def daily(
    checks: ir.Table, days: ir.Table, until: datetime, utc_offset_h: int, planned: Sequence[PlannedWork] = ()
) -> ir.Table:
    """Return ``platform_availability`` of each day, ordered by day.

    It is null on a day without a check, with a gap, or of which too little was measured.

    Args:
        checks: rows of ``infra.checks`` over the span of ``days``.
        days: the days of the span (metrics.days).
        until: the span's end (aware), or now while it lasts.
        utc_offset_h: hours by which local time is ahead of UTC.
        planned: the confirmed maintenance windows.
    """
    return fill_days(platform_by_day(checks, until, utc_offset_h, planned), days, MEASURES).order_by("day")


def platform_by_day(
    checks: ir.Table, until: datetime, utc_offset_h: int, planned: Sequence[PlannedWork] = ()
) -> ir.Table:
    """Return ``day`` and ``platform_availability``; null where too little was measured.

    Args:
        checks: rows of ``infra.checks`` of some days; the last ten minutes before a day speak into it.
        until: the end of the last day (aware), or now while it lasts.
        utc_offset_h: hours by which local time is ahead of UTC.
        planned: the confirmed maintenance windows.
    """
    spans = spans_by_day(valid_spans(checks, None, until), utc_offset_h)
    parts = _parts(
        spans, _DAY_S, lambda first: (first.epoch_seconds() + utc_offset_h * 3600) % int(_DAY_S), planned, ["day"]
    )
    worst = _worst(parts, ["day", "subsystem"])
    daily = worst.group_by("day").aggregate(_mean=worst.availability.mean(), _lows=worst.availability_low.count())
    platform = (daily["_lows"] == 0).ifelse(daily["_mean"], ibis.null("float64"))
    return daily.select("day", platform_availability=platform)


def _parts(
    spans: ir.Table,
    length_s: float,
    before_s: Callable[[ir.Value], ir.Value],
    planned: Sequence[PlannedWork],
    by: Sequence[str] = (),
) -> ir.Table:
    """Return the four parts of the time of each target, and its availability.

    ``before_s`` returns the seconds of the period before the first check of a target, which may have been added then:
    nobody says that it was there. One that is checked no more may be down.
    """
    keys = [*by, *TARGET]
    counted = spans.group_by(*keys).aggregate(
        available_s=spans["_for_s"].sum(where=spans.is_up).fill_null(0.0),
        _down_s=spans["_for_s"].sum(where=~spans.is_up).fill_null(0.0),
        _checked=spans.count(),
        _failed=spans.count(where=~spans.is_up),
        _first_at=spans["_from_at"].min(),
    )
    joined = join_groups(counted, planned_downtime(spans, planned, keys), keys)
    within = joined["_planned_s"].fill_null(0.0)
    parts = joined.mutate(planned_s=within, unplanned_s=joined["_down_s"] - within)
    measured = parts.available_s + parts.unplanned_s
    unmeasured = ibis.greatest(length_s - measured - parts.planned_s, 0.0)
    parts = parts.mutate(unmeasured_s=unmeasured, availability=parts.available_s / measured.nullif(0.0))
    is_little = parts.unmeasured_s > UNMEASURED_SHARE * length_s
    hidden = ibis.greatest(parts.unmeasured_s - before_s(parts["_first_at"]).cast("float64"), 0.0)
    is_hidden = hidden > UNMEASURED_SHARE * length_s
    return parts.mutate(
        availability_low=is_little.ifelse(_low(parts), ibis.null("float64")),
        _hidden_low=is_hidden.ifelse(parts.available_s / (measured + hidden), ibis.null("float64")),
    )


def _low(parts: ir.Table) -> ir.FloatingValue:
    """Return the availability of each target if it was down whenever it was not measured."""
    low: ir.FloatingValue = parts.available_s / (parts.available_s + parts.unplanned_s + parts.unmeasured_s).nullif(0.0)
    return low


def _of_used(parts: ir.Table, in_use: ir.Table, length_s: float) -> ir.Table:
    """Return the parts of the targets, with those in use that were not checked; one out of use hides nothing."""
    joined = join_groups(in_use.mutate(_is_used=True), parts, TARGET, how="outer")
    is_checked = joined["_checked"].notnull()
    is_used, nothing = joined["_is_used"].fill_null(False), ibis.null("float64")
    times = {name: joined[name].fill_null(0.0) for name in ("available_s", "planned_s", "unplanned_s")}
    counts = {name: joined[name].fill_null(0) for name in ("_checked", "_failed")}
    return joined.mutate(
        **times,
        **counts,
        unmeasured_s=joined.unmeasured_s.fill_null(length_s),
        availability_low=is_used.ifelse(is_checked.ifelse(joined.availability_low, 0.0), nothing),
        _hidden_low=is_used.ifelse(is_checked.ifelse(joined["_hidden_low"], 0.0), nothing),
    ).drop("_is_used")


def _worst(parts: ir.Table, by: Sequence[str]) -> ir.Table:
    """Return the target of each group that had the longest unplanned downtime, then the one measured longest.

    Its lower bound is the lowest of the group, with ``low_target``: another one may have been down while nobody checked
    it.
    """
    order = [ibis.desc("unplanned_s"), ibis.desc("available_s"), *TARGET]
    lowest = ibis.window(group_by=list(by), order_by=[ibis.asc("_hidden_low", nulls_first=False), *TARGET])
    placed = parts.mutate(
        _place=ibis.row_number().over(ibis.window(group_by=list(by), order_by=order)),
        _lowest=parts["_hidden_low"].first(include_null=True).over(lowest),
        _lowest_target=parts.target.first().over(lowest),
    )
    worst = placed.filter(placed["_place"] == 0)
    low = ibis.least(worst.availability_low, worst["_lowest"])
    is_own = worst["_lowest"].isnull() | (worst.availability_low <= worst["_lowest"])
    of = low.isnull().ifelse(None, is_own.ifelse(worst.target, worst["_lowest_target"]))
    hidden = ("_place", "_lowest", "_lowest_target", "_hidden_low")
    return worst.mutate(availability_low=low, low_target=of).drop(*hidden)


def _failures(checks: ir.Table, since: datetime, until: datetime, planned: Sequence[PlannedWork]) -> ir.Table:
    """Return the outages of each target that are not all within maintenance, and the longest of them."""
    failed = failed_runs(valid_spans(checks, since, until))
    keys = [*TARGET, "_run"]
    runs = failed.group_by(*keys).aggregate(_down_s=failed["_for_s"].sum())
    runs = join_groups(runs, planned_downtime(failed, planned, keys), keys)
    runs = runs.filter(runs["_down_s"] > runs["_planned_s"].fill_null(0.0))
    return runs.group_by(*TARGET).aggregate(_failures=runs.count(), _longest_s=runs["_down_s"].max())
