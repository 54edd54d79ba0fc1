"""Checks of electronic seals: whether signing worked, and which seals wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import ibis.expr.types as ir

from ntanalytics.checks.account_activity import account_beyond
from ntanalytics.checks.baseline import HISTORY_DAYS, baseline, drop_uninformative, judge_share
from ntanalytics.checks.by_detector import BurstSearch, failure_burst, silence
from ntanalytics.checks.check import DAY, EVERY_PERIOD, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.onset import with_onset_at
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import slots
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.seal import seals

_HALF_HOUR_S, _HOUR_S = 1800, 3600

#: A city signs some hundred documents a day: few failures tell, so less is left to chance than where there are many.
_CHANCE = 5e-5

#: Rule → the operation that it judges.
_OPERATIONS: Mapping[str, str] = {"seal.signing_failures": "sign", "seal.verification_failures": "verify"}

_UNMADE, _UNTESTED = Entity("seals", "unmade", "待制作印章"), Entity("seals", "untested", "待测试印章")


def _operation(context: CheckContext, name: str) -> ir.Table:
    """Return the operations of one kind on comparable days."""
    comparable = context.shared(baseline, "seal.signings").comparable
    return comparable.filter(comparable.operation == name)


def _failures(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which far more signings or verifications failed than usual."""
    past, offset = context.shared(baseline, "seal.signings"), context.utc_offset_h
    operations = context.shared(_operation, _OPERATIONS[rule.code])
    failed = operations.filter(operations.outcome == "failure")
    findings = failure_burst(
        rule,
        slots.by_slot(failed, "signed_at", offset, slot_s=_HALF_HOUR_S),
        slots.by_slot(operations, "signed_at", offset, slot_s=_HALF_HOUR_S),
        past.days,
        context.on,
        BurstSearch(slot_s=_HALF_HOUR_S, chance=_CHANCE),
    )
    return drop_uninformative(context, findings)


def _failure_rate(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the share of failed signings."""
    signings = context.dataset("seal.signings", HISTORY_DAYS)
    finding = judge_share(rule, figures(seals.signings(signings.table), signings).total, "signing_failures")
    return drop_uninformative(context, [finding])


def _signing_silence(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the longest time without a signing."""
    past = context.shared(baseline, "seal.signings")
    by_hour = slots.by_slot(context.shared(_operation, "sign"), "signed_at", context.utc_offset_h, slot_s=_HOUR_S)
    return drop_uninformative(context, silence(rule, by_hour, past.days, context.on, slot_s=_HOUR_S))


def _suspended_signings(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the suspended and revoked seals that signed; unknown without the snapshot before."""
    signings, stock = context.dataset("seal.signings"), context.dataset("seal.seals")
    if not stock.was_complete:
        return [unknown(rule, "short_history")]
    used = rows(seals.suspended_signings(signings.table, stock.table, stock.before))
    finding = judge_value(rule, sum(row["suspended_signings"] for row in used), [signings, stock])
    return [finding.with_details(units=tuple(str(row["unit"] or row["seal_id"]) for row in used))]


def _night_signings(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the seal that signed most often by night, with its hours."""
    signings, stock = context.dataset("seal.signings"), context.dataset("seal.seals")
    used = rows(seals.night_signings(signings.table, stock.table, context.utc_offset_h))
    finding = judge_value(rule, used[0]["night_signings"] if used else 0, [signings])
    if finding.is_violation:
        many = [row for row in used if rule.threshold.judge(row["night_signings"]) != "ok"]
        units = tuple(str(row["unit"] or row["seal_id"]) for row in many)
        window = context.window(used[0]["first_signed_at"], used[0]["last_signed_at"])
        finding = replace(finding, window=window, since=context.on).with_details(units=units)
    return drop_uninformative(context, [finding])


def _making_days(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the seals that were asked for and not made in time, by the one that waits longest."""
    stock = context.dataset("seal.seals")
    if not stock.is_complete:
        return []
    waiting = rows(seals.unmade_seals(stock.table, stock.known_end))
    finding = judge_value(rule, waiting[0]["making_wait_days"] if waiting else 0, [stock], _UNMADE)
    if finding.status == "ok" or not waiting:
        return [finding]
    late = [row for row in waiting if row["making_wait_days"] > rule.threshold.warning]
    first = context.local_day(waiting[0]["requested_at"])
    units = tuple(str(row["unit"] or row["seal_id"]) for row in late)
    return [finding.with_details(units=units, first_on=first.isoformat()).since_day(first)]


def _testing_days(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the seals that were made and not tested in time, by the one that waits longest."""
    stock = context.dataset("seal.seals")
    waiting = rows(seals.untested_seals(stock.table, stock.known_end))
    findings = evaluate_rules([rule], figures(waiting[:1], stock), _UNTESTED)
    late, overdue = (
        float(sum(row["waiting_days"] > limit for row in waiting))
        for limit in (rule.threshold.warning, rule.threshold.critical)
    )
    counted = [finding.with_figures(late=late, overdue=overdue) for finding in findings]
    moments = {_UNTESTED.key: waiting[0]["made_at"]} if waiting else {}
    return with_onset_at(context, counted, rule.code, moments)


_SIGNINGS, _STOCK = {"seal.signings": HISTORY_DAYS}, {"seal.seals": 0}

CHECKS: tuple[Check, ...] = (
    Check(
        rule="seal.signing_failure_rate",
        evaluate=_failure_rate,
        reads=_SIGNINGS,
        every=EVERY_PERIOD,
        suppressed_by=(SuppressedBy(("seal.signing_failures", "seal.verification_failures"), "any", (DAY,)),),
    ),
    Check(rule="seal.signing_failures", evaluate=_failures, reads=_SIGNINGS),
    Check(rule="seal.verification_failures", evaluate=_failures, reads=_SIGNINGS),
    Check(rule="seal.signing_silence", evaluate=_signing_silence, reads=_SIGNINGS),
    Check(rule="seal.suspended_signings", evaluate=_suspended_signings, reads={"seal.signings": 0, "seal.seals": 0}),
    Check(rule="seal.night_signings", evaluate=_night_signings, reads={"seal.signings": 0, "seal.seals": 0}),
    Check(
        rule="seal.account_beyond",
        evaluate=partial(account_beyond, dataset="seal.signings", history=HISTORY_DAYS, group="operation"),
        reads=_SIGNINGS,
    ),
    Check(rule="seal.making_days", evaluate=_making_days, reads=_STOCK, every=EVERY_PERIOD),
    Check(rule="seal.testing_days", evaluate=_testing_days, reads=_STOCK, every=EVERY_PERIOD),
)
