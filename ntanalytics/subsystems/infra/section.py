"""Summary of hosts, services and backups in any report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    compared,
    evaluated,
    no_source_summary,
    series,
    with_onset,
    with_onset_at,
)
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics.infra import availability, backups, hosts, requests
from ntanalytics.workspace.dataset_view import DatasetView

#: Tickets may be open that long, and a backup plan run that rarely.
OLDEST_TICKET, OLDEST_BACKUP = 365, 70


def summarize(context: CheckContext) -> SubsystemSummary:
    """Availability of the subsystems, requests, hosts, backups, certificates of servers (docs/domain.md, Infra)."""
    checks, web = context.dataset("infra.checks", history=HISTORY), context.dataset("infra.requests", history=HISTORY)
    metrics = context.dataset("infra.metrics", history=HISTORY)
    saved = context.dataset("infra.backups", history=OLDEST_BACKUP)
    if missing := no_source_summary("infra", "availability", checks):
        return missing
    at, on = context.ends_at, context.period.last
    before = context.previous.window(context.workspace.settings.zone)[0]
    up = availability.availability(checks.table, context.begins_at, at).to_pyarrow()
    tls = availability.certificates(checks.table, at).to_pyarrow()
    loads = hosts.load(metrics.table.filter(metrics.table.metric == "cpu_rate")).to_pyarrow()
    disks = hosts.growth(metrics.recent, on).to_pyarrow()
    plans = backups.plans(saved.recent, at).to_pyarrow()
    outages = availability.outages(checks.table, at)
    findings = _availability(context, checks)
    expiring = evaluate_rules([context.rules["infra.tls_days"]], tls, lambda row: str(row["target"]))
    warned = timedelta(days=context.rules["infra.tls_days"].threshold.warning)
    since = {row["target"]: row["tls_expires_at"] - warned for row in tls.to_pylist()}
    findings += with_onset_at(context, expiring, "infra.tls_days", since)
    if context.period.kind != "day":
        # of a day the inspection asks these and more (workspace.inspecting.infra)
        findings += evaluate_rules(
            [context.rules["infra.cpu"]], loads, lambda row: str(row["host"]), is_complete=metrics.is_complete
        )
        findings += disks_judged(context, disks) + plans_judged(context, plans) + _worst_days(context, web)
    total = compared(
        availability.platform(checks.table, context.begins_at, at),
        availability.platform(checks.before, before, context.begins_at),
        availability.PLATFORM,
        checks,
    )
    return SubsystemSummary(
        "infra",
        tuple(findings),
        _backups_said(plans.to_pylist(), at_risk=findings),
        "platform_availability",
        total,
        series(availability.daily(checks.recent, checks.days, at), "platform_availability"),
        {
            "availability": up,
            "tls": tls,
            "cpu": loads,
            "disks": disks,
            "backups": plans,
            **evaluated(("outages", outages), ("services", requests.volume(web.table, ["service"]))),
        },
        context.origin("availability.availability", checks),
        checks.note,
        checks.is_complete,
        checks.was_complete,
    )


def _availability(context: CheckContext, checks: DatasetView) -> list[Finding]:
    """The availability of each subsystem; of a day without its hosts', which are told one by one, and with when."""
    rule, at = context.rules["infra.availability"], context.ends_at
    is_day = context.period.kind == "day"
    its = checks.table.filter(~checks.table.kind.isin(availability.HOST_CHECKS)) if is_day else checks.table
    up = availability.availability(its, context.begins_at, at)
    found = evaluate_rules([rule], up, lambda row: SUBSYSTEMS[row["subsystem"]], is_complete=checks.is_complete)
    spans: dict[str, list[dict[str, Any]]] = {}
    for row in availability.outages(its, at).to_pyarrow().to_pylist():
        spans.setdefault(SUBSYSTEMS[row["subsystem"]], []).append(row)
    first = {name: min(row["down_from_at"] for row in rows) for name, rows in spans.items()}
    found = with_onset_at(context, found, rule.code, first)
    return [_when(context, each, spans[each.subject]) if is_day and each.subject in spans else each for each in found]


def _when(context: CheckContext, finding: Finding, outages: list[dict[str, Any]]) -> Finding:
    """A finding with from when until when, and what did not answer."""
    if finding.state not in ("warning", "critical"):
        return finding
    begins, ends = min(row["down_from_at"] for row in outages), max(row["down_until_at"] for row in outages)
    offset = timedelta(hours=context.utc_offset_h)
    longest = max(outages, key=lambda row: float(row["down_s"]))
    span = f"{longest['down_from_at'] + offset:%H:%M}—{longest['down_until_at'] + offset:%H:%M}"
    said = f"{span} {longest['target']} 无应答"
    said += f"，共中断 {len(outages)} 次" if len(outages) > 1 else ""
    since = context.begins_at
    window = {name: (moment - since).total_seconds() for name, moment in (("from_s", begins), ("until_s", ends))}
    evidence = f"{finding.evidence.removesuffix('。')}：{said}。"
    return replace(finding, evidence=evidence, figures={**finding.figures, **window})


def disks_judged(context: CheckContext, disks: pa.Table) -> list[Finding]:
    """How full each disk is, and when it is full; a disk that does not grow never is, and nothing is unknown there.

    Args:
        context: the context of the checks.
        disks: ``metrics.hosts.growth`` at its end.
    """
    metrics = context.dataset("infra.metrics", history=HISTORY)
    rules = [context.rules["infra.disk_used"], context.rules["infra.days_until_full"]]
    filled = [
        each
        for each in evaluate_rules(rules, disks, _disk)
        if not (each.code == "infra.days_until_full" and each.state == "unknown")
    ]
    return with_onset(context, filled, "infra.disk_used", hosts.peaks(metrics.recent, metrics.days), _disk)


def plans_judged(context: CheckContext, plans: pa.Table) -> list[Finding]:
    """Whether each backup plan was kept, and holds what it usually does.

    Args:
        context: the context of the checks.
        plans: ``metrics.backups.plans`` at its end.
    """
    saved = context.dataset("infra.backups", history=OLDEST_BACKUP)
    rules = [context.rules["infra.backup_lateness"], context.rules["infra.size_drop"]]
    kept = evaluate_rules(rules, plans, lambda row: str(row["plan"]), is_complete=saved.is_complete)
    return with_onset_at(context, kept, "infra.backup_lateness", _due_at(plans.to_pylist()))


def _due_at(plans: list[dict[str, Any]]) -> dict[str, datetime]:
    """Plan → when the run was due that was not made: one usual interval after the last success."""
    return {
        row["plan"]: row["last_success_at"] + timedelta(seconds=row["usual_interval_s"])
        for row in plans
        if row["last_success_at"] is not None and row["usual_interval_s"] is not None
    }


def _disk(row: Mapping[str, Any]) -> str:
    return f"{row['host']} {row['part']}"


def _worst_days(context: CheckContext, web: DatasetView) -> list[Finding]:
    """Of each service the day on which most of its requests failed; a day of few requests says nothing."""
    if not web.sources:
        return []
    services = requests.counts(web.table, web.days, ["service"])
    rule = replace(context.rules["infra.error_rate"], check="单日最高错误率")
    worst: dict[str, dict[str, Any]] = {}
    for row in services.to_pyarrow().to_pylist():
        if (row["requests"] or 0) >= rule.min_count:
            known = worst.setdefault(row["service"], row)
            worst[row["service"]] = max(known, row, key=lambda each: each["error_rate"])
    return evaluate_rules([rule], list(worst.values()), lambda row: f"{row['service']}（{day_words(row['day'])}）")


def _backups_said(plans: list[dict[str, object]], at_risk: list[Finding]) -> str:
    if not plans:
        return "没有备份记录"
    late = sum(each.code == "infra.backup_lateness" and each.state in ("warning", "critical") for each in at_risk)
    media = {medium: sum(plan["medium"] == medium for plan in plans) for medium in ("online", "offline")}
    said = f"备份计划在线 {media['online']} 项、离线 {media['offline']} 项"
    return f"{said}，{late} 项逾期" if late else f"{said}，均按期"
