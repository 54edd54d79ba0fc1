"""Checks of the identity platform: logins that fail or stay away, brute force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS, baseline, drop_uninformative, judge_share
from ntanalytics.checks.by_detector import BurstSearch, failure_burst, silence
from ntanalytics.checks.check import DAY, EVERY_PERIOD, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.identity import METHODS
from ntanalytics.findings.finding import Entity, Finding, Window, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import slots
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.identity import logins as login_metrics
from ntanalytics.metrics.identity import suspects as suspect_metrics
from ntanalytics.subsystems.identity.account_checks import ACCOUNT_CHECKS
from ntanalytics.subsystems.identity.misuse_checks import MISUSE_CHECKS
from ntanalytics.subsystems.identity.suspects import suspects, without_suspects
from ntanalytics.subsystems.identity.unit_checks import UNIT_CHECKS

#: Logins come by the second: slots of two minutes show an outage of ten. Failures are held against half hours.
_SHORT_S, _LONG_S = 120, 1800

_ADDRESS, _ACCOUNT = Entity("address", "worst", "单一来源地址"), Entity("account", "worst", "单一账号")


def method(row: Mapping[str, Any]) -> Entity:
    """Return the login method of a row."""
    return Entity("method", str(row["method"]), METHODS[row["method"]].removesuffix("登录") + "登录")


def login_gaps(context: CheckContext) -> list[Finding]:
    """Return the longest time of the day in which nobody could log in."""
    past = context.shared(baseline, "identity.logins")
    successes = past.comparable.filter(past.comparable.outcome == "success")
    by_slot = slots.by_slot(successes, "logged_in_at", context.utc_offset_h, slot_s=_SHORT_S)
    rule = context.rules["identity.login_silence"]
    return silence(rule, by_slot, past.days, context.on, slot_s=_SHORT_S)


def _login_silence(context: CheckContext, _rule: Rule) -> list[Finding]:
    return drop_uninformative(context, context.shared(login_gaps))


def _method_failures(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which a method failed; an outage of all logins is not counted."""
    past = context.shared(baseline, "identity.logins")
    attempts = without_suspects(context, past.comparable)
    failures = attempts.filter(attempts.outcome == "failure")
    offset = context.utc_offset_h
    outage = next((gap.window for gap in violations(context.shared(login_gaps)) if gap.window is not None), None)
    search = BurstSearch(slot_s=_LONG_S, without=None if outage is None else (outage.from_s, outage.until_s))
    findings = failure_burst(
        rule,
        slots.by_slot(failures, "logged_in_at", offset, ["method"], slot_s=_LONG_S),
        slots.by_slot(attempts, "logged_in_at", offset, ["method"], slot_s=_LONG_S),
        past.days,
        context.on,
        search,
        entity=method,
    )
    return drop_uninformative(context, findings)


def _attempts(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the worst address and the worst account of those with attempts by force."""
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    addresses, accounts = context.shared(suspects)
    findings = []
    for column, entity, tried in (("address_hash", _ADDRESS, addresses), ("account_id", _ACCOUNT, accounts)):
        finding = judge_value(rule, tried[0]["attempts"] if tried else 0, [logins], entity)
        if finding.is_violation:
            finding = _with_hours(context, finding, tried)
            if not logins.unfilled.columns.isdisjoint(("address_hash", column)):
                finding = replace(finding, certainty="lower_bound")  # attempts without an address are of no suspect
        elif logins.sources_without(column):
            finding = unknown(rule, "not_in_source", entity)
        elif column in logins.unfilled.columns:
            finding = unknown(rule, "incomplete", entity)
        findings.append(finding)
    return drop_uninformative(context, findings)


def _with_hours(context: CheckContext, finding: Finding, tried: list[dict[str, Any]]) -> Finding:
    first, last = (tried[0][name] for name in ("first_attempt_at", "last_attempt_at"))
    day = context.local_day(first)
    midnight = first + timedelta(hours=context.utc_offset_h)
    from_s = (midnight - midnight.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    window = Window(day, from_s, from_s + (last - first).total_seconds())
    dated = replace(finding, window=window, since=day).with_figures(others=float(len(tried) - 1))
    return dated if context.is_day else dated.with_details(day=day.isoformat())


def _failure_rate(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the failure rate of all logins; of a longer period also the methods that break the limit."""
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    findings = [judge_share(rule, figures(login_metrics.logins(logins.table), logins).total, "login_failures")]
    if not context.is_day:
        by_method = figures(login_metrics.logins(logins.table, ["method"]), logins)
        findings += violations(evaluate_rules([rule], by_method, method))
    return drop_uninformative(context, findings)


def _forced(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many accounts were entered after attempts by force."""
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    forced = figures(suspect_metrics.forced_accounts(logins.table), logins)
    return drop_uninformative(context, evaluate_rules([rule], forced))


def _shared_accounts(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many accounts are used from many places at once."""
    logins = context.dataset("identity.logins", HISTORY_DAYS)
    shared = figures(suspect_metrics.shared_accounts(logins.table), logins)
    return drop_uninformative(context, evaluate_rules([rule], shared))


_READS = {"identity.logins": HISTORY_DAYS}
_MORE_SPECIFIC = (
    "identity.login_silence", "identity.attempts", "identity.forced_accounts", "identity.method_failures",
)  # fmt: skip

CHECKS: tuple[Check, ...] = (
    Check(
        rule="identity.login_failure_rate",
        evaluate=_failure_rate,
        reads=_READS,
        every=EVERY_PERIOD,
        suppressed_by=(SuppressedBy(_MORE_SPECIFIC, "any", (DAY,)),),
    ),
    Check(rule="identity.login_silence", evaluate=_login_silence, reads=_READS),
    Check(rule="identity.method_failures", evaluate=_method_failures, reads=_READS),
    Check(rule="identity.attempts", evaluate=_attempts, reads=_READS, every=EVERY_PERIOD),
    Check(rule="identity.forced_accounts", evaluate=_forced, reads=_READS),
    Check(rule="identity.shared_accounts", evaluate=_shared_accounts, reads=_READS),
    *MISUSE_CHECKS,
    *ACCOUNT_CHECKS,
    *UNIT_CHECKS,
)
