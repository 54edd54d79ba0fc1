"""Checks of accounts: their administration, and accounts that nobody answers for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS, baseline
from ntanalytics.checks.by_detector import seasonal_baseline
from ntanalytics.checks.check import EVERY_PERIOD, QUARTER, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.identity import ACCOUNT_CHANGES
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules, judge_row
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.identity import logins as account_metrics
from ntanalytics.metrics.rows import rows

#: Actions that are done to many accounts by mistake; many are opened at once when a unit joins.
_ACTIONS = ("deleted", "disabled", "granted")

#: Changes, and failed changes, on a day below which no rise is reported.
_MIN_CHANGES, _MIN_FAILED = 20, 10

#: Most closed units with a finding of their own.
_MAX_UNITS = 5

_CLOSED, _NO_UNIT = Entity("units", "closed", "停用单位"), Entity("units", "none", "无单位账号")


def _action(row: Mapping[str, Any]) -> Entity:
    actions = ACCOUNT_CHANGES.column("action").values or {}
    return Entity("action", str(row["action"]), f"{actions[row['action']]}操作")


def _changes_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the actions that were done far more often than usual."""
    past = context.shared(baseline, "identity.account_changes")
    recent = past.view.recent
    daily = rows(account_metrics.daily_changes(recent.filter(recent.action.isin(_ACTIONS)), past.days, ["action"]))
    frequent = {
        row["action"] for row in daily if row["day"] == context.on and (row["account_changes"] or 0) >= _MIN_CHANGES
    }
    return seasonal_baseline(
        rule,
        [row for row in daily if row["action"] in frequent],
        context.on,
        entity=_action,
        violations_only=True,
        ahead=context.ahead,
    )


def _failed_changes(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether far more changes failed than usual."""
    past = context.shared(baseline, "identity.account_changes")
    daily = rows(account_metrics.daily_changes(past.view.recent, past.days))
    if not any(row["day"] == context.on and (row["failed_changes"] or 0) >= _MIN_FAILED for row in daily):
        return []
    return seasonal_baseline(rule, daily, context.on, violations_only=True, ahead=context.ahead)


def _orphans(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return enabled accounts whose unit is closed, by unit, and those without a unit.

    A unit that was in use on the day before is not reported yet: its accounts are disabled in the days after its close.
    """
    accounts, units = context.dataset("identity.accounts"), context.dataset("identity.units")
    is_complete = accounts.is_complete and units.is_complete
    without = accounts.sources_without("unit_id")
    placed = accounts.table.filter(~accounts.table.source.isin(without)) if without else accounts.table
    unplaced = [_unplaced(rule, source) for source in without]
    if without and not set(accounts.sources) - set(without):
        return unplaced
    orphans = rows(account_metrics.orphans(placed, units.table))
    if context.is_day and units.was_complete:
        in_use = {row["unit"] for row in rows(units.before.filter(units.before.is_enabled).select("unit"))}
        orphans = [row for row in orphans if row["unit"] not in in_use]
    if not is_complete or not orphans:
        total = {"orphan_accounts": sum(row["orphan_accounts"] for row in orphans)}
        return [judge_row(rule, total, is_complete=is_complete), *unplaced]
    closed = [row for row in orphans if row["unit"] is not None]
    if len(closed) > _MAX_UNITS:
        total = {"orphan_accounts": sum(row["orphan_accounts"] for row in closed)}
        units_closed = tuple(str(row["unit"]) for row in closed)
        findings = [judge_row(rule, total, _CLOSED).with_details(units=units_closed)]
    else:
        findings = [judge_row(rule, row, Entity("unit", str(row["unit"]), str(row["unit"]))) for row in closed]
    return findings + [judge_row(rule, row, _NO_UNIT) for row in orphans if row["unit"] is None] + unplaced


def _unplaced(rule: Rule, source: str) -> Finding:
    """Return that a source does not know the units of its accounts."""
    return replace(judge_row(rule, {rule.measure: None}, Entity("source", source, source)), unknown="not_in_source")


def _dormant(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many enabled accounts nobody has used for long."""
    accounts, units = context.dataset("identity.accounts"), context.dataset("identity.units")
    return evaluate_rules([rule], account_metrics.accounts(accounts.table, units.table, context.ends_at))


_CHANGES = {"identity.account_changes": HISTORY_DAYS}
_STOCK = {"identity.accounts": 0, "identity.units": 0}

ACCOUNT_CHECKS: tuple[Check, ...] = (
    Check(rule="identity.changes_rise", evaluate=_changes_rise, reads=_CHANGES),
    Check(rule="identity.failed_changes", evaluate=_failed_changes, reads=_CHANGES),
    Check(rule="identity.orphan_accounts", evaluate=_orphans, reads=_STOCK, every=EVERY_PERIOD),
    Check(rule="identity.dormant_accounts", evaluate=_dormant, reads=_STOCK, every=(QUARTER,)),
)
