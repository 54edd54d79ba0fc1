"""Checks of what must be kept up: backups, restore drills, logs and patches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks.check import DAY, EVERY_PERIOD, QUARTER, Check, SuppressedBy
from ntanalytics.checks.context import QUARTER_DAYS, CheckContext
from ntanalytics.checks.onset import with_onset_at
from ntanalytics.checks.span_view import since
from ntanalytics.contract.infra import BACKUPS
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_row, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.desk import compliance
from ntanalytics.metrics.figures import Covered, figures
from ntanalytics.metrics.infra import backups
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.infra.text import ALL_HOSTS, BACKUP, BACKUP_PLANS, LOG_KINDS, log_label
from ntanalytics.workspace.dataset_view import DatasetView

#: Days between runs of the rarest backup plan, times the runs from which its usual interval is taken.
BACKUP_DAYS = 70

#: Days back in which a restore drill, a patch, and the oldest log are looked for.
DRILL_DAYS, PATCH_DAYS, LOG_DAYS = 366, 200, 400

#: Datasets whose rows show that the platform was running on a day.
_RUNNING = ("infra.checks", "infra.metrics", "infra.backups")

#: Datasets whose days show how long a kind of log is kept.
_LOGS = tuple(kind for kind in LOG_KINDS if "." in kind)

#: Times the upper quartile of the runs before, or part of the lower one, from which a run is apart; least seconds.
_BEYOND_USUAL, _LEAST_S = 2.0, 10.0

#: Share that a backup is smaller by, from which it is worth a look whatever those before differ by; times by which a
#: smaller one is beyond their largest difference.
_LARGE_DROP, _BEYOND_SPREAD = 0.25, 2.0

#: Plans up to which each is told by itself: what is the matter with more is their storage.
_TOGETHER = 2

_ALL_HOSTS = Entity("hosts", "all", ALL_HOSTS)
_ALL_PLANS = Entity("plans", "all", BACKUP_PLANS)
_BACKUP = Entity("backup", "all", BACKUP)


def plan_entity(row: Mapping[str, Any]) -> Entity:
    """Return the backup plan of a row."""
    return Entity("plan", str(row["plan"]), str(row["plan"]))


def plans(context: CheckContext) -> pa.Table:
    """Return the backup plans at the end of the period (``metrics.infra.backups.plans``)."""
    return backups.plans(context.dataset("infra.backups", BACKUP_DAYS).recent, context.ends_at).to_pyarrow()


def _plans_kept(context: CheckContext, rule: Rule) -> list[Finding]:
    kept = figures(context.shared(plans), context.dataset("infra.backups", BACKUP_DAYS))
    return evaluate_rules([rule], kept, plan_entity)


def _size_drop(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether the last backup of each plan is smaller than those before it lets expect.

    A drop that is not large by itself is ok where the runs before differ by as much.
    """
    spreads = {row["plan"]: row["size_spread"] for row in rows(context.shared(plans))}
    return [
        replace(finding, status="ok") if _is_usual_drop(finding, spreads.get(finding.entity.key)) else finding
        for finding in _plans_kept(context, rule)
    ]


def _is_usual_drop(finding: Finding, spread: float | None) -> bool:
    """Return whether a drop is no larger than the runs before it may differ by."""
    drop = finding.value or 0.0
    return finding.is_violation and drop <= _LARGE_DROP and (spread is None or drop <= _BEYOND_SPREAD * spread)


def _backup_lateness(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether each plan ran in its interval; a late one since the run was due that did not succeed."""
    due_at = {
        row["plan"]: row["last_success_at"] + timedelta(seconds=row["usual_interval_s"])
        for row in rows(context.shared(plans))
        if row["last_success_at"] is not None and row["usual_interval_s"] is not None
    }
    kept = [_with_last(context, finding) for finding in _plans_kept(context, rule)]
    return with_onset_at(context, kept, rule.code, due_at)


def _with_last(context: CheckContext, finding: Finding) -> Finding:
    """Return the finding of a plan with the day and time of its last success."""
    last = {row["plan"]: row["last_success_at"] for row in rows(context.shared(plans))}.get(finding.entity.key)
    if last is None:
        return finding
    return _with_moment(context, finding, last)


def _with_moment(context: CheckContext, finding: Finding, last: datetime) -> Finding:
    """Return the finding of a plan with the day and time of its last run."""
    local = last + timedelta(hours=context.utc_offset_h)
    seconds = float(local.hour * 3600 + local.minute * 60)
    return finding.with_details(last_on=str(local.date())).with_figures(last_s=seconds)


def _backup_missed(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans that have missed a run; several together as one, with each of them as its part."""
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    overdue = rows(backups.missed_runs(runs.recent, context.ends_at))
    missed = [row for row in overdue if rule.threshold.judge(row[rule.measure]) != "ok"]
    is_of_many = len(missed) > _TOGETHER
    findings = []
    for row in missed[:1] if is_of_many else missed:
        media = {other["medium"] for other in missed}
        entity = _plans_of(media) if is_of_many else plan_entity(row)
        due = context.local_day(row["last_run_at"] + timedelta(seconds=row["usual_interval_s"]))
        finding = judge_value(rule, row[rule.measure], [runs], entity).since_day(due)
        finding = _with_moment(context, finding, row["last_run_at"])
        finding = finding.with_figures(usual_interval_s=row["usual_interval_s"])
        names = tuple(str(other["plan"]) for other in missed) if is_of_many else ()
        findings.append(finding.with_details(plans=names, parts=names))
    return violations(findings)


def _plans_of(media: Collection[str]) -> Entity:
    """Return the backup plans of one medium (离线备份计划), or all of them."""
    if len(media) > 1:
        return _ALL_PLANS
    words = BACKUPS.column("medium").values
    [medium] = media
    return Entity("plans", medium, f"{words.get(medium, medium)}{BACKUP_PLANS}")


def _backup_failing(context: CheckContext, rule: Rule) -> list[Finding]:
    failing = [row for row in rows(context.shared(plans)) if row["failed_since"]]
    return evaluate_rules([rule], figures(failing, context.dataset("infra.backups", BACKUP_DAYS)), plan_entity)


def _backup_shift(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans of which two runs in a row began at another time of day than usual.

    One that waited once, and was made all the same, has no other time.
    """
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    findings = []
    shifted = rows(backups.start_shifts(runs.recent, context.on))
    for row in (row for row in shifted if rule.threshold.judge(row["shift_before_s"]) != "ok"):
        start, usual = (
            float((row[name] + context.utc_offset_h * 3600) % 86_400) for name in ("start_s", "usual_start_s")
        )
        finding = judge_value(rule, row["start_shift_s"], [runs], plan_entity(row)).since_day(context.on)
        findings.append(finding.with_figures(start_s=start, usual_start_s=usual))
    return violations(findings)


def _backup_duration(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans whose last run took far longer, or shorter, than those before; several together as one."""
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    apart = [row for row in rows(backups.durations(runs.recent, context.on)) if _is_apart(row)]
    far = [row for row in apart if rule.threshold.judge(row[rule.measure]) != "ok"]
    findings = []
    for is_longer in (True, False):
        own = [row for row in far if (row["backup_s"] > row["usual_s"]) == is_longer]
        leading = own[:1] if len(own) > _TOGETHER else own
        for row in leading:
            is_of_all = len(own) > _TOGETHER
            finding = judge_value(rule, row[rule.measure], [runs], _ALL_PLANS if is_of_all else plan_entity(row))
            finding = finding.since_day(context.on).with_figures(backup_s=row["backup_s"], usual_s=row["usual_s"])
            names = tuple(str(other["plan"]) for other in own) if is_of_all else ()
            findings.append(finding.with_details(plans=names, plan=str(row["plan"]), is_longer=is_longer))
    return violations(findings)


def _is_apart(row: Mapping[str, Any]) -> bool:
    """Return whether a run lies well beyond how far those before differ, and by more than some seconds."""
    is_longer = row["backup_s"] >= _BEYOND_USUAL * row["long_s"]
    is_shorter = row["backup_s"] * _BEYOND_USUAL <= row["short_s"]
    return bool((is_longer or is_shorter) and abs(row["backup_s"] - row["usual_s"]) >= _LEAST_S)


def _failed_backups(context: CheckContext, rule: Rule) -> list[Finding]:
    runs = context.dataset("infra.backups", QUARTER_DAYS - 1)
    quarter = runs.recent.filter(runs.recent.day >= context.quarter_begins_on)
    return evaluate_rules([rule], figures(backups.plans(quarter, context.ends_at), runs), plan_entity)


def _offline_backup(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many online plans have no offline copy; nothing where the names of the plans do not tell."""
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    online = rows(backups.without_offline(runs.recent))
    if not online or any(row["is_offline"] is None for row in online):
        return []
    lacking = [str(row["plan"]) for row in online if not row["is_offline"]]
    finding = judge_value(rule, len(lacking), [runs], _ALL_PLANS)
    return [finding.with_figures(online_plans=float(len(online))).with_details(plans=tuple(lacking))]


def _restore_drill(context: CheckContext, rule: Rule) -> list[Finding]:
    checks, drills = context.dataset("desk.checks", DRILL_DAYS), context.dataset("desk.drills", DRILL_DAYS)
    views = [view for view in (checks, drills) if view.sources]
    row = figures(compliance.days_since_drill(checks.recent, drills.recent, context.on), *views).total
    if row["drill_days"] is None:
        return [unknown(rule, "not_recorded", _BACKUP)]
    return [judge_row(rule, row, _BACKUP)]


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
    return waiting_findings(
        rule, compliance.waiting_patches(patches.recent, context.on), patches, since(patches, first)
    )


def waiting_findings(rule: Rule, waiting: Rows, patches: Covered, past: Covered) -> list[Finding]:
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
        findings.append(finding.since_day(row["since_on"]) if finding.is_violation else finding)
    return findings or [judge_value(rule, 0, [past], _ALL_HOSTS)]


def _unpatched(context: CheckContext, rule: Rule) -> list[Finding]:
    patches, metrics = context.dataset("infra.patches", PATCH_DAYS), context.dataset("infra.metrics")
    known_days = min(_covered_days(patches, context.on), _recorded_days(patches, context.on))
    return unpatched_findings(rule, _patch_ages(metrics.table, patches.recent, context.on), known_days, patches)


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


CHECKS = (
    Check(
        rule="infra.backup_lateness",
        evaluate=_backup_lateness,
        reads={"infra.backups": BACKUP_DAYS},
        every=EVERY_PERIOD,
    ),
    Check(
        rule="infra.backup_missed",
        evaluate=_backup_missed,
        reads={"infra.backups": BACKUP_DAYS},
        suppressed_by=(SuppressedBy(("infra.backup_lateness",)),),
    ),
    Check(
        rule="infra.backup_failing",
        evaluate=_backup_failing,
        reads={"infra.backups": BACKUP_DAYS},
        suppressed_by=(SuppressedBy(("infra.backup_lateness",)),),
    ),
    Check(
        rule="infra.backup_shift",
        evaluate=_backup_shift,
        reads={"infra.backups": BACKUP_DAYS},
        suppressed_by=(SuppressedBy(("infra.backup_lateness", "infra.backup_failing")),),
    ),
    Check(
        rule="infra.backup_duration",
        evaluate=_backup_duration,
        reads={"infra.backups": BACKUP_DAYS},
        suppressed_by=(SuppressedBy(("infra.backup_lateness", "infra.backup_failing")),),
    ),
    Check(rule="infra.size_drop", evaluate=_size_drop, reads={"infra.backups": BACKUP_DAYS}, every=EVERY_PERIOD),
    Check(rule="infra.offline_backup", evaluate=_offline_backup, reads={"infra.backups": BACKUP_DAYS}),
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
        rule="infra.failed_patches", evaluate=_failed_patches, reads={"infra.patches": PATCH_DAYS}, every=(DAY, QUARTER)
    ),
    Check(
        rule="infra.unpatched",
        evaluate=_unpatched,
        reads={"infra.patches": PATCH_DAYS, "infra.metrics": 0},
        optional=("infra.metrics",),
    ),
    Check(
        rule="infra.failed_backups",
        evaluate=_failed_backups,
        reads={"infra.backups": QUARTER_DAYS - 1},
        every=(QUARTER,),
    ),
)
