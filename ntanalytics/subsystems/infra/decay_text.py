"""Sentences of slow decay."""

from __future__ import annotations

from datetime import date

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import day_words, named, value_words
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number
from ntanalytics.subsystems.infra.machine_words import machine_words


def _decay(finding: Finding) -> str:
    form = str(finding.details["form"])
    first, now, limit = (format_number(finding.figures[name], form) for name in ("first", "now", "limit"))
    moved = "升至" if float(finding.figures["limit"] or 0) > float(finding.figures["first"] or 0) else "降至"
    full = day_words(date.fromisoformat(str(finding.details["full_on"])))
    return f"{finding.details['what']}由 {first}逐日{moved} {now}，照此预计{full}达到 {limit}"


def decay_event(finding: Finding) -> str:
    """Return what worsens, from what to what, and on which day it matters."""
    who = machine_words(finding.entity.key) if finding.entity.kind == "host" else finding.entity.label
    return named(who, _decay(finding))


def _ping_loss(finding: Finding) -> str:
    pings, expected = (format_number(finding.figures[name], "integer", "次") for name in ("pings", "expected"))
    return f"近 7 天连通检查 {pings}，丢失 {value_words(finding, 'integer', '次')}，通常约 {expected}"


def ping_loss_event(finding: Finding) -> str:
    """Return how many pings a device lost in a week, and how many are usual."""
    return named(machine_words(finding.entity.key), _ping_loss(finding))


SLOW_DECAY = RuleText(evidence=lambda finding: f"{_decay(finding)}。", event=decay_event)
PING_LOSS = RuleText(evidence=lambda finding: f"{_ping_loss(finding)}。", event=ping_loss_event)
