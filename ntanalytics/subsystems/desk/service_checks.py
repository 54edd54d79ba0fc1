"""Checks of the daily duties: presence on site and manual checks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ntanalytics.checks.check import EVERY_PERIOD, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import register
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules, not_applicable, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.desk import daily_service as daily
from ntanalytics.metrics.desk import tickets as desk_metrics
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.rows import only, rows
from ntanalytics.subsystems.desk.ticket_checks import day_series, missing

#: Days of manual checks that tell what is usually checked.
CHECKS_BACK = 28

_ON_SITE, _ALL = Entity("post", "on_site", "驻场"), Entity("systems", "all", "全部系统")


def _attendance(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether the engineer or the backup was on site on each working day."""
    attendance = context.dataset("desk.attendance")
    if not context.is_day:
        return evaluate_rules([rule] if context.working_days else [], attendance_figures(context), _ON_SITE)
    series = day_series(context, attendance.days)
    if not series.today:
        return [missing(rule, series, _ON_SITE)]
    return [_present(context, rule, is_working_day=series.today["is_working_day"])]


def attendance_figures(context: CheckContext) -> Figures:
    """Return the attendance of the working days; unknown where a rejected row may be that of a day without one."""
    attendance = context.dataset("desk.attendance")
    present = {row["attended_on"] for row in rows(attendance.table) if row["is_present"]}
    absent = [day for day in context.working_days if day not in present]
    is_hidden = any(attendance.rejected_rows(day, day) for day in absent)
    covered = register(attendance) if is_hidden else attendance
    return figures(desk_metrics.attendance(attendance.table, context.working_days), covered)


def _present(context: CheckContext, rule: Rule, *, is_working_day: bool | None) -> Finding:
    """Return whether anybody was on site on the inspected day."""
    if is_working_day is None:
        return unknown(rule, "no_calendar", _ON_SITE).since_day(context.on)
    if not is_working_day:
        return not_applicable(rule, _ON_SITE)
    attendance = context.dataset("desk.attendance")
    row = only(desk_metrics.attendance(attendance.table, [context.on]))
    if not row["attended_days"] and attendance.rejected_rows(context.on, context.on):
        return unknown(rule, "unread", _ON_SITE).since_day(context.on)
    if not row["recorded_days"]:
        return unknown(rule, "not_recorded", _ON_SITE).since_day(context.on)
    value = 1.0 if row["attended_days"] else 0.0
    status = rule.threshold.judge(value)
    since = context.on if status != "ok" else None
    return Finding(rule=rule, entity=_ON_SITE, status=status, value=value, since=since)


def _by_system(context: CheckContext) -> list[dict[str, Any]]:
    """Return the manual checks of the day by subsystem."""
    return rows(desk_metrics.checks(context.dataset("desk.checks", CHECKS_BACK).table, ["subsystem"]))


def _checks(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return what the manual checks of the day found and did not set right."""
    series = day_series(context, context.dataset("desk.checks", CHECKS_BACK).days)
    if not series.today:
        return [missing(rule, series, _ALL)]
    return [_of_system(context, rule, row) for row in context.shared(_by_system) if row["checks"]]


def _of_system(context: CheckContext, rule: Rule, row: dict[str, Any]) -> Finding:
    name = row.get("subsystem") or "desk"
    status = "critical" if row["checks_bad"] else rule.threshold.judge(row["checks_open"])
    return Finding(
        rule=rule,
        entity=Entity("subsystem", name, subsystem_label(name)),
        status=status,
        value=float(row["checks_open"]),
        since=context.on if status != "ok" else None,
        figures={
            "checks": row["checks"],
            "critical": row["checks_bad"],
            "warning": row["checks_watch"],
            "open": row["checks_open"],
        },
        details={"items": _open_items(context, name)} if status != "ok" else {},
    )


def _open_items(context: CheckContext, subsystem: str) -> tuple[str, ...]:
    """Return what was seen that was not in order: ``机房二号空调：回风温度偏高，已联系维保``."""
    checks = context.dataset("desk.checks", CHECKS_BACK).table
    seen = checks.filter((checks.subsystem == subsystem) & (checks.result != "ok")).order_by("result", "item")
    remarks = ((row["item"], re.sub(r"\W+$", "", row["remark"] or "")) for row in rows(seen))
    return tuple(f"{item}：{remark}" if remark else item for item, remark in remarks)


def _checks_made(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether the manual checks of a working day were made; none made is a warning at least."""
    checks = context.dataset("desk.checks", CHECKS_BACK)
    series = day_series(context, checks.days)
    if not series.today:
        return []  # `desk.checks` tells that
    is_working_day = series.today["is_working_day"]
    if is_working_day is None:
        return [unknown(rule, "no_calendar", _ALL).since_day(context.on)]
    if not is_working_day:
        return [not_applicable(rule, _ALL)]
    row = only(daily.usual_checks(checks.recent, checks.days, context.on))
    count = sum(system["checks"] for system in context.shared(_by_system))
    rate = row["made_rate"] if count else 0.0
    figures = {"checks": float(count), "usual": row["usual_items"], "made": row["made_items"]}
    finding = Finding(rule=rule, entity=_ALL, status="ok", value=rate, format="rate:0", figures=figures)
    is_unread = checks.rejected_rows(context.on, context.on) > 0
    if not count and not is_unread:
        return [replace(finding, status="warning", since=context.on)]
    status = "ok" if rate is None else rule.threshold.judge(rate)
    if status == "ok":
        return [finding]
    if is_unread:
        return [unknown(rule, "unread", _ALL).since_day(context.on)]
    unmade = rows(daily.unmade_checks(checks.recent, checks.days, context.on))
    worked = context.nearby_working_days(CHECKS_BACK)
    # the first working day after the last check of what was left off first
    since = min(day for day in (*worked, context.on) if day > unmade[0]["last_checked_on"]) if unmade else context.on
    return [replace(finding, status=status, since=since).with_details(items=tuple(item["item"] for item in unmade))]


SERVICE_CHECKS: tuple[Check, ...] = (
    Check(rule="desk.attendance_rate", evaluate=_attendance, reads={"desk.attendance": 0}, every=EVERY_PERIOD),
    Check(rule="desk.checks", evaluate=_checks, reads={"desk.checks": CHECKS_BACK}),
    Check(rule="desk.checks_made", evaluate=_checks_made, reads={"desk.checks": CHECKS_BACK}),
)
