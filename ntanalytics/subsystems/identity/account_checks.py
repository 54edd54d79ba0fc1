"""Checks of accounts: their administration, and accounts that nobody answers for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS, baseline
from ntanalytics.checks.by_detector import seasonal_baseline
from ntanalytics.checks.check import EVERY_PERIOD, LONGER_PERIODS, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.rise_parts import with_rise_parts
from ntanalytics.contract.identity import ACCOUNT_CHANGES
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figures import figures
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
    findings = seasonal_baseline(
        rule,
        [row for row in daily if row["action"] in frequent],
        context.on,
        entity=_action,
        violations_only=True,
        ahead=context.ahead,
    )
    return [
        with_rise_parts(context, finding, past.view, recent.filter(recent.action == finding.entity.key))
        for finding in findings
    ]


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
    views = accounts, units
    without = accounts.sources_without("unit_id")
    placed = accounts.table.filter(~accounts.table.source.isin(without)) if without else accounts.table
    unplaced = [unknown(rule, "not_in_source", Entity("source", source, source)) for source in without]
    if without and not set(accounts.sources) - set(without):
        return unplaced
    orphans = rows(account_metrics.orphans(placed, units.table))
    if context.is_day and units.was_complete:
        in_use = {row["unit"] for row in rows(units.before.filter(units.before.is_enabled).select("unit"))}
        orphans = [row for row in orphans if row["unit"] not in in_use]
    if not orphans or not all(view.is_complete for view in views):
        return [judge_value(rule, sum(row["orphan_accounts"] for row in orphans), views), *unplaced]
    closed = [row for row in orphans if row["unit"] is not None]
    if len(closed) > _MAX_UNITS:
        total = judge_value(rule, sum(row["orphan_accounts"] for row in closed), views, _CLOSED)
        findings = [total.with_details(units=tuple(str(row["unit"]) for row in closed))]
    else:
        findings = evaluate_rules([rule], figures(closed, *views), _closed_unit)
    nowhere = [row for row in orphans if row["unit"] is None]
    return findings + evaluate_rules([rule], figures(nowhere, *views), _NO_UNIT) + unplaced


def _closed_unit(row: Mapping[str, Any]) -> Entity:
    return Entity("unit", str(row["unit"]), str(row["unit"]))


def _dormant(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many enabled accounts nobody has used for long."""
    accounts, units = context.dataset("identity.accounts"), context.dataset("identity.units")
    counted = account_metrics.accounts(accounts.table, units.table, accounts.known_end)
    return evaluate_rules([rule], figures(counted, accounts, units))


_CHANGES = {"identity.account_changes": HISTORY_DAYS}
_STOCK = {"identity.accounts": 0, "identity.units": 0}

ACCOUNT_CHECKS: tuple[Check, ...] = (
    Check(rule="identity.changes_rise", evaluate=_changes_rise, reads=_CHANGES),
    Check(rule="identity.failed_changes", evaluate=_failed_changes, reads=_CHANGES),
    Check(rule="identity.orphan_accounts", evaluate=_orphans, reads=_STOCK, every=EVERY_PERIOD),
    Check(rule="identity.dormant_accounts", evaluate=_dormant, reads=_STOCK, every=LONGER_PERIODS),
)
