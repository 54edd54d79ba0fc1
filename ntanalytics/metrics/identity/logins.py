"""Identity: logins, accounts and account changes (docs/domain.md, Identity and SSO).

Every function takes Ibis tables of ``identity.*`` and returns one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import catalogue, count, rate

#: Time without a login after which an enabled account is dormant (docs/domain.md, Identity and SSO).
DORMANT_AFTER = timedelta(days=90)


#: Logins (docs/domain.md, Identity and SSO).
LOGINS = (
    count("logins", "登录", "次", "Attempts to log in."),
    count("login_failures", "登录失败", "次", "Attempts that failed.", good="down"),
    rate(
        "login_failure_rate", "登录失败率", "login_failures / logins; null when there were none.", good="down", digits=2
    ),
    count(
        "login_users",
        "登录人数",
        "人",
        "Distinct accounts that logged in with success (docs/domain.md, Identity and SSO: distinct users).",
        good="up",
    ),
)

#: Accounts (docs/domain.md, Identity and SSO).
ACCOUNTS = (
    count("accounts", "账号总数", "个", "All accounts."),
    count("enabled_accounts", "可登录账号", "个", "Accounts that may log in."),
    count(
        "dormant_accounts",
        "休眠账号",
        "个",
        "Enabled accounts without a login for 90 days, and not opened since "
        "(docs/domain.md, Identity and SSO: dormant). A missing snapshot hides both accounts and logins.",
        good="down",
        over_gap="unknown",
    ),
    count(
        "orphan_accounts",
        "无归属账号",
        "个",
        "Enabled accounts without a unit, or whose unit is gone or out of use "
        "(docs/domain.md, Identity and SSO: orphan). A missing snapshot hides accounts, or the units of all accounts.",
        good="down",
        over_gap="unknown",
    ),
)

CHANGES = (
    count(
        "account_changes",
        "账号变更",
        "次",
        "Changes of accounts, units and permissions that took effect (docs/domain.md, O4).",
    ),
    count("failed_changes", "变更失败", "次", "Changes that did not take effect.", good="down"),
)


MEASURES = catalogue(change.with_changes((*LOGINS, *ACCOUNTS, *CHANGES)))


def logins(logins: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the logins and their failures (docs/domain.md, Identity and SSO).

    Args:
        logins: rows of ``identity.logins`` of the period.
        by: columns of ``logins`` that name a group: ``method``, ``reason``, ``terminal``, ``day``.

    Returns:
        ``by`` and the measures of ``LOGINS``, most first; one row when ``by`` is empty.
    """
    return _logins(logins, by).order_by(ibis.desc("logins"), *by)


def _logins(logins: ir.Table, by: Sequence[str]) -> ir.Table:
    is_failure = logins.outcome == "failure"
    counted = logins.aggregate(
        by=list(by),
        logins=logins.count(),
        login_failures=logins.count(where=is_failure),
        login_users=logins.account_id.nunique(where=~is_failure),
    )
    rated = counted.mutate(login_failure_rate=counted.login_failures / counted.logins.nullif(0))
    return rated.select(*by, *(measure.name for measure in LOGINS))


def daily(logins: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return ``logins`` of each day: 0 on a covered day without any, null on a gap.

    Args:
        logins: rows of ``identity.logins`` over the span of ``days``.
        days: the days of the span (metrics.days).
        by: columns of ``logins`` that name a group.

    Returns:
        The columns of ``days``, ``by`` and the measures of ``LOGINS``, ordered by day and group.
    """
    return fill_days(_logins(logins, ["day", *by]), days, MEASURES, by=by).order_by("day", *by)


def accounts(
    accounts: ir.Table, units: ir.Table, at: datetime, by: Sequence[str] = (), *, without_units: Sequence[str] = ()
) -> ir.Table:
    """Return the accounts, with the dormant and orphan ones (docs/domain.md, Identity and SSO).

    Args:
        accounts: rows of ``identity.accounts``: one snapshot.
        units: rows of ``identity.units``: the snapshot of the same day.
        at: the moment (aware) of the snapshot.
        by: columns of ``accounts`` that name a group: ``unit_id``.
        without_units: sources that do not know the units of their accounts: none of these counts as an orphan.

    Returns:
        ``by`` and the measures of ``ACCOUNTS``, most first; one row when ``by`` is empty.
    """
    live = units.filter(units.is_enabled).select(_source="source", _unit="unit_id").distinct()
    on = [accounts.source == live["_source"], accounts.unit_id == live["_unit"]]
    placed = accounts.left_join(live, on)
    since = ibis.literal(at - DORMANT_AFTER)
    # an account that was opened lately is not dormant yet
    is_quiet = (placed.last_login_at < since) | (
        placed.last_login_at.isnull() & (placed.opened_at < since).fill_null(True)
    )
    has_unit = ~placed.source.isin(list(without_units)) if without_units else ibis.literal(True)
    orphans = placed.count(where=placed.is_enabled & has_unit & placed["_unit"].isnull())
    counted = placed.aggregate(
        by=list(by),
        accounts=placed.count(),
        enabled_accounts=placed.count(where=placed.is_enabled),
        dormant_accounts=placed.count(where=placed.is_enabled & is_quiet),
        orphan_accounts=has_unit.any().ifelse(orphans, ibis.null("int64")) if without_units else orphans,
    )
    return counted.order_by(ibis.desc("accounts"), *by)


def orphans(accounts: ir.Table, units: ir.Table) -> ir.Table:
    """Return the enabled accounts without a unit in use, by unit (docs/domain.md, Identity and SSO: orphan).

    Args:
        accounts: rows of ``identity.accounts``: one snapshot.
        units: rows of ``identity.units``: the snapshot of the same day.

    Returns:
        ``unit`` (the name of the unit that is out of use; null for accounts without a known unit) and
        ``orphan_accounts``, most first.
    """
    known = units.group_by("source", "unit_id").aggregate(_name=units.unit.min(), _live=units.is_enabled.max())
    known = known.rename(_source="source", _unit="unit_id")
    enabled = accounts.filter(accounts.is_enabled)
    placed = enabled.left_join(known, [enabled.source == known["_source"], enabled.unit_id == known["_unit"]])
    lost = placed.filter(~placed["_live"].fill_null(False))
    return (
        lost.group_by(unit=lost["_name"])
        .aggregate(orphan_accounts=lost.count())
        .order_by(ibis.desc("orphan_accounts"), "unit")
    )


def changes(changes: ir.Table, by: Sequence[str] = ("subject", "action")) -> ir.Table:
    """Return the changes of accounts, units and permissions (docs/domain.md, O4).

    Args:
        changes: rows of ``identity.account_changes`` of the period.
        by: columns of ``changes`` that name a group.

    Returns:
        ``by`` and the measures of ``CHANGES``, most first; one row when ``by`` is empty.
    """
    counted = changes.aggregate(
        by=list(by),
        account_changes=changes.count(where=changes.outcome == "success"),
        failed_changes=changes.count(where=changes.outcome == "failure"),
    )
    return counted.order_by(ibis.desc("account_changes"), *by)


def daily_changes(changes: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return ``changes`` of each day: 0 on a covered day without any, null on a gap; ordered by day and group.

    Args:
        changes: rows of ``identity.account_changes`` over the span of ``days``.
        days: the days of the span (metrics.days).
        by: columns of ``changes`` that name a group.
    """
    counted = changes.aggregate(
        by=["day", *by],
        account_changes=changes.count(where=changes.outcome == "success"),
        failed_changes=changes.count(where=changes.outcome == "failure"),
    )
    return fill_days(counted, days, MEASURES, by=by).order_by("day", *by)
