"""Findings in Chinese with what their causes tell: effect, owner, effort."""

from __future__ import annotations

from collections.abc import Iterable

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.text import WordedFinding
from ntanalytics.recommendations.causes import CAUSES_BY_CODE
from ntanalytics.recommendations.ranking import EFFORTS
from ntanalytics.subsystems import word


def worded(findings: Iterable[Finding]) -> list[WordedFinding]:
    """Return the findings in Chinese; violations with effect, owner and effort of their cause."""
    return [_worded(finding) for finding in findings]


def _worded(finding: Finding) -> WordedFinding:
    cause = CAUSES_BY_CODE.get(finding.rule.cause) if finding.is_violation else None
    if cause is None:
        return WordedFinding(finding, word(finding))
    return WordedFinding(finding, word(finding), cause.effect, cause.owner, EFFORTS[cause.effort][0])
