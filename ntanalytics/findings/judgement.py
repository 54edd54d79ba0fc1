"""Judgement: findings of rows of a metric against the limits of rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ntanalytics.findings.finding import Entity, Finding, Unknown, subsystem_entity
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.rows import Rows, rows

#: Entity of a row: one for all rows, or a function of the row; None stands for the whole subsystem.
EntityOf = Entity | Callable[[Mapping[str, Any]], Entity] | None


def entity_of_row(entity: EntityOf, rule: Rule, row: Mapping[str, Any]) -> Entity:
    """Return the entity of a row."""
    if entity is None:
        return subsystem_entity(rule.subsystem)
    return entity if isinstance(entity, Entity) else entity(row)


def judge_row(rule: Rule, row: Mapping[str, Any], entity: Entity | None = None, *, is_complete: bool = True) -> Finding:
    """Return the finding of one row of a metric.

    A count over a gap is a lower bound: it can exceed a limit, and can never be shown to stay below it. Any other
    figure over a gap is unknown (docs/domain.md, Gaps).

    Args:
        rule: the rule.
        row: the row, with the measure of the rule and the one that counts its events.
        entity: what the row is about; the subsystem where it is None.
        is_complete: whether the period has no gap.
    """
    measure = measure_of(rule.measure)
    value = row[rule.measure]
    count = row.get(rule.count_measure) or 0 if rule.count_measure else None
    reason: Unknown = ""
    if not is_complete and not measure.is_additive:
        reason = "incomplete"
    elif count is not None and count < rule.min_count:
        reason = "too_few"
    elif value is None or math.isnan(value):
        reason = "no_value"
    status = "unknown" if reason else rule.threshold.judge(value)
    is_above = (status == "ok") == (rule.threshold.good == "up")
    if not is_complete and not reason and not is_above:
        status, reason = "unknown", "incomplete"
    return Finding(
        rule=rule,
        entity=entity or subsystem_entity(rule.subsystem),
        status=status,
        value=None if status == "unknown" else float(value),
        format=measure.format,
        unknown=reason,
        figures={} if count is None else {"count": float(count)},
    )


def evaluate_rules(
    rules: Iterable[Rule], table: Rows, entity: EntityOf = None, *, is_complete: bool = True
) -> list[Finding]:
    """Return the findings of some rules over each row of a metric, row by row, rule by rule.

    Args:
        rules: rules whose measures the table has; a rule that is switched off makes no finding.
        table: a table of a metric.
        entity: entity of a row, or one for all rows.
        is_complete: whether the period has no gap.
    """
    enabled = [rule for rule in rules if rule.enabled]
    return [
        judge_row(rule, row, entity_of_row(entity, rule, row), is_complete=is_complete)
        for row in rows(table)
        for rule in enabled
    ]


def unknown(rule: Rule, reason: Unknown, entity: Entity | None = None) -> Finding:
    """Return a check that could not be made."""
    return Finding(rule=rule, entity=entity or subsystem_entity(rule.subsystem), status="unknown", unknown=reason)


def not_applicable(rule: Rule, entity: Entity | None = None) -> Finding:
    """Return a check that no day of the period calls for: ok, and without a judgement."""
    return Finding(rule=rule, entity=entity or subsystem_entity(rule.subsystem), status="ok", is_applicable=False)
