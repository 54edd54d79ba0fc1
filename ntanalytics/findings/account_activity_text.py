"""Sentences of accounts that do far more in a day than they ever did, and than anybody does."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import spaced
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number

#: What acts → its measure word, where it is another one than 个.
_COUNTED = MappingProxyType({"证书": "张", "印章": "枚"})


def _done(finding: Finding) -> str:
    events = format_number(finding.figures["events"], "integer", "次")
    what = f"{finding.details['dimension']}“{finding.details['member']}”{finding.details['done']}"
    who = f"同一{finding.details['holder']}"
    if name := finding.details.get("name"):
        who = spaced(f"{who} {name}", "")
    return f"{who}{what} {events}"


def _usual(finding: Finding) -> str:
    own, peers = (format_number(finding.figures[name], "integer", "次") for name in ("own_most", "peers_most"))
    others = int(finding.figures["others"] or 0)
    who = finding.details["holder"]
    more = f"；另有 {others} {_COUNTED.get(str(who), '个')}{who}" if others else ""
    return f"该{who}此前单日最多 {own}，全部{who}极少超过 {peers}{more}"


def _event(finding: Finding) -> EventWords:
    return EventWords(f"{when(finding)}{_done(finding)}", detail=f"{_usual(finding)}，疑似批量读取或由程序使用")


#: Sentences of the rules ``*.account_beyond``.
TEXT = RuleText(evidence=lambda finding: f"{_done(finding)}，{_usual(finding)}。", event=_event)
