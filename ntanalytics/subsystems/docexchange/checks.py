"""Checks of document exchange: units that leave off, returns, callers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.by_detector import (
    LEFT_OF_BATCHES,
    failure_rate_rise,
    seasonal_baseline,
    share_shift,
    volume_gap,
)
from ntanalytics.checks.check import EVERY_PERIOD, LONGER_PERIODS, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import since
from ntanalytics.checks.onset import with_onset_at
from ntanalytics.checks.unusual_endings import unusual_endings
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics.case_endings import AT_ONCE, RETURNED
from ntanalytics.metrics.docexchange import callers as caller_metrics
from ntanalytics.metrics.docexchange import daily_counts as daily_metrics
from ntanalytics.metrics.docexchange import documents as document_metrics
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.docexchange.reading import as_of, caller, receiver, sender, working_days
from ntanalytics.subsystems.docexchange.record_checks import RECORD_CHECKS
from ntanalytics.subsystems.docexchange.registration_checks import REGISTRATION_CHECKS

#: Days up to an inspected one over which it is judged whether deliveries are signed for in time.
DUE_DAYS = 7

#: Days that are judged together: for a unit that leaves off signing, for documents that come back.
_UNSIGNED_DAYS, _RETURNED_DAYS = 7, 2

#: Least deliveries of a day that a unit sends back unusually; a document or two go to a wrong unit now and then.
_LEAST_SENT_BACK = 8

_SLOT_S, _DAY_S = 1800, 86_400
_MINUTE = timedelta(minutes=1)

_ALL_CALLS = Entity("interface", "all", "全部接口")


def delivered(context: CheckContext, table: ir.Table, at: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """Return the figures of some deliveries as of a moment."""
    return document_metrics.deliveries(table, context.shared(working_days), at, context.utc_offset_h, by)


def _signed_in_time(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the share of deliveries that were signed for in time; of a day that of the week which ends with it."""
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    # what was sent on a day is due on the next working day
    first = context.on - timedelta(days=DUE_DAYS - 1) if context.is_day else context.period.first
    sent = deliveries.recent.filter(deliveries.recent.day >= ibis.literal(first))
    in_time = figures(delivered(context, sent, as_of(context)), since(deliveries, first))
    findings = evaluate_rules([rule], in_time)
    return [finding.with_figures(days=float(DUE_DAYS)) if context.is_day else finding for finding in findings]


def _left_off(context: CheckContext) -> list[Finding]:
    """Return the units of whose deliveries an unusual share was not signed for in time."""
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    if not deliveries.is_complete or "signed_at" in context.unfilled("docexchange.deliveries"):
        return []  # nobody knows who signed
    late = daily_metrics.late_signings(
        deliveries.recent, context.shared(working_days), as_of(context), context.utc_offset_h, ["day", "receiver_unit"]
    )
    rule = context.rules["docexchange.unsigned"]
    return share_shift(rule, late, context.on, entity=receiver, together=_UNSIGNED_DAYS)


def _unsigned(context: CheckContext, _rule: Rule) -> list[Finding]:
    return context.shared(_left_off)


def _overdue(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units with too many overdue deliveries.

    On a day, a few are reported only for a unit that signs less than usual: large units always have some.
    """
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    late = rows(daily_metrics.overdue_units(deliveries.cases, as_of(context)))
    named = figures([row for row in late if row["receiver_unit"] is not None], deliveries)
    findings = violations(evaluate_rules([rule], named, receiver))
    if context.is_day:
        unusual = {finding.entity for finding in context.shared(_left_off)}
        findings = [finding for finding in findings if finding.status == "critical" or finding.entity in unusual]
    return with_onset_at(
        context, findings, rule.code, {str(row["receiver_unit"]): row["oldest_overdue_at"] for row in late}
    )


def _returned_share(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units of whose documents too large a share came back within a longer period."""
    documents = context.dataset("docexchange.documents", HISTORY_DAYS)
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    if "sender_unit" in documents.unfilled.columns:
        return [unknown(rule, "incomplete")]
    sent = document_metrics.with_sender(deliveries.table, documents.table)
    table = rows(delivered(context, sent, as_of(context), ("sender_unit",)))
    named = figures([row for row in table if row["sender_unit"] is not None], documents, deliveries)
    return violations(evaluate_rules([rule], named, sender))


def _returns_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units of whose documents an unusual share came back over the last days."""
    documents = context.dataset("docexchange.documents", HISTORY_DAYS)
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    if not (documents.is_complete and deliveries.is_complete):
        return []
    returned = daily_metrics.returns(deliveries.recent, documents.recent, as_of(context), ["day", "sender_unit"])
    named = returned.filter(returned.sender_unit.notnull())
    return share_shift(rule, named, context.on, entity=sender, together=_RETURNED_DAYS)


def _unusual_endings(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subjects that sign within a minute, and the units that send back most of what they get.

    What nobody signed for has no terminal, by which it could be told.
    """
    ended = partial(unusual_endings, context, rule, dataset="docexchange.deliveries")
    sent_back = ended(ways=(RETURNED,), by=("receiver_unit",))
    return [*ended(ways=(AT_ONCE,)), *(item for item in sent_back if (item.value or 0.0) >= _LEAST_SENT_BACK)]


def _undelivered(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether an unusual share of the deliveries of the day before has not arrived."""
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    if not deliveries.is_complete:
        return []
    arrived = daily_metrics.late_deliveries(deliveries.recent, as_of(context))
    return failure_rate_rise(rule, arrived, deliveries.days, context.on, slot_s=_DAY_S)


def _calls_by_slot(context: CheckContext) -> list[dict[str, Any]]:
    """Return the interface calls by caller and half hour."""
    calls = context.dataset("docexchange.interface_calls", HISTORY_DAYS)
    return rows(daily_metrics.calls_by_slot(calls.recent, context.utc_offset_h, _SLOT_S))


def _call_failure_rate(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the failure rate of all calls of a longer period, and of the callers that break the limit."""
    calls = context.dataset("docexchange.interface_calls", HISTORY_DAYS)
    findings = evaluate_rules([rule], figures(document_metrics.calls(calls.table), calls), _ALL_CALLS)
    by_caller = [row for row in rows(document_metrics.calls(calls.table, ["caller"])) if row["caller"] is not None]
    return findings + violations(evaluate_rules([rule], figures(by_caller, calls), caller))


def _calls_failing(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which an unusual share of a caller's calls failed."""
    calls = context.dataset("docexchange.interface_calls", HISTORY_DAYS)
    if not calls.is_complete:
        return []
    return failure_rate_rise(
        rule, context.shared(_calls_by_slot), calls.days, context.on, slot_s=_SLOT_S, entity=caller
    )


def _caller_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the gaps of all calls together; where there is none, those of single callers."""
    calls = context.dataset("docexchange.interface_calls", HISTORY_DAYS)
    if not calls.is_assessable:
        return []
    counted = context.shared(_calls_by_slot)
    together = volume_gap(rule, counted, calls.days, context.on, slot_s=_SLOT_S, most_left=LEFT_OF_BATCHES)
    return together or volume_gap(
        rule, counted, calls.days, context.on, slot_s=_SLOT_S, entity=caller, most_left=LEFT_OF_BATCHES
    )


def _unknown_caller(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the callers that were never seen before this week, with the hours of their calls."""
    calls = context.dataset("docexchange.interface_calls", HISTORY_DAYS)
    findings = []
    for row in rows(caller_metrics.unknown_callers(calls.recent, context.on)):
        window = context.window(row["first_call_at"], row["last_call_at"] + _MINUTE)
        finding = replace(judge_value(rule, row["calls"], [calls], caller(row)), window=window, since=row["first_on"])
        findings.append(finding.with_figures(interfaces=float(row["interfaces"])))
    return findings


def _calls_slow(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether calls took far longer than usual."""
    calls = context.dataset("docexchange.interface_calls", HISTORY_DAYS)
    if not calls.is_complete:
        return []
    daily = by_days.fill_days(document_metrics.calls(calls.recent, ["day"]), calls.days, document_metrics.MEASURES)
    return seasonal_baseline(rule, daily, context.on, entity=_ALL_CALLS, violations_only=True, ahead=context.ahead)


_DOCUMENTS = {"docexchange.documents": HISTORY_DAYS}
_DELIVERIES = {"docexchange.deliveries": HISTORY_DAYS}
_BOTH = {**_DOCUMENTS, **_DELIVERIES}
_CALLS = {"docexchange.interface_calls": HISTORY_DAYS}
_BY_SENDER = {"docexchange.documents": ("sender_unit",)}
_BY_RECEIVER = {"docexchange.deliveries": ("receiver_unit",)}
_BY_CALLER = {"docexchange.interface_calls": ("caller",)}

CHECKS: tuple[Check, ...] = (
    Check(rule="docexchange.signed_in_time_rate", evaluate=_signed_in_time, reads=_DELIVERIES, every=EVERY_PERIOD),
    Check(
        rule="docexchange.overdue_deliveries",
        evaluate=_overdue,
        reads=_DELIVERIES,
        subject_columns=_BY_RECEIVER,
        every=EVERY_PERIOD,
    ),
    Check(
        rule="docexchange.unsigned",
        evaluate=_unsigned,
        reads=_DELIVERIES,
        subject_columns=_BY_RECEIVER,
        suppressed_by=(SuppressedBy(("docexchange.overdue_deliveries",)),),
    ),
    *REGISTRATION_CHECKS,
    Check(
        rule="docexchange.returned_share",
        evaluate=_returned_share,
        reads=_BOTH,
        subject_columns=_BY_SENDER,
        every=LONGER_PERIODS,
    ),
    Check(rule="docexchange.returns_rise", evaluate=_returns_rise, reads=_BOTH, subject_columns=_BY_SENDER),
    Check(
        rule="docexchange.unusual_endings", evaluate=_unusual_endings, reads={"docexchange.deliveries": HISTORY_DAYS}
    ),
    Check(rule="docexchange.undelivered", evaluate=_undelivered, reads=_DELIVERIES),
    *RECORD_CHECKS,
    Check(rule="docexchange.call_failure_rate", evaluate=_call_failure_rate, reads=_CALLS, every=LONGER_PERIODS),
    Check(rule="docexchange.calls_failing", evaluate=_calls_failing, reads=_CALLS),
    Check(rule="docexchange.caller_lull", evaluate=_caller_gap, reads=_CALLS, subject_columns=_BY_CALLER),
    Check(rule="docexchange.unknown_caller", evaluate=_unknown_caller, reads=_CALLS, subject_columns=_BY_CALLER),
    Check(rule="docexchange.calls_slow", evaluate=_calls_slow, reads=_CALLS),
)
