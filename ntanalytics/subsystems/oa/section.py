"""Summary of OA adoption in any report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    evaluated,
    highlights,
    no_source_summary,
    series,
)
from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.oa import adoption, task_duration, user_flow

#: How far back an account's first activity is looked for, and an open task.
EVER, OLDEST_TASK = 400, 60


def summarize(context: CheckContext) -> SubsystemSummary:
    """Adoption of the OA, in all and by edition; handling time (docs/domain.md, OA adoption)."""
    activities, members = context.dataset("oa.activities", history=EVER), context.dataset("oa.members")
    tasks = context.dataset("oa.tasks", history=OLDEST_TASK)
    if missing := no_source_summary("oa", "active", activities):
        return missing
    first, before = context.period.first, context.previous.first
    days = activities.days
    now_days, before_days = days.filter(days.day >= first), days.filter((days.day >= before) & (days.day < first))
    begun = _begun(activities.recent)
    ever = begun.group_by("source", "account_id").aggregate(day=begun.day.min())
    past = ever.filter(ever.day < first)

    def level(by: list[str]) -> Any:
        now = adoption.adoption(activities.table, members.table, ever, now_days, by)
        was = adoption.adoption(activities.before, members.before, past, before_days, by)
        return adoption.compare_adoption(
            now, was, by, is_complete=activities.is_complete, was_complete=activities.was_complete
        )

    [total] = level([]).to_pyarrow().to_pylist()
    editions, units = level(["edition"]).to_pyarrow(), level(["unit"]).to_pyarrow()
    whole = activities.is_complete
    rule = context.rules["oa.active_change_rate"]
    findings: list[Finding] = []
    # of a day it is asked in workspace.inspecting
    if context.period.kind != "day":
        findings = evaluate_rules([rule], [total], is_complete=whole) + evaluate_rules(
            [rule], editions, _edition, is_complete=whole
        )
        rule = context.rules["oa.unit_active_change_rate"]
        findings += _wrong(evaluate_rules([rule], units, _unit, is_complete=whole))
    recent = adoption.daily(activities.recent, days)
    recent = recent.filter(recent.day >= ibis.literal(first - timedelta(days=HISTORY)))
    worked = context.nearby_working_days(before=OLDEST_TASK)
    handled = task_duration.task_duration(
        tasks.recent, worked, first, context.period.last, context.utc_offset_h, ["module"]
    )
    tables = evaluated(
        ("modules", adoption.usage(activities.table, ["module"])),
        ("flow", user_flow.flow(_lately(activities.recent, before).union(begun), first, before, ["edition"])),
        ("handling", handled),
        ("reach", adoption.reach(activities.table, members.table)),
    )
    return SubsystemSummary(
        "oa",
        tuple(findings),
        highlights(total, ["active", "active_rate", "mobile_share"], is_complete=whole),
        "active",
        total,
        series(recent, "active"),
        {"editions": editions, "units": units, **tables},
        context.origin("adoption.adoption", activities, members),
        activities.note,
        whole,
        activities.was_complete,
    )


def _begun(activities: ir.Table) -> ir.Table:
    """Each account of an edition with the day on which it acted first, worked out: all of the history is asked once."""
    begun = activities.group_by("edition", "source", "account_id").aggregate(day=activities.day.min())
    return ibis.memtable(begun.to_pyarrow())


def _lately(activities: ir.Table, since: date) -> ir.Table:
    """Who acted on which day, from one on."""
    return activities.filter(activities.day >= ibis.literal(since)).select("edition", "source", "account_id", "day")


def _wrong(findings: list[Finding]) -> list[Finding]:
    """Only what is beyond its threshold: of hundreds of units the others are of no interest."""
    return [each for each in findings if each.state in ("warning", "critical")]


def _unit(row: Mapping[str, Any]) -> str:
    return row["unit"] or "无单位"


def _edition(row: Mapping[str, Any]) -> str:
    return EDITIONS.get(row["edition"], str(row["edition"]))
