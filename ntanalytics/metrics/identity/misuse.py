"""Misuse that a few events tell: accounts tried one by one, slow guessing, two places, accounts awake by night.

Defined in docs/domain.md, Identity and SSO: misuse.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.identity.logins import DORMANT_AFTER
from ntanalytics.metrics.identity.suspects import suspects
from ntanalytics.metrics.measure import catalogue, count, rate
from ntanalytics.metrics.slots import is_night

#: Accounts tried, or failures, for each that got in, from which a mistyped password does not explain them.
TRIED_PER_ENTRY, _FAILED_PER_ENTRY = 2, 5

#: Seconds of a slot, and accounts in it from which on they tell whether a login works at all.
_SLOT_S, _SEVERAL = 1800, 10

#: Methods of a login of which somebody may guess what he types.
GUESSED_METHODS = ("password", "sms_code")

#: Time between two logins within which nobody has gone from one place to another.
_SAME_TIME = timedelta(hours=1)

MISUSE = (
    count(
        "sprayed_accounts",
        "同一来源尝试账号",
        "个",
        "Accounts at which one address failed, attempts at unknown names included; where they are more than twice "
        "those that got in from it, and it is no brute-force suspect.",
        good="down",
    ),
    count(
        "slow_attempts",
        "同一账号失败",
        "次",
        "Failed logins of one account in a day; where they are more than five times its logins, and it is no "
        "brute-force suspect.",
        good="down",
    ),
    count(
        "place_changes",
        "两地交替登录",
        "次",
        "Logins of one account on a day, telephones apart, that follow within an hour on one from another address: one "
        "of the two it never used before, the other one it did.",
        good="down",
    ),
    count(
        "awakened_accounts",
        "休眠账号夜间登录",
        "个",
        "Accounts that logged in between 22:00 and 06:00 after 90 days or more without a login; one that never logged "
        "in counts from its opening.",
        good="down",
    ),
    count(
        "night_entries",
        "夜间同一来源登录账号",
        "个",
        "Accounts that logged in between 22:00 and 06:00 from one address from which nobody had ever logged in, "
        "telephones apart.",
        good="down",
    ),
    count("night_grants", "夜间授权", "次", "Successful grants of rights between 22:00 and 06:00.", good="down"),
)

SPREAD = (
    count("spraying_addresses", "来源地址", "个", "Addresses from which accounts were tried.", good="down"),
    count("failed_attempts", "失败次数", "次", "Failures of accounts at addresses strange to them.", good="down"),
    count(
        "entered_accounts",
        "登录成功账号",
        "个",
        "Accounts that got in for the first time from an address from which others were tried.",
        good="down",
    ),
    rate(
        "home_failure_rate",
        "常用来源登录失败率",
        "Failed logins by password / attempts, both from addresses from which the account has got in.",
        good="down",
    ),
)

MEASURES = catalogue((*MISUSE, *SPREAD))


def spraying_addresses(logins: ir.Table) -> ir.Table:
    """Return the addresses that try one account after the other.

    Args:
        logins: rows of ``identity.logins`` of a day.

    Returns:
        ``address_hash`` (a pseudonym; never shown in a report), ``sprayed_accounts``, ``entered_accounts`` (accounts
        that got in from it), ``first_attempt_at`` and ``last_attempt_at``, most accounts first.
    """
    failed = logins.outcome == "failure"
    tried = logins.account_id.nunique(where=failed) + logins.count(where=failed & logins.account_id.isnull())
    entered = logins.account_id.nunique(where=~failed)
    return _guesses(logins, "address_hash", TRIED_PER_ENTRY * entered, sprayed_accounts=tried, entered_accounts=entered)


def attempts_by_place(logins: ir.Table) -> ir.Table:
    """Return the attempts by what one types, and from when on the account had got in from their address.

    Args:
        logins: rows of ``identity.logins`` of a day and of some weeks before it.

    Returns:
        ``day``, ``logged_in_at``, ``method``, ``account`` (a pseudonym, never shown in a report; each attempt at an
        unknown name is one), ``address_hash``, ``is_failure``, ``is_strange`` (by no method the account had got in from
        there up to the end of the day; at an unknown name nobody had) and ``is_first`` (it got in from there for the
        first time on the day).
    """
    entered = logins.filter((logins.outcome == "success") & logins.address_hash.notnull())
    anybody = entered.group_by(_address="address_hash").aggregate(_anybody=entered.day.min())
    owners = entered.filter(entered.account_id.notnull())
    owners = owners.group_by(_owner="account_id", _home="address_hash").aggregate(_own=owners.day.min())
    tried = logins.filter(logins.method.isin(GUESSED_METHODS) & logins.address_hash.notnull())
    both = tried.left_join(owners, [tried.account_id == owners["_owner"], tried.address_hash == owners["_home"]])
    known = both.left_join(anybody, both.address_hash == anybody["_address"])
    since = ibis.ifelse(known.account_id.isnull(), known["_anybody"], known["_own"])
    return known.select(
        "day",
        "logged_in_at",
        "method",
        "address_hash",
        account=ibis.coalesce(known.account_id, known.login_id),
        is_failure=known.outcome == "failure",
        is_strange=(since > known.day).fill_null(True),
        is_first=(since == known.day).fill_null(False),
    )


def first_strange_attempts(attempts: ir.Table) -> ir.Table:
    """Return the first failure of each account by a method on a day from an address that is strange to it.

    Args:
        attempts: the result of :func:`attempts_by_place`.

    Returns:
        ``day``, ``method``, ``account`` and ``logged_in_at``.
    """
    strange = attempts.filter(attempts.is_failure & attempts.is_strange)
    return strange.group_by("day", "method", "account").aggregate(logged_in_at=strange.logged_in_at.min())


def spread_spray(attempts: ir.Table, begins_at: datetime, ends_at: datetime) -> ir.Table:
    """Return the accounts that were tried within some hours from addresses that are strange to them; one row.

    Args:
        attempts: the result of :func:`attempts_by_place`, of one method.
        begins_at: UTC moment at which the hours begin.
        ends_at: UTC moment at which they end.

    Returns:
        ``sprayed_accounts`` and the measures of ``SPREAD``.
    """
    then = attempts.filter((attempts.logged_in_at >= begins_at) & (attempts.logged_in_at < ends_at))
    is_tried = then.is_failure & then.is_strange
    sources = then.filter(is_tried).select("address_hash").distinct()
    entered = then.filter(then.is_first & ~then.is_failure).semi_join(sources, "address_hash")
    at_home = then.count(where=~then.is_strange)
    tried = then.aggregate(
        sprayed_accounts=then.account.nunique(where=is_tried),
        spraying_addresses=then.address_hash.nunique(where=is_tried),
        failed_attempts=then.count(where=is_tried),
        home_failure_rate=then.count(where=then.is_failure & ~then.is_strange).cast("float64") / at_home.nullif(0),
    )
    return tried.cross_join(entered.aggregate(entered_accounts=entered.account.nunique()))


def slow_guesses(logins: ir.Table) -> ir.Table:
    """Return the accounts that fail all day long, more slowly than a brute-force suspect.

    Half-hours in which most of ten accounts or more do not get in by a method are left out: it is the login that fails.

    Args:
        logins: rows of ``identity.logins`` of a day.

    Returns:
        ``account_id`` (a pseudonym; never shown in a report), ``slow_attempts``, ``first_attempt_at`` and
        ``last_attempt_at``, most failures first.
    """
    works = _while_it_works(logins)
    failed = works.outcome == "failure"
    entered = works.count(where=~failed)
    return _guesses(works, "account_id", _FAILED_PER_ENTRY * entered, slow_attempts=works.count(where=failed))


def _while_it_works(logins: ir.Table) -> ir.Table:
    """Return the attempts without the half-hours in which most accounts do not get in by their method."""
    timed = logins.mutate(_slot=(logins.logged_in_at.epoch_seconds() / _SLOT_S).floor().cast("int64"))
    counted = timed.group_by("method", "_slot").aggregate(
        _accounts=timed.account_id.nunique(), _entered=timed.account_id.nunique(where=timed.outcome == "success")
    )
    out = counted.filter((counted["_accounts"] >= _SEVERAL) & (2 * counted["_entered"] < counted["_accounts"]))
    return timed.anti_join(out, ["method", "_slot"]).drop("_slot")


def _guesses(logins: ir.Table, of: str, explained: ir.IntegerScalar, **counted: ir.IntegerScalar) -> ir.Table:
    """Return those of whom more is counted, by the first of some counts, than is explained; no brute-force suspects."""
    name = next(iter(counted))
    failed = logins.outcome == "failure"
    grouped = logins.group_by(of).aggregate(
        **counted,
        _explained=explained,
        first_attempt_at=logins.logged_in_at.min(where=failed),
        last_attempt_at=logins.logged_in_at.max(where=failed),
    )
    guessing = grouped.filter(grouped[of].notnull() & (grouped[name] > grouped["_explained"])).drop("_explained")
    return guessing.anti_join(suspects(logins, of).select(of), of).order_by(ibis.desc(name), of)


def accounts_in_two_places(logins: ir.Table, on: date) -> ir.Table:
    """Return the accounts that change between an address that they know and one that is new to them.

    A telephone changes its network all day; a desk does not.

    Args:
        logins: rows of ``identity.logins`` of a day and of some weeks before it.
        on: the day.

    Returns:
        ``account_id`` (a pseudonym; never shown in a report), ``place_changes``, ``first_change_at`` and
        ``last_change_at``, most changes first.
    """
    dated = _placed(logins, on)
    ordered = ibis.window(group_by="account_id", order_by=["logged_in_at", "login_id"])
    last = dated.mutate(_was_new=dated["_is_new"].lag().over(ordered), _at=dated.logged_in_at.lag().over(ordered))
    soon = last.logged_in_at <= last["_at"] + ibis.interval(seconds=int(_SAME_TIME.total_seconds()))
    changed = last.filter((last["_is_new"] != last["_was_new"]) & soon)
    counted = changed.group_by("account_id").aggregate(
        place_changes=changed.count(), first_change_at=changed["_at"].min(), last_change_at=changed.logged_in_at.max()
    )
    return counted.order_by(ibis.desc("place_changes"), "account_id")


def entries_from_new_addresses(logins: ir.Table, on: date) -> ir.Table:
    """Return the logins of each account on a day from addresses that it never used before, telephones apart.

    Args:
        logins: rows of ``identity.logins`` of a day and of some weeks before it.
        on: the day.

    Returns:
        ``account_id`` (a pseudonym; never shown in a report), ``new_entries`` and ``last_entry_at``; accounts without
        such a login are left out.
    """
    placed = _placed(logins, on)
    new = placed.filter(placed["_is_new"])
    return new.group_by("account_id").aggregate(new_entries=new.count(), last_entry_at=new.logged_in_at.max())


def _at_desks(logins: ir.Table) -> ir.Table:
    """Return the successful logins of known accounts and addresses, telephones apart."""
    is_at_desk = (logins.terminal != "mobile").fill_null(True)
    return logins.filter(
        (logins.outcome == "success") & logins.account_id.notnull() & logins.address_hash.notnull() & is_at_desk
    )


def _placed(logins: ir.Table, on: date) -> ir.Table:
    """Return the successful logins of a day at desks, and whether the account never used the address before."""
    placed = _at_desks(logins)
    before = placed.filter(placed.day < ibis.literal(on))
    known = before.select(_account="account_id", _address="address_hash").distinct()
    today = placed.filter(placed.day == ibis.literal(on))
    both = today.left_join(known, [today.account_id == known["_account"], today.address_hash == known["_address"]])
    return both.select("account_id", "logged_in_at", "login_id", _is_new=both["_address"].isnull())


def night_entries(logins: ir.Table, on: date, utc_offset_h: int) -> ir.Table:
    """Return the addresses from which accounts were entered by night, and from which nobody had ever logged in.

    Args:
        logins: rows of ``identity.logins`` of a day and of some weeks before it.
        on: the day.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``address_hash`` (a pseudonym; never shown in a report), ``night_entries``, ``first_entry_at`` and
        ``last_entry_at``, most accounts first; telephones apart.
    """
    entered = _at_desks(logins)
    known = entered.filter(entered.day < ibis.literal(on)).select("address_hash").distinct()
    by_night = entered.filter((entered.day == ibis.literal(on)) & is_night(entered.logged_in_at, utc_offset_h))
    strange = by_night.anti_join(known, "address_hash")
    counted = strange.group_by("address_hash").aggregate(
        night_entries=strange.account_id.nunique(),
        first_entry_at=strange.logged_in_at.min(),
        last_entry_at=strange.logged_in_at.max(),
    )
    return counted.order_by(ibis.desc("night_entries"), "address_hash")


def awakened_accounts(logins: ir.Table, accounts_before: ir.Table, begins_at: datetime, utc_offset_h: int) -> ir.Table:
    """Return the number of dormant accounts that logged in by night; one row: ``awakened_accounts``.

    Args:
        logins: rows of ``identity.logins`` of a period.
        accounts_before: the snapshot of ``identity.accounts`` before the period.
        begins_at: UTC moment at which the period begins.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    awake = awakenings(logins, accounts_before, begins_at, utc_offset_h)
    return awake.aggregate(awakened_accounts=awake.count())


def awakenings(logins: ir.Table, accounts_before: ir.Table, begins_at: datetime, utc_offset_h: int) -> ir.Table:
    """Return the dormant accounts that logged in by night, with the first such login.

    Args:
        logins: as for :func:`awakened_accounts`.
        accounts_before: as there.
        begins_at: as there.
        utc_offset_h: as there.

    Returns:
        ``account_id`` (a pseudonym; never shown in a report) and ``entered_at``.
    """
    entered = logins.filter((logins.outcome == "success") & is_night(logins.logged_in_at, utc_offset_h))
    last_used = ibis.coalesce(accounts_before.last_login_at, accounts_before.opened_at)
    dormant = accounts_before.filter(last_used < ibis.literal(begins_at - DORMANT_AFTER))
    awake = entered.semi_join(dormant.select("account_id"), "account_id")
    return awake.group_by("account_id").aggregate(entered_at=awake.logged_in_at.min())


def applications_after(accesses: ir.Table, awake: ir.Table) -> ir.Table:
    """Return how many applications the awakened accounts opened within an hour; one row: ``opened_applications``.

    Args:
        accesses: rows of ``sso.accesses`` of a period.
        awake: the result of :func:`awakenings`.
    """
    both = accesses.join(awake, "account_id")
    after = both.accessed_at.epoch_seconds() - both.entered_at.epoch_seconds()
    soon = both.filter(after.between(0, int(_SAME_TIME.total_seconds())))
    return soon.aggregate(opened_applications=soon.app_id.nunique())


def night_grants(changes: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the number of rights that were granted by night; one row: ``night_grants``.

    Args:
        changes: rows of ``identity.account_changes`` of a period.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    granted = (changes.action == "granted") & (changes.outcome == "success")
    return changes.aggregate(night_grants=changes.count(where=granted & is_night(changes.changed_at, utc_offset_h)))
