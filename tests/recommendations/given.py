"""Findings of plain limits for the tests of recommendations."""

from __future__ import annotations

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics import MEASURES
from ntanalytics.subsystems import RULES


def finding(code: str, status: Status, name: str, value: float = 28.0) -> Finding:
    """Return a finding of a rule of the suite about an entity of one name."""
    rule = RULES[code]
    return Finding(
        rule=rule,
        entity=Entity("unit", name, name),
        status=status,
        value=None if status == "unknown" else value,
        format=MEASURES[rule.measure].format,
        unknown="incomplete" if status == "unknown" else "",
    )
