"""Sentences of instant messaging by rule code."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.findings.account_activity_text import TEXT
from ntanalytics.findings.event_text import lasting
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import value_words
from ntanalytics.findings.text import RuleText, Texts
from ntanalytics.metrics.number_format import format_number


def old_client(finding: Finding) -> EventWords:
    """Return how many use an old or unknown client."""
    hits = format_number(finding.figures["hits"], "integer", "人")
    client = finding.entity.label
    what = f"即时通讯有 {hits}使用旧版或陌生客户端 {client}{lasting(finding)}"
    return EventWords(what, detail=f"占即时通讯用户的 {value_words(finding)}")


TEXTS: Texts = MappingProxyType({"im.account_beyond": TEXT, "im.old_client": RuleText(event=old_client)})
