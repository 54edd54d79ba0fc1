"""What the inspection of a day asks of document exchange: units that leave off, returns, callers, deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ntanalytics.checks import onset
from ntanalytics.checks.baseline import unusual
from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.failure_rate_rise import RateWords, failure_rate_rise
from ntanalytics.detectors.share_shift import share_shift
from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics.docexchange import daily_counts as docexchange_daily
from ntanalytics.metrics.docexchange import documents as docexchange_documents
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history that tell what is usual.
HISTORY = 70

#: The calendar is needed so much longer than the deliveries.
CALENDAR_AFTER = 14

#: Of so many days together it is looked whether a unit signs; documents are returned on the next day, too.
UNSIGNED_TOGETHER, RETURNED_TOGETHER = 7, 2

_SLOT_S, _DAY_S = 1800, 86_400

#: Calls come in batches: silent is who makes next to none.
_SILENT = 0.15


def inspect_docexchange(context: CheckContext) -> list[Finding]:
    """Documents by day, units that do not sign, returns by sender, deliveries that never came, callers by the hour."""
    documents = context.dataset("docexchange.documents", history=HISTORY)
    deliveries = context.dataset("docexchange.deliveries", history=HISTORY)
    calls = context.dataset("docexchange.interface_calls", history=HISTORY)
    found: list[Finding] = []
    if documents.sources and documents.is_complete and context.working_days:
        found += _documents(context, documents)
    if deliveries.sources and deliveries.is_complete:
        found += _deliveries(context, documents, deliveries)
    if calls.sources and calls.is_complete:
        found += _calls(context, calls)
    return found


def _documents(context: CheckContext, documents: DatasetView) -> list[Finding]:
    daily = by_days.fill_days(
        docexchange_documents.documents(documents.recent, ["day"]), documents.days, docexchange_documents.MEASURES
    ).to_pyarrow()
    found = unusual(context, context.rules["docexchange.documents_fall"], daily)
    return found + unusual(context, context.rules["docexchange.documents_rise"], daily, is_wrong_only=True)


def _deliveries(context: CheckContext, documents: DatasetView, deliveries: DatasetView) -> list[Finding]:
    on, offset, rules = context.period.last, context.utc_offset_h, context.rules
    at = min(context.ends_at, deliveries.as_of)
    calendar = context.calendar
    worked = calendar.working_days(context.period.first - timedelta(days=HISTORY), on + timedelta(days=CALENDAR_AFTER))
    late = docexchange_daily.late_signings(deliveries.recent, worked, at, offset, ["day", "receiver_unit"])
    words = RateWords("未按时签收", "应签收", "件次")
    away = share_shift(rules["docexchange.unsigned"], late, on, words, subject=_receiver, together=UNSIGNED_TOGETHER)
    found = _left_off(context, deliveries, at, away)
    if documents.sources and documents.is_complete:
        known = docexchange_daily.returns(deliveries.recent, documents.recent, at, ["day", "sender_unit"])
        known = known.filter(known.sender_unit.notnull())
        words = RateWords("被退回或拒收", "所发公文送达", "件次")
        found += share_shift(
            rules["docexchange.returns_rise"], known, on, words, subject=_sender, together=RETURNED_TOGETHER
        )
    arrived = docexchange_daily.late_deliveries(deliveries.recent, at)
    words = RateWords("次日仍未送达", "前一日送达件次", "件次")
    found += failure_rate_rise(rules["docexchange.undelivered"], arrived, deliveries.days, on, words, slot_s=_DAY_S)
    return found


def _left_off(context: CheckContext, deliveries: DatasetView, at: datetime, away: list[Finding]) -> list[Finding]:
    """Units that left off signing, by the overdue deliveries where they are many, else by what they sign late.

    A few that are overdue are told only of a unit that signs less than it does: the large ones always have some.
    """
    rule = context.rules["docexchange.overdue_deliveries"]
    late = docexchange_daily.overdue_units(deliveries.recent, at).to_pyarrow().to_pylist()
    unusual = {each.subject for each in away}
    overdue = [
        each
        for each in evaluate_rules([rule], late, _receiver)
        if each.state == "critical" or (each.state == "warning" and each.subject in unusual)
    ]
    since = {_receiver(row): row["oldest_overdue_at"] for row in late}
    overdue = onset.from_moment(overdue, rule.code, since, context.utc_offset_h)
    told = {each.subject for each in overdue}
    return overdue + [each for each in away if each.subject not in told]


def _calls(context: CheckContext, calls: DatasetView) -> list[Finding]:
    on, rules = context.period.last, context.rules
    counted = docexchange_daily.calls_by_slot(calls.recent, context.utc_offset_h, _SLOT_S).to_pyarrow().to_pylist()
    words = RateWords("失败", "接口调用", "次")
    found = failure_rate_rise(
        rules["docexchange.calls_failing"], counted, calls.days, on, words, slot_s=_SLOT_S, subject=_caller
    )
    rule = rules["docexchange.caller_lull"]
    silent = volume_gap(rule, counted, calls.days, on, slot_s=_SLOT_S, most_left=_SILENT)
    found += silent or volume_gap(rule, counted, calls.days, on, slot_s=_SLOT_S, subject=_caller, most_left=_SILENT)
    daily = by_days.fill_days(
        docexchange_documents.calls(calls.recent, ["day"]), calls.days, docexchange_documents.MEASURES
    )
    return found + unusual(context, rules["docexchange.calls_slow"], daily, subject="全部接口", is_wrong_only=True)


def _caller(row: Mapping[str, Any]) -> str:
    return str(row["caller"])


def _receiver(row: Mapping[str, Any]) -> str:
    return str(row["receiver_unit"])


def _sender(row: Mapping[str, Any]) -> str:
    return str(row["sender_unit"])
