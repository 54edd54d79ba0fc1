"""Suspicious logins: brute-force suspects, shared accounts, guessed passwords (docs/domain.md, Identity and SSO)."""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, count

#: Failures of one account, or from one address, within this time that are a brute-force attempt
#: (docs/domain.md, Identity and SSO: brute-force suspects).
BRUTE_FAILURES, BRUTE_WITHIN = 20, timedelta(minutes=10)

#: Addresses of one account in an hour that mean several persons; a desk and a telephone are only some addresses.
SHARED_ADDRESSES = 5

#: Time after a brute-force attempt within which a login means a guessed password.
FORCED_WITHIN = timedelta(hours=1)

SUSPECTS = (
    count(
        "attempts",
        "连续失败",
        "次",
        "Failed logins of the suspect in the period (docs/domain.md, Identity and SSO: brute-force suspects).",
        good="down",
    ),
    # of the attempts that are known, as the finding tells them
    Measure("first_attempt_at", "首次失败", "Time of the first failed login.", format="datetime", over_gap="exact"),
    Measure("last_attempt_at", "末次失败", "Time of the last failed login.", format="datetime", over_gap="exact"),
)

SHARED = (
    count(
        "shared_accounts",
        "疑似共用账号",
        "个",
        "Accounts that logged in from five addresses or more within an hour of the clock.",
        good="down",
    ),
    Measure("most_addresses", "同时来源", "The most addresses of one account within such an hour.", unit="个"),
    count(
        "forced_accounts",
        "暴力尝试后登录账号",
        "个",
        "Brute-force suspects that logged in within an hour of their failures, from the same address.",
        good="down",
    ),
)

MEASURES = catalogue((*SUSPECTS, *SHARED))


def shared_accounts(logins: ir.Table) -> ir.Table:
    """Return the number of accounts used from many addresses at once, as by several persons.

    Args:
        logins: rows of ``identity.logins`` of the period.

    Returns:
        One row: ``shared_accounts`` and ``most_addresses`` (null without a login that has an address).
    """
    got_in = logins.filter((logins.outcome == "success") & logins.account_id.notnull() & logins.address_hash.notnull())
    hourly = got_in.group_by("account_id", hour=got_in.logged_in_at.truncate("h")).aggregate(
        addresses=got_in.address_hash.nunique()
    )
    return hourly.aggregate(
        shared_accounts=hourly.account_id.nunique(where=hourly.addresses >= SHARED_ADDRESSES),
        most_addresses=hourly.addresses.max(),
    )


def forced_accounts(logins: ir.Table) -> ir.Table:
    """Return the number of accounts with a login after a brute-force attempt.

    Defined in docs/domain.md, Identity and SSO: brute-force suspects.

    Args:
        logins: rows of ``identity.logins`` of the period.

    Returns:
        One row: ``forced_accounts``.
    """
    tried = suspects(logins, "account_id").select(
        _account="account_id", _first="first_attempt_at", _last="last_attempt_at"
    )
    failed = logins.filter((logins.outcome == "failure") & logins.account_id.notnull() & logins.address_hash.notnull())
    places = failed.select(_account="account_id", _address="address_hash").distinct()
    got_in = logins.filter(logins.outcome == "success")
    later = got_in.join(tried, got_in.account_id == tried["_account"]).filter(
        lambda pair: (
            (pair.logged_in_at > pair["_first"])
            & (pair.logged_in_at <= pair["_last"] + ibis.interval(seconds=int(FORCED_WITHIN.total_seconds())))
        )
    )
    inside = later.semi_join(places, [later.account_id == places["_account"], later.address_hash == places["_address"]])
    return inside.aggregate(forced_accounts=inside.account_id.nunique())


def suspects(logins: ir.Table, of: str = "address_hash") -> ir.Table:
    """Return the accounts or addresses with twenty failures or more within ten minutes.

    Defined in docs/domain.md, Identity and SSO: brute-force suspects.

    Args:
        logins: rows of ``identity.logins`` of the period.
        of: the column of the suspect: ``address_hash``, or ``account_id``, whose failures count from any address.

    Returns:
        ``of`` (a pseudonym; never shown in a report) and the measures of ``SUSPECTS``, most attempts first.
    """
    failed = logins.filter((logins.outcome == "failure") & logins[of].notnull())
    ordered = ibis.window(group_by=of, order_by=["logged_in_at", "login_id"])
    timed = failed.mutate(_earlier=failed.logged_in_at.lag(BRUTE_FAILURES - 1).over(ordered))
    is_burst = timed.logged_in_at <= timed["_earlier"] + ibis.interval(seconds=int(BRUTE_WITHIN.total_seconds()))
    counted = timed.group_by(of).aggregate(
        attempts=timed.count(),
        first_attempt_at=timed.logged_in_at.min(),
        last_attempt_at=timed.logged_in_at.max(),
        _bursts=timed.count(where=is_burst),
    )
    return counted.filter(counted["_bursts"] > 0).drop("_bursts").order_by(ibis.desc("attempts"), of)
