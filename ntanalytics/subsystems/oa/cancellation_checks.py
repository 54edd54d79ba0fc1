"""Checks of how tasks end: cancelled in bulk, in all or in one unit, or far more often than usual of a subject."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.by_detector import seasonal_baseline
from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.unusual_endings import unusual_endings
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.case_endings import AT_ONCE, CANCELLED, SOON
from ntanalytics.metrics.oa import cancellations
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.oa.fed_groups import our_units

#: Cancelled tasks of a day below which nothing is told.
_MIN_CANCELLED = 20


def _cancelled(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether far more tasks than usual were cancelled; where not, the units of which they were."""
    tasks = context.dataset("oa.tasks", HISTORY_DAYS)
    if not tasks.is_complete:
        return []
    return _rises(context, rule, []) or _rises(context, rule, ["unit"])


def _rises(context: CheckContext, rule: Rule, by: list[str]) -> list[Finding]:
    tasks = context.dataset("oa.tasks", HISTORY_DAYS)
    cases = our_units(context, tasks.cases) if by else tasks.cases
    daily = rows(cancellations.cancelled_by_day(cases, tasks.days, context.utc_offset_h, by))
    many = {
        tuple(row[name] for name in by)
        for row in daily
        if row["day"] == context.on and (row["cancelled_tasks"] or 0) >= _MIN_CANCELLED
    }
    counted = [row for row in daily if tuple(row[name] for name in by) in many]
    entity = _unit if by else None
    return seasonal_baseline(rule, counted, context.on, entity=entity, violations_only=True, ahead=context.ahead)


def _unit(row: Mapping[str, Any]) -> Entity:
    unit = str(row["unit"] or "未注明单位")
    return Entity("unit", unit, unit)


_READS = {"oa.tasks": HISTORY_DAYS}

ENDING_CHECKS: tuple[Check, ...] = (
    Check(rule="oa.cancelled_rise", evaluate=_cancelled, reads=_READS),
    Check(
        rule="oa.unusual_endings",
        evaluate=partial(unusual_endings, dataset="oa.tasks", ways=(CANCELLED, AT_ONCE, SOON), kind=("module",)),
        reads=_READS,
    ),
)
