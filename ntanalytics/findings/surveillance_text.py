"""Sentences of surveillance: how much of a subject came, and how much is usual."""

from __future__ import annotations

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import hours_words
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number


def evidence(finding: Finding) -> str:
    """Return what came in and what is usual: ``13:00—17:00 应用访问记录 0 条，同时段通常约 622 条，少 100%。``."""
    hours = "当日" if finding.window is None else f"{hours_words(finding.window)} "
    seen, expected = finding.figures.get("seen") or 0, finding.figures.get("expected") or 0
    came = f"{hours}{finding.details['events']}记录 {format_number(seen, 'integer', '条')}"
    if expected < 1:
        return f"{came}，通常没有。"
    usual = "通常" if finding.window is None else "同时段通常"
    change = abs(seen / expected - 1)
    if seen > 2 * expected:
        moved = f"为通常的 {format_number(seen / expected, 'number:1')} 倍"
    else:
        moved = f"{'多' if seen > expected else '少'} {format_number(change, 'rate:0')}"
    return f"{came}，{usual}约 {format_number(expected, 'integer', '条')}，{moved}。"


def limits(_finding: Finding) -> str:
    """Return what is usual, in words."""
    return "与同类日期相比无显著偏离"


TEXT = RuleText(evidence=evidence, limits=limits)
