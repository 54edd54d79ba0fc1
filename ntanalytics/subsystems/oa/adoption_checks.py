"""Checks of OA adoption over a week or month: the pace of working days, and units whose use has long been low."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ntanalytics.checks.check import LONGER_PERIODS, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.findings.finding import Entity, Finding, subsystem_entity, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_row, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.oa import daily_active, unit_ranking
from ntanalytics.subsystems.oa.fed_groups import days_by_group, gap_groups, gap_sources, group_table, our_units

#: Days of history that hold the period before.
HISTORY = 70

CITY, UNIT, LOW = "oa.active_change_rate", "oa.unit_active_change_rate", "oa.low_weeks"


def edition_entity(row: Mapping[str, Any]) -> Entity:
    """Return the edition of a row."""
    return Entity("edition", str(row["edition"]), EDITIONS.get(row["edition"], str(row["edition"])))


def unit_entity(row: Mapping[str, Any]) -> Entity:
    """Return the unit of a row."""
    return Entity("unit", str(row["unit"] or ""), row["unit"] or "无单位")


def judge_pace(rule: Rule, row: FigureRow, entity: Entity) -> Finding:
    """Return the finding of one row of the pace; unknown where the period before is."""
    if row.is_complete and row["daily_active_before"] is None:
        return unknown(rule, "no_previous", entity)
    return judge_row(rule, row, entity)


def city_findings(
    rules: Mapping[str, Rule], total: FigureRow, editions: Figures, units: Figures, *, is_for_owner: bool = False
) -> list[Finding]:
    """Return the pace of all and of each edition, and the units that fell, in the order of the rows.

    Args:
        rules: the rules by code, as the site has them.
        total: the compared row of all.
        editions: the compared rows of the editions.
        units: the compared rows of the units, with ``low_weeks`` and ``place``; one without a place is not compared.
        is_for_owner: whether units whose use has long been low are told, too (docs/domain.md, No league tables).
    """
    findings = [judge_pace(rules[CITY], total, subsystem_entity("oa"))]
    if len(editions) > 1:
        findings += [judge_pace(rules[CITY], row, edition_entity(row)) for row in editions]
    fair = units.where(lambda row: row["place"] is not None)
    fallen = violations(judge_row(rules[UNIT], row, unit_entity(row)) for row in fair)
    is_whole = all(row.is_complete and row.was_complete for row in units)
    findings += fallen if fallen or is_whole else [unknown(rules[UNIT], "incomplete")]
    if is_for_owner:
        findings += violations(judge_row(rules[LOW], row, unit_entity(row)) for row in fair)
    return [finding for finding in findings if finding.rule.enabled]


def unit_findings(rules: Mapping[str, Rule], total: FigureRow, name: str) -> list[Finding]:
    """Return the pace of one unit."""
    finding = judge_pace(rules[UNIT], total, unit_entity({"unit": name}))
    return [finding] if finding.rule.enabled else []


def _pace(context: CheckContext, by: tuple[str, ...] = ()) -> Figures:
    """Return the active accounts of a mean working day beside those of the period before."""
    activities = context.dataset("oa.activities", HISTORY)
    first, before = context.period.first, context.previous.first
    recent, table, earlier_rows = (
        our_units(context, rows) if "unit" in by else rows
        for rows in (activities.recent, activities.table, activities.before)
    )
    days = days_by_group(activities, recent, by)
    now = daily_active.daily_active(table, days.filter(days.day >= first), by)
    earlier = daily_active.daily_active(earlier_rows, days.filter((days.day >= before) & (days.day < first)), by)
    columns = ["daily_active"]
    if by and any(gap_sources(activities, by)):
        gaps, gaps_before = (group_table(groups, by) for groups in gap_groups(activities, (recent,), by))
        compared = unit_ranking.compare_units(
            now, earlier, MEASURES, columns=columns, by=by, gap_groups=gaps, gap_groups_before=gaps_before
        )
        return figures(compared.order_by(*by), activities)
    return figures(change.compare(now, earlier, MEASURES, columns=columns, by=by, **activities.wholeness), activities)


def _city(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the pace of all and of each edition."""
    findings = [judge_pace(rule, context.shared(_pace).total, subsystem_entity("oa"))]
    editions = context.shared(_pace, ("edition",))
    return findings + [judge_pace(rule, row, edition_entity(row)) for row in editions]


def _units(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units whose pace fell too far."""
    return violations(evaluate_rules([rule], context.shared(_pace, ("unit",)), unit_entity))


#: ``oa.low_weeks`` is judged by the report on adoption alone, for the platform owner who asked for places.
ADOPTION_CHECKS: tuple[Check, ...] = (
    Check(rule=CITY, evaluate=_city, reads={"oa.activities": HISTORY}, every=LONGER_PERIODS),
    Check(
        rule=UNIT,
        evaluate=_units,
        reads={"oa.activities": HISTORY},
        every=LONGER_PERIODS,
        subject_columns={"oa.activities": ("unit",)},
    ),
)
