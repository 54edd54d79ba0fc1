"""SMS statistics: volume, delivery and failures by carrier and application, with the checks and the bills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.section import HISTORY, SubsystemSummary
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.text import exceptions
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.sms import volume
from ntanalytics.metrics.sms.billing import cost
from ntanalytics.periods import PeriodKind
from ntanalytics.report_content.contents import BILLED_DAYS, evaluate_report
from ntanalytics.report_content.totals import with_total
from ntanalytics.report_content.unusual_points import unusual_days
from ntanalytics.report_content.year_volumes import year_volumes
from ntanalytics.reports import Kpis, Table, headline, table
from ntanalytics.subsystems import word
from ntanalytics.subsystems.sms import text
from ntanalytics.subsystems.sms.bill_checks import reconciliation
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report

#: Number of findings that open the report.
MAX_EXCEPTIONS = 3

_HEADLINES = ("submitted", "segments", "delivery_rate", "receipt_latency_p95_s", "failed")


@dataclass(frozen=True)
class SmsStatistics:
    """Content of the SMS statistics.

    Attributes:
        evaluation: findings and summary of the SMS platform.
        messages: the messages, with the days before the period.
    """

    evaluation: Evaluation
    messages: DatasetView

    @property
    def summary(self) -> SubsystemSummary:
        """The summary: volume by carrier, application and day."""
        return self.evaluation.summaries["sms"]

    @property
    def sentences(self) -> list[str]:
        """The opening sentences: volume, delivery, failures, and the worst findings."""
        summary, messages = self.summary, self.messages
        classes = messages.figures(volume.failure_classes(messages.table))
        sentences = text.headlines(summary.total, summary.tables["carriers"], summary.tables["applications"], classes)
        # who sees to it, and by when, follows from the desk's incidents, which this report does not read
        return sentences + exceptions(self.evaluation.findings, word, MAX_EXCEPTIONS, board="检查")


def summarize_sms(report: Report) -> SmsStatistics:
    """Return the content of the SMS statistics of a report's period."""
    evaluation = evaluate_report(report)
    return SmsStatistics(evaluation, evaluation.context.dataset("sms.messages", HISTORY))


def headlines(content: SmsStatistics) -> Kpis:
    """Return the five headline figures with their last weeks."""
    summary = content.summary
    first = content.evaluation.context.period.first
    marks = {name: unusual_days(summary, first, name) for name in _HEADLINES}
    return headline(summary.total, _HEADLINES, summary.daily, marks=marks, origin=summary.origin)


def failures(content: SmsStatistics) -> list[Table]:
    """Return the failed messages by class in words with who can mend them, and by code of each carrier."""
    messages = content.messages
    classes = messages.figures(volume.failure_classes(messages.table))
    if messages.sources_without("failure_code"):  # all of them would be 其他
        classes = classes[:0]
    rows = [row | FigureRow({"failure_remedy": row["failure_class"]}) for row in classes]
    whole = FigureRow({"failed_share": 1.0}, is_complete=classes.is_complete)
    columns = ("failure_class", "failed", "failed_share", "failure_remedy")
    shown = columns if classes.columns else ()  # none where no source feeds them
    by_class = with_total(
        replace(classes, columns=shown, items=tuple(rows)), content.summary.total | whole, "failure_class"
    )
    codes = messages.figures(volume.failure_codes(messages.table, ["carrier"]))
    origin = content.evaluation.context.origin("sms.failure_codes", messages)
    return [
        table(by_class, "失败原因", id="failure-classes", columns=columns, origin=origin),
        table(codes, "失败代码", id="failure-codes", origin=origin),
    ]


def bills(content: SmsStatistics) -> list[Table]:
    """Return the reconciliation of the carriers' bills of a month; no table for a shorter period."""
    context = content.evaluation.context
    if context.period.kind is not PeriodKind.MONTH:
        return []
    bills = context.dataset("sms.bills")
    origin = context.origin("sms.reconciliation", content.messages, bills)
    reconciled = figures(context.shared(reconciliation) or (), content.messages, bills)
    note = "差异超过 0.5% 的需要核对。"
    return [
        table(reconciled, "运营商账单对账", id="reconciliation", note=note, origin=origin),
        *_costs(context, origin),
    ]


def volumes(content: SmsStatistics) -> list[Table]:
    """Return the volumes of the year of a week or month; no table for a day."""
    return [] if content.evaluation.context.is_day else [year_volumes(content.evaluation)]


@dataclass(frozen=True)
class _YearOfBills:
    """Bills of the months of a year so far, of which some may not be there."""

    is_complete: bool
    was_complete: bool = True
    note: str = ""


def _costs(context: CheckContext, origin: Mapping[str, object]) -> list[Table]:
    """Return the money of the month and of the year so far by carrier, with the total; nothing without a bill.

    Where a carrier's bill of the month has not come, the total is a lower bound.
    """
    bills, month = context.dataset("sms.bills", BILLED_DAYS), context.period.first
    by_carrier = figures(cost(bills.recent, month), bills)
    if not by_carrier.items:
        return []
    fewest, unbilled = min(row["billed_months"] for row in by_carrier), _unbilled(context, by_carrier)
    note = "" if fewest == month.month else f"本年有账单的月份最少 {fewest} 个，年累计为下限。"
    year = _YearOfBills(fewest == month.month, note=note)
    shown = by_carrier.made_of(["year_yuan"], year, beside=True)
    is_whole = by_carrier.is_complete and not unbilled
    now, before = _sum(by_carrier, "month_yuan"), _sum(by_carrier, "year_before_yuan")
    is_compared = is_whole and before and all(row["year_before_yuan"] is not None for row in by_carrier)
    total = FigureRow({"month_yuan": now}, is_complete=is_whole)
    total |= FigureRow({"year_yuan": _sum(by_carrier, "year_yuan")}, is_complete=is_whole and year.is_complete)
    if is_compared:
        total |= FigureRow({"year_before_yuan": before, "month_yuan_year_on_year": now / before - 1})
    columns = ["carrier", "month_yuan", "year_before_yuan", "month_yuan_year_on_year", "year_yuan"]
    costs, title = with_total(shown, total, "carrier"), "短信费用（按运营商账单）"
    remark = f"{'、'.join(unbilled)}没有本月账单，合计为下限。" if unbilled else ""
    return [table(costs, title, id="costs", columns=columns, note=remark, origin={**origin, "metric": "sms.cost"})]


def _unbilled(context: CheckContext, by_carrier: Figures) -> list[str]:
    """Return the labels of the carriers without a bill of the month: of those that sent, or billed earlier months."""
    compared = context.shared(reconciliation)
    sent = {row["carrier"] for row in compared.to_pylist()} if compared is not None else set()
    billed = {row["carrier"] for row in by_carrier if row["month_yuan"] is not None}
    lacking = (sent | {row["carrier"] for row in by_carrier}) - billed
    return [CARRIERS.get(carrier, carrier) for carrier in sorted(lacking)]


def _sum(rows: Figures, name: str) -> float:
    return sum(float(row[name]) for row in rows if row[name] is not None)
