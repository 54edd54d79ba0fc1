"""Checks of office automation: who stays away, what stands still, what only a program does, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks.account_activity import account_beyond
from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.by_detector import MAX_SHARE_LEFT, group_drop, seasonal_baseline, volume_gap
from ntanalytics.checks.check import QUARTER, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import MODULES, TERMINALS
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_value, not_applicable, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.oa import adoption, intraday, task_duration
from ntanalytics.metrics.rows import arrow_table, in_memory, rows
from ntanalytics.subsystems.oa.adoption_checks import ADOPTION_CHECKS, edition_entity, unit_entity
from ntanalytics.subsystems.oa.cancellation_checks import ENDING_CHECKS
from ntanalytics.subsystems.oa.fed_groups import days_by_group, gap_groups, of_named_units, our_units
from ntanalytics.subsystems.oa.section import EVER, levels

#: Days of a quarter.
QUARTER_BACK = 90

_HOUR_S, _DAY_S = 3600, 86_400

#: A module or a flow stands still when less than half is left; single persons and meetings move the rest.
_HALF = 0.5

_ACCOUNT = Entity("account", "busiest", "单个账号")


def _edition_terminal(row: Mapping[str, Any]) -> Entity:
    edition = edition_entity(row)
    terminal = TERMINALS.get(row["terminal"], row["terminal"])
    return Entity("edition_terminal", f"{edition.key}/{row['terminal']}", f"{edition.label}（{terminal}）")


def _module(row: Mapping[str, Any]) -> Entity:
    edition = edition_entity(row)
    module = MODULES.get(row["module"], row["module"])
    return Entity("module", f"{edition.key}/{row['module']}", f"{edition.label}·{module}")


def _silent(context: CheckContext) -> list[str]:
    """Return the sources that gave no activity of the day, though they always give many: it is a missing day."""
    return sorted(
        {source for source, day in context.dataset("oa.activities", HISTORY_DAYS).empty_days if day == context.on}
    )


def _of_known(context: CheckContext, table: ir.Table) -> ir.Table:
    """Return rows of the OA without those of silent sources: whether people or the source stopped, nobody knows."""
    silent = context.shared(_silent)
    return table.filter(~table.source.isin(silent)) if silent else table


def _beside_silent(context: CheckContext, rule: Rule, findings: list[Finding]) -> list[Finding]:
    """Return the findings of the known sources; one unknown for what the silent ones feed."""
    return [*findings, unknown(rule, "incomplete")] if context.shared(_silent) else findings


def _hours(context: CheckContext) -> pa.Table:
    """Return the active accounts by edition, terminal, module and hour."""
    activities = _of_known(context, context.dataset("oa.activities", HISTORY_DAYS).recent)
    return arrow_table(intraday.active_hours(activities, context.utc_offset_h))


def _persons(context: CheckContext) -> ir.Table:
    """Return the accounts by day."""
    persons = in_memory(intraday.by_account(context.dataset("oa.activities", HISTORY_DAYS).recent))
    return in_memory(our_units(context, persons))


def _tasks(context: CheckContext) -> ir.Table:
    """Return the tasks without what identifies them."""
    return in_memory(context.dataset("oa.tasks", HISTORY_DAYS).cases.drop("task_id", "unit"))


def _gap(context: CheckContext, rule: Rule, entity: Any, most_left: float = MAX_SHARE_LEFT) -> list[Finding]:
    activities = context.dataset("oa.activities", HISTORY_DAYS)
    return volume_gap(
        rule, context.shared(_hours), activities.days, context.on, slot_s=_HOUR_S, entity=entity, most_left=most_left
    )


def _activity_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which the OA stood still, else those of an edition on a terminal."""
    whole = [] if context.shared(_silent) else _gap(context, rule, None)
    return whole or _beside_silent(context, rule, _gap(context, rule, _edition_terminal))


def _module_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the modules that stood still."""
    return _beside_silent(context, rule, _gap(context, rule, _module, _HALF))


def _task_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the flows of which none ended."""
    if not context.dataset("oa.tasks", HISTORY_DAYS).is_assessable:
        return []
    tasks = _of_known(context, context.shared(_tasks))
    finished = task_duration.finished_by_slot(tasks, context.utc_offset_h, _HOUR_S)
    days = context.dataset("oa.activities", HISTORY_DAYS).days
    gaps = volume_gap(rule, finished, days, context.on, slot_s=_HOUR_S, entity=_module, most_left=_HALF)
    return _beside_silent(context, rule, gaps)


def _unit_task_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units that left off finishing their tasks on working days in a row."""
    tasks = context.dataset("oa.tasks", HISTORY_DAYS)
    if not tasks.is_complete:
        return []
    named, has_nameless = of_named_units(tasks, our_units(context, tasks.cases))
    finished = task_duration.finished_by_slot(named, context.utc_offset_h, _DAY_S, ["unit"])
    daily = finished.select("day", "unit", tasks=finished.events)
    fallen = group_drop(rule, daily, tasks.days, context.on, entity=unit_entity)
    return [*fallen, unknown(rule, "incomplete")] if has_nameless else fallen


def _whole_fall(context: CheckContext) -> list[Finding]:
    """Return the active accounts of all editions together held against the usual ones."""
    daily = adoption.daily(context.shared(_persons), context.dataset("oa.activities", HISTORY_DAYS).days)
    return seasonal_baseline(context.rules["oa.active_fall"], daily, context.on, ahead=context.ahead)


def _active_fall(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether fewer accounts acted than usual; where all did not, the editions need no findings."""
    if not context.working_days:
        return [not_applicable(rule)]
    findings = [unknown(rule, "incomplete")] if context.shared(_silent) else context.shared(_whole_fall)
    if violations(findings):
        return findings
    activities, persons = context.dataset("oa.activities", HISTORY_DAYS), _of_known(context, context.shared(_persons))
    by_edition = adoption.daily(persons, activities.days, ["edition"])
    of_editions = seasonal_baseline(rule, by_edition, context.on, entity=edition_entity, ahead=context.ahead)
    touched = {edition for (edition,) in gap_groups(activities, lambda: (persons,), ["edition"])[0]}
    return findings + [
        unknown(rule, "incomplete", finding.entity)
        if finding.status == "ok" and finding.entity.key in touched
        else finding
        for finding in of_editions
    ]


def _unit_fall(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units whose staff stays away on working days in a row; on a day off their last one has been told."""
    if not context.working_days:
        return [not_applicable(rule)]
    activities = context.dataset("oa.activities", HISTORY_DAYS)
    of_units, has_nameless = of_named_units(activities, context.shared(_persons))
    days = days_by_group(activities, lambda: of_units, ["unit"], has_empty=True)
    by_unit = adoption.active_by_day(of_units, ["unit"])
    if "unit" in days.columns:
        fallen = _fallen_beside_gap(rule, rows(by_unit), rows(days), context.on)
    else:
        fallen = group_drop(rule, by_unit, days, context.on, entity=unit_entity)
    if any(finding.status == "unknown" for finding in fallen):
        return fallen
    if has_nameless:
        return [*fallen, unknown(rule, "incomplete")]
    return [*fallen, unknown(rule, "not_in_source")] if activities.sources_without("unit") else fallen


def _fallen_beside_gap(
    rule: Rule, by_unit: Sequence[Mapping[str, Any]], days: Sequence[Mapping[str, Any]], on: date
) -> list[Finding]:
    """Return the units that stay away, each among those of the same gaps; one unknown for those with a gap today."""
    calendars: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(days, key=lambda row: row["day"]):
        calendars.setdefault(row["unit"], []).append(row)
    alike: dict[tuple[bool, ...], list[str]] = {}
    for unit, calendar in calendars.items():
        alike.setdefault(tuple(row["is_covered"] for row in calendar), []).append(unit)
    findings, is_known = list[Finding](), True
    for units in alike.values():
        calendar = calendars[units[0]]
        worked = [row["is_covered"] for row in calendar if row["is_working_day"]]
        is_known &= bool(worked) and worked[-1]
        names = {*units}
        own = [row for row in by_unit if row["unit"] in names]
        findings += group_drop(rule, own, calendar, on, entity=unit_entity)
    return findings if is_known else [*findings, unknown(rule, "incomplete")]


def _busiest(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the account that acts most: a program, where it acts more than a person can."""
    activities = context.dataset("oa.activities", HISTORY_DAYS)
    if not activities.is_complete:
        return []
    busiest = [row for row in rows(intraday.busiest_account(activities.table)) if row["busiest_actions"] is not None]
    return evaluate_rules([rule], figures(busiest, activities), _ACCOUNT)


def _overdue_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether more tasks than usual are past their time."""
    tasks = context.dataset("oa.tasks", HISTORY_DAYS)
    if not tasks.is_complete or not context.working_days or "finished_at" in context.unfilled("oa.tasks"):
        return []
    late = task_duration.overdue_by_day(context.shared(_tasks), tasks.days, context.utc_offset_h)
    return seasonal_baseline(rule, late, context.on, entity=edition_entity, violations_only=True, ahead=context.ahead)


def _handling_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether the tasks of the day took far longer than usual."""
    tasks = context.dataset("oa.tasks", HISTORY_DAYS)
    if not tasks.is_complete or not context.working_days:
        return []
    first = context.period.first - timedelta(days=HISTORY_DAYS)
    worked, offset = _worked(context, context.shared(_tasks)), context.utc_offset_h
    by_day = task_duration.task_duration_by_day(context.shared(_tasks), worked, first, context.on, offset)
    took = by_days.fill_days(by_day, tasks.days, task_duration.MEASURES)
    return seasonal_baseline(rule, took, context.on, violations_only=True, ahead=context.ahead)


def _worked(context: CheckContext, tasks: ir.Table) -> list[date]:
    """Return the working days since the oldest task began."""
    oldest = task_duration.first_day(tasks, context.utc_offset_h)
    return context.calendar.known_working_days(oldest or context.on, context.on)


def _handling(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the modules whose tasks took too long within the quarter."""
    tasks = context.dataset("oa.tasks", QUARTER_BACK)
    handled = task_duration.task_duration(
        tasks.cases,
        _worked(context, tasks.cases),
        context.quarter_begins_on,
        context.on,
        context.utc_offset_h,
        ["module"],
    )
    return evaluate_rules([rule], figures(handled, tasks.since(context.quarter_begins_on)), _any_module)


def _any_module(row: Mapping[str, Any]) -> Entity:
    return Entity("module", str(row["module"]), MODULES.get(row["module"], str(row["module"])))


def _mobile_share(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the editions with too small a mobile share in the period."""
    activities, members = context.dataset("oa.activities", EVER), context.dataset("oa.members")
    return evaluate_rules([rule], figures(context.shared(levels, "edition"), activities, members), edition_entity)


def _seldom_used(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the modules that hardly anybody used within the quarter; nothing of one that no source maps."""
    activities = context.dataset("oa.activities", QUARTER_BACK)
    quarter = activities.since(context.quarter_begins_on)
    used = adoption.usage(activities.recent, ["module"])
    users = {
        row["module"]: row["active"] for row in rows(used) if row["module"] in MODULES and row["module"] != "other"
    }
    most = max(users.values(), default=0)
    return violations(
        judge_value(rule, active / most, [quarter], _any_module({"module": module})).with_figures(users=float(active))
        for module, active in users.items()
        if most
    )


_ACTIVITIES = {"oa.activities": HISTORY_DAYS}
_TASKS = {"oa.tasks": HISTORY_DAYS}
_STOOD_STILL = (SuppressedBy(("oa.lull",), "part"), SuppressedBy(("oa.lull",), "container"))

CHECKS: tuple[Check, ...] = (
    *ADOPTION_CHECKS,
    Check(rule="oa.active_fall", evaluate=_active_fall, reads=_ACTIVITIES, suppressed_by=_STOOD_STILL),
    Check(rule="oa.unit_active_fall", evaluate=_unit_fall, reads=_ACTIVITIES),
    Check(rule="oa.lull", evaluate=_activity_gap, reads=_ACTIVITIES),
    Check(
        rule="oa.module_lull",
        evaluate=_module_gap,
        reads=_ACTIVITIES,
        suppressed_by=(SuppressedBy(("oa.lull",), "part"), SuppressedBy(("oa.lull",), "sibling")),
    ),
    Check(
        rule="oa.task_lull",
        evaluate=_task_gap,
        reads={**_TASKS, **_ACTIVITIES},
        suppressed_by=(SuppressedBy(("oa.lull",), "part"), SuppressedBy(("oa.module_lull",))),
    ),
    Check(
        rule="oa.unit_task_lull",
        evaluate=_unit_task_gap,
        subject_columns={"oa.tasks": ("unit",)},
        reads=_TASKS,
        suppressed_by=(SuppressedBy(("oa.unit_active_fall",)), SuppressedBy(("oa.task_lull", "oa.lull"), "any")),
    ),
    Check(rule="oa.busiest", evaluate=_busiest, reads=_ACTIVITIES),
    Check(
        rule="oa.account_beyond",
        evaluate=partial(account_beyond, dataset="oa.activities", history=HISTORY_DAYS, group="module"),
        reads=_ACTIVITIES,
        suppressed_by=(SuppressedBy(("oa.busiest",), "any"),),
    ),
    *ENDING_CHECKS,
    Check(rule="oa.overdue_rise", evaluate=_overdue_rise, reads=_TASKS),
    Check(rule="oa.handling_rise", evaluate=_handling_rise, reads=_TASKS),
    Check(rule="oa.handling", evaluate=_handling, reads={"oa.tasks": QUARTER_BACK}, every=(QUARTER,)),
    Check(
        rule="oa.mobile_share", evaluate=_mobile_share, reads={"oa.activities": EVER, "oa.members": 0}, every=(QUARTER,)
    ),
    Check(rule="oa.seldom_used", evaluate=_seldom_used, reads={"oa.activities": QUARTER_BACK}, every=(QUARTER,)),
)
