"""Logins by the unit of the account: whether the persons of one unit get in (docs/domain.md, Burden: locked out)."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from ntanalytics.metrics.identity.logins import LOGINS
from ntanalytics.metrics.measure import catalogue, count

#: Measures of a unit's logins on a day, beside those before it.
UNIT_LOGINS = (
    *LOGINS[:3],
    count("failed_accounts", "登录失败账号", "个", "Distinct accounts that failed to log in.", good="down"),
)

MEASURES = catalogue(UNIT_LOGINS)


def unit_logins(logins: ir.Table, placed_accounts: ir.Table, on: date) -> ir.Table:
    """Return the logins of each unit on a day, and those of the days before it.

    Args:
        logins: rows of ``identity.logins`` of the day and of days like it before.
        placed_accounts: rows of ``identity.accounts`` with the name of their ``unit``.
        on: the day.

    Returns:
        ``unit``, the measures of ``UNIT_LOGINS`` on the day, and ``past_logins`` and ``past_failures``; only the units
        of which somebody tried to log in on the day, those of most failures first.
    """
    known = placed_accounts.filter(placed_accounts.unit.notnull()).select(
        _source="source", _account="account_id", unit="unit"
    )
    placed = logins.inner_join(known, [logins.source == known["_source"], logins.account_id == known["_account"]])
    is_today, is_failure = placed.day == on, placed.outcome == "failure"
    counted = placed.group_by("unit").aggregate(
        logins=placed.count(where=is_today),
        login_failures=placed.count(where=is_today & is_failure),
        failed_accounts=placed.account_id.nunique(where=is_today & is_failure),
        past_logins=placed.count(where=~is_today),
        past_failures=placed.count(where=~is_today & is_failure),
    )
    tried = counted.filter(counted.logins > 0)
    rated = tried.mutate(login_failure_rate=tried.login_failures / tried.logins)
    columns = ["unit", *(item.name for item in UNIT_LOGINS), "past_logins", "past_failures"]
    return rated.select(columns).order_by(rated.login_failures.desc(), "unit")
