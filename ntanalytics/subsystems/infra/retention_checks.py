"""What the inspection of a day asks of what must be kept: backups, restore drills, logs, patches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import ibis

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules, unknown
from ntanalytics.findings.sentences import listed
from ntanalytics.metrics.desk import compliance
from ntanalytics.metrics.infra import backups
from ntanalytics.subsystems.desk import obligation_checks
from ntanalytics.subsystems.infra.section import OLDEST_BACKUP, plans_judged
from ntanalytics.workspace.dataset_view import DatasetView

#: Days in which a restore drill, a patch that failed, and the oldest log are looked for.
DRILLS_BACK, PATCHES_BACK, LOGS_BACK = 366, 200, 400

#: What shows that the platform was running on a day.
_RUNNING = ("infra.checks", "infra.metrics", "infra.backups")


def inspect_keeping(context: CheckContext) -> list[Finding]:
    """Backups of each plan and what is kept apart, the last restore drill, how far back logs go, patches."""
    return _backups(context) + _drill(context) + _logs(context) + _patches(context)


def _backups(context: CheckContext) -> list[Finding]:
    saved = context.dataset("infra.backups", history=OLDEST_BACKUP)
    if not saved.sources:
        return []
    table = backups.plans(saved.recent, context.ends_at).to_pyarrow()
    found = plans_judged(context, table)
    late = {
        each.subject for each in found if each.code == "infra.backup_lateness" and each.state in ("warning", "critical")
    }
    rule, apart = context.rules["infra.backup_failing"], context.rules["infra.offline_backup"]
    failing = [row for row in table.to_pylist() if row["failed_since"] and row["plan"] not in late]
    found += evaluate_rules([rule], failing, lambda row: str(row["plan"]), is_complete=saved.is_complete)
    told = backups.without_offline(saved.recent).to_pyarrow().to_pylist()
    lacking = [row["plan"] for row in told if row["is_offline"] is False]
    if told and not apart.is_off and all(row["is_offline"] is not None for row in told):
        made = apart.judge({apart.measure: len(lacking)}, "备份计划")
        said = f"{listed(lacking)}没有离线备份。" if lacking else f"{len(told)} 项在线备份计划均有离线备份。"
        found.append(replace(made, evidence=said))
    return found


def _drill(context: CheckContext) -> list[Finding]:
    """Since when no restore drill was noted; where none ever was, nobody can say."""
    rule, checks = context.rules["infra.restore_drill"], context.dataset("desk.checks", history=DRILLS_BACK)
    if rule.is_off or not checks.sources:
        return []
    [row] = compliance.drill(checks.recent, context.period.last).to_pyarrow().to_pylist()
    if row["drill_days"] is None:
        why = "人工检查台账中没有恢复演练的记录"
        return [unknown(rule.code, "备份", "恢复演练", why, "登记最近一次恢复演练，或安排一次")]
    return [replace(rule.judge(row, "备份"), evidence=f"距最近登记的恢复演练 {row['drill_days']} 天。")]


def _logs(context: CheckContext) -> list[Finding]:
    """How far back each source of web logs reached when it was read (Cybersecurity Law, art. 21).

    What was read on the day after says nothing of how long it is kept. A source tells that gave a day of more than six
    months ago; and one that had no older day when it was asked for one, where the platform was already running then.
    """
    rule, on = context.rules["infra.log_retention"], context.period.last
    covered = context.workspace.covered_days("infra.requests", on - timedelta(days=LOGS_BACK), on)
    sources = context.workspace.sources_by_dataset.get("infra.requests", [])
    ran = min(
        (
            each.day
            for name in _RUNNING
            for each in context.workspace.covered_days(name, on - timedelta(days=LOGS_BACK), on)
            if each.rows
        ),
        default=on,
    )
    found: list[Finding] = []
    for source in [] if rule.is_off else sources:
        its = [each for each in covered if each.source == source]
        held = [each for each in its if each.is_held and each.rows]
        subject = f"访问日志（{source}）"
        reached = max(((each.taken_at.date() - each.day).days for each in held), default=0)
        oldest = min((each.day for each in held), default=None)
        lacked = oldest is not None and any(not each.is_held and ran <= each.day < oldest for each in its)
        if reached >= rule.threshold.warning or lacked:
            said = f"抽取时最早可读到 {reached} 天前的日志" + ("，更早的已没有。" if lacked else "。")
            found.append(replace(rule.judge({rule.measure: reached}, subject), evidence=said))
            continue
        why = f"抽取时最早只读到 {reached} 天前，看不出更早的日志是否留存"
        found.append(unknown(rule.code, subject, rule.words, why, "核对日志轮转设置，确认留存不少于六个月"))
    return found


def _patches(context: CheckContext) -> list[Finding]:
    patches, metrics = context.dataset("infra.patches", history=PATCHES_BACK), context.dataset("infra.metrics")
    if not patches.sources:
        return []
    on = context.period.last
    measured = metrics.table.select("host").distinct()
    patched = compliance.unpatched(patches.recent, on).select(_host="host", unpatched_days="unpatched_days")
    hosts = measured.left_join(patched, [measured.host == patched["_host"]]).select("host", "unpatched_days")
    waiting = compliance.waiting_patches(patches.recent, on)
    known = min(_known_days(patches, on), _kept_for(patches, on))
    found = obligation_checks.patches(context.rules, waiting, hosts.order_by(ibis.asc("host")), known)
    rule = context.rules["infra.unpatched"]
    if not rule.is_off and known <= rule.threshold.warning:
        why = f"补丁记录只有 {known} 天"
        found.append(unknown(rule.code, "全部主机", rule.words, why, "补录更早的补丁记录"))
    return found


def _known_days(scope: DatasetView, on: date) -> int:
    """How many days up to ``on`` were taken without a hole."""
    covered = {row["day"]: row["is_covered"] for row in scope.days.to_pyarrow().to_pylist()}
    days = 0
    while covered.get(on - timedelta(days=days)):
        days += 1
    return days


def _kept_for(scope: DatasetView, on: date) -> int:
    """How many days ago the first row of the span is of: since then the book is kept."""
    first = scope.recent.aggregate(_first=scope.recent.day.min()).to_pyarrow()["_first"].to_pylist()[0]
    return 0 if first is None else (on - first).days + 1
