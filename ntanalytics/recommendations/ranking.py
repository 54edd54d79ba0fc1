"""Recommendations 优化建议: findings merged by their cause, and ranked by effect × confidence ÷ effort.

Ten units with the same obstacle are one recommendation. The causes and their weights are data (causes.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ntanalytics.findings.finding import Finding, worst_first
from ntanalytics.findings.phrases import listed
from ntanalytics.findings.threshold import Status
from ntanalytics.recommendations.trends import Trend
from ntanalytics.subsystems import word

#: Kinds of recommendations that the buyer's text names (requirements, 咨询服务).
Kind = Literal["running", "hazard", "efficiency", "function"]
KINDS: Mapping[Kind, str] = MappingProxyType(
    {"running": "运行问题", "hazard": "存在隐患", "efficiency": "效率提升", "function": "功能提升"}
)

#: Effort of an action, in words, and its divisor: a day, a week, or a purchase or a vendor's plan; each step is twice
#: the one before.
Effort = Literal["day", "week", "vendor"]
EFFORTS: Mapping[Effort, tuple[str, float]] = MappingProxyType(
    {"day": ("1 天内", 1.0), "week": ("1 周内", 2.0), "vendor": ("需排期", 4.0)}
)

#: Weight of a status.
SEVERITY: Mapping[Status, float] = MappingProxyType({"critical": 1.0, "warning": 0.6})


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Cause of findings, and what to do about it.

    Attributes:
        code: unique code; rules name it.
        kind: running problem, hidden danger, efficiency or function.
        problem: the problem, in Chinese.
        effect: effect on the users, in Chinese.
        action: the recommended action, in Chinese.
        effort: effort of the action.
        owner: leading party, in Chinese.
        weight: severity, 1 (a nuisance) to 5 (work stops, or data are lost).
        reason: reason for the weight, in English.
        success: success criterion with a figure that a report shows, in Chinese; ``{sms.delivery_rate}`` stands for the
            warning limit of a rule, ``{sms.delivery_rate critical}`` for the other one.
        trend: daily figure that shows the problem; None where the entities are drawn side by side.
    """

    code: str
    kind: Kind
    problem: str
    effect: str
    action: str
    effort: Effort
    owner: str
    weight: int
    reason: str
    success: str
    trend: Trend | None = None


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """One recommendation.

    Attributes:
        cause: its cause.
        evidence: one Chinese sentence made from the findings: their number, the entities, and the worst of them.
        score: effect × confidence ÷ effort; 0–5.
        findings: the findings that it is made from, the worst first.
    """

    cause: Cause
    evidence: str
    score: float
    findings: tuple[Finding, ...]

    @property
    def code(self) -> str:
        """The code of its cause."""
        return self.cause.code


def recommend(
    findings: Iterable[Finding], causes: Iterable[Cause], confidence: Mapping[str, float]
) -> list[Recommendation]:
    """Return the recommendations that follow from findings.

    Args:
        findings: any findings; those that are ok or unknown lead to no recommendation.
        causes: the known causes.
        confidence: rule → share of the days of the quarter on which its data are complete (0–1). A rule that is not in
            it counts as 1.

    Returns:
        One for each cause with a violation, highest score first; equal scores in the order of the causes.
    """
    violations = worst_first(finding for finding in findings if finding.status in SEVERITY)
    recommendations = []
    for cause in causes:
        own = tuple(finding for finding in violations if finding.rule.cause == cause.code)
        if own:
            recommendations.append(_recommendation(cause, own, confidence))
    return sorted(recommendations, key=lambda recommendation: -recommendation.score)


def score(weight: int, status: Status, confidence: float, effort: Effort) -> float:
    """Return effect × confidence ÷ effort: ``weight`` × ``SEVERITY`` of the worst status × confidence ÷ ``EFFORTS``."""
    return weight * SEVERITY[status] * confidence / EFFORTS[effort][1]


def _recommendation(cause: Cause, findings: tuple[Finding, ...], confidence: Mapping[str, float]) -> Recommendation:
    lowest = min(confidence.get(finding.code, 1.0) for finding in findings)
    return Recommendation(
        cause=cause,
        evidence=evidence(findings),
        score=score(cause.weight, findings[0].status, lowest, cause.effort),
        findings=findings,
    )


def evidence(findings: tuple[Finding, ...]) -> str:
    """Return the evidence of findings of one cause: the number of entities, their names, and the worst of them.

    Args:
        findings: at least one, the worst first.
    """
    wording = word(findings[0])
    seen = wording.evidence if findings[0].is_of_whole_subsystem else f"{wording.entity}：{wording.evidence}"
    entities = list(dict.fromkeys(finding.entity.label for finding in findings))
    if len(entities) == 1:
        return seen
    return f"{len(entities)} 项：{listed(entities)}；其中最严重的是{seen}"
