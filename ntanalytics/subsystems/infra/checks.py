"""What the inspection of a day asks of hosts, services, backups and patches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ntanalytics.checks.baseline import unusual
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY as HISTORY_OF_TRENDS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.infra import availability, hosts
from ntanalytics.subsystems.infra import host_checks
from ntanalytics.subsystems.infra.retention_checks import inspect_keeping
from ntanalytics.subsystems.infra.section import disks_judged
from ntanalytics.subsystems.infra.web_checks import HISTORY, inspect_web
from ntanalytics.workspace.dataset_view import DatasetView

#: Days back in which monitoring is known to have been there, problems to last, and the same alarm to come again.
SOURCES_KNOWN, PROBLEMS_BACK, REPEATED_WITHIN = 7, 70, 7

#: What is beyond its limit of a host, and need not be said of it in another way.
_BUSY = ("infra.cpu_by_day", "infra.cpu_by_night")


def inspect_infra(context: CheckContext) -> list[Finding]:
    """Services by the hour, hosts, monitoring itself, disks, backups, logs, patches."""
    return inspect_web(context) + _monitored(context) + _measured(context) + inspect_keeping(context)


def _monitored(context: CheckContext) -> list[Finding]:
    """Whether hosts answered, what was raised, whether anybody looked."""
    rules, offset = context.rules, context.utc_offset_h
    checks = context.dataset("infra.checks", history=SOURCES_KNOWN)
    watched = context.dataset("infra.hosts")
    problems = context.dataset("infra.problems", history=PROBLEMS_BACK)
    found: list[Finding] = []
    if checks.sources:
        spans = availability.check_gaps(checks.recent, context.begins_at, context.ends_at)
        rule = rules["infra.checks_gap"]
        found += host_checks.gaps(rule, spans, context.begins_at, offset, is_complete=checks.is_complete)
    if watched.sources:
        its = checks.table.filter(checks.table.kind.isin(availability.HOST_CHECKS))
        outages = availability.outages(its, context.ends_at, ["target"])
        found += host_checks.reachable(
            rules["infra.reachable"], watched.table, outages, context.begins_at, offset, is_complete=watched.is_complete
        )
    if problems.sources:
        down = {
            each.subject for each in found if each.code == "infra.reachable" and each.state in ("warning", "critical")
        }
        found += host_checks.problems(
            rules["infra.problems"],
            problems.recent,
            context.begins_at,
            context.ends_at,
            offset,
            without=down,
            is_complete=problems.is_complete,
        )
        lately = context.dataset("infra.problems", history=REPEATED_WITHIN - 1)
        today = lately.table.filter(lately.table.severity != "information").select("host").distinct().to_pyarrow()
        hosts_today = [host or host_checks.MONITORING for host in today["host"].to_pylist()]
        counted = hosts.repeated_problems(lately.recent)
        found += host_checks.repeated(rules["infra.repeated_problems"], counted, REPEATED_WITHIN, hosts_today)
    return found


def _measured(context: CheckContext) -> list[Finding]:
    """Processors, memory, swap, load, what is unlike its siblings, disks."""
    rules = context.rules
    metrics = context.dataset("infra.metrics", history=HISTORY)
    if not metrics.sources:
        return []
    whole = metrics.is_complete
    cpu = metrics.table.filter(metrics.table.metric == "cpu_rate")
    held = hosts.sustained_load(cpu, context.utc_offset_h).to_pyarrow().to_pylist()
    # a host that was measured for less than two hours of the night or the day has no such figure
    found = [
        each
        for code, name in (("infra.cpu_by_day", "held_by_day"), ("infra.cpu_by_night", "held_by_night"))
        for each in evaluate_rules(
            [rules[code]], [row for row in held if row[name] is not None], _host, is_complete=whole
        )
    ]
    busy = {each.subject for each in found if each.code in _BUSY and each.state in ("warning", "critical")}
    if busy:
        hours = cpu.filter(cpu.host.isin(sorted(busy))).select("host", "hour_at", "mean").to_pyarrow().to_pylist()
        offset = context.utc_offset_h
        found = [host_checks.with_hours(each, rules[each.code], hours, context.begins_at, offset) for each in found]
    loads = hosts.load(metrics.table).to_pyarrow().to_pylist()
    for code, metric in (("infra.memory", "memory_rate"), ("infra.swap", "swap_rate"), ("infra.load", "load")):
        its = [row for row in loads if row["metric"] == metric and not (metric == "load" and row["host"] in busy)]
        found += evaluate_rules([rules[code]], its, _host, is_complete=whole)
    beyond = hosts.load_beyond_siblings(metrics.recent.filter(metrics.recent.metric == "cpu_rate"), metrics.days)
    unlike = unusual(context, rules["infra.load_unlike"], beyond, subject=_host, is_wrong_only=True)
    found += [each for each in unlike if each.subject not in busy]
    return found + _disks(context, metrics)


def _disks(context: CheckContext, metrics: DatasetView) -> list[Finding]:
    """How full disks are and when they are full; of those that are not wrong in that, whether they began to fill."""
    lately = context.dataset("infra.metrics", history=HISTORY_OF_TRENDS)
    found = disks_judged(context, hosts.growth(lately.recent, context.period.last).to_pyarrow())
    wrong = {each.subject for each in found if each.state in ("warning", "critical")}
    rule = context.rules["infra.disk_growth"]
    rises = hosts.disk_rises(metrics.recent, context.period.last).to_pyarrow().to_pylist()
    known = [row for row in rises if row["rise_beyond"] is not None]
    growing = []
    for each, row in zip(evaluate_rules([rule], known, _disk, is_complete=metrics.is_complete), known, strict=False):
        if each.state in ("warning", "critical") and each.subject not in wrong:
            growing.append(replace(each, evidence=_growth(row)))
    return found + growing


def _growth(row: Mapping[str, Any]) -> str:
    rise, usual, used = row["disk_rise"], row["usual_rise"], row["disk_used"]
    said = f"两天增长 {rise * 100:.2f} 个百分点，通常 {usual * 100:.2f} 个，目前已用 {used * 100:.1f}%"
    return f"{said}，照此约 {(1 - used) / rise * 2:,.0f} 天写满。"


def _host(row: Mapping[str, Any]) -> str:
    return str(row["host"])


def _disk(row: Mapping[str, Any]) -> str:
    return f"{row['host']} {row['part']}"
