"""Onset: the first day of a condition, read from the days before or from a moment that tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.series import Series
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import EntityOf, entity_of_row
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.rows import Rows, rows


def with_onset(
    findings: Iterable[Finding], rule: Rule, daily: Rows, on: date, entity: EntityOf = None
) -> list[Finding]:
    """Return the findings; violations of one rule have the day since when every day has broken its limit.

    Args:
        findings: findings of any rules; where none of them breaks this one, ``daily`` is not read.
        rule: the rule.
        daily: its measure by day (``day``, ``is_covered``), and the one that counts its events; a day of too few
            events neither begins nor ends the condition.
        on: the last day of the period.
        entity: entity of a row of ``daily``.
    """
    everything = list(findings)
    if not any(finding.is_violation and finding.code == rule.code for finding in everything):
        return everything
    by_entity: dict[Entity, list[dict[str, Any]]] = {}
    for row in sorted((row for row in rows(daily) if row["day"] <= on), key=lambda row: row["day"]):
        is_few = bool(rule.count_measure) and (row[rule.count_measure] or 0) < rule.min_count
        value = None if is_few else row[rule.measure]
        day = {"day": row["day"], "is_covered": row["is_covered"], "value": value}
        by_entity.setdefault(entity_of_row(entity, rule, row), []).append(day)
    onsets = {
        name: Series(tuple(days), on).since(
            "value", lambda value: rule.threshold.judge(value) in ("warning", "critical")
        )
        for name, days in by_entity.items()
    }
    return [
        finding.since_day(onset.day, is_bound=onset.is_bound)
        if finding.is_violation and finding.code == rule.code and (onset := onsets.get(finding.entity)) is not None
        else finding
        for finding in everything
    ]


def with_onset_at(
    context: CheckContext, findings: Iterable[Finding], code: str, moments: Mapping[str, datetime | None]
) -> list[Finding]:
    """Return the findings; violations of one rule have the local day of the moment of their entity.

    Where the value is a lower bound, what is not known may be older.

    Args:
        context: the context.
        findings: findings of any rules.
        code: the code of the rule.
        moments: entity key → the moment (UTC) at which the condition began; None where that is unknown.
    """
    return [
        finding.since_day(context.local_day(moment), is_bound=finding.certainty == "lower_bound")
        if finding.is_violation and finding.code == code and (moment := moments.get(finding.entity.key)) is not None
        else finding
        for finding in findings
    ]
