"""Checks of OA adoption over a week or month: the pace of working days, and units whose use has long been low."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.check import LONGER_PERIODS, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.findings.finding import Entity, Finding, subsystem_entity, violations
from ntanalytics.findings.judgement import judge_row, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.oa import daily_active
from ntanalytics.metrics.rows import Rows, rows

#: Days of history that hold the period before.
HISTORY = 70

CITY, UNIT, LOW = "oa.active_change_rate", "oa.unit_active_change_rate", "oa.low_weeks"


def edition_entity(row: Mapping[str, Any]) -> Entity:
    """Return the edition of a row."""
    return Entity("edition", str(row["edition"]), EDITIONS.get(row["edition"], str(row["edition"])))


def unit_entity(row: Mapping[str, Any]) -> Entity:
    """Return the unit of a row."""
    return Entity("unit", str(row["unit"] or ""), row["unit"] or "无单位")


def judge_pace(rule: Rule, row: Mapping[str, Any], entity: Entity, *, is_complete: bool = True) -> Finding:
    """Return the finding of one row of the pace; unknown where the period before is."""
    if is_complete and row["daily_active_before"] is None:
        return unknown(rule, "no_previous", entity)
    return judge_row(rule, row, entity, is_complete=is_complete)


def city_findings(
    rules: Mapping[str, Rule], total: Mapping[str, Any], editions: Rows, units: Rows, *, is_complete: bool = True
) -> list[Finding]:
    """Return the pace of all and of each edition, and the units that fell or whose use has long been low.

    Args:
        rules: the rules by code, as the site has them.
        total: the compared row of all.
        editions: the compared rows of the editions, each with ``is_complete``.
        units: the compared rows of the units that can be compared, with ``low_weeks``.
        is_complete: whether the period has no gap.
    """
    findings = [judge_pace(rules[CITY], total, subsystem_entity("oa"), is_complete=is_complete)]
    by_edition = rows(editions)
    if len(by_edition) > 1:
        findings += [
            judge_pace(rules[CITY], row, edition_entity(row), is_complete=row["is_complete"]) for row in by_edition
        ]
    by_unit = rows(units)
    fallen = sorted(by_unit, key=lambda row: row["daily_active_change_rate"] or 0)
    findings += violations(judge_row(rules[UNIT], row, unit_entity(row)) for row in fallen)
    low = sorted(by_unit, key=lambda row: -(row["low_weeks"] or 0))
    findings += violations(judge_row(rules[LOW], row, unit_entity(row)) for row in low)
    return [finding for finding in findings if finding.rule.enabled]


def unit_findings(
    rules: Mapping[str, Rule], total: Mapping[str, Any], units: Rows, name: str, *, is_complete: bool = True
) -> list[Finding]:
    """Return the pace of one unit, and for how long its use has been low."""
    entity = unit_entity({"unit": name})
    findings = [judge_pace(rules[UNIT], total, entity, is_complete=is_complete)]
    own = [row for row in rows(units) if row["unit"] == name]
    findings += [judge_row(rules[LOW], row, entity, is_complete=row["is_complete"]) for row in own]
    return [finding for finding in findings if finding.rule.enabled]


def _pace(context: CheckContext, by: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the active accounts of a mean working day beside those of the period before."""
    activities = context.dataset("oa.activities", HISTORY)
    days, first, before = activities.days, context.period.first, context.previous.first
    now = daily_active.daily_active(activities.table, days.filter(days.day >= first), by)
    earlier = daily_active.daily_active(activities.before, days.filter((days.day >= before) & (days.day < first)), by)
    compared: ir.Table = change.compare(
        now,
        earlier,
        MEASURES,
        columns=["daily_active"],
        by=by,
        is_complete=activities.is_complete,
        was_complete=activities.was_complete,
    )
    return rows(compared)


def _city(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the pace of all and of each edition."""
    is_complete = context.dataset("oa.activities", HISTORY).is_complete
    [total] = context.shared(_pace)
    editions = context.shared(_pace, ("edition",))
    findings = [judge_pace(rule, total, subsystem_entity("oa"), is_complete=is_complete)]
    return findings + [judge_pace(rule, row, edition_entity(row), is_complete=is_complete) for row in editions]


def _units(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units whose pace fell too far."""
    is_complete = context.dataset("oa.activities", HISTORY).is_complete
    units = context.shared(_pace, ("unit",))
    return violations(judge_row(rule, row, unit_entity(row), is_complete=is_complete) for row in units)


#: ``oa.low_weeks`` is judged by the report on adoption alone, which has the history of every unit at hand.
ADOPTION_CHECKS: tuple[Check, ...] = (
    Check(rule=CITY, evaluate=_city, reads={"oa.activities": HISTORY}, every=LONGER_PERIODS),
    Check(rule=UNIT, evaluate=_units, reads={"oa.activities": HISTORY}, every=LONGER_PERIODS),
)
