"""Sentences of single sign-on by rule code, where the general ones do not serve."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.findings.account_activity_text import TEXT
from ntanalytics.findings.event_text import event
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import listed, value_words
from ntanalytics.findings.text import RuleText, Texts, measured_clause, reason_words
from ntanalytics.metrics.number_format import format_number


def _unprobed_apps(finding: Finding) -> str:
    names = finding.details.get("apps")
    if not isinstance(names, tuple) or not names:
        return "在用应用均有可用性探测"
    return f"{listed(names)}共 {value_words(finding, 'integer', '个')}在用应用没有可用性探测"


def _unprobed_event(finding: Finding) -> EventWords:
    return EventWords(_unprobed_apps(finding), detail="中断时无法发现")


def _nameless(finding: Finding) -> str:
    """Return how many accesses name no application, any of which may be one of these; empty without any."""
    count = finding.figures.get("nameless")
    return f"{format_number(count, 'integer', '次')}访问缺少应用编号" if count else ""


def _accesses(finding: Finding) -> str:
    return f"{'，另有 '.join(part for part in (measured_clause(finding), _nameless(finding)) if part)}。"


def _accesses_reason(finding: Finding) -> str:
    nameless = _nameless(finding)
    return f"有 {nameless}" if nameless else reason_words(finding)


def _accesses_event(finding: Finding) -> EventWords:
    return event(finding, measured_clause(finding), is_own=False)


#: Code of a rule → its sentences.
TEXTS: Texts = MappingProxyType(
    {
        "sso.account_beyond": TEXT,
        "sso.accesses": RuleText(evidence=_accesses, reason=_accesses_reason, event=_accesses_event),
        "sso.unprobed_apps": RuleText(evidence=lambda finding: f"{_unprobed_apps(finding)}。", event=_unprobed_event),
    }
)
