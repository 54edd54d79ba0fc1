"""Recommendations 优化建议: findings merged by their cause, and ranked by effect × confidence ÷ effort.

Ten units with the same obstacle are one recommendation. The causes and their weights are data
(findings/recommendations_causes.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ntanalytics.findings.finding import Finding, ranked
from ntanalytics.findings.phrases import listed
from ntanalytics.findings.threshold import Status
from ntanalytics.subsystems import word

#: What the buyer's text asks to be looked for (requirements, 咨询服务).
Kind = Literal["running", "hazard", "efficiency", "function"]
KINDS: Mapping[Kind, str] = MappingProxyType(
    {"running": "运行问题", "hazard": "存在隐患", "efficiency": "效率提升", "function": "功能提升"}
)

#: What a measure costs, in words, and what it divides by: each step is a little over twice the one before, as a day,
#: a week, and what must be bought or fitted into a vendor's plan are to those who do it.
Effort = Literal["day", "week", "vendor"]
EFFORTS: Mapping[Effort, tuple[str, float]] = MappingProxyType(
    {"day": ("1 天内", 1.0), "week": ("1 周内", 2.0), "vendor": ("需排期", 4.0)}
)

#: How much a state weighs: what is past the second threshold hurts already; what is past the first may come to.
SEVERITY: Mapping[Status, float] = MappingProxyType({"critical": 1.0, "warning": 0.6})


@dataclass(frozen=True)
class Cause:
    """What lies behind findings, and what to do about it.

    Attributes:
        code: identifies it.
        kind: running problem, hidden danger, efficiency or function.
        problem: what is wrong, in Chinese.
        effect: what it does to the users, in Chinese.
        action: what to do, in Chinese.
        effort: what that costs.
        owner: who does it, in Chinese.
        weight: how much it hurts, 1 (a nuisance) to 5 (work stops, or data are lost).
        reason: why that weight, in English.
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


@dataclass(frozen=True)
class Recommendation:
    """One recommendation.

    Attributes:
        code: its cause's.
        kind: running problem, hidden danger, efficiency or function.
        problem: what is wrong, in Chinese.
        evidence: one Chinese sentence made from the findings: how many, which, and the worst of them.
        effect: what it does, in Chinese.
        action: what to do, in Chinese.
        effort: what that costs.
        owner: who does it, in Chinese.
        score: effect × confidence ÷ effort; 0–5.
        findings: what it is made from, the worst first.
    """

    code: str
    kind: Kind
    problem: str
    evidence: str
    effect: str
    action: str
    effort: Effort
    owner: str
    score: float
    findings: tuple[Finding, ...]


def recommend(
    findings: Iterable[Finding], causes: Iterable[Cause], confidence: Mapping[str, float]
) -> list[Recommendation]:
    """The recommendations that follow from findings.

    Args:
        findings: any findings; those in order or unknown recommend nothing.
        causes: the causes that are known; a finding of none of them recommends nothing.
        confidence: subsystem → the share of the days looked back over that its data are whole (0–1): what rests on
            half of a quarter is half as sure. A subsystem that is not in it counts as 1.

    Returns:
        One for each cause that has a finding beyond a threshold, highest score first; where scores are equal, in the
        order of the causes.
    """
    violations = [finding for finding in ranked(findings) if finding.status in SEVERITY]
    made = []
    for cause in causes:
        its = tuple(finding for finding in violations if finding.rule.cause == cause.code)
        if its:
            made.append(_of(cause, its, confidence))
    return sorted(made, key=lambda each: -each.score)


def score(weight: int, status: Status, confidence: float, effort: Effort) -> float:
    """Effect × confidence ÷ effort: ``weight`` × ``SEVERITY`` of the worst state × confidence ÷ ``EFFORTS``."""
    return weight * SEVERITY[status] * confidence / EFFORTS[effort][1]


def _of(cause: Cause, findings: tuple[Finding, ...], confidence: Mapping[str, float]) -> Recommendation:
    sure = min(confidence.get(each.subsystem, 1.0) for each in findings)
    return Recommendation(
        cause.code,
        cause.kind,
        cause.problem,
        evidence(findings),
        cause.effect,
        cause.action,
        cause.effort,
        cause.owner,
        score(cause.weight, findings[0].status, sure, cause.effort),
        findings,
    )


def evidence(findings: tuple[Finding, ...]) -> str:
    """Return what findings of one cause show: how many entities, which, and the worst of them; one sentence.

    Args:
        findings: at least one, the worst first.
    """
    wording = word(findings[0])
    is_whole = findings[0].entity.kind == "subsystem"
    seen = wording.evidence if is_whole else f"{wording.entity}：{wording.evidence}"
    entities = list(dict.fromkeys(finding.entity.label for finding in findings))
    if len(entities) == 1:
        return seen
    return f"{len(entities)} 项：{listed(entities)}；最重为{seen}"
