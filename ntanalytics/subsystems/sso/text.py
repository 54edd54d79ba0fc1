"""Sentences of single sign-on by rule code, where the general ones do not serve."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.findings.account_activity_text import TEXT
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import listed, value_words
from ntanalytics.findings.text import RuleText, Texts


def _unprobed_apps(finding: Finding) -> str:
    names = finding.details.get("apps")
    if not isinstance(names, tuple) or not names:
        return "在用应用均有可用性探测"
    return f"{listed(names)}共 {value_words(finding, 'integer', '个')}在用应用没有可用性探测"


def _unprobed_event(finding: Finding) -> EventWords:
    return EventWords(_unprobed_apps(finding), detail="中断时无法发现")


#: Code of a rule → its sentences.
TEXTS: Texts = MappingProxyType(
    {
        "sso.account_beyond": TEXT,
        "sso.unprobed_apps": RuleText(evidence=lambda finding: f"{_unprobed_apps(finding)}。", event=_unprobed_event),
    }
)
