"""Checks of misuse: what a few events tell, whatever is usual (docs/domain.md, Identity and SSO: misuse)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.account_activity import account_beyond
from ntanalytics.checks.baseline import HISTORY_DAYS, drop_uninformative
from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.detection import Sensitivity
from ntanalytics.detectors.failure_burst import BurstSearch, failure_burst
from ntanalytics.findings.finding import Entity, Finding, Window, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import slots
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.identity import misuse
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.identity.suspects import without, without_suspects
from ntanalytics.workspace.dataset_view import DatasetView


def _spraying(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the address that tries most accounts, with its hours, what all of them tried and who got in there."""
    logins = context.dataset("identity.logins")
    if "account_id" in logins.unfilled.columns:  # who gets in from an address tells whether it tries accounts
        return [unknown(rule, "incomplete")]
    spraying = rows(misuse.spraying_addresses(logins.table))
    beyond = [row for row in spraying if rule.threshold.judge(row[rule.measure]) != "ok"]
    tried, entered = (float(sum(row[name] for row in beyond)) for name in (rule.measure, "entered_accounts"))
    worst = _worst(context, rule, spraying, logins, _ATTEMPTS)
    apart = [row["address_hash"] for row in beyond]
    return [
        *(finding.with_figures(tried=tried, entered=entered) if finding.is_violation else finding for finding in worst),
        *_spread_spray(context, rule, apart),
    ]


def _spread_spray(context: CheckContext, rule: Rule, apart: Sequence[str]) -> list[Finding]:
    """Return the hours in which accounts were tried from many addresses together; none where there are no such hours.

    Args:
        context: the context of a day.
        rule: the rule.
        apart: addresses that have a finding of their own.
    """
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    first = _first_day(logins)
    if first is None or not _knows_places(context, logins):
        return []
    others = without(without_suspects(context, logins.recent), addresses=apart)
    placed = misuse.attempts_by_place(others)
    attempts = placed.filter(placed.day >= ibis.literal(first + timedelta(days=_PLACE_DAYS)))
    tried, failed = (
        slots.by_slot(events, "logged_in_at", context.utc_offset_h, ["method"], slot_s=_SLOT_S)
        for events in (misuse.first_strange_attempts(attempts), attempts.filter(attempts.is_failure))
    )
    search, least = BurstSearch(slot_s=_SLOT_S), Sensitivity(0.0, int(rule.threshold.warning) + 1)
    bursts = failure_burst(
        tried, failed, logins.days, context.on, search, key=lambda row: row["method"], sensitivity=least
    )
    return violations(
        finding
        for burst in bursts
        if burst.window
        for finding in _spray(context, rule, attempts, str(burst.key), Window(context.on, *burst.window))
    )


def _spray(context: CheckContext, rule: Rule, attempts: ir.Table, method: str, hours: Window) -> list[Finding]:
    """Return the finding of the accounts that were tried by a method in some hours; none where it fails everybody.

    So it does where most fail at their own places, too, or get in from the places that are strange to others.
    """
    begins_at, ends_at = (context.begins_at + timedelta(seconds=second) for second in (hours.from_s, hours.until_s))
    [row] = rows(misuse.spread_spray(attempts.filter(attempts.method == method), begins_at, ends_at))
    tried, entered = row[rule.measure], row["entered_accounts"]
    if (row["home_failure_rate"] or 0.0) > _MOST_FAIL or tried <= misuse.TRIED_PER_ENTRY * entered:
        return []
    finding = judge_value(rule, tried, [context.dataset("identity.logins")], _TOGETHER[method])
    counted = {name: float(row[name]) for name in ("spraying_addresses", "failed_attempts", "entered_accounts")}
    return [replace(finding, window=hours, since=context.on).with_figures(**counted)]


def _slow_guesses(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the account that fails most often, with its hours, and whether somebody got in from a new address."""
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    guessed = rows(misuse.slow_guesses(logins.table))
    worst = _worst(context, rule, guessed, logins, _ATTEMPTS)
    if not any(finding.is_violation for finding in worst) or not _knows_places(context, logins):
        return worst
    entries = {row["account_id"]: row for row in rows(misuse.entries_from_new_addresses(logins.recent, context.on))}
    entry = entries.get(guessed[0]["account_id"])
    if entry is None:
        return worst
    number, last = float(entry["new_entries"]), _second_of_day(context, entry["last_entry_at"])
    return [finding.with_figures(entries=number, entered_s=last) for finding in worst]


def _second_of_day(context: CheckContext, moment: datetime) -> float:
    return (moment - context.begins_at) / timedelta(seconds=1)


def _two_places(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the account that changed most often between two places; unknown without days on which it has one."""
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    if not _knows_places(context, logins):
        return [unknown(rule, "short_history")]
    changed = rows(misuse.accounts_in_two_places(logins.recent, context.on))
    return _worst(context, rule, changed, logins, ("first_change_at", "last_change_at"))


def _knows_places(context: CheckContext, logins: DatasetView) -> bool:
    """Return whether the logins reach back far enough to show where an account is at home."""
    first = _first_day(logins)
    return first is not None and (context.on - first).days >= _PLACE_DAYS


def _first_day(logins: DatasetView) -> date | None:
    first: date | None = logins.recent.day.min().to_pyarrow().as_py()
    return first


def _worst(
    context: CheckContext,
    rule: Rule,
    suspects: Sequence[Mapping[str, Any]],
    logins: DatasetView,
    times: tuple[str, str],
) -> list[Finding]:
    """Return the finding of the first suspect, with its hours and the number of others beyond the limit."""
    finding = judge_value(rule, suspects[0][rule.measure] if suspects else 0, [logins])
    if finding.is_violation:
        others = sum(rule.threshold.judge(row[rule.measure]) != "ok" for row in suspects) - 1
        first, last = (_second_of_day(context, suspects[0][name]) for name in times)
        window = Window(context.on, first, last)
        finding = replace(finding, window=window, since=context.on).with_figures(others=float(others))
    return drop_uninformative(context, [finding])


def _night_entries(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the address that nobody had used from which most accounts were entered by night, with its hours."""
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    if not _knows_places(context, logins):
        return [unknown(rule, "short_history")]
    entered = rows(misuse.night_entries(logins.recent, context.on, context.utc_offset_h))
    return _worst(context, rule, entered, logins, ("first_entry_at", "last_entry_at"))


def _awakened(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many dormant accounts logged in by night, when and what they opened; unknown without a snapshot."""
    logins, accounts = context.dataset("identity.logins"), context.dataset("identity.accounts")
    if not accounts.was_complete:
        return [unknown(rule, "short_history")]
    _, forgetful = accounts.unfilled.sources_of("last_login_at")
    if forgetful:  # an account whose last login is lost seems dormant
        return [unknown(rule, "incomplete")]
    given = (logins.table, accounts.before, context.begins_at, context.utc_offset_h)
    findings = evaluate_rules([rule], figures(misuse.awakened_accounts(*given), logins, accounts))
    accesses = context.dataset("sso.accesses")
    if not any(finding.is_violation for finding in findings):
        return findings
    awake = misuse.awakenings(*given)
    first = awake.entered_at.min().to_pyarrow().as_py()
    findings = [finding.with_figures(entered_s=_second_of_day(context, first)) for finding in findings]
    if not accesses.is_complete:
        return findings
    [opened] = rows(misuse.applications_after(accesses.table, awake))
    return [finding.with_figures(applications=float(opened["opened_applications"])) for finding in findings]


def _night_grants(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many rights were granted by night."""
    changes = context.dataset("identity.account_changes")
    return evaluate_rules([rule], figures(misuse.night_grants(changes.table, context.utc_offset_h), changes))


#: Columns of the begin and the end of attempts.
_ATTEMPTS = ("first_attempt_at", "last_attempt_at")

#: Share of the attempts at their own places of which more fail when the login itself does.
_MOST_FAIL = 0.5

#: Seconds of a slot in which accounts are tried.
_SLOT_S = 1800

#: Method → the addresses that try accounts by it together.
_TOGETHER = {
    "password": Entity("addresses", "together", "多个来源地址"),
    "sms_code": Entity("addresses", "sms_code", "多个来源地址（短信验证码）"),
}

#: Days of logins that show where an account is at home.
_PLACE_DAYS = 28

_LOGINS = {"identity.logins": 0}

MISUSE_CHECKS: tuple[Check, ...] = (
    Check(rule="identity.sprayed_accounts", evaluate=_spraying, reads={"identity.logins": HISTORY_DAYS}),
    Check(rule="identity.slow_attempts", evaluate=_slow_guesses, reads={"identity.logins": HISTORY_DAYS}),
    Check(rule="identity.two_places", evaluate=_two_places, reads={"identity.logins": HISTORY_DAYS}),
    Check(
        rule="identity.awakened_accounts",
        evaluate=_awakened,
        reads={**_LOGINS, "identity.accounts": 0, "sso.accesses": 0},
        optional=("sso.accesses",),
    ),
    Check(
        rule="identity.account_beyond",
        evaluate=partial(account_beyond, dataset="identity.logins", history=HISTORY_DAYS, group="method"),
        reads={"identity.logins": HISTORY_DAYS},
    ),
    Check(rule="identity.night_entries", evaluate=_night_entries, reads={"identity.logins": HISTORY_DAYS}),
    Check(rule="identity.night_grants", evaluate=_night_grants, reads={"identity.account_changes": 0}),
)
