"""Sentences of document exchange by rule code."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.text import RuleText, Texts, measured


def signed_in_time(finding: Finding) -> str:
    """Return the share that was signed for in time, and over which days."""
    days = finding.figures.get("days")
    return measured(finding) if days is None else f"近 {days:.0f} 天{measured(finding)}"


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType({"docexchange.signed_in_time_rate": RuleText(evidence=signed_in_time)})
