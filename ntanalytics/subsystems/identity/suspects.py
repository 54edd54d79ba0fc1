"""Brute-force suspects of a report, and the attempts without theirs, which have a finding of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.metrics.identity import suspects as suspect_metrics
from ntanalytics.metrics.rows import rows


def suspects(context: CheckContext) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the addresses, and beside them the accounts, from which or on which somebody tried by force."""
    table = context.dataset("identity.logins", HISTORY_DAYS).table
    addresses = rows(suspect_metrics.suspects(table))
    others = without(table, addresses=[row["address_hash"] for row in addresses])
    return addresses, rows(suspect_metrics.suspects(others, "account_id"))


def without(logins: ir.Table, *, accounts: Sequence[str] = (), addresses: Sequence[str] = ()) -> ir.Table:
    """Return the attempts without those of some accounts and addresses."""
    kept = logins
    for column, values in (("account_id", accounts), ("address_hash", addresses)):
        if values:
            kept = kept.filter(kept[column].isnull() | ~kept[column].isin(list(values)))
    return kept


def without_suspects(context: CheckContext, logins: ir.Table) -> ir.Table:
    """Return the attempts without those by force."""
    addresses, accounts = context.shared(suspects)
    return without(
        logins, accounts=[row["account_id"] for row in accounts], addresses=[row["address_hash"] for row in addresses]
    )
