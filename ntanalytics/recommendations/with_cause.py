"""A finding with what its cause says of it: effect, owner, effort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ntanalytics.findings.finding import Finding
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.recommendations.ranking import EFFORTS, Cause

#: The cause of a rule's findings, by the rule's code.
CAUSE_OF: Mapping[str, Cause] = MappingProxyType({code: cause for cause in CAUSES for code in cause.findings})


def with_cause(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those that are not in order with the effect, owner and effort of their cause."""
    return [
        _weighed(each) if each.state in ("warning", "critical") and each.code in CAUSE_OF else each for each in findings
    ]


def _weighed(finding: Finding) -> Finding:
    cause = CAUSE_OF[finding.code]
    return replace(finding, effect=cause.effect, owner=cause.owner, effort=EFFORTS[cause.effort][0])
