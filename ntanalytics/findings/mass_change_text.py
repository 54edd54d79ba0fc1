"""Sentences of mass changes: how many rows changed from one snapshot to the next, and from what to what.

Of a crowded day they say to how many something happened, and what is the most.
"""

from __future__ import annotations

from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number


def _moved(finding: Finding) -> str:
    """Return what changed: ``25 条状态由“有效”变为“已吊销”``."""
    moved, state = format_number(finding.figures["moved"], "integer", "条"), finding.details["state"]
    was, became = finding.details["was"], finding.details["became"]
    if was and became:
        return f"{moved}{state}由“{was}”变为“{became}”"
    return f"{moved}（{state}“{was}”）不再列出" if was else f"{moved}（{state}“{became}”）为新增"


def _share(finding: Finding) -> str:
    held, share = format_number(finding.figures["held"], "integer", "条"), format_number(finding.value, "rate:1")
    return f"占前一日该状态 {held}的 {share}" if finding.details["was"] else f"相当于前一日全部 {held}的 {share}"


def evidence(finding: Finding) -> str:
    """Return what changed since the snapshot of the day before, and of how many."""
    if "moved" not in finding.figures:
        return "与前一日快照相比，没有成批变化。"
    if "most" in finding.figures:
        return f"当日{_happened(finding)}，{_most(finding)}。"
    return f"与前一日快照相比，{finding.entity.label} {_moved(finding)}，{_share(finding)}。"


def _happened(finding: Finding) -> str:
    """Return to how many rows something happened: ``证书吊销 120 条``."""
    moved = format_number(finding.figures["moved"], "integer", "条")
    return f"{finding.entity.label}{finding.details['happened']} {moved}"


def _most(finding: Finding) -> str:
    return f"此前一天通常不超过 {format_number(finding.figures['most'], 'integer', '条')}"


def _event(finding: Finding) -> EventWords:
    if "most" in finding.figures:
        return EventWords(f"{when(finding)}{_happened(finding)}", detail=_most(finding))
    return EventWords(f"{when(finding)}{finding.entity.label} {_moved(finding)}", detail=_share(finding))


TEXT = RuleText(evidence=evidence, event=_event)
