"""Checks of OA adoption over a week or month: the pace of working days, and units whose use has long been low."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ntanalytics.checks.check import LONGER_PERIODS, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.findings.finding import Entity, Finding, subsystem_entity, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_row, not_applicable, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.oa import daily_active, unit_ranking
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.oa.fed_groups import (
    days_by_group,
    fed_by_activities,
    gap_groups,
    gap_sources,
    group_table,
    our_units,
)

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
    if row.origin("daily_active").is_complete and row["daily_active_before"] is None:
        return unknown(rule, "no_previous", entity)
    return judge_row(rule, row, entity)


def city_findings(
    rules: Mapping[str, Rule],
    total: FigureRow,
    editions: Figures,
    units: Figures,
    *,
    worked: tuple[bool, bool] = (True, True),
    is_for_owner: bool = False,
) -> list[Finding]:
    """Return the pace of all and of each edition, and the units that fell, in the order of the rows.

    Args:
        rules: the rules by code, as the site has them.
        total: the compared row of all.
        editions: the compared rows of the editions.
        units: the compared rows of the units, one for each edition, with ``low_weeks`` and ``place``.
        worked: whether the period, and the one before, have a working day.
        is_for_owner: whether units with a place whose use has long been low are told, too (docs/domain.md, No league
            tables).
    """
    findings = without_pace(rules[CITY], worked) + without_pace(rules[UNIT], worked)
    if not findings:
        findings = [judge_pace(rules[CITY], total, subsystem_entity("oa"))]
        if len(editions) > 1:
            findings += [judge_pace(rules[CITY], row, edition_entity(row)) for row in editions]
        findings += _fallen(rules[UNIT], units)
    if is_for_owner:
        fair = units.where(lambda row: row["place"] is not None)
        findings += violations(judge_row(rules[LOW], row, unit_entity(row)) for row in fair)
    return [finding for finding in findings if finding.rule.enabled]


def _fallen(rule: Rule, units: Figures) -> list[Finding]:
    """Return the units whose pace fell too far, those of several editions as one; unknown over a gap without any."""
    by_unit: dict[str, list[FigureRow]] = {}
    for row in units:
        by_unit.setdefault(str(row["unit"] or ""), []).append(row)
    wholes = [parts[0] if len(parts) == 1 else _pace_of_parts(parts) for parts in by_unit.values()]
    fallen = violations(judge_row(rule, row, unit_entity(row)) for row in wholes)
    is_whole = all(row.certainty(rule.measure) == "exact" for row in wholes)
    return fallen if fallen or is_whole else [unknown(rule, "incomplete")]


def _pace_of_parts(parts: Sequence[FigureRow]) -> FigureRow:
    """Return the pace of a unit in several editions: an account is of one of them, so that the parts add up."""
    now, before = (
        None if any(row[name] is None for row in parts) else sum(row[name] for row in parts)
        for name in ("daily_active", "daily_active_before")
    )
    rate = None if now is None or not before else now / before - 1
    values = {
        "unit": parts[0]["unit"],
        "daily_active": now,
        "daily_active_before": before,
        "daily_active_change_rate": rate,
    }
    return FigureRow.of_parts(values, parts, "daily_active")  # a gap of the members is none of the pace


def unit_findings(
    rules: Mapping[str, Rule], total: FigureRow, name: str, worked: tuple[bool, bool] = (True, True)
) -> list[Finding]:
    """Return the pace of one unit."""
    entity = unit_entity({"unit": name})
    unjudged = [replace(finding, entity=entity) for finding in without_pace(rules[UNIT], worked)]
    return [item for item in unjudged or [judge_pace(rules[UNIT], total, entity)] if item.rule.enabled]


def _pace(context: CheckContext, by: tuple[str, ...] = ()) -> Figures:
    """Return the active accounts of a mean working day beside those of the period before."""
    activities = context.dataset("oa.activities", HISTORY)
    first, before = context.period.first, context.previous.first
    table, earlier_rows = (
        our_units(context, given) if "unit" in by else given for given in (activities.table, activities.before)
    )
    fed = partial(fed_by_activities, context, HISTORY, by)
    days = days_by_group(activities, fed, by)
    now = daily_active.daily_active(table, days.filter(days.day >= first), by)
    earlier = daily_active.daily_active(earlier_rows, days.filter((days.day >= before) & (days.day < first)), by)
    columns = ["daily_active"]
    if by and any(gap_sources(activities, by)):
        gaps, gaps_before = (group_table(groups, by) for groups in gap_groups(activities, lambda: (fed(),), by))
        compared = unit_ranking.compare_units(
            now, earlier, MEASURES, columns=columns, by=by, gap_groups=gaps, gap_groups_before=gaps_before
        )
        return figures(compared.order_by(*by), activities)
    return figures(change.compare(now, earlier, MEASURES, columns=columns, by=by, **activities.wholeness), activities)


def _worked(context: CheckContext) -> tuple[bool, bool]:
    """Return whether the period, and the one before, have a working day."""
    days, first, before = context.dataset("oa.activities", HISTORY).days, context.period.first, context.previous.first
    worked = [row["day"] for row in rows(days.filter(days.is_working_day).select("day"))]
    return any(day >= first for day in worked), any(before <= day < first for day in worked)


def without_pace(rule: Rule, worked: tuple[bool, bool]) -> list[Finding]:
    """Return that nothing is judged where one of two periods has no working day; nothing where both have some.

    Args:
        rule: the rule.
        worked: whether the period, and the one before, have a working day.
    """
    if not worked[0]:
        return [not_applicable(rule)]
    return [] if worked[1] else [unknown(rule, "no_value")]


def _city(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the pace of all and of each edition."""
    if unjudged := without_pace(rule, context.shared(_worked)):
        return unjudged
    findings = [judge_pace(rule, context.shared(_pace).total, subsystem_entity("oa"))]
    editions = context.shared(_pace, ("edition",))
    return findings + [judge_pace(rule, row, edition_entity(row)) for row in editions]


def _units(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units whose pace fell too far."""
    if unjudged := without_pace(rule, context.shared(_worked)):
        return unjudged
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
