"""Checks of what must be kept up: restore drills, logs and patches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import ibis.expr.types as ir

from ntanalytics.checks.check import EVERY_PERIOD, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import register, since, unless_unread
from ntanalytics.findings.finding import Entity, Finding, Unknown
from ntanalytics.findings.judgement import judge_row, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.desk import compliance
from ntanalytics.metrics.figures import Covered, figures
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.infra.text import ALL_HOSTS, BACKUP, LOG_KINDS, log_label
from ntanalytics.workspace.dataset_view import DatasetView

#: Days back in which a restore drill, a patch, and the oldest log are looked for.
DRILL_DAYS, PATCH_DAYS, LOG_DAYS = 366, 200, 400

#: Datasets whose rows show that the platform was running on a day.
_RUNNING = ("infra.checks", "infra.metrics", "infra.backups")

#: Datasets whose days show how long a kind of log is kept.
_LOGS = tuple(kind for kind in LOG_KINDS if "." in kind)

_ALL_HOSTS = Entity("hosts", "all", ALL_HOSTS)
_BACKUP = Entity("backup", "all", BACKUP)


def _restore_drill(context: CheckContext, rule: Rule) -> list[Finding]:
    checks, drills = context.dataset("desk.checks", DRILL_DAYS), context.dataset("desk.drills", DRILL_DAYS)
    views = [view for view in (checks, drills) if view.sources]
    row = figures(compliance.days_since_drill(checks.recent, drills.recent, context.on), *views).total
    if row["drill_days"] is None:
        return [unknown(rule, _without_drill(context, views), _BACKUP)]
    finding = judge_row(rule, row, _BACKUP)
    for view in views if finding.is_violation else ():
        finding = unless_unread(finding, view, context.on - timedelta(days=int(row["drill_days"])))
    return [finding]


def _without_drill(context: CheckContext, views: Iterable[DatasetView]) -> Unknown:
    """Return why no drill is known: a row that was rejected may be one, and so may what was not read."""
    first = context.on - timedelta(days=DRILL_DAYS)
    if any(view.rejected_rows(first, context.on) for view in views):
        return "unread"
    return "not_recorded" if all(view.is_complete for view in views) else "incomplete"


def _log_retention(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how far back the logs of each kind and source reached when they were read (``contract.legal``)."""
    on, workspace = context.on, context.workspace
    begin = on - timedelta(days=LOG_DAYS)
    held = {name: workspace.covered_days(name, begin, on) for name in (*_RUNNING, *_LOGS)}
    ran_on = min((day.day for name in _RUNNING for day in held[name] if day.rows), default=on)
    judged = {
        (kind, source): log_finding(
            rule, log_entity(kind, source), [day for day in held[kind] if day.source == source], ran_on
        )
        for kind in _LOGS
        for source in workspace.sources_by_dataset.get(kind, [])
    }
    return shown_logs(rule, judged)


def shown_logs(rule: Rule, judged: Mapping[tuple[str, str], Finding]) -> list[Finding]:
    """Return the findings that are shown: those of web logs, of others what is known, and the rest as one.

    No dataset has the logs of databases: whether they are kept cannot be shown.

    Args:
        rule: the rule.
        judged: kind and source → finding.
    """
    shown = [item for (kind, _), item in judged.items() if kind == "infra.requests" or item.status != "unknown"]
    open_kinds = dict.fromkeys(
        kind for (kind, _), item in judged.items() if kind != "infra.requests" and item.status == "unknown"
    )
    label = "、".join(LOG_KINDS[kind] for kind in (*open_kinds, "database"))
    return [*shown, unknown(rule, "short_history", Entity("log", "others", label))]


def log_entity(kind: str, source: str) -> Entity:
    """Return the logs of a kind that a source keeps; web logs are known by their source alone."""
    key = source if kind == "infra.requests" else "/".join(part for part in (kind, source) if part)
    return Entity("log", key, log_label(kind, source))


def log_finding(rule: Rule, entity: Entity, days: list[CoverageDay], ran_on: date) -> Finding:
    """Return how far back the logs of a source reached.

    A day that was read the day after it does not tell how long logs are kept. A source tells that gave a day older than
    the limit; and one that had no older day when it was asked for one, although the platform was already running then.

    Args:
        rule: its limits hold for the days since the oldest day that was read.
        entity: the logs of one kind and source.
        days: their coverage.
        ran_on: first day on which the platform is known to have been running.
    """
    held = [day for day in days if day.is_held and day.rows]
    reached = max(((day.taken_at.date() - day.day).days for day in held), default=0)
    oldest = min((day.day for day in held), default=None)
    is_exhausted = oldest is not None and any(not day.is_held and ran_on <= day.day < oldest for day in days)
    if reached < rule.threshold.warning and not is_exhausted:
        return unknown(rule, "short_history", entity).with_figures(reached_days=float(reached))
    return judge_value(rule, reached, [], entity).with_details(is_exhausted=is_exhausted)


def _failed_patches(context: CheckContext, rule: Rule) -> list[Finding]:
    patches = context.dataset("infra.patches", PATCH_DAYS)
    first = context.on - timedelta(days=PATCH_DAYS)
    past = register(patches, first, since(patches, first))
    return waiting_findings(rule, compliance.waiting_patches(patches.recent, context.on), patches, past)


def waiting_findings(rule: Rule, waiting: Rows, patches: DatasetView, past: Covered) -> list[Finding]:
    """Return a finding for each host with failed patches that were not installed since; without any a single one.

    Args:
        rule: its limits hold for the number of these patches.
        waiting: ``metrics.desk.compliance.waiting_patches``.
        patches: the dataset of the patches.
        past: the same, since the first day of which a failed patch may wait.
    """
    findings = []
    for row in figures(waiting, patches):
        finding = judge_row(rule, row, Entity("host", str(row["host"]), str(row["host"])))
        finding = finding.with_details(patch=str(row["patch"]))
        if finding.is_violation:
            finding = unless_unread(finding.since_day(row["since_on"]), patches, row["since_on"])
        findings.append(finding)
    return findings or [judge_value(rule, 0, [past], _ALL_HOSTS)]


def _unpatched(context: CheckContext, rule: Rule) -> list[Finding]:
    patches, metrics = context.dataset("infra.patches", PATCH_DAYS), context.dataset("infra.metrics")
    known_days = min(_covered_days(patches, context.on), _recorded_days(patches, context.on))
    findings = unpatched_findings(rule, _patch_ages(metrics.table, patches.recent, context.on), known_days, patches)
    return [
        unless_unread(finding, patches, context.on - timedelta(days=int(finding.value or 0)))
        if finding.is_violation
        else finding
        for finding in findings
    ]


def _patch_ages(metrics: ir.Table, patches: ir.Table, on: date) -> ir.Table:
    """Return ``host`` and ``unpatched_days`` of each measured host; null days where no patch is recorded."""
    patched = compliance.unpatched_days(patches, on).select(_host="host", unpatched_days="unpatched_days")
    measured = metrics.select("host").distinct()
    joined = measured.left_join(patched, [measured.host == patched["_host"]])
    return joined.select("host", "unpatched_days").order_by("host")


def unpatched_findings(rule: Rule, ages: Rows, known_days: int, patches: Covered) -> list[Finding]:
    """Return one finding of all hosts that were not patched for long: one round of patches is due.

    Args:
        rule: its limits hold for the days since the last patch of a host.
        ages: ``host`` and ``unpatched_days`` of each measured host; null days where no patch is recorded.
        known_days: days back in which patches are recorded: a host without one was not patched in them.
        patches: the dataset of the patches.

    Returns:
        Nothing where each host was patched; unknown where too few days are recorded to tell.
    """
    days = {str(row["host"]): _days_or(row["unpatched_days"], known_days) for row in rows(ages)}
    late = sorted((-age, host) for host, age in days.items() if rule.threshold.judge(age) != "ok")
    if late:
        finding = judge_value(rule, -late[0][0], [patches], _ALL_HOSTS)
        return [finding.with_figures(hosts=float(len(late))).with_details(hosts=tuple(host for _, host in late))]
    if known_days <= rule.threshold.warning:
        return [unknown(rule, "short_history", _ALL_HOSTS).with_figures(known_days=float(known_days))]
    return []


def _days_or(days: float | None, known_days: int) -> int:
    return known_days if days is None else int(days)


def _covered_days(view: DatasetView, on: date) -> int:
    """Return how many days up to ``on`` have no gap."""
    covered = {row["day"]: row["is_covered"] for row in rows(view.days)}
    days = 0
    while covered.get(on - timedelta(days=days)):
        days += 1
    return days


def _recorded_days(view: DatasetView, on: date) -> int:
    """Return how many days up to ``on`` there are since the first row."""
    first = view.recent.day.min().to_pyarrow().as_py()
    return 0 if first is None else (on - first).days + 1


CHECKS: tuple[Check, ...] = (
    Check(
        rule="infra.restore_drill",
        evaluate=_restore_drill,
        reads={"desk.checks": DRILL_DAYS, "desk.drills": DRILL_DAYS},
        optional=("desk.drills",),
    ),
    Check(
        rule="infra.log_retention",
        evaluate=_log_retention,
        reads=dict.fromkeys(_LOGS, 0),
        optional=tuple(name for name in _LOGS if name != "infra.requests"),
    ),
    Check(
        rule="infra.failed_patches", evaluate=_failed_patches, reads={"infra.patches": PATCH_DAYS}, every=EVERY_PERIOD
    ),
    Check(
        rule="infra.unpatched",
        evaluate=_unpatched,
        reads={"infra.patches": PATCH_DAYS, "infra.metrics": 0},
        optional=("infra.metrics",),
    ),
)
