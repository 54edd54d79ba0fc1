"""Check of the hours of hosts: levels that depart from all that the streaming detector learnt of the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import rows_of_whole_days
from ntanalytics.checks.dataset_departures import watched_day
from ntanalytics.checks.noticeable import LEVEL, is_noticeable
from ntanalytics.detectors.novelty import LEARNING_DAYS, NovelHours, Points, novel_hours
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.infra import hosts
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.infra.text import ALL_HOSTS

_METRICS = "infra.metrics"

#: Metrics whose hours are watched; a disk fills by days.
_WATCHED = ("cpu_rate", "memory_rate", "swap_rate", "load")

#: Standard deviations from what is usual at which one hour of a series makes the detector look at all of it: a fifth of
#: the series has such an hour by chance, and no alarm lacked one (docs/detection.md).
_LEAST_DEVIATIONS = 3.0

_HOUR = timedelta(hours=1)

_ALL_HOSTS = Entity("hosts", "all", ALL_HOSTS)


def _novel_hours(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hosts of which hours were as never before, and of which surveillance tells nothing.

    The detector knows days and weeks and no calendar: a day that is not what its weekday says has no past.
    """
    metrics = context.dataset(_METRICS, HISTORY_DAYS)
    is_worked = bool(context.working_days)
    if is_worked != (context.on.weekday() < 5):
        return [unknown(rule, "short_history", _ALL_HOSTS)] if is_worked else []
    before = sum(row["is_covered"] for row in rows(metrics.days) if row["day"] < context.on)
    if before < LEARNING_DAYS:
        return [unknown(rule, "short_history", _ALL_HOSTS)]
    watched = rows_of_whole_days(metrics)
    watched = watched.filter(watched.metric.isin(_WATCHED))
    unusual = hosts.unusual_levels(watched, context.on, context.utc_offset_h)
    unusual = unusual.filter(unusual.deviations >= _LEAST_DEVIATIONS)
    levels = hourly_levels(watched.semi_join(unusual, ["host", "metric"]))
    novel = novel_hours_of_day(levels, context.begins_at, context.utc_offset_h)
    if novel:
        day = context.shared(watched_day, _METRICS, "hour_at")
        known = day.departures if day else ()
        novel = {host: own for host, own in novel.items() if not is_surveilled(known, host, own)}
    findings = violations(
        _finding(context, rule, host, own, _known_days(levels, host, own, before)) for host, own in novel.items()
    )
    return findings or [judge_value(rule, 0, [metrics], _ALL_HOSTS)]


def hourly_levels(metrics: ir.Table) -> dict[str, dict[str, list[tuple[datetime, float]]]]:
    """Return metric → host → the mean of each hour, in their order.

    Args:
        metrics: rows of ``infra.metrics`` of some weeks.
    """
    levels: dict[str, dict[str, list[tuple[datetime, float]]]] = {}
    for row in rows(metrics.order_by("hour_at").select("metric", "host", "hour_at", "mean")):
        levels.setdefault(row["metric"], {}).setdefault(row["host"], []).append((row["hour_at"], row["mean"]))
    return levels


def novel_hours_of_day(
    levels: Mapping[str, Mapping[str, Points]], begins_at: datetime, utc_offset_h: int
) -> dict[str, dict[str, NovelHours]]:
    """Return host → metric → its first hours of the last day that were as never before, most departing metric first.

    Left out are a value that stands still (``data.stood_still`` tells it), what a batch raises by night, and what moved
    by less than anybody notices.

    Args:
        levels: metric → host → the means of the hours, up to the end of the day.
        begins_at: the moment at which the day begins.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    novel: dict[str, dict[str, NovelHours]] = {}
    for metric, by_host in levels.items():
        for hours in novel_hours(by_host, _HOUR):
            own = [value for at, value in by_host[hours.subject] if hours.begins_at - _HOUR <= at < hours.ends_at]
            is_rise = hours.extreme > hours.usual
            is_of_batch = is_rise and hosts.is_of_batch(metric, _local_hours(hours, utc_offset_h))
            is_felt = is_noticeable(LEVEL, hours.extreme, hours.usual)
            if hours.ends_at > begins_at and len(set(own)) > 1 and is_felt and not is_of_batch:
                novel.setdefault(hours.subject, {}).setdefault(metric, hours)
    return {host: dict(sorted(own.items(), key=lambda item: -_distance(item[1]))) for host, own in novel.items()}


def _local_hours(hours: NovelHours, utc_offset_h: int) -> list[int]:
    """Return the local hours of the day, 0 to 23, in their order."""
    first, last = (at + timedelta(hours=utc_offset_h) for at in (hours.begins_at, hours.ends_at - _HOUR))
    return [(first + place * _HOUR).hour for place in range(int((last - first) / _HOUR) + 1)]


def _distance(hours: NovelHours) -> float:
    """Return how far the hours are from what is usual, as a share of that."""
    return abs(hours.extreme - hours.usual) / max(hours.usual, 0.01)


def is_surveilled(departures: Iterable[Departure], host: str, metrics: Iterable[str]) -> bool:
    """Return whether surveillance tells of a host, of all hosts in one of its metrics, or of everything.

    Args:
        departures: what surveillance tells of the day.
        host: a host.
        metrics: its metrics.
    """
    named = (dict(departure.members) for departure in departures)
    metrics = set(metrics)
    return any(
        members["host"] == host if "host" in members else members.get("metric") in {None, *metrics} for members in named
    )


def _known_days(
    levels: Mapping[str, Mapping[str, Points]], host: str, own: Mapping[str, NovelHours], before: int
) -> int:
    """Return the days of which a host's first metric is known before its hours; of a new host fewer than of others."""
    metric, hours = next(iter(own.items()))
    begins_at, _ = levels[metric][host][0]
    return min(before, (hours.begins_at - begins_at).days)


def _finding(context: CheckContext, rule: Rule, host: str, own: Mapping[str, NovelHours], days: int) -> Finding:
    (metric, first), *others = own.items()
    begins_at = max(first.begins_at, context.begins_at)
    hours = (first.ends_at - begins_at) / _HOUR
    finding = judge_value(rule, hours, [context.dataset(_METRICS, HISTORY_DAYS)], Entity("host", host, host))
    finding = finding.with_figures(extreme=first.extreme, usual=first.usual, known_days=float(days))
    finding = finding.with_details(metric=metric, others=tuple(name for name, _ in others))
    return replace(finding, window=context.window(begins_at, first.ends_at)).since_day(context.on)


#: Rules that know what such hours of a host are.
_KNOWING = tuple(
    f"infra.{name}"
    for name in ("reachable", "cpu_by_day", "cpu_by_night", "load", "load_rise", "memory", "swap", "slow_decay")
)

CHECKS: Sequence[Check] = (
    Check(
        rule="infra.novel_hours",
        evaluate=_novel_hours,
        reads={_METRICS: HISTORY_DAYS},
        suppressed_by=(SuppressedBy(_KNOWING),),
    ),
)
