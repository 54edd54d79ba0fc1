"""Summary of the identity platform in any report."""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, evaluated, highlights, series
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.identity import logins as login_metrics
from ntanalytics.metrics.identity import suspects as suspect_metrics


def summarize(context: CheckContext, _findings: Sequence[Finding]) -> SubsystemSummary:
    """Return logins, failures by method and reason, suspects, accounts (docs/domain.md, Identity and SSO)."""
    logins = context.dataset("identity.logins", HISTORY)
    accounts, units = context.dataset("identity.accounts"), context.dataset("identity.units")
    total = compared(
        login_metrics.logins(logins.table), login_metrics.logins(logins.before), login_metrics.LOGINS, logins
    )
    is_complete, without = logins.is_complete, accounts.sources_without("unit_id")
    return SubsystemSummary(
        subsystem="identity",
        highlights=highlights(total, ["logins", "login_failure_rate", "login_users"], is_complete=is_complete),
        lead="logins",
        total=total,
        recent=series(login_metrics.daily(logins.recent, logins.days), "logins"),
        tables=evaluated(
            ("methods", login_metrics.logins(logins.table, ["method"])),
            ("reasons", login_metrics.logins(logins.table, ["reason"])),
            ("suspects", suspect_metrics.suspects(logins.table).drop("address_hash")),
            ("accounts", login_metrics.accounts(accounts.table, units.table, context.ends_at, without_units=without)),
        ),
        origin=context.origin("identity.logins", logins),
        note=logins.note,
        is_complete=is_complete,
        was_complete=logins.was_complete,
    )


SECTION = Section(
    summarize=summarize,
    lead="logins",
    reads={"identity.logins": HISTORY, "identity.accounts": 0, "identity.units": 0},
    requires=("identity.logins",),
)
