"""Summary of the identity platform in any report."""

from __future__ import annotations

from dataclasses import replace

import ibis

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.bounds import join_notes
from ntanalytics.metrics.figures import case_list, figures
from ntanalytics.metrics.identity import logins as login_metrics
from ntanalytics.metrics.identity import suspects as suspect_metrics


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return logins, failures by method and reason, suspects, accounts (docs/domain.md, Identity and SSO)."""
    logins = context.dataset("identity.logins", HISTORY)
    accounts, units = context.dataset("identity.accounts"), context.dataset("identity.units")
    total = compared(
        login_metrics.logins(logins.table), login_metrics.logins(logins.before), login_metrics.LOGINS, logins
    )
    accounts_now = login_metrics.accounts(
        accounts.table, units.table, accounts.known_end, without_units=accounts.sources_without("unit_id")
    )
    is_named = "address_hash" not in logins.unfilled.columns  # attempts without an address are of no suspect
    by_address = suspect_metrics.suspects(logins.table)
    tried = case_list(by_address.mutate(is_complete=ibis.literal(logins.is_complete and is_named)), logins)
    if not is_named:
        tried = replace(tried, is_complete=False, note=join_notes(tried.note, logins.unfilled.note))
    daily = logins.daily(login_metrics.logins, login_metrics.MEASURES)
    return SubsystemSummary(
        subsystem="identity",
        highlights=highlights(total, ["logins", "login_failure_rate", "login_users"]),
        lead="logins",
        total=total,
        daily=figures(daily, logins),
        tables={
            "methods": figures(login_metrics.logins(logins.table, ["method"]), logins),
            "reasons": figures(login_metrics.logins(logins.table, ["reason"]), logins),
            "suspects": tried.without("address_hash"),
            "accounts": figures(accounts_now, accounts, units),
        },
        origin=context.origin("identity.logins", logins),
    )


SECTION = Section(
    summarize=summarize,
    lead="logins",
    reads={"identity.logins": HISTORY, "identity.accounts": 0, "identity.units": 0},
    requires=("identity.logins",),
)
