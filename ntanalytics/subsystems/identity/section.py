"""Summary of the identity platform in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    compared,
    evaluated,
    highlights,
    is_whole,
    no_source_summary,
    series,
)
from ntanalytics.contract.identity import METHODS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.identity import logins as identity_logins


def summarize(context: CheckContext) -> SubsystemSummary:
    """Logins, failures by method, suspects, accounts that should be looked at (docs/domain.md, Identity and SSO)."""
    logins = context.dataset("identity.logins", history=HISTORY)
    accounts, units = context.dataset("identity.accounts"), context.dataset("identity.units")
    if missing := no_source_summary("identity", "logins", logins):
        return missing
    total = compared(
        identity_logins.logins(logins.table), identity_logins.logins(logins.before), identity_logins.LOGINS, logins
    )
    by_method = identity_logins.logins(logins.table, ["method"])
    suspects = identity_logins.suspects(logins.table)
    stock = identity_logins.accounts(accounts.table, units.table, context.ends_at)
    whole = logins.is_complete
    findings: list[Finding] = []
    # a day is asked more closely, by workspace.inspecting.identity
    if context.period.kind != "day":
        rule = context.rules["identity.login_failure_rate"]
        findings = evaluate_rules([rule], [total], is_complete=whole)
        findings += _wrong(
            evaluate_rules([rule], by_method, lambda row: METHODS[row["method"]] + "登录", is_complete=whole)
        )
        findings += evaluate_rules([context.rules["identity.attempts"]], suspects, "单一来源地址")
        if accounts.sources and units.sources:
            orphans = context.rules["identity.orphan_accounts"]
            findings += evaluate_rules([orphans], stock, is_complete=is_whole(accounts, units))
    return SubsystemSummary(
        "identity",
        tuple(findings),
        highlights(total, ["logins", "login_failure_rate", "login_users"], is_complete=whole),
        "logins",
        total,
        series(identity_logins.daily(logins.recent, logins.days), "logins"),
        evaluated(
            ("methods", by_method),
            ("reasons", identity_logins.logins(logins.table, ["reason"])),
            ("suspects", suspects.drop("address_hash")),
            ("accounts", stock),
        ),
        context.origin("identity.logins", logins),
        logins.note,
        whole,
        logins.was_complete,
    )


def _wrong(findings: list[Finding]) -> list[Finding]:
    """Only what is beyond its threshold: of hundreds of units the others are of no interest."""
    return [each for each in findings if each.state in ("warning", "critical")]
