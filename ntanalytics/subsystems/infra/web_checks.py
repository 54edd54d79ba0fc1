"""Checks of the web services: errors, response times and silences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS, baseline
from ntanalytics.checks.by_detector import BurstSearch, failure_burst, latency_spike, silence
from ntanalytics.checks.check import EVERY_PERIOD, QUARTER, Check, SuppressedBy
from ntanalytics.checks.context import QUARTER_DAYS, CheckContext
from ntanalytics.checks.entities import places
from ntanalytics.detectors.missing_parts import OUT_OF_USE
from ntanalytics.findings.finding import Entity, Finding, Window, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_row, settle_worst, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.topology import place
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.infra import hosts, probes, requests
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import SLOT_S, by_slot
from ntanalytics.subsystems.infra.availability_checks import service_checks
from ntanalytics.subsystems.infra.host_checks import host_entity
from ntanalytics.subsystems.infra.text import probed_label

WEB = "infra.requests"

#: Probability of a burst of errors by chance, for a service and a day.
CHANCE = 1e-9

#: Largest share of the requests that a silence explains, as a multiple of those expected in it.
_EXPLAINED_BY_SILENCE = 1.2

#: Answers of an hour of which it is known whether they were slow.
_MIN_ANSWERED = 20

Row = Mapping[str, Any]


def service_entity(row: Row) -> Entity:
    """Return the web service of a row."""
    return Entity("service", str(row["service"]), str(row["service"]))


def _daily(context: CheckContext) -> Sequence[Row]:
    """Return requests and errors of each service by day over ten weeks."""
    web = context.dataset(WEB, HISTORY_DAYS)
    return rows(web.daily(requests.request_counts, requests.MEASURES, ["service"]))


def _slots(context: CheckContext) -> Sequence[Row]:
    """Return the requests of each service by slot of the comparable days."""
    comparable = context.shared(baseline, WEB).comparable
    return rows(by_slot(comparable, "minute_at", context.utc_offset_h, ["service"], count="requests"))


def _error_burst(context: CheckContext, rule: Rule) -> list[Finding]:
    past = context.shared(baseline, WEB)
    failed = past.comparable.filter(past.comparable.status >= 500)
    failures = by_slot(failed, "minute_at", context.utc_offset_h, ["service"], count="requests")
    search = BurstSearch(slot_s=SLOT_S, chance=CHANCE)
    return failure_burst(rule, failures, context.shared(_slots), past.days, context.on, search, entity=service_entity)


def _error_rate(context: CheckContext, rule: Rule) -> list[Finding]:
    web = context.dataset(WEB)
    daily = figures(requests.counts(web.table, web.days, ["service"]), web)
    if not daily and not web.is_complete:
        return [unknown(rule, "incomplete")]
    return worst_day_findings(context, rule, daily)


def worst_day_findings(context: CheckContext, rule: Rule, daily: Iterable[FigureRow]) -> list[Finding]:
    """Return the worst day of each service; over a gap it is unknown unless it breaks a limit.

    Args:
        context: the context.
        rule: its limits hold for the error rate of a day; a day of few requests says nothing.
        daily: requests and errors of each service by day of the period, of every day.
    """
    by_service: dict[str, list[FigureRow]] = {}
    for row in daily:
        by_service.setdefault(row["service"], []).append(row)
    findings = (_worst_day(context, rule, days) for days in by_service.values())
    return [finding for finding in findings if finding is not None]


def _worst_day(context: CheckContext, rule: Rule, days: list[FigureRow]) -> Finding | None:
    entity = service_entity(days[0])
    judged = [row for row in days if (row["requests"] or 0) >= rule.min_count]
    if not judged:
        return None if all(row.is_complete for row in days) else unknown(rule, "incomplete", entity)
    worst = max(judged, key=lambda row: float(row["error_rate"]))
    finding = settle_worst(judge_row(rule, worst, entity), days)
    if context.is_day or finding.status == "unknown":
        return finding
    beyond = sum(rule.threshold.judge(row["error_rate"]) != "ok" for row in judged)
    return finding.with_figures(days_beyond=float(beyond)).with_details(day=worst["day"].isoformat())


def answers(context: CheckContext) -> Sequence[Mapping[str, Any]]:
    """Return the duration of the answers of each service by day and hour, of comparable days."""
    past = context.shared(baseline, WEB)
    return rows(requests.answers(past.comparable, context.utc_offset_h))


def _slow_hours(context: CheckContext, rule: Rule) -> list[Finding]:
    past = context.shared(baseline, WEB)
    return latency_spike(
        rule,
        context.shared(answers),
        past.days,
        context.on,
        measure="answer_p95_ms",
        count="answered",
        entity=service_entity,
    )


def _slow_probes(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the targets that answered the probes slowly; a target is the service of the logs that it belongs to."""
    past = context.shared(baseline, "infra.checks")
    findings = latency_spike(
        rule,
        probes.probe_durations(past.comparable, context.utc_offset_h),
        past.days,
        context.on,
        measure="probe_p50_ms",
        count="probed",
        entity=lambda row: Entity("target", str(row["target"]), str(row["target"])),
    )
    has_logs = bool(context.dataset(WEB, HISTORY_DAYS).sources)
    services = sorted({str(row["service"]) for row in context.shared(_daily)}) if has_logs else []
    return [replace(finding, entity=probed_entity(finding.entity, services)) for finding in findings]


def probed_entity(target: Entity, services: Iterable[str]) -> Entity:
    """Return the first of some services that a target of the probes belongs to; the target where there is none."""
    service = next((service for service in services if probes.serves(service, target.key)), None)
    return target if service is None else Entity("service", service, probed_label(service))


def _requests_silent(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the longest time without a request of each service that is in use."""
    days, slots = context.shared(baseline, WEB).days, context.shared(_slots)
    used = {row["service"] for row in slots if context.on - row["day"] <= OUT_OF_USE}
    own = [row for row in slots if row["service"] in used]
    findings = silence(rule, own, days, context.on, slot_s=SLOT_S, entity=service_entity)
    outages = context.shared(_outages)
    return [finding for finding in findings if not (finding.is_violation and is_outage(finding, outages))]


def _outages(context: CheckContext) -> dict[str, list[Window]]:
    """Return the outages of each target that the probes saw on the day."""
    checks = context.dataset("infra.checks")
    outages: dict[str, list[Window]] = {}
    for row in rows(probes.outages(service_checks(checks.table), checks.known_end)):
        outages.setdefault(row["target"], []).append(context.window(row["down_from_at"], row["down_until_at"]))
    return outages


def is_outage(finding: Finding, outages: Mapping[str, Iterable[Window]]) -> bool:
    """Return whether the probes saw the service of a silence down in more than half of it: availability tells it then.

    Args:
        finding: the silence of a service.
        outages: the outages of each target of the probes.
    """
    silent = finding.window
    return silent is not None and any(
        silent.overlap_s(outage) > silent.length_s / 2
        for target, windows in outages.items()
        if probes.serves(finding.entity.key, target)
        for outage in windows
    )


def _slow_service(context: CheckContext, rule: Rule) -> list[Finding]:
    web = context.dataset(WEB, QUARTER_DAYS - 1)
    quarter = web.recent.filter(web.recent.day >= context.quarter_begins_on)
    return evaluate_rules([rule], figures(requests.volume(quarter, ["service"]), web), service_entity)


def _loads_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hosts behind a service that was as much slower whose load rose in the same hours."""
    if not context.dataset(WEB, HISTORY_DAYS).sources:
        return []
    slow = violations(_slow_hours(context, replace(rule, min_count=_MIN_ANSWERED)))
    if not slow:
        return []
    past, carried = context.shared(baseline, "infra.metrics"), context.shared(places)
    rises = latency_spike(
        rule,
        hosts.loads_by_hour(past.comparable, context.utc_offset_h),
        past.days,
        context.on,
        measure=rule.measure,
        count="samples",
        entity=host_entity,
    )
    return [finding for finding in violations(rises) if any(_is_behind(finding, other, carried) for other in slow)]


def _is_behind(host: Finding, service: Finding, carried: Mapping[str, str]) -> bool:
    """Return whether a host carries the subsystem of a service, and rose in its hours."""
    ours, theirs = place(host, carried), place(service, carried)
    if ours != theirs or ours == "infra" or host.window is None or service.window is None:
        return False
    return host.window.overlap_s(service.window) > 0


_READS = {WEB: HISTORY_DAYS}

CHECKS = (
    Check(
        rule="infra.error_rate",
        evaluate=_error_rate,
        reads={WEB: 0},
        every=EVERY_PERIOD,
        suppressed_by=(SuppressedBy(("infra.error_burst",)),),
    ),
    Check(rule="infra.error_burst", evaluate=_error_burst, reads=_READS),
    Check(rule="infra.slow_hours", evaluate=_slow_hours, reads=_READS),
    Check(
        rule="infra.slow_probes",
        evaluate=_slow_probes,
        reads={"infra.checks": HISTORY_DAYS, **_READS},
        optional=(WEB,),
        suppressed_by=(SuppressedBy(("infra.slow_hours",)),),
    ),
    Check(
        rule="infra.load_rise",
        evaluate=_loads_rise,
        reads={"infra.metrics": HISTORY_DAYS, **_READS, "infra.checks": 0},
        optional=(WEB, "infra.checks"),
    ),
    Check(
        rule="infra.requests_silent",
        evaluate=_requests_silent,
        reads={**_READS, "infra.checks": 0},
        optional=("infra.checks",),
    ),
    Check(rule="infra.slow_service", evaluate=_slow_service, reads={WEB: QUARTER_DAYS - 1}, every=(QUARTER,)),
)
