"""Sentences of document exchange by rule code."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from ntanalytics.findings.event_text import event, when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import value_words
from ntanalytics.findings.text import RuleText, Texts, default_advice, measured
from ntanalytics.findings.unusual_endings_text import TEXT
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.docexchange.rules import REGISTRATION_ADVICE


def signed_in_time(finding: Finding) -> str:
    """Return the share that was signed for in time, and over which days."""
    days = finding.figures.get("days")
    return measured(finding) if days is None else f"近 {days:.0f} 天{measured(finding)}"


def _unknown_caller(finding: Finding) -> str:
    count, interfaces = value_words(finding, "integer", "次"), int(finding.figures.get("interfaces") or 0)
    return f"此前从未出现的调用方调用接口 {count}（{interfaces} 个接口）"


def _first_seen(finding: Finding) -> str:
    return "" if finding.since is None else f"{day_words(finding.since)}首次出现"


def unknown_caller_event(finding: Finding) -> EventWords:
    """Return when a caller that was never seen before called how often."""
    what = f"{when(finding)}{finding.entity.label}：{_unknown_caller(finding)}"
    return EventWords(what, detail=_first_seen(finding))


def unregistered_advice(finding: Finding) -> str:
    """Return what to do where receipts are not registered: of many units together no clerk has left it off."""
    if not finding.is_violation or finding.entity.kind == "unit":
        return default_advice(finding)
    return REGISTRATION_ADVICE


def disordered_event(finding: Finding) -> EventWords:
    """Return the share of deliveries whose times contradict each other, and which of them most often do."""
    words = event(finding, "", is_own=False)
    steps = f"多为{finding.details['earlier']}晚于{finding.details['later']}"
    return replace(words, detail=f"{words.detail}；{steps}")


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "docexchange.signed_in_time_rate": RuleText(evidence=signed_in_time),
        "docexchange.disordered": RuleText(event=disordered_event),
        "docexchange.unregistered": RuleText(advice=unregistered_advice),
        "docexchange.unusual_endings": TEXT,
        "docexchange.unknown_caller": RuleText(
            evidence=lambda finding: f"{'，'.join(filter(None, (_unknown_caller(finding), _first_seen(finding))))}。",
            event=unknown_caller_event,
        ),
    }
)
