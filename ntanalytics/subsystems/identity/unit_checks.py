"""Check of the logins of single units: the persons of one of them cannot log in, and those of the others can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS, baseline
from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.distributions import binomial_isf
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import judge_row
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.identity.unit_logins import unit_logins
from ntanalytics.subsystems.identity.suspects import without_suspects

#: Days with a false finding among all units, by chance: fewer than one in ten years.
_BY_CHANCE = 1e-6

#: Accounts of a unit that fail: fewer are persons who forgot their password.
_LEAST_ACCOUNTS = 5

#: Logins by which the usual share of all units steadies that of one with few.
_PRIOR_LOGINS = 50.0

#: Times the share of all units: where all fail, the unit has nothing to do with it.
_TIMES_OF_ALL = 3.0


def _unit_failures(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units of which far more logins fail than usual, and than those of others."""
    past, accounts = context.shared(baseline, "identity.logins"), context.dataset("identity.accounts")
    attempts = without_suspects(context, past.comparable)
    counted = unit_logins(attempts, context.units().identify(accounts.table), context.on)
    units = figures(counted, past.view, accounts)
    failing = failing_units(units)
    return violations(
        judge_row(rule, row, _unit(row)).with_figures(
            logins=float(row["logins"]), failures=float(row["login_failures"]), accounts=float(row["failed_accounts"])
        )
        for row in units
        if row["unit"] in failing
    )


def failing_units(units: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the units of which more logins failed than chance and the state of all units explain.

    Args:
        units: rows of :func:`ntanalytics.metrics.identity.unit_logins.unit_logins`.
    """
    counts = ("logins", "login_failures", "past_logins", "past_failures")
    logins, failures, past_logins, past_failures = (sum(row[name] for row in units) for name in counts)
    usual = past_failures / max(past_logins, 1)
    failing = set()
    for row in units:
        if row["failed_accounts"] < _LEAST_ACCOUNTS:
            continue
        others = logins - row["logins"]
        of_others = (failures - row["login_failures"]) / others if others else 0.0
        own = (row["past_failures"] + _PRIOR_LOGINS * usual) / (row["past_logins"] + _PRIOR_LOGINS)
        is_rare = row["login_failures"] > binomial_isf(_BY_CHANCE, row["logins"], own)
        if is_rare and row["login_failures"] > _TIMES_OF_ALL * of_others * row["logins"]:
            failing.add(row["unit"])
    return failing


def _unit(row: Mapping[str, Any]) -> Entity:
    return Entity("unit", str(row["unit"]), str(row["unit"]))


UNIT_CHECKS: tuple[Check, ...] = (
    Check(
        rule="identity.unit_failures",
        evaluate=_unit_failures,
        reads={"identity.logins": HISTORY_DAYS, "identity.accounts": 0, "identity.units": 0},
        suppressed_by=(SuppressedBy(("identity.method_failures", "identity.login_silence"), "any"),),
    ),
)
