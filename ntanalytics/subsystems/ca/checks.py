"""Checks of certificates: refused logins by reason, and what expires together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.account_activity import account_beyond
from ntanalytics.checks.baseline import HISTORY_DAYS, baseline, drop_uninformative, judge_share
from ntanalytics.checks.by_detector import BurstSearch, failure_burst, silence
from ntanalytics.checks.check import DAY, EVERY_PERIOD, LONGER_PERIODS, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.onset import with_onset
from ntanalytics.contract.ca import LOGINS
from ntanalytics.detectors.distributions import poisson_isf
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules, judge_row, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import slots
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.rows import rows
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.ca.text import COUNTED_APART

_SHORT_S, _HALF_HOUR_S = 600, 1800

#: Chance makes so many expire together once in so many days.
_CHANCE = 1e-4

_PERSONAL, _UNIT = Entity("certificate_kind", "personal", "个人证书"), Entity("certificate_kind", "unit", "单位证书")


def _reason(row: Mapping[str, Any]) -> Entity:
    words = LOGINS.column("reason").values or {}
    wrongly = "疑误判" if row["reason"] in COUNTED_APART else ""
    return Entity("reason", str(row["reason"]), f"证书登录（{wrongly}{words.get(row['reason'], '其他')}）")


def _against_register(context: CheckContext, logins: ir.Table) -> ir.Table:
    """Return logins with ``is_contradicted``; none is where no register is read."""
    stock = context.dataset("ca.certificates")
    if not (stock.sources and stock.is_complete):
        return logins.mutate(is_contradicted=False)
    return certificates.with_register(logins, stock.table)


def _uncontradicted(context: CheckContext) -> ir.Table:
    """Return the logins of the period without those of which the register says otherwise."""
    judged = _against_register(context, context.dataset("ca.logins", HISTORY_DAYS).table)
    return judged.filter(~judged.is_contradicted)


def _login_silence(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the longest time without a login by certificate."""
    past = context.shared(baseline, "ca.logins")
    by_slot = slots.by_slot(past.comparable, "logged_in_at", context.utc_offset_h, slot_s=_SHORT_S)
    return drop_uninformative(context, silence(rule, by_slot, past.days, context.on, slot_s=_SHORT_S))


def _refused(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which far more logins were refused for one reason than usual.

    Certificates that expired or were revoked are counted apart; those that are in force by the register are not.
    """
    past, offset = context.shared(baseline, "ca.logins"), context.utc_offset_h
    attempts = _against_register(context, past.comparable)
    if past.view.sources_without("reason"):  # what is counted apart cannot be told from the rest
        return [unknown(rule, "not_in_source")]
    if "reason" in past.view.unfilled.columns:  # nor from those whose reason was lost
        return [unknown(rule, "incomplete")]
    reasons = attempts.reason.fill_null("other")
    is_apart = reasons.isin(COUNTED_APART) & ~attempts.is_contradicted
    failures = attempts.filter((attempts.outcome == "failure") & ~is_apart)
    findings = failure_burst(
        rule,
        slots.by_slot(failures, "logged_in_at", offset, ["reason"], slot_s=_HALF_HOUR_S),
        slots.by_slot(attempts, "logged_in_at", offset, slot_s=_HALF_HOUR_S),
        past.days,
        context.on,
        BurstSearch(slot_s=_HALF_HOUR_S, is_of_all=True),
        entity=_reason,
    )
    return drop_uninformative(context, findings)


def _total(context: CheckContext) -> Figures:
    """Return the logins of the period in one row."""
    logins = context.dataset("ca.logins", HISTORY_DAYS)
    return figures(certificates.logins(logins.table), logins)


def _failure_rate(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the share of failed logins."""
    finding = judge_share(rule, context.shared(_total).total, "certificate_failures")
    return drop_uninformative(context, [finding])


def _expired_tried(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many expired certificates are still tried, and since when."""
    logins = context.dataset("ca.logins", HISTORY_DAYS)
    findings = evaluate_rules([rule], figures(certificates.logins(context.shared(_uncontradicted)), logins))
    daily = logins.daily(certificates.logins, certificates.MEASURES)
    return with_onset(findings, rule, daily, context.on)


def _revoked_tried(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many revoked certificates are still tried."""
    logins = context.dataset("ca.logins", HISTORY_DAYS)
    return evaluate_rules([rule], figures(certificates.revoked_attempts(context.shared(_uncontradicted)), logins))


def _expiring(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many certificates expire within 30 days after a longer period."""
    stock = context.dataset("ca.certificates")
    return evaluate_rules([rule], figures(certificates.stock(stock.table, stock.known_end), stock))


def _expiring_times(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether far more personal certificates than usual expire within 30 days.

    It is ok where chance alone makes as many, and where most of a batch is yet to come into sight.
    """
    stock = context.dataset("ca.certificates")
    if not stock.is_complete:
        return []
    personal = stock.table.filter(stock.table.kind == "personal")
    due = figures(certificates.expiring(personal, stock.known_end), stock).total
    finding = judge_row(rule, due, _PERSONAL).with_figures(
        expiring=due["expiring_30d"], usual=due["usual_30d"], next_week=due["next_week"]
    )
    if finding.status == "unknown" or is_chance(due):
        return [replace(finding, status="ok", unknown="")]
    if is_growing(due):
        return [replace(finding, status="ok").with_details(is_growing=True)]
    return [finding.with_details(is_batch=True)]


def _expiring_units(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many certificates of units expire within a day or have expired."""
    stock = context.dataset("ca.certificates")
    units = rows(certificates.expiring_units(stock.table, stock.known_end))
    finding = judge_value(rule, len(units), [stock], _UNIT)
    named = tuple(f"{row['unit']}（{day_words(context.local_day(row['expires_at']))}）" for row in units)
    return [finding.with_details(units=named) if finding.is_violation else finding]


def is_chance(due: Mapping[str, Any]) -> bool:
    """Return whether chance makes as many expire within 30 days (Poisson), where ``usual_30d`` do."""
    return bool(due["expiring_30d"] <= poisson_isf(_CHANCE, max(due["usual_30d"] or 0.0, 1.0)))


def is_growing(due: Mapping[str, Any]) -> bool:
    """Return whether more than a tenth of a batch is yet to come into sight.

    It is what the following week has beyond its usual share, and beyond what chance adds to that.
    """
    usual = due["usual_30d"] or 0.0
    of_a_week = usual * 7 / 30
    more = due["next_week"] - of_a_week
    return bool(more > max(0.1 * (due["expiring_30d"] - usual), 2 * of_a_week**0.5))


_LOGIN_READS, _STOCK_READS = {"ca.logins": HISTORY_DAYS}, {"ca.certificates": 0}
_BOTH, _STOCK = {**_LOGIN_READS, **_STOCK_READS}, ("ca.certificates",)

CHECKS: tuple[Check, ...] = (
    Check(
        rule="ca.certificate_failure_rate",
        evaluate=_failure_rate,
        reads=_LOGIN_READS,
        every=EVERY_PERIOD,
        suppressed_by=(SuppressedBy(("ca.refused_logins", "ca.revoked_tried", "ca.expired_tried"), "any", (DAY,)),),
    ),
    Check(rule="ca.expired_tried", evaluate=_expired_tried, reads=_BOTH, every=EVERY_PERIOD, optional=_STOCK),
    Check(rule="ca.revoked_tried", evaluate=_revoked_tried, reads=_BOTH, optional=_STOCK),
    Check(rule="ca.refused_logins", evaluate=_refused, reads=_BOTH, optional=_STOCK),
    Check(
        rule="ca.login_silence",
        evaluate=_login_silence,
        reads=_LOGIN_READS,
        suppressed_by=(SuppressedBy(("identity.login_silence",), "window"),),
    ),
    Check(
        rule="ca.account_beyond",
        evaluate=partial(account_beyond, dataset="ca.logins", history=HISTORY_DAYS, group="outcome"),
        reads=_LOGIN_READS,
    ),
    Check(rule="ca.expiring_30d", evaluate=_expiring, reads=_STOCK_READS, every=LONGER_PERIODS),
    Check(rule="ca.expiring_times", evaluate=_expiring_times, reads=_STOCK_READS),
    Check(rule="ca.expiring_units", evaluate=_expiring_units, reads=_STOCK_READS),
)
