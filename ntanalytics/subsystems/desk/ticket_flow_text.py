"""Sentences of the flow of tickets."""

from __future__ import annotations

from datetime import date

from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import day_words, value_words
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number


def _bulk_closing(finding: Finding) -> str:
    habit = format_number(finding.figures.get("habit"), "integer", "件")
    return f"十分钟内集中关闭工单 {value_words(finding, 'integer', '件')}，此前最多 {habit}，一周内仍按未关闭统计"


def bulk_closing_event(finding: Finding) -> str:
    """Return when how many tickets were closed together."""
    return f"{when(finding)}服务台{_bulk_closing(finding)}"


def _same_incident(finding: Finding) -> str:
    earlier = date.fromisoformat(str(finding.details["earlier"]))
    return (
        f"30 天内第 {value_words(finding, 'integer', '次')}发生{finding.details['cause']}原因的事件，"
        f"前一次为{day_words(earlier)}"
    )


def same_incident_event(finding: Finding) -> str:
    """Return how often a subsystem had the same fault, and when before."""
    return f"{finding.entity.label}{_same_incident(finding)}"


BULK_CLOSING = RuleText(evidence=lambda finding: f"{_bulk_closing(finding)}。", event=bulk_closing_event)
SAME_INCIDENT = RuleText(evidence=lambda finding: f"{_same_incident(finding)}。", event=same_incident_event)
