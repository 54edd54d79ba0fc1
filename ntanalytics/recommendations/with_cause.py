"""Findings in Chinese with what their causes tell: effect, owner, effort."""

from __future__ import annotations

from collections.abc import Iterable

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.text import WordedFinding
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.recommendations.ranking import EFFORTS
from ntanalytics.subsystems import word

_CAUSES = {cause.code: cause for cause in CAUSES}


def worded(findings: Iterable[Finding]) -> list[WordedFinding]:
    """Return the findings in Chinese; violations with effect, owner and effort of their cause."""
    return [_worded(finding) for finding in findings]


def _worded(finding: Finding) -> WordedFinding:
    cause = _CAUSES.get(finding.rule.cause) if finding.is_violation else None
    if cause is None:
        return WordedFinding(finding, word(finding))
    return WordedFinding(finding, word(finding), cause.effect, cause.owner, EFFORTS[cause.effort][0])
