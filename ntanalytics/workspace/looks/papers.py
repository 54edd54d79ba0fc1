"""Looks at what is sent and sealed: document exchange, SMS, electronic seals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.findings import sms_period
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rules import Rule, judged
from ntanalytics.metrics import days as by_days
from ntanalytics.metrics import docexchange, seals, sms
from ntanalytics.workspace.looks.look import (
    HISTORY,
    Look,
    begun_at,
    compared,
    is_whole,
    nearby_working_days,
    points,
    series,
    shown,
    unfed,
)
from ntanalytics.workspace.report import Report

#: Deliveries may wait that long and are still looked at; the calendar is needed that much longer.
OLDEST_DELIVERY, CALENDAR_AFTER = 60, 14

#: Of so many days up to an inspected one it is judged whether deliveries are signed for in time.
DUE_DAYS = 7


def look_at_docexchange(report: Report) -> Look:
    """Documents, deliveries, overdue units, interface calls (domain.md, Document exchange)."""
    documents = report.dataset("docexchange.documents", history=HISTORY)
    deliveries = report.dataset("docexchange.deliveries", history=OLDEST_DELIVERY)
    calls = report.dataset("docexchange.interface_calls", history=HISTORY)
    if missing := unfed("docexchange", "documents_sent", documents, deliveries):
        return missing
    offset = report.zone_offset_h
    worked = nearby_working_days(report, OLDEST_DELIVERY, CALENDAR_AFTER)

    def delivered(table: Any, at: Any, by: tuple[str, ...] = ()) -> Any:
        return docexchange.deliveries(table, worked, at, offset, by)

    at = min(report.ends_at, deliveries.as_of)
    sent = compared(
        docexchange.documents(documents.table),
        docexchange.documents(documents.before),
        docexchange.DOCUMENTS,
        documents,
    )
    # those of the period before are seen as they were a period ago
    moved = compared(
        delivered(deliveries.table, at), delivered(deliveries.before, report.begins_at), docexchange.DELIVERIES,
        deliveries,
    )  # fmt: skip
    units = delivered(deliveries.recent, at, ("receiver_unit",)).to_pyarrow()
    [waiting] = (
        delivered(deliveries.recent, at).select("overdue_deliveries", "pending_deliveries").to_pyarrow().to_pylist()
    )
    callers = docexchange.calls(calls.table, ["caller"]).to_pyarrow()
    whole = is_whole(documents, deliveries)
    rule = report.rules["docexchange.signed_in_time_rate"]
    worth_knowing = ["documents_sent", "signed_in_time_rate", "overdue_deliveries"]
    if report.period.kind == "day":
        worth_knowing = ["documents_sent", "deliveries", "overdue_deliveries"]
        # what was sent on a day is due on the next working day: the day's inspection judges the week that ends with it
        first = report.period.last - timedelta(days=DUE_DAYS - 1)
        sent_lately = deliveries.recent.filter(deliveries.recent.day >= ibis.literal(first))
        rule = replace(rule, check=f"近 {DUE_DAYS} 天按时签收率")
        findings = judged([rule], delivered(sent_lately, at), is_complete=whole)
    else:
        findings = judged([rule], [moved], is_complete=whole)
    # of a day it is asked in workspace.inspecting: by units' own measure, by the hour, and each said once
    if report.period.kind != "day":
        findings += _beyond(report.rules["docexchange.overdue_deliveries"], units, "receiver_unit")
        senders = delivered(docexchange.sent_by(deliveries.table, documents.table), at, ("sender_unit",)).to_pyarrow()
        findings += _beyond(report.rules["docexchange.returned_share"], senders, "sender_unit")
        rule = report.rules["docexchange.call_failure_rate"]
        findings += judged([rule], docexchange.calls(calls.table), "全部接口", is_complete=calls.is_complete)
        findings += _beyond(rule, callers, "caller")
    total = {**sent, **moved, "overdue_deliveries": waiting["overdue_deliveries"]}
    daily = by_days.over_days(docexchange.documents(documents.recent, ["day"]), documents.days, docexchange.MEASURES)
    late = [row for row in units.to_pylist() if row["overdue_deliveries"]]
    return Look(
        "docexchange", tuple(findings),
        points(total, worth_knowing, is_complete=whole),
        "documents_sent", total, series(daily, "documents_sent"),
        {"units": units, "overdue": units.slice(0, len(late)), "callers": callers},
        report.origin("docexchange.deliveries", documents, deliveries), documents.note or deliveries.note, whole,
        documents.was_complete and deliveries.was_complete,
    )  # fmt: skip


def _beyond(rule: Any, table: Any, subject: str) -> list[Any]:
    """Only what is beyond its threshold: of hundreds of units the others are of no interest."""
    named = [row for row in table.to_pylist() if row[subject] is not None]
    found = judged([rule], named, lambda row: str(row[subject]))
    return [each for each in found if each.state in ("watch", "bad")]


def look_at_sms(report: Report) -> Look:
    """Volume, delivery and latency, by carrier and application (domain.md, SMS); a day by the thresholds given."""
    messages = report.dataset("sms.messages", history=HISTORY)
    if missing := unfed("sms", "delivery_rate", messages):
        return missing
    whole, was_whole = messages.is_complete, messages.was_complete

    def volume(*by: str) -> ir.Table:
        now, before = messages.table, messages.before
        return sms.compared(now, before, messages.as_of, by, is_complete=whole, was_complete=was_whole)

    [total] = volume().to_pyarrow().to_pylist()
    carriers, applications = volume("carrier"), volume("application")
    by_day = sms.daily(messages.recent, messages.days, messages.as_of, ["carrier"])
    # of a day it is asked in workspace.inspecting
    findings = [] if report.period.kind == "day" else sms_period.worst_days(by_day, report.period.first)
    daily = sms.daily(messages.recent, messages.days, messages.as_of)
    return Look(
        "sms", tuple(findings), points(total, ["submitted", "delivery_rate"], is_complete=whole),
        "delivery_rate", total, series(daily, "delivery_rate"),
        shown(("carriers", carriers), ("applications", applications), ("by_day", by_day), ("daily", daily)),
        report.origin("sms.volume", messages), messages.note, whole, was_whole,
    )  # fmt: skip


def _with_number(finding: Finding, waiting: Any, rule: Rule) -> Finding:
    """A finding of seals that wait for their test, with how many of them have waited too long."""
    if finding.state not in ("watch", "bad"):
        return finding
    late = sum(row["waiting_days"] > rule.threshold.watch for row in waiting.to_pylist())
    return replace(finding, evidence=f"{finding.evidence.removesuffix('。')}，超期共 {late} 枚。")


def look_at_seal(report: Report) -> Look:
    """Seals by state, those that wait for their test, signings (domain.md, CA and seals)."""
    stock, signings = report.dataset("seal.seals"), report.dataset("seal.signings", history=HISTORY)
    if missing := unfed("seal", "signings", signings):
        return missing
    total = compared(seals.signings(signings.table), seals.signings(signings.before), seals.SIGNINGS, signings)
    waiting = seals.waiting(stock.table, report.ends_at).to_pyarrow()
    whole = signings.is_complete
    # a day is asked more closely, by workspace.inspecting.seal
    findings: list[Finding] = []
    if report.period.kind != "day":
        findings = judged([report.rules["seal.signing_failure_rate"]], [total], is_complete=whole)
    longest = waiting.slice(0, 1)
    rule, subject = report.rules["seal.testing_days"], "待测试印章"
    tested = [_with_number(each, waiting, rule) for each in judged([rule], longest, subject)]
    findings += begun_at(report, tested, rule.code, dict.fromkeys([subject], *longest["made_at"].to_pylist()))
    return Look(
        "seal", tuple(findings),
        points(total, ["signings", "signing_failure_rate", "verification_failures"], is_complete=whole), "signings",
        total, series(seals.daily(signings.recent, signings.days), "signings"),
        {"waiting": waiting, **shown(("states", seals.stock(stock.table)))},
        report.origin("seals.signings", signings, stock), signings.note, whole, signings.was_complete,
    )  # fmt: skip
