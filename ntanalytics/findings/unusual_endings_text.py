"""Sentences of cases that end in an unusual way."""

from __future__ import annotations

from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import hours_words
from ntanalytics.findings.text import RuleText, default_advice
from ntanalytics.metrics.case_endings import CANCELLED, RETURNED, SOON
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words


def _ended(finding: Finding) -> str:
    seen = format_number(finding.figures["seen"], "integer", "件")
    if finding.details["ending"] == CANCELLED:
        return f"{finding.details['cases']}被取消 {seen}"
    if finding.details["ending"] == RETURNED:
        return f"{finding.details['cases']}被{finding.details['end']} {seen}"
    if finding.details["ending"] == SOON:
        return f"{finding.details['cases']}过快{finding.details['end']} {seen}"
    return f"{finding.details['cases']}到达后一分钟内即{finding.details['end']} {seen}"


def _usual(finding: Finding) -> str:
    expected = float(finding.figures["expected"] or 0)
    soon = "用时短于以往九成五的同类，" if finding.details["ending"] == SOON else ""
    if expected < 1:
        return f"{soon}通常没有"
    usual = "通常" if finding.window is None else "同时段通常"
    return f"{soon}{usual}约 {format_number(expected, 'integer', '件')}"


def evidence(finding: Finding) -> str:
    """Return how many cases ended so, and how many usually do: ``13时至18时 办理任务被取消 46 件，通常没有。``."""
    hours = "当日" if finding.window is None else f"{hours_words(finding.window)} "
    return f"{hours}{_ended(finding)}，{_usual(finding)}。"


def event(finding: Finding) -> EventWords:
    """Return the same as an event."""
    words, usual = f"{when(finding) or '当日'}{finding.entity.label}的{_ended(finding)}", _usual(finding)
    if finding.since is None or finding.window is None or finding.since == finding.window.day:
        return EventWords(words, detail=usual)
    return EventWords(words, detail=f"{usual}；自{day_words(finding.since)}起连日如此")


def advice(finding: Finding) -> str:
    """Return what to do: what was given up may be restored, what was finished at once was read by nobody."""
    if not finding.is_violation or finding.details["ending"] == CANCELLED:
        return default_advice(finding)
    if finding.details["ending"] == RETURNED:
        return f"向有关单位查明{finding.details['end']}的原因，核对格式、主送范围与客户端版本"
    if finding.details["ending"] == SOON:
        return f"核查流程配置是否跳过环节或自动{finding.details['end']}，抽查有关内容是否经人处理"
    return f"核查流程配置是否自动{finding.details['end']}，抽查有关内容是否经人处理"


#: Sentences of the rules ``*.unusual_endings``.
TEXT = RuleText(evidence=evidence, event=event, advice=advice)
