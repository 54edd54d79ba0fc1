"""Checks of availability, of the certificates of servers, and of gaps in monitoring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks.check import EVERY_PERIOD, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.onset import with_onset_at
from ntanalytics.checks.section import HISTORY
from ntanalytics.findings.finding import Entity, Finding, subsystem_entity
from ntanalytics.findings.judgement import evaluate_rules, judge_row, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.infra import availability, probes
from ntanalytics.metrics.infra.check_spans import GAP, TARGET
from ntanalytics.metrics.infra.planned_downtime import PlannedWork, confirmed_work
from ntanalytics.metrics.rows import in_memory, rows
from ntanalytics.subsystems.infra.host_checks import MONITORING_ENTITY
from ntanalytics.subsystems.infra.host_silence import HOSTS_READS, out_of_use
from ntanalytics.subsystems.infra.machine_words import site_of
from ntanalytics.subsystems.infra.text import check_source_label
from ntanalytics.workspace.dataset_view import DatasetView

#: Days back in which a source of checks is known.
SOURCE_DAYS = 7

#: Longest validity of a certificate in days: no warning begins earlier.
_MAX_VALIDITY_DAYS = 3650

Row = Mapping[str, Any]


def every_check(checks: ir.Table) -> ir.Table:
    """Return the checks as they are."""
    return checks


def service_checks(checks: ir.Table) -> ir.Table:
    """Return the checks of services: those of hosts themselves are left out."""
    return checks.filter(~checks.kind.isin(probes.HOST_CHECKS))


def certificates(context: CheckContext) -> pa.Table:
    """Return the TLS certificates that the checks of the period saw, as of its end; of a period that lasts, of now."""
    checks = context.dataset("infra.checks")
    return probes.certificates(checks.table, checks.known_end).to_pyarrow()


def _availability(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the findings of the subsystems; of a day without its hosts, which have a rule of their own."""
    checks = context.dataset("infra.checks")
    table, views = context.shared(measured, service_checks if context.is_day else every_check), measured_from(context)
    findings = [_shown(rule, row, views) for row in figures(table, *views)]
    if not context.is_day:
        return findings
    judged = service_checks(checks.table)
    outages: dict[str, list[Row]] = {}
    for row in rows(probes.outages(judged, checks.known_end)):
        outages.setdefault(row["subsystem"], []).append(row)
    return [with_outages(context, finding, outages.get(finding.entity.key, [])) for finding in findings]


def target(context: CheckContext) -> float:
    """Return the availability that was agreed: the limit of the rule, as the site has it."""
    return context.rules["infra.availability"].threshold.warning


def measured_from(context: CheckContext) -> list[DatasetView]:
    """Return the datasets of which availability is made: the checks, and what tells of maintenance if a source does."""
    checks, changes = context.dataset("infra.checks", HISTORY), context.dataset("desk.changes", HISTORY)
    return [checks, *([changes] if changes.sources else [])]


def planned(context: CheckContext) -> Sequence[PlannedWork]:
    """Return the confirmed maintenance of the last weeks."""
    return confirmed_work(context.dataset("desk.changes", HISTORY).cases)


def measured(context: CheckContext, chosen: Callable[[ir.Table], ir.Table], before: bool = False) -> ir.Table:
    """Return the availability of the period, or of the one before it (:func:`measured_from`).

    Its few rows are in memory: the figures of the platform are made of them, and the outages are counted once.

    Args:
        context: the context.
        chosen: the checks that count.
        before: whether it is that of the period before.
    """
    checks, *changes = measured_from(context)
    windows = context.shared(planned)
    begin, end = context.begins_at, context.ends_at
    if before:
        begin, end = context.previous.window(context.workspace.settings.zone)[0], begin
    # a check of the minutes before speaks into the period
    earlier = checks.recent.filter(
        (checks.recent.checked_at >= ibis.literal(begin - GAP)) & (checks.recent.checked_at < ibis.literal(begin))
    )
    near = (checks.before if before else checks.table).union(earlier)
    has_gap = not before and not all(view.is_complete for view in (checks, *changes))
    in_use = None if before else _in_use(context, chosen(checks.recent))
    goal = target(context)
    made = availability.availability(chosen(near), begin, end, windows, target=goal, is_bounded=has_gap, in_use=in_use)
    if not before and _has_unseen_source(context):  # a target that nobody sees may be down: no bound
        made = made.mutate(availability_low=ibis.null("float64"), low_target=ibis.null("string"))
    return in_memory(made)


def _in_use(context: CheckContext, recent: ir.Table) -> ir.Table:
    """Return the targets of the period and of the week before it that are not known to be out of use.

    Out of use is a host that monitoring no longer watches, a target of a probe that the site's settings no longer name,
    and whatever a source told that the site no longer has. What is checked under another source, kind or subsystem now
    is no other target. Of any other one nobody knows it: a week after its last check it counts no more.
    """
    since, first = context.period.first - timedelta(days=SOURCE_DAYS), ibis.literal(context.period.first)
    rows_of_week = recent.filter((recent.day >= ibis.literal(since)) & recent.source.isin(_sources(context)))
    seen = rows_of_week.group_by(*TARGET).aggregate(_is_checked=(rows_of_week.day >= first).any())
    is_checked = seen["_is_checked"]
    seen = seen.mutate(_is_known=is_checked.any().over(ibis.window(group_by="target")))
    seen = seen.filter(seen["_is_checked"] | ~seen["_is_known"])
    return seen.filter(_is_watched(context, seen) & _is_named(context, seen)).select(*TARGET)


def _sources(context: CheckContext) -> list[str]:
    return list(context.dataset("infra.checks", HISTORY).sources)


def _is_watched(context: CheckContext, seen: ir.Table) -> ir.BooleanValue:
    """Return whether a target is no host that is out of use; of a source without hosts nobody knows it."""
    unused, sources = context.shared(out_of_use), context.dataset("infra.hosts").sources
    if not unused:
        return ibis.literal(value=True)
    is_host = seen.kind.isin(probes.HOST_CHECKS) & seen.source.isin(list(sources))
    watched: ir.BooleanValue = ~(is_host & seen.target.isin(sorted(unused)))
    return watched


def _is_named(context: CheckContext, seen: ir.Table) -> ir.BooleanValue:
    """Return whether the settings of a probe name a target; those of another source need not."""
    named: ir.BooleanValue = ibis.literal(value=True)
    for name, source in context.workspace.settings.sources.items():
        if source.targets:
            of_source = [(known.subsystem, known.display_name) for known in source.targets]
            is_of = reduce(or_, ((seen.subsystem == system) & (seen.target == shown) for system, shown in of_source))
            named &= (seen.source != name) | is_of
    return named


def _has_unseen_source(context: CheckContext) -> bool:
    """Return whether a source of checks gave nothing of any day of the period, and so hides all of its targets."""
    checks, days = context.dataset("infra.checks", HISTORY), set(context.period.days)
    if checks.is_complete:
        return False
    gone = [source for source, day in checks.gap_days - set(checks.damages) if day in days]
    return any(gone.count(source) == len(days) for source in checks.sources)


def is_surely_missed(row: FigureRow, goal: float, checks: DatasetView, *changes: DatasetView) -> bool:
    """Return whether a target was missed whatever the days that are missing hold: all their time was available.

    Args:
        row: a subsystem of :func:`measured`.
        goal: the target.
        checks: the checks.
        changes: the dataset that tells the maintenance, where a source has it.
    """
    if not all(view.is_complete for view in changes):  # what seems unplanned may be confirmed maintenance
        return False
    return checks.is_complete or _highest(row) < goal


def _highest(row: FigureRow) -> float:
    """Return the availability of a subsystem if it was available whenever nobody knows it."""
    known = row["available_s"] + row["unplanned_s"] + row["unmeasured_s"]
    return 1.0 - float(row["unplanned_s"] / known) if known else 1.0


def _shown(rule: Rule, row: FigureRow, views: Sequence[DatasetView]) -> Finding:
    """Return the finding of a subsystem.

    Over a gap it is known where its limits were missed whatever the gap holds. Where too little was measured to show
    that it keeps them, it is unknown.
    """
    finding = judge_row(rule, row, subsystem_entity(row["subsystem"]))
    if not row.is_complete and is_surely_missed(row, rule.threshold.warning, *views):
        highest = _highest(row)
        status = rule.threshold.judge(highest)
        return replace(finding, status=status, value=highest, format="rate:2", certainty="upper_bound", unknown="")
    low = row["availability_low"]
    if finding.status == "ok" and low is not None and rule.threshold.judge(low) != "ok":
        return unknown(rule, "unmeasured", finding.entity).with_details(target=str(row["low_target"]))
    return finding


def with_outages(context: CheckContext, finding: Finding, outages: Sequence[Row]) -> Finding:
    """Return the finding of a day; a violation has the hours of its outages and the longest of them.

    Args:
        context: the context of a day.
        finding: the finding of a subsystem.
        outages: its outages (``metrics.infra.probes.outages``).
    """
    if not finding.is_violation or not outages:
        return finding
    begin, end = min(row["down_from_at"] for row in outages), max(row["down_until_at"] for row in outages)
    longest = max(outages, key=lambda row: float(row["down_s"]))
    span = context.window(longest["down_from_at"], longest["down_until_at"])
    finding = finding.with_figures(
        outages=float(len(outages)), longest_from_s=span.from_s, longest_until_s=span.until_s
    )
    finding = finding.with_details(target=str(longest["target"])).since_day(context.local_day(begin))
    return replace(finding, window=context.window(begin, end))


def _tls_days(context: CheckContext, rule: Rule) -> list[Finding]:
    seen = figures(context.shared(certificates), context.dataset("infra.checks"))
    findings = evaluate_rules([rule], seen, lambda row: Entity("target", str(row["target"]), site_of(row["target"])))
    warned = timedelta(days=max(0.0, min(rule.threshold.warning, _MAX_VALIDITY_DAYS)))
    onsets = {row["target"]: row["tls_expires_at"] - warned for row in seen}
    checks = context.dataset("infra.checks", SOURCE_DAYS)
    former = rows(probes.former_certificates(checks.recent, checks.known_end))
    fell_back = {row["target"]: row for row in former if row["former_expires_at"] - warned > onsets[row["target"]]}
    onsets |= {target: max(onsets[target], row["replaced_at"]) for target, row in fell_back.items()}
    return [
        finding.with_details(former_on=context.local_day(row["former_expires_at"]).isoformat())
        if finding.is_violation and (row := fell_back.get(finding.entity.key))
        else finding
        for finding in with_onset_at(context, findings, rule.code, onsets)
    ]


def _checks_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the longest gap of each source of checks; nothing where the day is incomplete."""
    checks = context.dataset("infra.checks", SOURCE_DAYS)
    if not checks.is_complete:
        return []
    gaps = probes.check_gaps(checks.recent, context.begins_at, context.ends_at)
    return gap_findings(context, rule, figures(gaps, checks))


def gap_findings(context: CheckContext, rule: Rule, gaps: Figures) -> list[Finding]:
    """Return a finding for each source of checks; of sources that were silent together, one of monitoring instead.

    Args:
        context: the context of a day.
        rule: its limits hold for the longest time without a check, in seconds.
        gaps: ``metrics.infra.probes.check_gaps`` of the day.
    """
    silent = [row for row in gaps if rule.threshold.judge(row["gap_s"]) != "ok"]
    if len(silent) > 1 and max(row["gap_from_at"] for row in silent) < min(row["gap_until_at"] for row in silent):
        longest = max(silent, key=lambda row: float(row["gap_s"]))
        return [_gap(context, rule, longest, MONITORING_ENTITY)]
    return [_gap(context, rule, row, _check_source(row["source"])) for row in gaps]


def _check_source(source: str) -> Entity:
    return Entity("dataset", f"{source}/infra.checks", check_source_label(source))


def _gap(context: CheckContext, rule: Rule, row: FigureRow, entity: Entity) -> Finding:
    window = context.window(row["gap_from_at"], row["gap_until_at"])
    finding = replace(judge_row(rule, row, entity), window=window)
    return finding.since_day(context.local_day(row["gap_from_at"])) if finding.is_violation else finding


_AVAILABILITY = {"infra.checks": HISTORY, "desk.changes": HISTORY}

CHECKS = (
    Check(
        rule="infra.availability",
        evaluate=_availability,
        reads=_AVAILABILITY,
        beside=HOSTS_READS,
        optional=("desk.changes",),
        every=EVERY_PERIOD,
    ),
    Check(rule="infra.tls_days", evaluate=_tls_days, reads={"infra.checks": SOURCE_DAYS}, every=EVERY_PERIOD),
    Check(rule="infra.checks_gap", evaluate=_checks_gap, reads={"infra.checks": SOURCE_DAYS}),
)
