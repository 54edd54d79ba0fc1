"""Checks of hosts that do not answer, and of the alarms of monitoring."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from ntanalytics.checks.check import DAY, EVERY_PERIOD, QUARTER, Check, SuppressedBy
from ntanalytics.checks.context import QUARTER_DAYS, CheckContext
from ntanalytics.checks.section import HISTORY
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import judge_row, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import ORDER, Status, worst
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.infra import hosts, probes
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.infra.host_silence import Silence, silent, unmeasured
from ntanalytics.subsystems.infra.text import ALL_HOSTS, MONITORING
from ntanalytics.workspace.dataset_view import DatasetView

#: Severity of an alarm → its status while it lasts; information is no alarm.
SEVERITY: Mapping[str, Status] = MappingProxyType(
    {"warning": "warning", "average": "warning", "high": "critical", "disaster": "critical"}
)

#: Days back in which an alarm may have begun, and in which the same alarm comes again.
ALARM_DAYS, REPEAT_DAYS = 70, 7

_ALL_HOSTS = Entity("hosts", "all", ALL_HOSTS)
#: Monitoring as a whole.
MONITORING_ENTITY = Entity("monitoring", "monitoring", MONITORING)

Row = Mapping[str, Any]


def host_entity(row: Row) -> Entity:
    """Return the host of a row; monitoring as a whole where the row names none."""
    host = row["host"]
    return Entity("host", str(host), str(host)) if host else MONITORING_ENTITY


def _reachable(context: CheckContext, rule: Rule) -> list[Finding]:
    hosts_view, checks = context.dataset("infra.hosts"), context.dataset("infra.checks", HISTORY)
    is_known = hosts_view.is_complete and (not checks.sources or checks.is_complete)
    if not context.is_day:
        silence = silent(context) if is_known else {}
        return [_unmeasured(context, rule, host, last) for host, last in silence.items()]
    own = checks.table.filter(checks.table.kind.isin(probes.HOST_CHECKS))
    outages = probes.outages(own, checks.known_end, ["target"])
    return reachable_findings(
        context, rule, hosts_view, checks, outages, context.shared(unmeasured) if is_known else {}
    )


def reachable_findings(
    context: CheckContext,
    rule: Rule,
    snapshot: DatasetView,
    checks: DatasetView,
    outages: Rows,
    silence: Silence = MappingProxyType({}),
) -> list[Finding]:
    """Return for each monitored host whether it answered all day, and whether it answers at the end.

    Args:
        context: the context of a day.
        rule: its limits hold for the longest time without an answer, in seconds.
        snapshot: ``infra.hosts`` with the snapshot that stands for the day.
        checks: ``infra.checks``, which may have no source.
        outages: outages of hosts by ``target`` (``metrics.infra.probes.outages``).
        silence: hosts of which too little was measured: unknown, unless they were down.

    Returns:
        Over a gap all hosts together are unknown, and a host is reported only where it was down.
    """
    longest: dict[str, Row] = {}
    for row in rows(outages):
        known = longest.setdefault(row["target"], row)
        longest[row["target"]] = max(known, row, key=lambda outage: float(outage["down_s"]))
    monitored = [row for row in rows(snapshot.table) if row["is_monitored"]]
    available: dict[str, bool | None] = {row["host"]: row["is_available"] for row in monitored}
    available |= {host: True for host in longest if host not in available}
    findings = [_host(context, rule, host, answers, longest.get(host)) for host, answers in available.items()]
    findings = [
        _unmeasured(context, rule, finding.entity.key, silence[finding.entity.key])
        if finding.entity.key in silence and not finding.is_violation
        else finding
        for finding in findings
    ]
    if not snapshot.is_complete:
        return [unknown(rule, "missing", _ALL_HOSTS), *violations(findings)]
    if checks.sources and not checks.is_complete:
        return [unknown(rule, "incomplete", _ALL_HOSTS), *violations(findings)]
    return findings


def _unmeasured(context: CheckContext, rule: Rule, host: str, last: datetime | None) -> Finding:
    finding = unknown(rule, "unmeasured", Entity("host", host, host))
    if last is None or last >= context.ends_at - timedelta(hours=1):
        return finding
    return finding.with_figures(heard_s=(last - context.begins_at).total_seconds()).with_details(
        begins_on=str(context.period.first)
    )


def _host(context: CheckContext, rule: Rule, host: str, answers: bool | None, outage: Row | None) -> Finding:
    down_s = float(outage["down_s"]) if outage else 0.0
    at_end: Status = "unknown" if answers is None else "ok" if answers else "critical"
    status = worst([at_end, rule.threshold.judge(down_s)])
    finding = Finding(
        rule=rule,
        entity=Entity("host", host, host),
        status=status,
        value=None if status == "unknown" else down_s,
        format="seconds",
        unknown="no_value" if status == "unknown" else "",
        details={"answers_at_end": answers},
    )
    if outage is None or not down_s:
        return finding
    finding = replace(finding, window=context.window(outage["down_from_at"], outage["down_until_at"]))
    return finding.since_day(context.local_day(outage["down_from_at"])) if finding.is_violation else finding


def _alarms(context: CheckContext, rule: Rule) -> list[Finding]:
    return alarm_findings(context, rule, context.dataset("infra.problems", ALARM_DAYS))


def alarm_findings(context: CheckContext, rule: Rule, problems: DatasetView) -> list[Finding]:
    """Return the alarms that last at the end of the day, and the grave ones of the day, one finding for each host.

    Args:
        context: the context of a day.
        rule: its limits hold for the number of alarms of a host.
        problems: ``infra.problems`` with the weeks up to the day.

    Returns:
        Without an alarm a single finding, ok, or unknown where the day has a gap. Where a source names no host, the
        hosts are unknown beside it.
    """
    by_host: dict[str | None, list[Row]] = {}
    for row in rows(problems.cases):
        if row["severity"] not in SEVERITY or row["started_at"] >= context.ends_at:
            continue
        is_grave = SEVERITY[row["severity"]] == "critical"
        is_of_day = row["ended_at"] is None or row["ended_at"] > context.begins_at
        if _is_lasting(context, row) or (is_grave and is_of_day):
            by_host.setdefault(row["host"] or None, []).append(row)
    if not by_host:
        return [judge_value(rule, 0, [problems], MONITORING_ENTITY)]
    findings = [_alarm(context, rule, raised, problems.known_end) for raised in by_host.values()]
    if not problems.sources_without("host"):
        return findings
    # an alarm stands, though nobody knows whose it is
    alarms = [item.with_details(is_host_unknown=item.entity == MONITORING_ENTITY) for item in findings]
    return [*alarms, unknown(rule, "not_in_source", _ALL_HOSTS)]


def _alarm(context: CheckContext, rule: Rule, raised: list[Row], known_end: datetime) -> Finding:
    gravest = min(raised, key=lambda row: (ORDER.index(SEVERITY[row["severity"]]), row["started_at"]))
    count, severity = float(len(raised)), SEVERITY[gravest["severity"]]
    begin, end = min(row["started_at"] for row in raised), max(row["ended_at"] or known_end for row in raised)
    span = context.window(gravest["started_at"], gravest["ended_at"] or known_end)
    finding = Finding(
        rule=rule,
        entity=host_entity(gravest),
        # the milder of both: the limits say how many alarms are tolerated, the severity how bad the gravest one is
        status=max(severity, rule.threshold.judge(count), key=ORDER.index),
        value=count,
        window=context.window(begin, end),
        figures={"raised_s": span.from_s, "cleared_s": None if _is_lasting(context, gravest) else span.until_s},
        details={"problem": str(gravest["problem"]), "is_over": not any(_is_lasting(context, row) for row in raised)},
    )
    return finding.since_day(context.local_day(begin)) if finding.is_violation else finding


def _is_lasting(context: CheckContext, row: Row) -> bool:
    return row["ended_at"] is None or row["ended_at"] >= context.ends_at


def _is_over(finding: Finding) -> bool:
    return finding.details.get("is_over") is True


def _repeated_alarms(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the alarms that came again: of a day within a week, on hosts with an alarm on it; else in the quarter."""
    view = context.dataset("infra.problems", QUARTER_DAYS - 1)
    problems = view.recent
    days = REPEAT_DAYS if context.is_day else QUARTER_DAYS
    counts = figures(hosts.repeated_problems(problems.filter(problems.day > context.on - timedelta(days=days))), view)
    if not context.is_day:
        return repeated_findings(rule, counts, days)
    today = problems.filter((problems.day == context.on) & (problems.severity != "information"))
    return repeated_findings(rule, counts, days, only=set(today.host.to_pyarrow().to_pylist()))


def repeated_findings(
    rule: Rule, counts: Figures, days: int, only: Container[str | None] | None = None
) -> list[Finding]:
    """Return a finding for each host with an alarm that came again and again, of the one that came most often.

    Args:
        rule: its limits hold for how often the same alarm came.
        counts: ``metrics.infra.hosts.repeated`` of some days.
        days: the number of these days.
        only: hosts to report; None for all.
    """
    findings: dict[Entity, Finding] = {}
    for row in counts:
        finding = judge_row(rule, row, host_entity(row)).with_figures(days=float(days))
        is_selected = only is None or row["host"] in only
        if finding.is_violation and is_selected and finding.entity not in findings:
            findings[finding.entity] = finding.with_details(problem=str(row["problem"]))
    return list(findings.values())


CHECKS = (
    Check(
        rule="infra.reachable",
        evaluate=_reachable,
        reads={"infra.hosts": 0, "infra.checks": HISTORY},
        beside={"infra.metrics": HISTORY},
        every=EVERY_PERIOD,
        optional=("infra.checks",),
    ),
    Check(
        rule="infra.problems",
        evaluate=_alarms,
        reads={"infra.problems": ALARM_DAYS},
        # an outage raises alarms of its own; once they are over they tell nothing more
        suppressed_by=(SuppressedBy(("infra.reachable",), where=_is_over),),
    ),
    Check(
        rule="infra.repeated_problems",
        evaluate=_repeated_alarms,
        reads={"infra.problems": QUARTER_DAYS - 1},
        every=(DAY, QUARTER),
    ),
)
