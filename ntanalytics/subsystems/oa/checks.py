"""What the inspection of a day asks of the OA: who stays away, what stands still, what only a program does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.baseline import unusual
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import EDITIONS, MODULES, SUBSYSTEMS, TERMINALS
from ntanalytics.detectors.group_drop import group_drop
from ntanalytics.detectors.volume_gap import MOST_LEFT, volume_gap
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules, not_applicable
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics.oa import adoption, intraday, task_duration
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history: what is usual, and how long a task may have been open before.
HISTORY, OLDEST_TASK = 70, 130

#: Activities are counted by the hour, and so are finished tasks.
HOUR_S = 3600

#: A module or a flow stands still when less than half is left; single persons and meetings move the rest.
_HALF = 0.5


def inspect_oa(context: CheckContext) -> list[Finding]:
    """Use by day and hour, by edition, module, terminal and unit; flows; a single account that acts like a machine."""
    activities, tasks = (
        context.dataset("oa.activities", history=HISTORY),
        context.dataset("oa.tasks", history=OLDEST_TASK),
    )
    if not activities.sources:
        return []
    done = taken(tasks.recent.drop("task_id", "unit")) if tasks.sources and tasks.is_complete else None
    still = _still(context, activities, done)
    stood = {each.subject for each in still if each.code == "oa.lull"}
    # who could not act is no one who stayed away
    used = [
        each
        for each in _use(context, activities)
        if each.state not in ("warning", "critical")
        or each.code == "oa.unit_active_fall"
        or not any(subject.startswith((SUBSYSTEMS["oa"], each.subject)) for subject in stood)
    ]
    found = used + still
    rule = context.rules["oa.busiest"]
    if activities.is_complete:
        busiest = [
            row
            for row in intraday.busiest_account(activities.table).to_pyarrow().to_pylist()
            if row["busiest_actions"] is not None
        ]
        found += evaluate_rules([rule], busiest, "单个账号")
    if done is not None and context.working_days:
        found += _waiting(context, tasks, done)
    return found


def _use(context: CheckContext, activities: DatasetView) -> list[Finding]:
    on = context.period.last
    rule, share = context.rules["oa.active_fall"], context.rules["oa.mobile_fall"]
    persons = taken(intraday.by_account(activities.recent))
    by_unit = adoption.active_by_day(persons.filter(persons.unit.notnull()), ["unit"])
    away = group_drop(
        context.rules["oa.unit_active_fall"], by_unit, activities.days, on, subject=lambda row: row["unit"]
    )
    if not context.working_days:
        return [not_applicable(rule.code, SUBSYSTEMS["oa"], rule.check), *away]
    found = unusual(context, rule, adoption.daily(persons, activities.days))
    if any(each.state in ("warning", "critical") for each in found):
        return found + away  # what all do, the editions do
    found += unusual(context, rule, adoption.daily(persons, activities.days, ["edition"]), subject=_edition)
    phones = by_days.fill_days(intraday.mobile_usage(persons), activities.days, adoption.MEASURES, by=["edition"])
    return found + unusual(context, share, phones, subject=_edition) + away


def _still(context: CheckContext, activities: DatasetView, done: ir.Table | None) -> list[Finding]:
    """What stands still, each said once: the OA, else an edition on a terminal, else a module, else a flow."""
    on, offset, days = context.period.last, context.utc_offset_h, activities.days
    rules = context.rules
    hours = intraday.active_hours(activities.recent, offset).to_pyarrow().to_pylist()

    def silent(code: str, subject: Any, most_left: float = MOST_LEFT) -> list[Finding]:
        return volume_gap(rules[code], hours, days, on, slot_s=HOUR_S, subject=subject, most_left=most_left)

    whole = silent("oa.lull", "")
    if whole:
        return whole
    editions = silent("oa.lull", _edition_terminal)
    down = {each.subject.partition("（")[0] for each in editions}
    modules = [each for each in silent("oa.module_lull", _module, _HALF) if each.subject.partition("·")[0] not in down]
    stuck: list[Finding] = []
    if done is not None:
        finished = task_duration.finished_by_slot(done, offset, HOUR_S)
        stuck = volume_gap(rules["oa.task_lull"], finished, days, on, slot_s=HOUR_S, subject=_module, most_left=_HALF)
    told = {each.subject for each in modules}
    # where a module stands still, so do its flows
    return editions + modules + [each for each in stuck if each.subject not in told]


def _waiting(context: CheckContext, tasks: DatasetView, done: ir.Table) -> list[Finding]:
    """Tasks past their time, and how long those of the day took."""
    on, offset = context.period.last, context.utc_offset_h
    first = context.period.first - timedelta(days=HISTORY)
    days = tasks.days.filter(tasks.days.day >= ibis.literal(first))
    late = task_duration.overdue_by_day(done, days, offset)
    found = unusual(context, context.rules["oa.overdue_rise"], late, subject=_edition, is_wrong_only=True)
    worked = context.calendar.working_days(context.period.first - timedelta(days=OLDEST_TASK), on)
    took = by_days.fill_days(
        task_duration.task_duration_by_day(done, worked, first, on, offset), days, task_duration.MEASURES
    )
    return found + unusual(context, context.rules["oa.handling_rise"], took, is_wrong_only=True)


def taken(table: ir.Table) -> ir.Table:
    """A small table, read once: every further question is then asked of memory."""
    return ibis.memtable(table.to_pyarrow())


def _edition(row: Mapping[str, Any]) -> str:
    return EDITIONS.get(row["edition"], str(row["edition"]))


def _edition_terminal(row: Mapping[str, Any]) -> str:
    return f"{_edition(row)}（{TERMINALS.get(row['terminal'], row['terminal'])}）"


def _module(row: Mapping[str, Any]) -> str:
    return f"{_edition(row)}·{MODULES.get(row['module'], row['module'])}"
