"""Checks of the load of hosts: processors, memory, swap space and disks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pyarrow as pa

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.check import EVERY_PERIOD, LONGER_PERIODS, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.onset import with_onset
from ntanalytics.checks.span_view import rows_of_whole_days, since
from ntanalytics.findings.finding import Entity, Finding, Window, violations
from ntanalytics.findings.judgement import evaluate_rules
from ntanalytics.findings.phrases import hours_words
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.infra import disks, hosts
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.infra.disk_forecasts import disk_forecasts
from ntanalytics.subsystems.infra.host_checks import host_entity

_HOUR_S = 3600.0

Row = Mapping[str, Any]

#: Columns of :func:`disk_growth`.
_GROWN = pa.schema(
    {
        "host": pa.string(),
        "part": pa.string(),
        "disk_used": pa.float64(),
        "disk_per_day": pa.float64(),
        "days_until_full": pa.float64(),
        "disk_days": pa.int64(),
    }
)

#: Findings of a busy host that make its other findings redundant.
_BUSY = (SuppressedBy(("infra.cpu_by_day", "infra.cpu_by_night")),)


def disk_entity(row: Row) -> Entity:
    """Return the disk of a row."""
    return Entity("disk", f"{row['host']}/{str(row['part']).strip('/')}", f"{row['host']} {row['part']}")


def load(context: CheckContext, metric: str) -> pa.Table:
    """Return the load of each host by one metric over the period (``metrics.infra.hosts.load``)."""
    metrics = context.dataset("infra.metrics").table
    return hosts.load(metrics.filter(metrics.metric == metric)).to_pyarrow()


def disk_growth(context: CheckContext) -> pa.Table:
    """Return level and growth of each disk at the end of the period: the measures of ``metrics.infra.disks.GROWTH``."""
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    forecasts = disk_forecasts(metrics, context.on)
    grown = []
    for row in rows(disks.levels(rows_of_whole_days(metrics), context.on)):
        disk = forecasts[row["host"], row["part"]]
        growth = {"disk_per_day": disk.forecast.per_day, "days_until_full": disk.days_left(context.on)}
        grown.append({**row, **growth, "disk_days": len(disk.peaks)})
    grown.sort(key=lambda row: math.inf if row["days_until_full"] is None else row["days_until_full"])
    return pa.Table.from_pylist(grown, schema=_GROWN)


def _load(context: CheckContext, rule: Rule, *, metric: str) -> list[Finding]:
    loads = figures(context.shared(load, metric), context.dataset("infra.metrics"))
    return evaluate_rules([rule], loads, host_entity)


def _held_levels(context: CheckContext) -> Sequence[Row]:
    metrics = context.dataset("infra.metrics").table
    return rows(hosts.sustained_load(metrics.filter(metrics.metric == "cpu_rate"), context.utc_offset_h))


def _held(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the findings of the processors, without hosts that were measured for less than two of the hours."""
    metrics = context.dataset("infra.metrics")
    known = [row for row in context.shared(_held_levels) if row[rule.measure] is not None]
    findings = evaluate_rules([rule], figures(known, metrics), host_entity)
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

    The gap of an earlier day does not touch the level, and the growth only where too few days are left.
    """
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    levels = figures(context.shared(disk_growth), since(metrics, context.on))
    span = since(metrics, context.on - timedelta(days=HISTORY_DAYS))
    return levels.made_of(
        ("disk_per_day", "days_until_full"),
        span,
        beside=True,
        gaps_of=lambda row: (row["disk_days"] < disks.MIN_DAYS, False),
    )


def _disk_used(context: CheckContext, rule: Rule) -> list[Finding]:
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    findings = evaluate_rules([rule], disk_figures(context), disk_entity)
    return with_onset(findings, rule, disks.peaks(metrics.recent, metrics.days), context.on, disk_entity)


def _days_until_full(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the findings of the disks that grow; of one that does not nothing is unknown."""
    findings = evaluate_rules([rule], disk_figures(context), disk_entity)
    return [
        finding.with_details(full_on=str(context.on + timedelta(days=math.ceil(finding.value or 0))))
        if finding.is_violation
        else finding
        for finding in findings
        if finding.unknown != "no_value"
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
        rule="infra.cpu", evaluate=partial(_load, metric="cpu_rate"), reads={"infra.metrics": 0}, every=LONGER_PERIODS
    ),
    Check(rule="infra.cpu_by_day", evaluate=_held, reads={"infra.metrics": 0}),
    Check(rule="infra.cpu_by_night", evaluate=_held, reads={"infra.metrics": 0}),
    Check(rule="infra.load", evaluate=partial(_load, metric="load"), reads={"infra.metrics": 0}, suppressed_by=_BUSY),
    Check(rule="infra.memory", evaluate=partial(_load, metric="memory_rate"), reads={"infra.metrics": 0}),
    Check(rule="infra.swap", evaluate=partial(_load, metric="swap_rate"), reads={"infra.metrics": 0}),
    Check(rule="infra.disk_used", evaluate=_disk_used, reads={"infra.metrics": HISTORY_DAYS}, every=EVERY_PERIOD),
    Check(
        rule="infra.days_until_full",
        evaluate=_days_until_full,
        reads={"infra.metrics": HISTORY_DAYS},
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
