"""Judgement: findings of figures against the limits of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ntanalytics.findings.finding import Entity, Finding, Unknown, subsystem_entity
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Covered, Figures
from ntanalytics.metrics.figures import figures as make_figures
from ntanalytics.metrics.quantity import Quantity

#: Entity of a row: one for all rows, or a function of the row; None stands for the whole subsystem.
EntityOf = Entity | Callable[[Mapping[str, Any]], Entity] | None


def entity_of_row(entity: EntityOf, rule: Rule, row: Mapping[str, Any]) -> Entity:
    """Return the entity of a row."""
    if entity is None:
        return subsystem_entity(rule.subsystem)
    return entity if isinstance(entity, Entity) else entity(row)


def judge_row(rule: Rule, row: FigureRow, entity: Entity | None = None) -> Finding:
    """Return the finding of one row of figures.

    A bound is judged only where it settles the status: a count over a gap can exceed a limit, and can never be shown to
    stay below it. Any other figure over a gap is unknown (docs/domain.md, Gaps).

    Args:
        rule: the rule.
        row: the row, with the measure of the rule and the one that counts its events.
        entity: what the row is about; the subsystem where it is None.
    """
    figure = row.quantity(rule.measure)
    count = row.get(rule.count_measure) or 0 if rule.count_measure else None
    is_lost = figure.certainty == "unknown" and figure.lacks_data
    status: Status = "unknown"
    reason: Unknown = ""
    if count is not None and count < rule.min_count and not is_lost:
        reason = "too_few"
    elif (status := _status(rule, figure)) == "unknown":
        reason = "incomplete" if figure.lacks_data else "no_value"
    return Finding(
        rule=rule,
        entity=entity or subsystem_entity(rule.subsystem),
        status=status,
        value=None if status == "unknown" or figure.value is None else float(figure.value),
        format=figure.measure.format,
        certainty="exact" if status == "unknown" else figure.certainty,
        unknown=reason,
        figures={} if count is None else {"count": float(count)},
    )


def _status(rule: Rule, figure: Quantity) -> Status:
    """Return the status of a figure; unknown where the true figure may have another one than its bound."""
    status = rule.threshold.judge(figure.value)
    may_be_worse = (figure.certainty == "lower_bound") == (rule.threshold.good == "down")
    is_settled = figure.is_exact or (status == "ok") != may_be_worse
    return status if is_settled else "unknown"


def judge_value(rule: Rule, value: float | None, views: Iterable[Covered], entity: Entity | None = None) -> Finding:
    """Return the finding of a value that a check worked out itself.

    Args:
        rule: the rule.
        value: a value of its measure.
        views: the datasets that it was worked out from; none for a fact about the data themselves.
        entity: subject of the value; the subsystem where it is None.
    """
    return judge_row(rule, make_figures([{rule.measure: value}], *views).total, entity)


def evaluate_rules(rules: Iterable[Rule], figures: Figures, entity: EntityOf = None) -> list[Finding]:
    """Return the findings of some rules over each row of figures, row by row, rule by rule.

    Args:
        rules: rules whose measures the figures have; a rule that is switched off makes no finding.
        figures: the rows.
        entity: entity of a row, or one for all rows.
    """
    enabled = [rule for rule in rules if rule.enabled]
    return [judge_row(rule, row, entity_of_row(entity, rule, row)) for row in figures for rule in enabled]


def settle_worst(finding: Finding, days: Iterable[Mapping[str, Any]]) -> Finding:
    """Return the finding of the worst of some days; unknown where it is good and a missing day may not be.

    A violation has ``details["is_whole"]``: whether each day has a value, so that no other may be as bad.

    Args:
        finding: the finding of the worst day.
        days: all days among which it is the worst, each with ``is_covered`` and the measure of the rule.
    """
    known = list(days)
    is_whole = all(day["is_covered"] for day in known)
    if finding.is_violation:
        has_values = all(day[finding.rule.measure] is not None for day in known)
        return finding.with_details(is_whole=is_whole and has_values)
    return finding if is_whole else unknown(finding.rule, "incomplete", finding.entity)


def unknown(rule: Rule, reason: Unknown, entity: Entity | None = None) -> Finding:
    """Return a check that could not be made."""
    return Finding(rule=rule, entity=entity or subsystem_entity(rule.subsystem), status="unknown", unknown=reason)


def not_applicable(rule: Rule, entity: Entity | None = None) -> Finding:
    """Return a check that no day of the period calls for: ok, and without a judgement."""
    return Finding(rule=rule, entity=entity or subsystem_entity(rule.subsystem), status="ok", is_applicable=False)
