"""SMS statistics: volume, delivery and failures by carrier and application, with the checks and the bills."""

from __future__ import annotations

from dataclasses import dataclass

from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.section import HISTORY, SubsystemSummary
from ntanalytics.findings.text import exceptions
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.sms import volume
from ntanalytics.periods import PeriodKind
from ntanalytics.report_content.contents import evaluate_report
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
        return sentences + exceptions(self.evaluation.findings, word, MAX_EXCEPTIONS)


def summarize_sms(report: Report) -> SmsStatistics:
    """Return the content of the SMS statistics of a report's period."""
    evaluation = evaluate_report(report)
    return SmsStatistics(evaluation, evaluation.context.dataset("sms.messages", HISTORY))


def headlines(content: SmsStatistics) -> Kpis:
    """Return the five headline figures with their last weeks."""
    summary = content.summary
    return headline(summary.total, _HEADLINES, summary.daily, origin=summary.origin)


def bills(content: SmsStatistics) -> list[Table]:
    """Return the reconciliation of the carriers' bills of a month; no table for a shorter period."""
    context = content.evaluation.context
    if context.period.kind is not PeriodKind.MONTH:
        return []
    bills = context.dataset("sms.bills")
    origin = context.origin("sms.reconciliation", content.messages, bills)
    reconciled = figures(context.shared(reconciliation) or (), content.messages, bills)
    note = "差异超过 0.5% 的需要核对。"
    return [table(reconciled, "运营商账单对账", id="reconciliation", note=note, origin=origin)]
