"""Check of the carriers' bills: reconciliation with what was sent (docs/domain.md, SMS: reconciliation)."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from ntanalytics.checks.check import DAY, MONTH, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.sms import billing
from ntanalytics.periods import Period, days_between
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history that hold the month before, and of its bills, which come late.
_MESSAGES_BACK, _BILLS_BACK = 70, 140


def reconciliation(context: CheckContext) -> pa.Table | None:
    """Return our segments beside the bills of a month: that of the period, or the one before an inspected day.

    For a day the bills are reconciled once they have come, and only where the whole month was extracted; else None.
    """
    messages, bills = context.dataset("sms.messages", _MESSAGES_BACK), context.dataset("sms.bills", _BILLS_BACK)
    if not context.is_day:
        return billing.reconciliation(messages.table, bills.table, is_complete=messages.is_complete).to_pyarrow()
    month = Period.month(context.on).previous()
    billed = bills.recent.filter(bills.recent.month_on == ibis.literal(month.first))
    if not billed.count().execute() or not _is_whole(messages, month):
        return None
    sent = messages.recent.filter((messages.recent.day >= month.first) & (messages.recent.day <= month.last))
    return billing.reconciliation(sent, billed).to_pyarrow()


def _bills(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return a finding for each carrier's bill; its limits hold for the difference on either side."""
    compared = context.shared(reconciliation)
    if compared is not None:
        return [bill_finding(rule, row) for row in compared.to_pylist()]
    messages, bills = context.dataset("sms.messages", _MESSAGES_BACK), context.dataset("sms.bills", _BILLS_BACK)
    month = Period.month(context.on).previous()
    is_known = _is_whole(messages, month) and _is_whole(bills, Period.day(month.first))
    return [] if is_known else [unknown(rule, "incomplete")]  # a bill that has not come is none


def _is_whole(view: DatasetView, period: Period) -> bool:
    """Return whether each day of a period of the past was extracted whole."""
    days = view.days.filter((view.days.day >= period.first) & (view.days.day <= period.last))
    return bool(days.filter(days.is_covered).count().execute() == len(days_between(period.first, period.last)))


def bill_finding(rule: Rule, row: dict[str, Any]) -> Finding:
    """Return the finding of one row of the reconciliation."""
    rate = row["difference_rate"]
    return Finding(
        rule=rule,
        entity=Entity("carrier", str(row["carrier"]), CARRIERS.get(row["carrier"], str(row["carrier"]))),
        status="unknown" if rate is None else rule.threshold.judge(abs(rate)),
        value=rate,
        format="+rate:2",
        unknown="incomplete" if rate is None else "",
        figures={"segments": row["difference_segments"], "yuan": row["difference_yuan"]},
    )


BILL = Check(
    rule="sms.bill",
    evaluate=_bills,
    reads={"sms.messages": _MESSAGES_BACK, "sms.bills": _BILLS_BACK},
    every=(DAY, MONTH),
)
