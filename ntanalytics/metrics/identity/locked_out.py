"""Accounts that a fault of the service locks out (docs/domain.md, Burden: locked out)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.identity import LOGIN_FAILURES
from ntanalytics.metrics.measure import Measure, catalogue, count

#: Reasons of failed logins that lie with the service, and not with the person.
SERVICE_REASONS = ("certificate", "wrong_code", "other")
#: Fewest accounts of a row.
LEAST = 5

LOCKED_OUT = (
    Measure("reason", "原因", "Reason of the failed logins.", format="text", values=dict(LOGIN_FAILURES)),
    count(
        "locked_accounts",
        "受阻账号",
        "个",
        "Accounts that on a day failed for a reason of the service, without any success (docs/domain.md, Burden).",
        good="down",
    ),
    count("locked_days", "受阻人次", "人次", "The same, an account counted once a day.", good="down"),
    Measure("first_on", "起始日期", "First day of the period with such an account.", format="date"),
)

MEASURES = catalogue(LOCKED_OUT[1:])


def locked_out(logins: ir.Table) -> ir.Table:
    """Return the accounts that on a day failed for a reason of the service and never got in, by reason.

    Args:
        logins: rows of ``identity.logins`` of the period.

    Returns:
        ``reason`` and the measures of ``LOCKED_OUT``, most accounts first; none of fewer than five.
    """
    known = logins.filter(logins.account_id.notnull())
    days = known.group_by("source", "account_id", "day").aggregate(
        _got_in=(known.outcome == "success").any(),
        _reason=known.reason.max(where=known.reason.isin(SERVICE_REASONS) & (known.outcome == "failure")),
    )
    stayed = days.filter(days["_reason"].notnull() & ~days["_got_in"])
    persons = stayed.group_by("source", "account_id", reason="_reason").aggregate(
        _days=stayed.count(), _first=stayed.day.min()
    )
    counted = persons.group_by("reason").aggregate(
        locked_accounts=persons.count(), locked_days=persons["_days"].sum(), first_on=persons["_first"].min()
    )
    return counted.filter(counted.locked_accounts >= LEAST).order_by(ibis.desc("locked_accounts"), "reason")
