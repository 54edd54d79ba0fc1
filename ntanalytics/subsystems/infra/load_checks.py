"""Checks of the load of hosts: processors, memory, swap space and disks."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.check import EVERY_PERIOD, LONGER_PERIODS, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import rows_of_whole_days, since
from ntanalytics.checks.onset import with_onset
from ntanalytics.checks.section import HISTORY
from ntanalytics.findings.finding import Entity, Finding, Window, violations
from ntanalytics.findings.judgement import evaluate_rules, unknown
from ntanalytics.findings.phrases import hours_words
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.infra import disks, hosts, standstill
from ntanalytics.metrics.infra.availability import UNMEASURED_SHARE
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.infra.disk_forecasts import disk_forecasts
from ntanalytics.subsystems.infra.host_checks import host_entity
from ntanalytics.subsystems.infra.host_silence import HOSTS_READS, out_of_use

_HOUR_S, _DAY_HOURS = 3600.0, 24

#: Hours of the day and of the night of which the level of a processor is told.
_BY_DAY = hosts.WORKED_HOURS[1] - hosts.WORKED_HOURS[0]
_HELD_HOURS: Mapping[str, int] = MappingProxyType({"by_day": _BY_DAY, "by_night": _DAY_HOURS - _BY_DAY})

Row = Mapping[str, Any]

#: Findings of a busy host that make its other findings redundant.
_BUSY = (SuppressedBy(("infra.cpu_by_day", "infra.cpu_by_night")),)


def disk_entity(row: Row) -> Entity:
    """Return the disk of a row."""
    return Entity("disk", f"{row['host']}/{str(row['part']).strip('/')}", f"{row['host']} {row['part']}")


def load(context: CheckContext, metric: str) -> Sequence[Row]:
    """Return the load of each host by one metric over the period (``metrics.infra.hosts.load``).

    A row is complete where 95 % of the hours were measured, and the value did not stand still on the last day. A host
    that had the metric in the weeks before, is in use and has it no more has a row of its own, without a value
    (docs/domain.md, Infra: host).
    """
    metrics = context.dataset("infra.metrics", HISTORY)
    needed = (1 - UNMEASURED_SHARE) * _hours(context.begins_at, metrics.known_end)
    own = rows(hosts.load(metrics.table.filter(metrics.table.metric == metric)))
    dead = {row["host"] for row in context.shared(_dead) if row["metric"] == metric}
    is_whole = metrics.is_complete
    known = [
        {**row, "is_complete": is_whole and row["load_hours"] >= needed and row["host"] not in dead} for row in own
    ]
    measures = dict.fromkeys(measure.name for measure in hosts.LOAD)
    lost = context.shared(_lost, metric)
    return [
        *known,
        *({"host": host, "metric": metric, **measures, "load_hours": 0, "is_complete": False} for host in lost),
    ]


def _dead(context: CheckContext) -> Sequence[Row]:
    """Return what stood still on the last day, and since when: nobody knows what it was."""
    return rows(standstill.dead_series(context.dataset("infra.metrics", HISTORY).recent, context.on))


def _hours(since: datetime, until: datetime) -> int:
    """Return the whole hours of a span."""
    return (until - since) // timedelta(hours=1)


def _lost(context: CheckContext, metric: str) -> list[str]:
    """Return the hosts in use that had a metric in the weeks before the period, and have it no more."""
    metrics = context.dataset("infra.metrics", HISTORY)
    had, has = (
        {row["host"] for row in rows(table.filter(table.metric == metric).select("host").distinct())}
        for table in (metrics.recent, metrics.table)
    )
    return sorted(had - has - context.shared(out_of_use))


def disk_growth(context: CheckContext) -> Sequence[Row]:
    """Return level and growth of each disk at the end of the period: the measures of ``metrics.infra.disks.GROWTH``.

    A row is complete where 95 % of the hours of the last day were measured, and not one value all the time
    (``is_still``). Of a host that is out of use the disks have a row that broke a limit; those that were not measured
    in the four weeks before the period have none.
    """
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    is_whole, unused = since(metrics, context.on).is_complete, context.shared(out_of_use)
    needed = (1 - UNMEASURED_SHARE) * _DAY_HOURS
    dead = {(row["host"], row["part"]) for row in context.shared(_dead) if row["metric"] == "disk_rate"}
    forecasts = disk_forecasts(metrics, context.on, context.shared(_dead))
    known_since = context.period.first - timedelta(days=HISTORY)
    grown = []
    for row in rows(disks.levels(rows_of_whole_days(metrics), context.on)):
        disk = forecasts.get((row["host"], row["part"]))
        if disk is None or disk.peaks[-1][0] < known_since:
            continue
        growth = {"disk_per_day": disk.forecast.per_day, "days_until_full": disk.days_left(context.on)}
        level = {name: row[name] for name in ("host", "part", "disk_used")}
        if row["host"] in unused and not _is_filling(context, {**level, **growth}):
            continue
        is_still = (row["host"], row["part"]) in dead
        is_complete = is_whole and row["hours"] >= needed and not is_still
        grown.append(
            {**level, **growth, "disk_days": len(disk.peaks), "is_still": is_still, "is_complete": is_complete}
        )
    grown.sort(key=lambda row: math.inf if row["days_until_full"] is None else row["days_until_full"])
    return grown


def _is_filling(context: CheckContext, disk: Row) -> bool:
    """Return whether the level or the growth of a disk breaks a limit."""
    rules = (context.rules[code] for code in ("infra.disk_used", "infra.days_until_full"))
    known = ((rule, disk[rule.measure]) for rule in rules if disk[rule.measure] is not None)
    return any(rule.threshold.judge(value) in ("warning", "critical") for rule, value in known)


def _load(context: CheckContext, rule: Rule, *, metric: str) -> list[Finding]:
    loads = figures(context.shared(load, metric), context.dataset("infra.metrics", HISTORY))
    return _of_used(context, evaluate_rules([rule], loads, host_entity))


def _of_used(context: CheckContext, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without those of hosts that are out of use by now; what was wrong stays."""
    unused = context.shared(out_of_use)
    return [finding for finding in findings if finding.is_violation or finding.entity.key not in unused]


def _held_levels(context: CheckContext) -> Sequence[Row]:
    metrics = context.dataset("infra.metrics", HISTORY).table
    own = metrics.filter(metrics.metric == "cpu_rate")
    counted = {row["host"]: row for row in rows(hosts.held_hours(own, context.utc_offset_h))}
    levels = {row["host"]: row for row in rows(hosts.sustained_load(own, context.utc_offset_h))}
    nothing = dict.fromkeys((*(measure.name for measure in hosts.SUSTAINED), "top_by_day", "top_by_night"))
    lost = {host: {"hours_by_day": 0, "hours_by_night": 0} for host in context.shared(_lost, "cpu_rate")}
    return [{"host": host, **nothing, **row, **levels.get(host, {})} for host, row in sorted((counted | lost).items())]


def _settled(finding: Finding, row: Row, dead: Collection[str]) -> Finding:
    """Return the finding of a level that was held; unknown where the hours that are missing may have held a higher one.

    The level is the second highest of the hours, so that it is no less than that of a part of them, and with one
    missing hour no more than the highest.
    """
    half = finding.rule.measure.removeprefix("held_")
    missing = _HELD_HOURS[half] - row[f"hours_{half}"]
    top = row[f"top_{half}"]
    is_settled = missing <= 0 or (missing == 1 and finding.rule.threshold.judge(top) == "ok")
    if finding.is_violation or (is_settled and row["host"] not in dead):
        return finding
    return unknown(finding.rule, "incomplete", finding.entity)


def _held(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the findings of the processors; of those that were measured for a part of the hours what is wrong."""
    metrics = context.dataset("infra.metrics", HISTORY)
    levels = context.shared(_held_levels)
    judged = evaluate_rules([rule], figures(levels, metrics), host_entity)
    dead = {row["host"] for row in context.shared(_dead) if row["metric"] == "cpu_rate"}
    settled = [_settled(finding, row, dead) for finding, row in zip(judged, levels, strict=True)]
    findings = _of_used(context, settled)
    busy = sorted(finding.entity.key for finding in violations(findings))
    if not busy:
        return findings
    own = metrics.table.filter((metrics.table.metric == "cpu_rate") & metrics.table.host.isin(busy))
    hours = rows(own.select("host", "hour_at", "mean"))
    return [with_busy_hours(context, finding, hours) for finding in findings]


def with_busy_hours(context: CheckContext, finding: Finding, hours: Rows) -> Finding:
    """Return the finding of a host; a violation has the hours beyond the limit of a warning, and the day.

    Args:
        context: the context of a day.
        finding: the finding of a host.
        hours: ``host``, ``hour_at`` and ``mean`` of the day.
    """
    if not finding.is_violation:
        return finding
    busy = sorted(
        round((row["hour_at"] - context.begins_at) / timedelta(hours=1))
        for row in rows(hours)
        if row["host"] == finding.entity.key and finding.rule.threshold.judge(row["mean"]) != "ok"
    )
    spans: list[list[int]] = []
    for hour in busy:
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    words = (hours_words(Window(context.on, first * _HOUR_S, last * _HOUR_S)) for first, last in spans)
    return finding.with_details(hours=tuple(words)).since_day(context.on)


def disk_figures(context: CheckContext) -> Figures:
    """Return level and growth of the disks (:func:`disk_growth`).

    The gap of an earlier day does not touch the level, and the growth only where too few days are left. A level that
    stands still is no bound either.
    """
    grown = context.shared(disk_growth)
    return _disk_figures(context, [{**row, "disk_used": None} if row["is_still"] else row for row in grown])


def _disk_figures(context: CheckContext, grown: Sequence[Row]) -> Figures:
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    levels = figures(grown, since(metrics, context.on)).without("is_still")
    span = since(metrics, context.on - timedelta(days=HISTORY_DAYS))
    return levels.made_of(
        ("disk_per_day", "days_until_full"),
        span,
        beside=True,
        gaps_of=lambda row: (row["disk_days"] < disks.MIN_DAYS, False),
    )


def _disk_used(context: CheckContext, rule: Rule) -> list[Finding]:
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    # a level that stands still is told where it is wrong
    findings = evaluate_rules([rule], _disk_figures(context, context.shared(disk_growth)), disk_entity)
    return with_onset(findings, rule, disks.peaks(metrics.recent, metrics.days), context.on, disk_entity)


def _days_until_full(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the findings of the disks that grow; of one that does not nothing is unknown."""
    findings = evaluate_rules([rule], disk_figures(context), disk_entity)
    still = {
        disk_entity(row).key
        for row in context.shared(disk_growth)
        if row["days_until_full"] is None and row["disk_days"] >= disks.MIN_DAYS
    }
    return [
        finding.with_details(full_on=str(context.on + timedelta(days=math.ceil(finding.value or 0))))
        if finding.is_violation
        else finding
        for finding in findings
        if finding.unknown != "no_value" and finding.entity.key not in still
    ]


def _growth_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the disks that began to fill faster than they usually do."""
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    known = [row for row in rows(disks.disk_rises(metrics.recent, context.on)) if row["rise_beyond"] is not None]
    findings = evaluate_rules([rule], figures(known, metrics), disk_entity)
    numbers = [{name: row[name] for name in ("disk_rise", "usual_rise", "disk_used")} for row in known]
    return violations(finding.with_figures(**own) for finding, own in zip(findings, numbers, strict=True))


CHECKS = (
    Check(
        rule="infra.cpu",
        evaluate=partial(_load, metric="cpu_rate"),
        every=LONGER_PERIODS,
        reads={"infra.metrics": 0},
        beside=HOSTS_READS,
    ),
    Check(rule="infra.cpu_by_day", evaluate=_held, reads={"infra.metrics": 0}, beside=HOSTS_READS),
    Check(rule="infra.cpu_by_night", evaluate=_held, reads={"infra.metrics": 0}, beside=HOSTS_READS),
    Check(
        rule="infra.load",
        evaluate=partial(_load, metric="load"),
        suppressed_by=_BUSY,
        reads={"infra.metrics": 0},
        beside=HOSTS_READS,
    ),
    Check(
        rule="infra.memory",
        evaluate=partial(_load, metric="memory_rate"),
        reads={"infra.metrics": 0},
        beside=HOSTS_READS,
    ),
    Check(
        rule="infra.swap", evaluate=partial(_load, metric="swap_rate"), reads={"infra.metrics": 0}, beside=HOSTS_READS
    ),
    Check(
        rule="infra.disk_used",
        evaluate=_disk_used,
        reads={"infra.metrics": HISTORY_DAYS},
        beside=HOSTS_READS,
        every=EVERY_PERIOD,
    ),
    Check(
        rule="infra.days_until_full",
        evaluate=_days_until_full,
        reads={"infra.metrics": HISTORY_DAYS},
        beside=HOSTS_READS,
        every=EVERY_PERIOD,
        # the trend of weeks knows nothing of a disk that began to fill faster, and would tell a later day
        suppressed_by=(SuppressedBy(("infra.disk_growth",), hides="milder"),),
    ),
    Check(
        rule="infra.disk_growth",
        evaluate=_growth_rise,
        reads={"infra.metrics": HISTORY_DAYS},
        # a disk that is nearly full and fills fast is no milder than an emptier one
        suppressed_by=(SuppressedBy(("infra.disk_used", "infra.days_until_full"), hides="not_worse"),),
    ),
)
