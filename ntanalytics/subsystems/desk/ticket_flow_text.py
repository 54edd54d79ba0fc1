"""Sentences of the flow of tickets."""

from __future__ import annotations

from datetime import date

from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import value_words
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words


def _closed(finding: Finding) -> str:
    return f"十分钟内集中关闭工单 {value_words(finding, 'integer', '件')}"


def _habit(finding: Finding) -> str:
    habit = format_number(finding.figures.get("habit"), "integer", "件")
    return f"此前最多 {habit}，一周内仍按未关闭统计"


def bulk_closing_event(finding: Finding) -> EventWords:
    """Return when how many tickets were closed together."""
    return EventWords(f"{when(finding)}服务台{_closed(finding)}", detail=_habit(finding))


def _again(finding: Finding) -> str:
    return f"30 天内第 {value_words(finding, 'integer', '次')}发生{finding.details['cause']}原因的事件"


def _earlier(finding: Finding) -> str:
    return f"前一次为{day_words(date.fromisoformat(str(finding.details['earlier'])))}"


def same_incident_event(finding: Finding) -> EventWords:
    """Return how often a subsystem had the same fault, and when before."""
    return EventWords(f"{finding.entity.label}{_again(finding)}", detail=_earlier(finding))


def _unsolved(finding: Finding) -> str:
    closed, unsolved = (format_number(finding.figures[name], "integer", "件") for name in ("events", "hits"))
    return f"当日关闭工单 {closed}，其中未解决即关闭 {unsolved}"


def _usually_unsolved(finding: Finding) -> str:
    return f"通常占 {format_number(finding.figures['usual'], 'rate:1')}"


UNSOLVED = RuleText(
    evidence=lambda finding: f"{_unsolved(finding)}，{_usually_unsolved(finding)}。",
    event=lambda finding: EventWords(_unsolved(finding), detail=_usually_unsolved(finding)),
)
BULK_CLOSING = RuleText(evidence=lambda finding: f"{_closed(finding)}，{_habit(finding)}。", event=bulk_closing_event)
SAME_INCIDENT = RuleText(
    evidence=lambda finding: f"{_again(finding)}，{_earlier(finding)}。", event=same_incident_event
)
