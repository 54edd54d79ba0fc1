"""What the inspection asks of the identity platform on a day: who could not log in, who should not, what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.baseline import Baseline, drop_uninformative, rated, span, unusual, violations
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.identity import ACCOUNT_CHANGES, LOGIN_FAILURES, METHODS
from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.silence import silence
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.findings.sentences import day_words, listed
from ntanalytics.metrics import slots
from ntanalytics.metrics.identity import logins as identity_logins
from ntanalytics.metrics.number_format import format_number
from ntanalytics.workspace.dataset_view import DatasetView

#: Logins come by the second: two minutes show an outage of ten. Failures are held against half hours.
_SHORT_S, _LONG_S = 120, 1800

#: What these reasons tell the methods do not: who tries names that nobody has, and who is locked out.
_REASONS = ("unknown_account", "locked", "disabled", "refused")
#: What is done to many accounts at once by mistake; many are opened at once when a unit comes.
_ACTIONS = ("deleted", "disabled", "granted")
#: On a day of fewer than that nothing is said of a rise, however few are usual.
_FEWEST_OF_REASON, _FEWEST_CHANGES, _FEWEST_FAILED = 30, 20, 10

#: So many units that are out of use are told one by one.
_MOST_UNITS = 5

_ADDRESS, _ACCOUNT = "单一来源地址", "单一账号"


def inspect_identity(context: CheckContext) -> list[Finding]:
    """What is not usual in logins, their failures and the administration of accounts."""
    past = Baseline(context, "identity.logins")
    logins = past.scope
    if not logins.sources:
        return []
    silent = login_silence(context, past)
    forced, accounts, addresses = _by_force(context, logins)
    plain = _but(past.like, accounts, addresses)
    failed = plain.filter(plain.outcome == "failure")
    offset = context.utc_offset_h
    by_method = failure_burst(
        context.rules["identity.method_failures"],
        slots.by_slot(failed, "logged_in_at", offset, ["method"], slot_s=_LONG_S),
        slots.by_slot(plain, "logged_in_at", offset, ["method"], slot_s=_LONG_S),
        past.days,
        context.period.last,
        slot_s=_LONG_S,
        subject=_method,
        without=span(silent),
    )
    found = [*silent, *forced, *by_method, *_by_reason(context, past, accounts, addresses)]
    if not violations(silent):
        found += login_fall(context, past)
    if not violations(found):
        rate = context.rules["identity.login_failure_rate"]
        [total] = rows(identity_logins.logins(logins.table))
        found += rated(rate, total, "login_failures", is_complete=logins.is_complete)
    found += evaluate_rules(
        [context.rules["identity.shared_accounts"]],
        identity_logins.shared_accounts(logins.table),
        is_complete=logins.is_complete,
    )
    return drop_uninformative(context, found) + _administration(context) + _orphans(context)


def login_silence(context: CheckContext, past: Baseline | None = None) -> list[Finding]:
    """Whether there was a time in which nobody could log in; ``past`` are the logins, where they are at hand."""
    past = past or Baseline(context, "identity.logins")
    if not past.scope.sources:
        return []
    got_in = slots.by_slot(
        past.like.filter(past.like.outcome == "success"), "logged_in_at", context.utc_offset_h, slot_s=_SHORT_S
    )
    return silence(context.rules["identity.login_silence"], got_in, past.days, context.period.last, slot_s=_SHORT_S)


def login_fall(context: CheckContext, past: Baseline | None = None) -> list[Finding]:
    """Whether fewer logins came than on days like it; ``past`` are the logins, where they are at hand."""
    past = past or Baseline(context, "identity.logins")
    if not past.scope.sources:
        return []
    daily = identity_logins.daily(past.scope.recent, past.days)
    return unusual(context, context.rules["identity.logins_fall"], daily)


def _method(row: Any) -> str:
    return METHODS[row["method"]].removesuffix("登录") + "登录"


def _but(logins: ir.Table, accounts: list[str], addresses: list[str]) -> ir.Table:
    """The attempts without those of some accounts and addresses: who tries by force is told by a finding of his own."""
    kept = logins
    for column, named in (("account_id", accounts), ("address_hash", addresses)):
        if named:
            kept = kept.filter(kept[column].isnull() | ~kept[column].isin(named))
    return kept


def _by_force(context: CheckContext, logins: DatasetView) -> tuple[list[Finding], list[str], list[str]]:
    """Attempts by force from one address, or on one account from several; with the accounts and addresses."""
    rule, is_whole = context.rules["identity.attempts"], logins.is_complete
    from_one = rows(identity_logins.suspects(logins.table))
    addresses = [row["address_hash"] for row in from_one]
    on_one = rows(identity_logins.suspects(_but(logins.table, [], addresses), "account_id"))
    found = []
    for subject, its in ((_ADDRESS, from_one), (_ACCOUNT, on_one)):
        for each in evaluate_rules([rule], its[:1] or [{"attempts": 0}], subject, is_complete=is_whole):
            said = each.evidence if each.state not in ("warning", "critical") else _tried(context, its)
            since = each.since if each.state not in ("warning", "critical") else day_words(context.period.last)
            found.append(replace(each, evidence=said, since=since))
    found += evaluate_rules(
        [context.rules["identity.forced_accounts"]], identity_logins.forced_accounts(logins.table), is_complete=is_whole
    )
    return found, [row["account_id"] for row in on_one], addresses


def _tried(context: CheckContext, suspects: list[dict[str, Any]]) -> str:
    """When the worst of some suspects tried how often, and how many others there are."""
    first, last = (
        (suspects[0][name] + timedelta(hours=context.utc_offset_h)).strftime("%H:%M")
        for name in ("first_attempt_at", "last_attempt_at")
    )
    others = f"；另有 {len(suspects) - 1} 个" if len(suspects) > 1 else ""
    return f"{first}—{last} 登录失败 {format_number(suspects[0]['attempts'], 'integer', '次')}{others}。"


def _by_reason(context: CheckContext, past: Baseline, accounts: list[str], addresses: list[str]) -> list[Finding]:
    recent = _but(past.scope.recent, accounts, addresses)
    daily = rows(identity_logins.daily(recent.filter(recent.reason.isin(_REASONS)), past.days, ["reason"]))
    many = _many(daily, context, "reason", "login_failures", _FEWEST_OF_REASON)
    rule = context.rules["identity.reason_rise"]
    return unusual(context, rule, many, subject=_reason, is_wrong_only=True)


def _reason(row: Any) -> str:
    return f"登录失败（{LOGIN_FAILURES[row['reason']]}）"


def _many(daily: Rows, context: CheckContext, group: str, measure: str, min_count: int) -> list[dict[str, Any]]:
    """The rows of those groups of which there were enough on the inspected day."""
    listed_rows = rows(daily)
    enough = {
        row[group] for row in listed_rows if row["day"] == context.period.last and (row[measure] or 0) >= min_count
    }
    return [row for row in listed_rows if row[group] in enough]


def _administration(context: CheckContext) -> list[Finding]:
    past = Baseline(context, "identity.account_changes")
    if not past.scope.sources:
        return []
    on, actions = context.period.last, ACCOUNT_CHANGES.column("action").values or {}
    recent = past.scope.recent
    some = recent.filter(recent.action.isin(_ACTIONS))
    many = _many(
        identity_logins.daily_changes(some, past.days, ["action"]),
        context,
        "action",
        "account_changes",
        _FEWEST_CHANGES,
    )
    found = unusual(
        context,
        context.rules["identity.changes_rise"],
        many,
        subject=lambda row: f"{actions[row['action']]}操作",
        is_wrong_only=True,
    )
    daily = rows(identity_logins.daily_changes(recent, past.days))
    if any(row["day"] == on and (row["failed_changes"] or 0) >= _FEWEST_FAILED for row in daily):
        found += unusual(context, context.rules["identity.failed_changes"], daily, is_wrong_only=True)
    return found


def _orphans(context: CheckContext) -> list[Finding]:
    """Accounts that are enabled while their unit is out of use, by unit; those of no unit in one.

    A unit that was in use a day before is not told yet: its accounts are disabled in the days after it was closed.
    """
    accounts, units = context.dataset("identity.accounts"), context.dataset("identity.units")
    if not (accounts.sources and units.sources):
        return []
    rule, is_whole = context.rules["identity.orphan_accounts"], accounts.is_complete and units.is_complete
    lost = rows(identity_logins.orphans(accounts.table, units.table))
    if units.was_complete:
        in_use = {row["unit"] for row in rows(units.before.filter(units.before.is_enabled).select("unit"))}
        lost = [row for row in lost if row["unit"] not in in_use]
    if not is_whole or not lost:
        return evaluate_rules(
            [rule], [{"orphan_accounts": sum(row["orphan_accounts"] for row in lost)}], is_complete=is_whole
        )
    closed = [row for row in lost if row["unit"] is not None]
    if len(closed) > _MOST_UNITS:
        many = sum(row["orphan_accounts"] for row in closed)
        names = listed([row["unit"] for row in closed])
        said = f"{names}共 {format_number(len(closed), 'integer', '个')}单位已停用，"
        said += f"仍有 {format_number(many, 'integer', '个')}账号可登录。"
        lines = [({"orphan_accounts": many}, "停用单位", said)]
    else:
        lines = [
            (row, row["unit"], f"单位已停用，仍有 {format_number(row['orphan_accounts'], 'integer', '个')}账号可登录。")
            for row in closed
        ]
    lines += [
        (row, "无单位账号", f"{format_number(row['orphan_accounts'], 'integer', '个')}可登录账号的单位不存在或为空。")
        for row in lost
        if row["unit"] is None
    ]
    return [
        replace(each, evidence=said) for row, subject, said in lines for each in evaluate_rules([rule], [row], subject)
    ]
