"""What the inspection of a day asks of document exchange: units that leave off, returns, callers, deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ntanalytics.findings import inspection_since
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.lulls import lulls
from ntanalytics.findings.rules import judged
from ntanalytics.findings.shares import shares
from ntanalytics.findings.worse_hours import Words, worse_hours
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics import docexchange, docexchange_days
from ntanalytics.workspace.inspecting.alike import unusual
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.scope import Scope

#: Days of history that tell what is usual.
HISTORY = 70

#: The calendar is needed so much longer than the deliveries.
CALENDAR_AFTER = 14

#: Of so many days together it is looked whether a unit signs; documents are returned on the next day, too.
UNSIGNED_TOGETHER, RETURNED_TOGETHER = 7, 2

_SLOT_S, _DAY_S = 1800, 86_400

#: Calls come in batches: silent is who makes next to none.
_SILENT = 0.15


def inspect_docexchange(report: Report) -> list[Finding]:
    """Documents by day, units that do not sign, returns by sender, deliveries that never came, callers by the hour."""
    documents = report.dataset("docexchange.documents", history=HISTORY)
    deliveries = report.dataset("docexchange.deliveries", history=HISTORY)
    calls = report.dataset("docexchange.interface_calls", history=HISTORY)
    found: list[Finding] = []
    if documents.sources and documents.is_complete and report.working_days:
        found += _documents(report, documents)
    if deliveries.sources and deliveries.is_complete:
        found += _deliveries(report, documents, deliveries)
    if calls.sources and calls.is_complete:
        found += _calls(report, calls)
    return found


def _documents(report: Report, documents: Scope) -> list[Finding]:
    daily = by_days.over_days(
        docexchange.documents(documents.recent, ["day"]), documents.days, docexchange.MEASURES
    ).to_pyarrow()
    found = unusual(report, report.rules["docexchange.documents_fall"], daily)
    return found + unusual(report, report.rules["docexchange.documents_rise"], daily, is_wrong_only=True)


def _deliveries(report: Report, documents: Scope, deliveries: Scope) -> list[Finding]:
    on, offset, rules = report.period.last, report.zone_offset_h, report.rules
    at = min(report.ends_at, deliveries.as_of)
    calendar = report.workspace.calendar
    worked = calendar.working_days(report.period.first - timedelta(days=HISTORY), on + timedelta(days=CALENDAR_AFTER))
    late = docexchange_days.signed_late(deliveries.recent, worked, at, offset, ["day", "receiver_unit"])
    words = Words("未按时签收", "应签收", "件次")
    away = shares(rules["docexchange.unsigned"], late, on, words, subject=_receiver, together=UNSIGNED_TOGETHER)
    found = _left_off(report, deliveries, at, away)
    if documents.sources and documents.is_complete:
        known = docexchange_days.given_back(deliveries.recent, documents.recent, at, ["day", "sender_unit"])
        known = known.filter(known.sender_unit.notnull())
        words = Words("被退回或拒收", "所发公文送达", "件次")
        found += shares(
            rules["docexchange.returns_rise"], known, on, words, subject=_sender, together=RETURNED_TOGETHER
        )
    arrived = docexchange_days.undelivered(deliveries.recent, at)
    words = Words("次日仍未送达", "前一日送达件次", "件次")
    found += worse_hours(rules["docexchange.undelivered"], arrived, deliveries.days, on, words, slot_s=_DAY_S)
    return found


def _left_off(report: Report, deliveries: Scope, at: datetime, away: list[Finding]) -> list[Finding]:
    """Units that left off signing, by the overdue deliveries where they are many, else by what they sign late.

    A few that are overdue are told only of a unit that signs less than it does: the large ones always have some.
    """
    rule = report.rules["docexchange.overdue_deliveries"]
    late = docexchange_days.overdue(deliveries.recent, at).to_pyarrow().to_pylist()
    unusual = {each.subject for each in away}
    overdue = [
        each
        for each in judged([rule], late, _receiver)
        if each.state == "bad" or (each.state == "watch" and each.subject in unusual)
    ]
    since = {_receiver(row): row["oldest_overdue_at"] for row in late}
    overdue = inspection_since.from_moment(overdue, rule.code, since, report.zone_offset_h)
    told = {each.subject for each in overdue}
    return overdue + [each for each in away if each.subject not in told]


def _calls(report: Report, calls: Scope) -> list[Finding]:
    on, rules = report.period.last, report.rules
    counted = docexchange_days.calls_by_slot(calls.recent, report.zone_offset_h, _SLOT_S).to_pyarrow().to_pylist()
    words = Words("失败", "接口调用", "次")
    found = worse_hours(
        rules["docexchange.calls_failing"], counted, calls.days, on, words, slot_s=_SLOT_S, subject=_caller
    )
    rule = rules["docexchange.caller_lull"]
    silent = lulls(rule, counted, calls.days, on, slot_s=_SLOT_S, most_left=_SILENT)
    found += silent or lulls(rule, counted, calls.days, on, slot_s=_SLOT_S, subject=_caller, most_left=_SILENT)
    daily = by_days.over_days(docexchange.calls(calls.recent, ["day"]), calls.days, docexchange.MEASURES)
    return found + unusual(report, rules["docexchange.calls_slow"], daily, subject="全部接口", is_wrong_only=True)


def _caller(row: Mapping[str, Any]) -> str:
    return str(row["caller"])


def _receiver(row: Mapping[str, Any]) -> str:
    return str(row["receiver_unit"])


def _sender(row: Mapping[str, Any]) -> str:
    return str(row["sender_unit"])
