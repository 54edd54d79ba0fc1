"""Sentences of electronic seals by rule code."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from ntanalytics.findings.account_activity_text import TEXT
from ntanalytics.findings.event_text import lasting, value_event, when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import figure_words, listed, value_words
from ntanalytics.findings.text import RuleText, Texts, measured
from ntanalytics.periods.day_text import day_words


def making_days(finding: Finding) -> str:
    """Return how many seals wait to be made, since when the first of them, and for which units."""
    units, first = finding.details.get("units"), finding.details.get("first_on")
    if not isinstance(units, tuple) or not isinstance(first, str):
        return measured(finding)
    sentence = f"{len(units)} 枚印章申请后逾 {finding.rule.threshold.warning:g} 天未制作，最早申请于"
    return f"{sentence}{day_words(date.fromisoformat(first))}：{listed(units)}。"


def making_event(finding: Finding) -> EventWords:
    """Return how many seals wait to be made; since when the first of them, and for which units, behind it."""
    units, first = finding.details.get("units"), finding.details.get("first_on")
    if not isinstance(units, tuple) or not isinstance(first, str):
        return value_event(finding)
    what = f"{len(units)} 枚印章申请后逾 {finding.rule.threshold.warning:g} 天未制作{lasting(finding)}"
    return EventWords(what, detail=f"最早申请于{day_words(date.fromisoformat(first))}：{listed(units)}")


def suspended_event(finding: Finding) -> EventWords:
    """Return how often suspended seals signed, and whose they are."""
    units = finding.details.get("units")
    whose = f"印章属{listed(units)}" if isinstance(units, tuple) and units else ""
    return EventWords(f"已停用或注销的印章仍签章 {value_words(finding, 'integer', '次')}", detail=whose)


def night_event(finding: Finding) -> EventWords:
    """Return when the seal of which unit signed how often by night."""
    units = finding.details.get("units")
    if not isinstance(units, tuple) or not units:
        return value_event(finding)
    more = f"另有 {len(units) - 1} 枚印章夜间多次签章" if len(units) > 1 else ""
    return EventWords(f"{when(finding)}{units[0]}的印章夜间签章 {value_words(finding, 'integer', '次')}", detail=more)


def testing_event(finding: Finding) -> EventWords:
    """Return how many seals wait for their test, for how long the first of them does, and how many are overdue."""
    late = figure_words(finding, "late", "枚")
    what = f"{late}印章制作后逾 {finding.rule.threshold.warning:g} 天未测试"
    return EventWords(f"{what}，最长已等待 {value_words(finding, unit='天')}{_overdue(finding)}")


def testing_days(finding: Finding) -> str:
    """Return how long the first seal waits for its test, how many wait long, and how many are overdue."""
    sentence, limit = measured(finding), finding.rule.threshold.warning
    if not finding.is_violation:
        return sentence
    return f"{sentence[:-1]}，逾 {limit:g} 天共 {figure_words(finding, 'late', '枚')}{_overdue(finding)}。"


def _overdue(finding: Finding) -> str:
    """Return how many seals wait longer than the time of the contract (docs/domain.md, O11); empty without."""
    if not finding.figures.get("overdue"):
        return ""
    return f"，其中逾期（{finding.rule.threshold.critical:g} 天）{figure_words(finding, 'overdue', '枚')}"


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "seal.account_beyond": TEXT,
        "seal.making_days": RuleText(evidence=making_days, event=making_event),
        "seal.night_signings": RuleText(event=night_event),
        "seal.suspended_signings": RuleText(event=suspended_event),
        "seal.testing_days": RuleText(evidence=testing_days, event=testing_event),
    }
)
