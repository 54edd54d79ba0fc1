"""Sentences of surveillance: how much of a subject came, and how much is usual."""

from __future__ import annotations

from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import hours_words
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number


def evidence(finding: Finding) -> str:
    """Return what came in and what is usual: ``13:00—17:00 应用访问记录 0 条，同时段通常约 622 条，少 100%。``."""
    hours = "当日" if finding.window is None else f"{hours_words(finding.window)} "
    return f"{_clause(finding, hours, '')}。"


def event(finding: Finding) -> str:
    """Return the same as an event, with the day and the members."""
    return _clause(finding, when(finding) or "当日", f"{finding.entity.label}的")


def _clause(finding: Finding, hours: str, whose: str) -> str:
    usual = "通常" if finding.window is None else "同时段通常"
    seen, expected = float(finding.figures.get("seen") or 0), float(finding.figures.get("expected") or 0)
    form, label = str(finding.details["form"]), finding.details["value"]
    unit = "" if label else "条"
    came = (
        f"{hours}{whose}{finding.details['events']}{f'的{label}典型值' if label else '记录'} "
        f"{format_number(seen, form, unit)}"
    )
    if not label and expected < 1:
        return f"{came}，通常没有"
    if seen > 2 * expected > 0:
        moved = f"为通常的 {format_number(seen / expected, 'number:1')} 倍"
    else:
        more = f"{'高' if label else '多'}" if seen > expected else f"{'低' if label else '少'}"
        moved = f"{more} {format_number(abs(seen / expected - 1) if expected else None, 'rate:0')}"
    return f"{came}，{usual}约 {format_number(expected, form, unit)}，{moved}"


def limits(_finding: Finding) -> str:
    """Return what is usual, in words."""
    return "与同类日期相比无显著偏离"


TEXT = RuleText(evidence=evidence, event=event, limits=limits)
