"""Checks of backups: whether each plan ran, when, for how long, and how much it kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ntanalytics.checks.check import EVERY_PERIOD, QUARTER, WEEK, Check, SuppressedBy
from ntanalytics.checks.context import QUARTER_DAYS, CheckContext
from ntanalytics.checks.covered_days import register, unless_unread
from ntanalytics.checks.onset import with_onset_at
from ntanalytics.contract.infra import BACKUPS
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.infra import backup_runs, backups
from ntanalytics.metrics.infra.backup_waits import LATE
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.infra.backup_plans import (
    ALL_PLANS,
    BACKUP_DAYS,
    is_offline_read,
    last_successes,
    plan_entity,
    plans,
    runs_by_plan,
)
from ntanalytics.subsystems.infra.rules import BEYOND_SPREAD, LARGE_DROP
from ntanalytics.subsystems.infra.text import BACKUP_PLANS, OFFLINE_BACKUPS
from ntanalytics.subsystems.infra.unread_backups import at_least, late_for_certain, unless_later_unread

#: Times the upper quartile of the runs before, or part of the lower one, from which a run is apart; least seconds.
_BEYOND_USUAL, _LEAST_S = 2.0, 10.0

#: Plans up to which each is told by itself: what is the matter with more is their storage.
_TOGETHER = 2


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
    return finding.is_violation and drop <= LARGE_DROP and (spread is None or drop <= BEYOND_SPREAD * spread)


def _size_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans whose last backup is far larger than those before it; one verdict on all where none is.

    As with a drop, a rise is usual where the runs before differ by as much; it is not known of too few of them.
    """
    runs, largest, findings = context.dataset("infra.backups", BACKUP_DAYS), 0.0, []
    for row in rows(context.shared(plans)):
        drop, spread = row["size_drop"], row["size_spread"]
        if drop is None or spread is None or -drop <= BEYOND_SPREAD * spread:
            continue
        finding = judge_value(rule, -drop, [runs], plan_entity(row))
        if finding.is_violation:
            sizes = {name: row[name] for name in ("last_size_bytes", "usual_size_bytes")}
            findings.append(finding.with_figures(**sizes))
        largest = max(largest, -drop)
    return findings or [judge_value(rule, largest, [runs], ALL_PLANS)]


def _backup_lateness(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether each plan ran in its interval; a late one since the run was due that did not succeed."""
    due_at = {
        row["plan"]: row["last_success_at"] + timedelta(seconds=row["usual_interval_s"])
        for row in rows(context.shared(plans))
        if row["last_success_at"] is not None and row["usual_interval_s"] is not None
    }
    kept = [_with_last(context, finding) for finding in _plans_kept(context, rule)]
    findings = with_onset_at(context, kept, rule.code, due_at)
    judged = unless_later_unread(context, findings)
    return judged + late_for_certain(context, findings, judged)


def _with_last(context: CheckContext, finding: Finding) -> Finding:
    """Return the finding of a plan with the day and time of its last success."""
    last = last_successes(context).get(finding.entity.key)
    return finding if last is None else _with_moment(context, finding, last)


def _with_moment(context: CheckContext, finding: Finding, last: datetime) -> Finding:
    """Return the finding of a plan with the day and time of its last run."""
    local = last + timedelta(hours=context.utc_offset_h)
    seconds = float(local.hour * 3600 + local.minute * 60)
    return finding.with_details(last_on=str(local.date())).with_figures(last_s=seconds)


def _backup_missed(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans that have missed a run; several together as one, with each of them as its part."""
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    overdue = rows(backup_runs.missed_runs(context.shared(runs_by_plan), runs.known_end))
    missed = [row for row in overdue if rule.threshold.judge(row[rule.measure]) != "ok"]
    is_of_many = len(missed) > _TOGETHER
    first = min((context.local_day(row["last_run_at"]) for row in missed), default=context.on)
    # at worst the rows that could not be read are runs of the plans that are latest
    unread = runs.rejected_rows(first, context.on) if is_of_many else 0
    sure = len(missed) - unread
    findings = []
    for row in missed[unread:][:1] or missed[:1] if is_of_many else missed:
        media = {other["medium"] for other in missed}
        entity = _plans_of(media) if is_of_many else plan_entity(row)
        due = context.local_day(row["last_run_at"] + timedelta(seconds=row["usual_interval_s"]))
        finding = judge_value(rule, row[rule.measure], [runs], entity).since_day(due)
        finding = _with_moment(context, finding, row["last_run_at"])
        finding = finding.with_figures(usual_interval_s=row["usual_interval_s"])
        names = tuple(str(other["plan"]) for other in missed) if is_of_many else ()
        # many plans at once have one storage, whatever they write
        level = "" if is_of_many or row["level"] is None else BACKUPS.column("level").values[row["level"]]
        late = violations([finding.with_details(plans=names, parts=names, level=level)])
        if unread and sure > 0:
            findings += [at_least(finding, sure, unread) for finding in late]
            continue
        since = first if is_of_many else context.local_day(row["last_run_at"])
        findings += [unless_unread(finding, runs, since) for finding in late]
    return findings


def _plans_of(media: Collection[str]) -> Entity:
    """Return the backup plans of one medium (离线备份计划), or all of them."""
    if len(media) > 1:
        return ALL_PLANS
    words = BACKUPS.column("medium").values
    [medium] = media
    return Entity("plans", medium, f"{words.get(medium, medium)}{BACKUP_PLANS}")


def _backup_failing(context: CheckContext, rule: Rule) -> list[Finding]:
    failing = [row for row in rows(context.shared(plans)) if row["failed_since"]]
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    return unless_later_unread(context, evaluate_rules([rule], figures(failing, runs), plan_entity))


def _backup_shift(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans of which two runs in a row began at another time of day than usual.

    One that waited once, and was made all the same, has no other time.
    """
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    findings = []
    shifted = rows(backup_runs.start_shifts(context.shared(runs_by_plan), context.on))
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
    apart = [row for row in rows(backup_runs.durations(context.shared(runs_by_plan), context.on)) if _is_apart(row)]
    far = [row for row in apart if rule.threshold.judge(row[rule.measure]) != "ok"]
    findings = []
    for is_longer in (True, False):
        own = [row for row in far if (row["backup_s"] > row["usual_s"]) == is_longer]
        leading = own[:1] if len(own) > _TOGETHER else own
        for row in leading:
            is_of_all = len(own) > _TOGETHER
            finding = judge_value(rule, row[rule.measure], [runs], ALL_PLANS if is_of_all else plan_entity(row))
            finding = finding.since_day(context.on).with_figures(backup_s=row["backup_s"], usual_s=row["usual_s"])
            names = tuple(str(other["plan"]) for other in own) if is_of_all else ()
            findings.append(finding.with_details(plans=names, plan=str(row["plan"]), is_longer=is_longer))
    return violations(findings)


def _backup_unchanged(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans of which some runs in a row kept the same bytes; several together as one."""
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    alike = rows(backup_runs.unchanged_runs(context.shared(runs_by_plan), runs.known_end))
    unchanged = [row for row in alike if rule.threshold.judge(row[rule.measure]) != "ok"]
    names = tuple(dict.fromkeys(str(row["plan"]) for row in unchanged))
    is_of_many = len(names) > _TOGETHER
    findings = []
    for row in unchanged[:1] if is_of_many else unchanged:
        entity = ALL_PLANS if is_of_many else plan_entity(row)
        finding = judge_value(rule, row[rule.measure], [runs], entity).since_day(context.local_day(row["first_at"]))
        finding = finding.with_figures(size_bytes=float(row["size_bytes"]))
        findings.append(finding.with_details(plans=names if is_of_many else (), plan=str(row["plan"])))
    return violations(findings)


def _is_apart(row: Mapping[str, Any]) -> bool:
    """Return whether a run lies well beyond how far those before differ, and by more than some seconds."""
    is_longer = row["backup_s"] >= _BEYOND_USUAL * row["long_s"]
    is_shorter = row["backup_s"] * _BEYOND_USUAL <= row["short_s"]
    return bool((is_longer or is_shorter) and abs(row["backup_s"] - row["usual_s"]) >= _LEAST_S)


def _failed_backups(context: CheckContext, rule: Rule) -> list[Finding]:
    runs = context.dataset("infra.backups", QUARTER_DAYS - 1)
    quarter = backups.by_source(runs.recent.filter(runs.recent.day >= context.quarter_begins_on))
    since = context.ends_at - timedelta(days=QUARTER_DAYS)
    return evaluate_rules([rule], figures(backups.plans(quarter, since, runs.known_end), runs), plan_entity)


def _unmade_backups(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the plans of which backups were not made in the period, whether they have succeeded since or not.

    Where rows of the period could not be read, each of them may be a run that is missing: the failed runs alone are
    known.
    """
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    is_unread = register(runs) is not runs
    known = [
        {**row, "unmade_backups": row["failed_backups"]} if is_unread else row for row in rows(context.shared(plans))
    ]
    made = {row["plan"] for row in known if not row["failed_since"] and (row["backup_lateness"] or 0) <= LATE}
    unmade = violations(evaluate_rules([rule], figures(known, runs), plan_entity))
    dated = [_with_last(context, finding).with_details(is_over=finding.entity.key in made) for finding in unmade]
    return [*dated, unknown(rule, "unread", ALL_PLANS)] if is_unread else dated


def _offline_backup(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many online plans have no offline copy; nothing where the names of the plans do not tell.

    Where no offline plan was ever read, its system has no source, and is unknown.
    """
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    is_read = context.shared(is_offline_read)
    online = rows(backups.without_offline(runs.recent, is_read=is_read))
    if online and not is_read:
        return [unknown(rule, "no_source", ALL_PLANS).with_details(datasets=(OFFLINE_BACKUPS,))]
    if not online or any(row["is_offline"] is None for row in online):
        return []
    lacking = [str(row["plan"]) for row in online if not row["is_offline"]]
    finding = judge_value(rule, len(lacking), [runs], ALL_PLANS)
    return [finding.with_figures(online_plans=float(len(online))).with_details(plans=tuple(lacking))]


CHECKS: tuple[Check, ...] = (
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
    Check(
        rule="infra.backup_unchanged",
        evaluate=_backup_unchanged,
        reads={"infra.backups": BACKUP_DAYS},
        suppressed_by=(SuppressedBy(("infra.backup_lateness", "infra.backup_failing")),),
    ),
    Check(rule="infra.size_drop", evaluate=_size_drop, reads={"infra.backups": BACKUP_DAYS}, every=EVERY_PERIOD),
    Check(rule="infra.size_rise", evaluate=_size_rise, reads={"infra.backups": BACKUP_DAYS}),
    Check(rule="infra.offline_backup", evaluate=_offline_backup, reads={"infra.backups": BACKUP_DAYS}),
    Check(
        rule="infra.unmade_backups",
        evaluate=_unmade_backups,
        reads={"infra.backups": BACKUP_DAYS},
        every=(WEEK,),
        suppressed_by=(SuppressedBy(("infra.failed_backups",)),),
    ),
    Check(
        rule="infra.failed_backups",
        evaluate=_failed_backups,
        reads={"infra.backups": QUARTER_DAYS - 1},
        every=(QUARTER,),
    ),
)
