"""Sentences of hours in which a host was as never before."""

from __future__ import annotations

from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import NOT_SEEN, RECOVERED, EventWords
from ntanalytics.findings.phrases import hours_words, listed, named
from ntanalytics.findings.text import RuleText, measured, measured_clause
from ntanalytics.metrics.number_format import format_number
from ntanalytics.subsystems.infra.machine_words import machine_words

_DAY_S = 86_400


def _level(finding: Finding, name: str) -> str:
    return format_number(finding.figures[name], "number:2" if finding.details["metric"] == "load" else "rate:1")


def _moved(finding: Finding) -> str:
    verb = "升至" if float(finding.figures["extreme"] or 0) > float(finding.figures["usual"] or 0) else "降至"
    label = HOST_METRICS[str(finding.details["metric"])].replace(" ", "")
    return f"{label}{verb} {_level(finding, 'extreme')}"


def _usual(finding: Finding) -> str:
    others = finding.details.get("others")
    also = [HOST_METRICS[name].replace(" ", "") for name in others] if isinstance(others, tuple) else []
    end = f"；{listed(also)}同样异常" if also else ""
    return f"此前 {int(finding.figures['known_days'] or 0)} 天从未如此，同一时段通常为 {_level(finding, 'usual')}{end}"


def _evidence(finding: Finding) -> str:
    if finding.window is None:
        return measured(finding)
    return f"{hours_words(finding.window)} {_moved(finding)}，{_usual(finding)}。"


def novel_hours_event(finding: Finding) -> EventWords:
    """Return when which metric of a host rose or fell, how far, and what is usual."""
    if finding.window is None:
        return EventWords(measured_clause(finding))
    what = f"{when(finding)}{named(machine_words(finding.entity.key), _moved(finding))}"
    return EventWords(what, RECOVERED if finding.window.until_s < _DAY_S else NOT_SEEN, _usual(finding))


NOVEL_HOURS = RuleText(evidence=_evidence, event=novel_hours_event)
